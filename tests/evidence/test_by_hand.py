"""The commands that docs/explanation/evidence-log.md gives to outsiders do what it says."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.evidence.making import draft, journal_of, noon
from tests.evidence.tsa import needs_openssl, simple
from withhold.evidence import sessions
from withhold.evidence.journal import Journal
from withhold.evidence.stamping import stamp

PAGE = Path(__file__).resolve().parents[2] / "docs" / "explanation" / "evidence-log.md"
BASH = shutil.which("bash")

pytestmark = [needs_openssl, pytest.mark.skipif(BASH is None, reason="bash is not installed")]


def block(number: int) -> str:
    """The commands of one block of the page."""
    return re.findall(r"^```sh\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)[number]


def bash(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BASH or "", "-euo", "pipefail", "-c", script],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("records", [0, 1, 6, 7, 12])
def test_a_proof_is_checked_by_hand(records: int, tmp_path: Path) -> None:
    """Signature, fingerprint and path of every record of logs of several sizes; a changed record fails."""
    journal = journal_of(tmp_path / "log", records)
    journal.mend()
    (tmp_path / "log.pem").write_bytes(journal.public_key.pem)
    for record in journal.records(own=True):
        (tmp_path / "record.tlog-proof").write_bytes(journal.proof(record.id))
        (tmp_path / "record.json").write_bytes(journal.leaf(record.id))
        done = bash(block(0), tmp_path)
        assert done.returncode == 0, done.stderr
        assert "Signature Verified Successfully" in done.stdout
        assert journal.public_key.fingerprint in done.stdout
        assert done.stdout.endswith("included\n")
    (tmp_path / "record.json").write_bytes(b"{}")
    assert "included" not in bash(block(0), tmp_path).stdout


def test_tokens_are_checked_by_hand(tmp_path: Path) -> None:
    """Both kinds of tokens, with OpenSSL alone."""
    with simple(tmp_path / "one-tsa") as tsa:
        journal = Journal(tmp_path / "log", noon, authorities=(tsa.named("one"),))
        session = sessions.begin(journal.authorities)
        journal.use_session(session)
        record = journal.append(draft())
        stamp(journal, noon)
    (token,) = journal.tokens(record.id)
    for name, data in {
        "NAME.tsr": token.answer,
        "checkpoint": token.checkpoint,
        "ROOT.pem": token.root,
        "start.tsr": journal.artifact(record, "start.tsr"),
    }.items():
        (tmp_path / name).write_bytes(data)
    script = block(1).replace("TIME OF THE TOKEN", f"{token.at:%Y-%m-%dT%H:%M:%SZ}")
    done = bash(f"VALUE={session.value.hex()}\n{script}", tmp_path)
    assert done.returncode == 0, done.stderr
    assert (done.stdout + done.stderr).count("Verification: OK") == 2
    assert f"{token.at:%b} {token.at.day:2} {token.at:%H:%M:%S}" in done.stdout
    (tmp_path / "checkpoint").write_bytes(token.checkpoint.replace(b"\n2\n", b"\n3\n"))
    assert bash(f"VALUE={session.value.hex()}\n{script}", tmp_path).returncode != 0
