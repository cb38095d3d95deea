"""Bundles of packs: what is signed counts, whole and unchanged; anything else in an archive is refused."""

import gzip
import io
import json
import shutil
import subprocess
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.packs.bundles import KEY, OTHER, PACKS, bundle, parts, tarred, zipped
from withhold.packs.archives import LARGEST, MANIFEST, MOST, SIGNATURE, UNPACKED, contents
from withhold.packs.signed import new_key, number, open_bundle, public_key, public_pem, secret_key
from withhold.packs.tree import MAX_BYTES
from withhold.support.errors import EnvironmentProblem, UsageProblem

PUBLIC = KEY.public_key()


def _tar(*members: tarfile.TarInfo) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for member in members:
            archive.addfile(member, io.BytesIO(b"x" * member.size))
    return out.getvalue()


def _odd(kind: bytes, name: str = "a.yaml") -> bytes:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, "/etc/passwd"
    return _tar(member)


def _zip_link() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        member = zipfile.ZipInfo("a.yaml")
        member.external_attr = 0o120777 << 16
        archive.writestr(member, "/etc/passwd")
    return out.getvalue()


def _encrypted() -> bytes:
    """A zip whose only member says that it is encrypted."""
    data = bytearray(zipped({"a.yaml": b"x"}))
    data[6] |= 1
    data[data.index(b"PK\1\2") + 8] |= 1
    return bytes(data)


@pytest.mark.parametrize("pack", [zipped, tarred, lambda f: tarred(f, "w:gz")], ids=["zip", "tar", "tar.gz"])
def test_a_signed_bundle_is_read(pack: object) -> None:
    """The same files as a zip, a tar, or a tar with gzip are the same bundle."""
    assert callable(pack)
    made = open_bundle(pack(parts(7)), PUBLIC)
    assert made.manifest.version == 7
    assert made.packs == PACKS


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not here")
def test_openssl_checks_it_as_well(tmp_path: Path) -> None:
    """The signature is plain Ed25519 over the manifest's bytes, so that nobody needs us to check it."""
    files = {**parts(), "key.pub": public_pem(PUBLIC)}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    command = f"pkeyutl -verify -pubin -inkey key.pub -rawin -in {MANIFEST} -sigfile {SIGNATURE}"
    done = subprocess.run(["openssl", *command.split()], cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("part", [MANIFEST, SIGNATURE, "example.yaml"])
@given(data=st.data())
def test_a_change_in_any_part_is_refused(part: str, data: st.DataObject) -> None:
    """One byte of the manifest, the signature or a pack is another: nothing is taken."""
    files = parts()
    at = data.draw(st.integers(0, len(files[part]) - 1))
    other = data.draw(st.integers(1, 255))
    files[part] = files[part][:at] + bytes([files[part][at] ^ other]) + files[part][at + 1 :]
    with pytest.raises(UsageProblem):
        open_bundle(zipped(files), PUBLIC)


@pytest.mark.parametrize("part", [MANIFEST, SIGNATURE, "example.yaml"])
def test_nothing_may_be_missing(part: str) -> None:
    """Without the manifest, the signature or one of the packs it is no bundle."""
    files = parts()
    del files[part]
    with pytest.raises(UsageProblem, match="refused"):
        open_bundle(zipped(files), PUBLIC)


def test_nothing_may_be_added() -> None:
    """A pack that the manifest does not name is refused, however good it is."""
    with pytest.raises(UsageProblem, match="archive alone"):
        open_bundle(zipped({**parts(), "other.yaml": PACKS["example.yaml"]}), PUBLIC)


def test_another_key_does_not_count() -> None:
    """What somebody else signed is refused, also where the bundle is sound in itself."""
    with pytest.raises(UsageProblem, match="did not sign"):
        open_bundle(bundle(key=OTHER), PUBLIC)


def test_parts_of_two_bundles_do_not_mix() -> None:
    """An old manifest with its signature does not vouch for the packs of a new one."""
    old, new = parts(1), parts(2, {"example.yaml": PACKS["example.yaml"] + b"# newer\n"})
    with pytest.raises(UsageProblem):
        open_bundle(zipped({**new, MANIFEST: old[MANIFEST], SIGNATURE: old[SIGNATURE]}), PUBLIC)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("version", 0),
        ("version", 2**53),
        ("version", "2"),
        ("name", ""),
        ("name", "a\u001bb"),
        ("requires", "1"),
        ("compiled_on", "yesterday"),
        ("files", []),
        ("files", [{"path": "../x.yaml", "size": 0, "sha256": ""}]),
        ("more", 1),
    ],
)
def test_a_signed_manifest_is_still_looked_through(field: str, value: object) -> None:
    """Also what the right key signed must be a manifest: a slip of its owner does no harm."""
    fields = {**json.loads(parts()[MANIFEST]), field: value}
    signed = json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()
    with pytest.raises(UsageProblem):
        open_bundle(zipped({**parts(), MANIFEST: signed, SIGNATURE: KEY.sign(signed)}), PUBLIC)


def test_one_form_alone_is_signed() -> None:
    """The same manifest with other spaces is refused: two readers must not see two manifests."""
    signed = parts()[MANIFEST].replace(b",", b", ")
    with pytest.raises(UsageProblem, match="one form"):
        open_bundle(zipped({**parts(), MANIFEST: signed, SIGNATURE: KEY.sign(signed)}), PUBLIC)


def test_a_later_form_says_so() -> None:
    """A manifest of a form yet to come asks for a newer program, and is not called broken."""
    signed = parts()[MANIFEST].replace(b"manifest/1", b"manifest/2")
    with pytest.raises(EnvironmentProblem, match="manifest/2"):
        open_bundle(zipped({**parts(), MANIFEST: signed, SIGNATURE: KEY.sign(signed)}), PUBLIC)


HOSTILE: Mapping[str, Callable[[], bytes]] = {
    "a name that leads outside": lambda: zipped({"../../evil.yaml": b""}),
    "a name from the root": lambda: tarred({"/etc/evil.yaml": b""}),
    "a name of Windows": lambda: zipped({"C:\\evil.yaml": b""}),
    "a hidden file": lambda: zipped({".evil.yaml": b""}),
    "a deeper folder": lambda: zipped({"tools/more/evil.yaml": b""}),
    "no pack": lambda: zipped({"evil.py": b""}),
    "one name twice": lambda: tarred({"a.yaml": b"1"})[:1024] + tarred({"a.yaml": b"2"}),
    "a symbolic link": lambda: _odd(tarfile.SYMTYPE),
    "a hard link": lambda: _odd(tarfile.LNKTYPE),
    "a device": lambda: _odd(tarfile.CHRTYPE),
    "a pipe": lambda: _odd(tarfile.FIFOTYPE),
    "a folder": lambda: _odd(tarfile.DIRTYPE, "tools"),
    "a link in a zip": _zip_link,
    "an encrypted member": _encrypted,
    "too many files": lambda: zipped({f"p{n}.yaml": b"" for n in range(MOST + 1)}),
    "one file too large": lambda: zipped({"a.yaml": b"\0" * (MAX_BYTES + 1)}),
    "one file of a tar too large": lambda: tarred({"a.yaml": b"\0" * (MAX_BYTES + 1)}),
    "all together too large": lambda: zipped({f"p{n}.yaml": b"\0" * MAX_BYTES for n in range(34)}),
    "a bomb": lambda: gzip.compress(b"\0" * (UNPACKED + 1), 1),
    "too large": lambda: b"\0" * (LARGEST + 1),
    "empty": lambda: b"",
    "noise": lambda: b"PK\3\4" + bytes(range(256)),
    "cut off": lambda: zipped(parts())[:-30],
    "a cut tar": lambda: tarred({"a.yaml": b"x" * 2000})[:1200],
    "cut gzip": lambda: tarred(parts(), "w:gz")[:-20],
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_archive_is_refused(kind: str) -> None:
    """Names that lead elsewhere, links, devices, bombs and broken archives: refused, in words."""
    with pytest.raises(UsageProblem, match="refused"):
        open_bundle(HOSTILE[kind](), PUBLIC)


def _said(read: Callable[[], object]) -> object:
    """What reading gave, or that it was refused in words."""
    try:
        return read() or "nothing"
    except UsageProblem as problem:
        return "refused" if "refused" in problem.message else problem


@given(st.binary(max_size=600), st.sampled_from([b"PK\3\4", b"\x1f\x8b\x08\x00", b""]))
def test_noise_is_refused_in_words(noise: bytes, head: bytes) -> None:
    """Whatever the bytes are, the answer is files or a refusal, never another error."""
    assert not isinstance(_said(lambda: contents(head + noise)), UsageProblem)


@given(st.data())
def test_damage_is_refused_in_words(data: st.DataObject) -> None:
    """A bundle with some bytes changed is the same bundle or refused."""
    pack = data.draw(st.sampled_from([zipped, tarred]))
    good = bytearray(pack(parts()))
    for _ in range(data.draw(st.integers(1, 4))):
        good[data.draw(st.integers(0, len(good) - 1))] ^= data.draw(st.integers(1, 255))
    assert _said(lambda: open_bundle(bytes(good), PUBLIC).packs) in (PACKS, "refused")


def test_keys_are_told_apart() -> None:
    """A secret key is never taken for a public one, nor the other way round, nor another kind."""
    secret, public = new_key()
    assert public_pem(public_key(public, "k")) == public
    assert secret_key(secret, "k")
    with pytest.raises(UsageProblem, match="secret key"):
        public_key(secret, "k")
    with pytest.raises(UsageProblem):
        secret_key(public, "k")
    with pytest.raises(UsageProblem):
        public_key(b"noise", "k")


def test_versions_compare_as_numbers() -> None:
    """0.10.0 is newer than 0.9.1; what is no version is refused."""
    assert number("0.10.0") > number("0.9.1")
    for wrong in ("1.0", "a.b.c", "1.0.0rc1", "", "\u0661.0.0"):
        with pytest.raises(ValueError, match="no version"):
            number(wrong)
