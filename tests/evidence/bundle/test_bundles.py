"""Bundles as a person makes them and as a stranger checks them."""

import hashlib
import os
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from tests.cli.tool import Tool
from tests.evidence.bundle.making import Made, failures, repacked, resealed, verified
from tests.evidence.making import draft
from tests.evidence.tsa import Issued, revocations
from withhold.app.evidence.bundles import bundle, handed, packed
from withhold.evidence.bundle.check import Trust, check_bundle
from withhold.evidence.bundle.packing import unpack
from withhold.evidence.bundle.script import script
from withhold.evidence.claims import Result
from withhold.support.errors import EvidenceBroken, UsageProblem

ROOT = Path(__file__).resolve().parents[3]
BAGIT = ROOT / ".venv" / "oracles" / "bin" / "bagit.py"
HOW_TO = ROOT / "docs" / "how-to" / "verify-a-bundle.md"
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
BASH = shutil.which("bash")


@pytest.fixture
def tool(capsys: pytest.CaptureFixture[str]) -> Tool:
    """The command line, on a state of the test's own."""
    return Tool(capsys)


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(list(map(str, command)), cwd=cwd, capture_output=True, text=True, check=False)


def test_everything_verifies_by_what_a_careful_person_trusts(bundled: Made) -> None:
    """With key and roots known: only what was never captured is not checkable."""
    report = check_bundle(bundled.data, bundled.trust)
    open_claims = {c.name for r in report.records for c in r.claims if c.result is not Result.VERIFIED}
    assert open_claims == {"blob:after.png"}
    assert len(report.records) == 3
    unsigned = {c.name for c in report.whole if c.result is not Result.VERIFIED}
    assert {name for name in unsigned if not name.startswith("data/report.")} == {"others"}


def test_a_bundle_cannot_vouch_for_itself(bundled: Made) -> None:
    """Without a key and roots from elsewhere: sound, but neither key nor any time is said to be verified."""
    report = check_bundle(bundled.data, Trust())
    assert report.sound
    names = {name for _, name in verified(report)}
    assert not names & {"key", "time", "not_before", "token:one", "token:two"}


def test_a_key_of_before_is_enough(bundled: Made, tmp_path: Path) -> None:
    """Who was told the fingerprint before the key was changed can check the bundle by it, with both tools.
    The fingerprint may stand as openssl prints it."""
    trust = replace(bundled.trust, keys=frozenset({bundled.former}))
    told = [c for r in check_bundle(bundled.data, trust).records for c in r.claims if c.name == "key"]
    assert [c.result for c in told] == [Result.VERIFIED] * 3
    assert all("vouches for it" in c.why for c in told)
    if BASH is not None:
        printed = ":".join(re.findall("..", bundled.former.upper()))
        roots = [word for root in bundled.roots for word in ("--root", root)]
        ran = run(BASH, "verify.sh", "--key", printed, *roots, cwd=bundled.unfold(tmp_path))
        assert "vouches for, which you named" in ran.stdout
        assert "named no key" not in ran.stdout


def test_a_key_that_was_not_vouched_for_fails(bundled: Made, tmp_path: Path) -> None:
    """The note of another key, under new manifests, is no endorsement, and opens no way to a key named."""
    from withhold.evidence.keys import new_key

    folder = f"data/records/{bundled.ids[0]}/keys"
    stranger = new_key("withhold/evidence/stranger")
    note = bundled.files[f"{folder}/01.note"]
    text = note.split(b"\n\n")[0].decode() + "\n"
    files = resealed({**bundled.files, f"{folder}/01.note": stranger.sign(text)})
    trust = replace(bundled.trust, keys=frozenset({bundled.former}))
    report = check_bundle(repacked(files), trust)
    assert failures(report) == {"endorsement:01"}
    [record] = [r for r in report.records if r.id == bundled.ids[0]]
    assert {c.result for c in record.claims if c.name == "key"} == {Result.NOT_CHECKABLE}
    if BASH is not None:
        ran = run(BASH, "verify.sh", "--key", bundled.former, cwd=bundled.unfold(tmp_path, files))
        assert ran.returncode == 4
        assert "keys/01.pem does not vouch for log.pem" in ran.stdout


def test_the_tokens_are_renewed_by_newer_ones(bundled: Made, tmp_path: Path) -> None:
    """The log's record of the tokens is there, under a newer head with tokens of its own; without it the
    record still verifies, and nothing is said of a renewal."""
    report = check_bundle(bundled.data, bundled.trust)
    renewed = [c for r in report.records for c in r.claims if c.name.startswith("renewal:")]
    assert [c.result for c in renewed] == [Result.VERIFIED] * 4
    [holding] = {r.id for r in report.records} - set(bundled.ids)
    assert all(holding[:12] in c.why for c in renewed)
    untrusting = check_bundle(bundled.data, replace(bundled.trust, roots=()))
    doubted = [c for r in untrusting.records for c in r.claims if c.name.startswith("renewal:")]
    assert {c.result for c in doubted} == {Result.NOT_CHECKABLE}
    alone = {path: data for path, data in bundled.files.items() if holding not in path}
    left = check_bundle(repacked(resealed(alone)), bundled.trust)
    assert left.sound
    assert not [c for r in left.records for c in r.claims if c.name.startswith("renewal:")]
    if BASH is not None:
        ran = run(BASH, "verify.sh", cwd=bundled.unfold(tmp_path))
        assert ran.stdout.count(f"is held by record {holding[:12]}") == 4


def test_equal_records_give_equal_bytes(bundled: Made) -> None:
    """Made twice, in whatever order they are named."""
    again = packed(handed(bundled.services, [bundled.ids[1][:9], bundled.ids[0]]))
    assert again == bundled.data


def test_other_records_stay_out(bundled: Made) -> None:
    """Nothing of the record that was not named is in the bundle: neither its id nor its bytes."""
    leaf = bundled.services.journal.leaf(bundled.ids[2])
    salt = re.search(rb'"salt":"([0-9a-f]+)"', leaf)
    assert salt is not None
    for data in bundled.files.values():
        assert bundled.ids[2].encode() not in data
        assert salt[1] not in data


def test_that_others_are_not_shown_is_told(bundled: Made, tmp_path: Path) -> None:
    """One record of a log that holds another one about the same: all that read the bundle are told so."""
    journal = bundled.services.journal
    data = packed(handed(bundled.services, bundled.ids[:1]))
    folders = {path.split("/")[2] for path in unpack(data)[0] if path.startswith("data/records/")}
    total = len(list(journal.records(own=True))) - 1  # the newest holds the tokens over the head
    assert len(folders) < total
    [told] = [claim for claim in check_bundle(data, bundled.trust).whole if claim.name == "others"]
    assert told.result is Result.NOT_CHECKABLE
    held = f"the bundle holds {len(folders)} of the {total} records that the log had"
    assert told.why.startswith(held)
    top = bundled.unfold(tmp_path, unpack(data)[0])
    assert "any may\nsay otherwise" in (top / "VERIFY.md").read_text("utf-8")
    if BASH is not None:
        said = run(BASH, "verify.sh", cwd=top).stdout
        lacking = f"NOT SHOWN      bundle  {total - len(folders)} of the log's {total} records are not here"
        assert lacking in said


def test_an_artifact_can_be_left_out(bundled: Made, tmp_path: Path) -> None:
    """Its hash stays, the rest verifies, it alone is not checkable; a mistyped name is refused."""
    out = tmp_path / "b.zip"
    document = bundle(bundled.services, bundled.ids[:1], str(out), left_out=("before.png",))
    assert document.left_out == ("before.png",)
    report = check_bundle(out.read_bytes(), bundled.trust)
    [record] = [r for r in report.records if r.id == bundled.ids[0]]
    claims = {c.name: c for c in record.claims}
    assert claims["blob:before.png"].result is Result.NOT_CHECKABLE
    assert "left out" in claims["blob:before.png"].why
    assert report.sound
    picture = draft(0).artifacts[0].data
    assert picture not in out.read_bytes()
    with pytest.raises(UsageProblem, match="no artifact"):
        bundle(bundled.services, bundled.ids[:1], str(out), left_out=("befor.png",))


def test_a_damaged_record_is_not_handed_out(tmp_path: Path, bundled: Made) -> None:
    """What does not verify in the store is refused, not bundled."""
    state = tmp_path / "state"
    shutil.copytree(bundled.services.home.root, state)
    from withhold.app.bootstrap import Services
    from withhold.support.paths import StateHome

    app = Services(
        home=StateHome(state), environ={"WITHHOLD_HOME": str(state)}, user_home=tmp_path, stamps=False
    )
    stored = app.journal.get(bundled.ids[0]).artifacts[0].sha256
    (state / "evidence" / "blobs" / stored[:2] / stored).write_bytes(b"other")
    with pytest.raises(EvidenceBroken, match=r"before\.png"):
        bundle(app, bundled.ids[:1], str(tmp_path / "b.zip"))
    app.close()


def test_a_record_of_the_first_format_is_bundled_too(tmp_path: Path) -> None:
    """With the log's first record, which holds on to it; a change of it is noticed."""
    from tests.evidence.bundle.making import flipped, repacked, resealed
    from withhold.app.bootstrap import Services
    from withhold.evidence.bundle.packing import unpack
    from withhold.support.paths import StateHome

    state = tmp_path / "state"
    app = Services(
        home=StateHome(state), environ={"WITHHOLD_HOME": str(state)}, user_home=tmp_path, stamps=False
    )
    assert app.store.accounts() == ()
    former = ROOT / "tests" / "evidence" / "fixtures" / "format-1"
    shutil.copytree(former, state / "evidence", dirs_exist_ok=True)
    app.journal.mend()
    first = next(iter(app.journal.records()))
    data = packed(handed(app, [first.id]))
    trust = Trust(frozenset({app.journal.public_key.fingerprint}))
    assert check_bundle(data, trust).sound
    files = unpack(data)[0]
    if BASH is not None:
        top = tmp_path / "bag"
        for path, content in files.items():
            (top / path).parent.mkdir(parents=True, exist_ok=True)
            (top / path).write_bytes(content)
        done = run(BASH, "verify.sh", "--key", app.journal.public_key.fingerprint, cwd=top)
        assert done.returncode == 3, done.stdout
        assert "holds on to it" in done.stdout
    for name in ("record.json", "leaf.json", "journal-records.txt"):
        path = f"data/records/{first.id}/{name}"
        changed = resealed({**files, path: flipped(files[path], len(files[path]) // 2, 1)})
        assert failures(check_bundle(repacked(changed), trust)), name
    app.close()


def test_the_commands(tool: Tool, bundled: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """bundle, report, verify FILE: exit codes, names of record and field, and 4 where a byte differs."""
    monkeypatch.setenv("WITHHOLD_HOME", str(bundled.services.home.root))
    out = tmp_path / "b.zip"
    made = tool.document("evidence", "bundle", bundled.ids[0][:10], "-o", out)
    assert made["records"] == [bundled.ids[0]]
    assert tool.document("evidence", "verify", out)["files"][0]["kind"] == "bundle"
    monkeypatch.setenv("WITHHOLD_HOME", str(tmp_path / "stranger"))
    roots = [argument for root in bundled.roots for argument in ("--root", root)]
    named = tool.document("evidence", "verify", out, "--key", bundled.fingerprint, *roots)
    [record] = [r for r in named["records"] if r["id"] == bundled.ids[0]]
    results = {c["name"]: c["result"] for c in record["claims"]}
    assert results["key"] == results["time"] == results["not_before"] == "verified"
    data = bytearray(out.read_bytes())
    at = data.find(b"PNG") + 40
    data[at] ^= 1
    out.write_bytes(data)
    ran = tool("evidence", "verify", out)
    assert ran.code == 4
    assert "container" in ran.out


def test_a_failure_names_the_record_and_the_field(bundled: Made) -> None:
    """A changed capture under manifests that fit: that record, that artifact."""
    from tests.evidence.bundle.making import repacked, resealed

    path = f"data/records/{bundled.ids[1]}/artifacts/tree.json"
    report = check_bundle(repacked(resealed({**bundled.files, path: b"{}"})), bundled.trust)
    failed = [(r.id, c.name) for r in report.records for c in r.claims if c.result is Result.FAILED]
    assert failed == [(bundled.ids[1], "blob:tree.json")]


def test_the_standard_tools_read_the_bag(bundled: Made, tmp_path: Path) -> None:
    """``sha256sum -c`` on both manifests, which have two spaces in each line."""
    if shutil.which("sha256sum") is None:
        pytest.skip("sha256sum is not installed")
    top = bundled.unfold(tmp_path)
    for name in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        assert run("sha256sum", "-c", "--strict", name, cwd=top).returncode == 0
    (top / "VERIFY.md").write_text("trust me")
    assert run("sha256sum", "-c", "tagmanifest-sha256.txt", cwd=top).returncode == 1


def test_bagit_validates_the_bag(bundled: Made, tmp_path: Path) -> None:
    """The Library of Congress' own program."""
    if not BAGIT.exists():
        pytest.skip("bagit is not installed; make setup installs it")
    top = bundled.unfold(tmp_path)
    assert run(BAGIT, "--validate", ".", cwd=top).returncode == 0
    (top / "data" / "report.html").write_text("other")
    assert run(BAGIT, "--validate", ".", cwd=top).returncode != 0


@pytest.mark.skipif(BASH is None, reason="bash is not installed")
def test_the_script_says_what_it_cannot_check(bundled: Made, tmp_path: Path) -> None:
    """0 with key and roots, 3 without, 3 with foreign ones, 2 for wrong usage; nothing is changed."""
    top = bundled.unfold(tmp_path)
    roots = [str(argument) for root in bundled.roots for argument in ("--root", root)]
    assert run(BASH or "", "verify.sh", "--key", bundled.fingerprint, *roots, cwd=top).returncode == 0
    bare = run(BASH or "", "verify.sh", cwd=top)
    assert bare.returncode == 3
    assert "NOT CHECKABLE" in bare.stdout
    assert "FAIL" not in bare.stdout
    foreign = run(BASH or "", "verify.sh", "--key", "0" * 64, *roots[:2], cwd=top)
    assert foreign.returncode == 3
    assert run(BASH or "", "verify.sh", "--unknown", cwd=top).returncode == 2
    assert {p: (top / p).read_bytes() for p in bundled.files} == bundled.files


@pytest.mark.skipif(BASH is None, reason="bash is not installed")
@pytest.mark.parametrize("version", ["LibreSSL 3.3.6", "OpenSSL 1.1.1w  11 Sep 2023"])
def test_the_script_calls_nothing_failed_that_it_cannot_check(
    bundled: Made, tmp_path: Path, version: str
) -> None:
    """With a program that cannot verify Ed25519 it ends with 5, before it says anything of the bundle."""
    programs = tmp_path / "programs"
    programs.mkdir()
    other = programs / "openssl"
    other.write_text(f"#!/bin/sh\necho '{version}'\n", encoding="utf-8")
    other.chmod(0o755)
    top = bundled.unfold(tmp_path)
    path = os.pathsep.join([str(programs), os.environ["PATH"]])
    command = [BASH or "", str(top / "verify.sh")]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, "PATH": path}
    )
    assert done.returncode == 5
    assert done.stdout == ""
    assert "OpenSSL 3 or later is needed" in done.stderr


def test_the_script_is_short_and_its_published_hash_is_true() -> None:
    """Under 200 lines, and the how-to names the hash of what is put into bundles."""
    assert len(script().splitlines()) < 200
    assert hashlib.sha256(script()).hexdigest() in HOW_TO.read_text("utf-8")


def test_a_report_that_somebody_rewrote_is_never_called_verified(bundled: Made) -> None:
    """With manifests written anew a forged report fits them: it is told apart from what a record holds."""
    forged = {"data/report.html": b"<p>It was never on.</p>", "data/declaration.pdf": b"%PDF"}
    report = check_bundle(repacked(resealed({**bundled.files, **forged})), bundled.trust)
    results = {claim.name: claim.result for claim in report.whole}
    assert results["data/report.html"] is Result.NOT_CHECKABLE
    assert results["data/declaration.pdf"] is Result.NOT_CHECKABLE
    assert results["manifest"] is Result.VERIFIED


def test_a_token_by_a_revoked_certificate_gives_no_time(bundled: Made) -> None:
    """What the one who checks knows to be revoked is not believed, though the token still verifies."""
    chains = [data for path, data in bundled.files.items() if path.endswith("-chain.pem")]
    signers = [one for chain in chains for one in x509.load_pem_x509_certificates(chain)]
    key = ec.generate_private_key(ec.SECP256R1())
    lists = []
    for signer in signers:
        named = x509.CertificateBuilder().subject_name(signer.issuer).issuer_name(signer.issuer)
        unsigned = named.public_key(key.public_key()).serial_number(1)
        issuer = unsigned.not_valid_before(NOON).not_valid_after(NOON + timedelta(days=1))
        made = Issued(issuer.sign(key, hashes.SHA256()), key)
        lists.append(revocations(made, Issued(signer, key)))
    report = check_bundle(bundled.data, replace(bundled.trust, lists=tuple(lists)))
    claims = [c for r in report.records for c in r.claims if c.name == "time" or c.name.startswith("token:")]
    assert {c.result for c in claims} == {Result.NOT_CHECKABLE}
    assert any("was revoked on" in c.why for c in claims)
    assert report.sound
