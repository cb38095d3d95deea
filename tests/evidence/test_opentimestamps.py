"""OpenTimestamps by its program: our side of the call, with a stand-in that writes proofs as the real one.

Where the real program is on the path it is run as well, against a calendar on loopback. No test reaches a
public calendar or Bitcoin, so none shows that a proof is ever confirmed.
"""

import hashlib
import http.server
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.tool import Tool
from tests.evidence.making import draft
from withhold.app.bootstrap import Services
from withhold.evidence.opentimestamps import ANSWER, flaw
from withhold.support.paths import StateHome

HEAD = b"\x00OpenTimestamps\x00\x00Proof\x00\xbf\x89\xe2\xe8\x84\xe8\x92\x94\x01\x08"
PENDING = b"\x00\x83\xdf\xe3\x0d\x2e\xf9\x0c\x8e"
"""Tag of an attestation that waits for its block."""
STAND_IN = """#!{python}
import hashlib, pathlib, sys
command, *words = sys.argv[1:]
if command == "stamp":
    file = pathlib.Path(words[-1])
    proof = {head!r} + hashlib.sha256(file.read_bytes()).digest() + b"rest"
    (file.parent / (file.name + ".ots")).write_bytes({spoil})
    sys.exit({code})
if command == "verify":
    print({says!r}, file=sys.stderr)
    sys.exit({code})
"""


@pytest.fixture
def tool(capsys: pytest.CaptureFixture[str]) -> Tool:
    """The command line."""
    return Tool(capsys)


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    """A log of two records, and a path on which no ``ots`` is."""
    root = tmp_path / "state"
    monkeypatch.setenv("WITHHOLD_HOME", str(root))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    (tmp_path / "bin").mkdir()
    services = Services(home=StateHome(root), environ={}, user_home=tmp_path, stamps=False)
    services.home.prepare()
    for number in range(2):
        services.journal.append(draft(number))
    yield services
    services.close()


def install(tmp_path: Path, *, code: int = 0, spoil: str = "proof", says: str = "") -> None:
    """Put the stand-in on the path."""
    import sys

    file = tmp_path / "bin" / "ots"
    file.write_text(STAND_IN.format(python=sys.executable, head=HEAD, code=code, spoil=spoil, says=says))
    file.chmod(0o755)


def claim(tool: Tool, *words: str) -> dict[str, str]:
    """The one claim on a proof."""
    document = tool.document("evidence", "verify", *words)
    found: dict[str, str]
    [found] = [c for r in document["records"] for c in r["claims"] if c["name"] == "token:opentimestamps"]
    return found


def test_without_the_program_the_install_line_is_named(tool: Tool, state: Services) -> None:
    """Exit code 5; nothing is written."""
    before = len(list(state.journal.records(own=True)))
    ran = tool("evidence", "stamp", "--ots")
    assert ran.code == 5
    assert "opentimestamps-client" in ran.err
    assert len(list(state.journal.records(own=True))) == before


def test_a_proof_is_logged_and_not_called_verified(tool: Tool, state: Services, tmp_path: Path) -> None:
    """It stands in a record of the log's own; the records stay unstamped, since no time is known."""
    install(tmp_path)
    document = tool.document("evidence", "stamp", "--ots")
    assert document["tokens"] == []
    assert document["unstamped"] > 0
    [record] = [r for r in state.journal.records(own=True) if r.id == document["record"]]
    assert [a.name for a in record.artifacts] == ["checkpoint", ANSWER]
    assert claim(tool)["result"] == "not_checkable"


@pytest.mark.parametrize(
    ("code", "says", "result"),
    [
        (0, "Success! Bitcoin block 358391 attests existence as of 2015-05-28 UTC", "verified"),
        (1, "Pending confirmation in Bitcoin blockchain", "not_checkable"),
        (0, "nothing of the kind", "not_checkable"),
        (1, "Success! but the exit code says otherwise", "not_checkable"),
    ],
)
def test_only_what_the_program_says_verifies(
    code: int, says: str, result: str, tool: Tool, state: Services, tmp_path: Path
) -> None:
    """Its exit code and its word have to agree; anything else leaves the claim open."""
    install(tmp_path)
    tool.document("evidence", "stamp", "--ots")
    install(tmp_path, code=code, says=says)
    found = claim(tool, "--ots")
    assert found["result"] == result
    assert says in found["why"]


@pytest.mark.parametrize("spoil", ["b''", "b'rubbish' * 20", "proof[:33] + bytes(32)"])
def test_a_proof_over_other_bytes_is_refused(spoil: str, tool: Tool, state: Services, tmp_path: Path) -> None:
    """Exit code 1, the reason, and no record."""
    install(tmp_path, spoil=spoil)
    ran = tool("evidence", "stamp", "--ots")
    assert ran.code == 1
    assert "opentimestamps" in ran.out
    assert not [r for r in state.journal.records(own=True) if r.type == "log.timestamp"]


def test_a_program_that_fails_is_told(tool: Tool, state: Services, tmp_path: Path) -> None:
    """As a calendar that does not answer."""
    install(tmp_path, code=1)
    assert tool("evidence", "stamp", "--ots").code == 1


@contextmanager
def calendar() -> Iterator[str]:
    """A calendar that takes every hash and promises to commit to it."""

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            where = f"http://127.0.0.1:{self.server.server_port}".encode()  # type: ignore[attr-defined]
            payload = bytes([len(where)]) + where
            body = PENDING + bytes([len(payload)]) + payload
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing on the terminal."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


REAL = shutil.which("ots")


@pytest.mark.skipif(REAL is None, reason="opentimestamps-client is not installed")
def test_the_real_program(tool: Tool, state: Services, tmp_path: Path) -> None:
    """Its proof is over the checkpoint, and it does not call a promise confirmed."""
    (tmp_path / "bin" / "ots").symlink_to(REAL or "")
    checkpoint = state.journal.checkpoint()
    with calendar() as url:
        document = tool.document("evidence", "stamp", "--ots", "--calendar", url)
        [record] = [r for r in state.journal.records(own=True) if r.id == document["record"]]
        proof = state.journal.artifact(record, ANSWER)
        assert flaw(proof, checkpoint) is None
        assert hashlib.sha256(checkpoint).digest() in proof
        assert claim(tool, "--ots")["result"] == "not_checkable"
