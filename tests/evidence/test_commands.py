"""``withhold evidence`` with its log: stamping, authorities, keys, checkpoints and proofs."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.tool import Tool
from tests.evidence.tsa import Authoritative, issue, needs_openssl, simple

FIXTURE = Path(__file__).with_name("fixtures") / "format-1"


@pytest.fixture
def tool(capsys: pytest.CaptureFixture[str]) -> Tool:
    """The command line, on a state of the test's own."""
    return Tool(capsys)


@pytest.fixture
def filled(tool: Tool) -> Tool:
    """A state with a person's statements in its evidence."""
    tool("account", "add", "anthropic", "home", "--plan", "Pro", "--accepted", "2025-10-01")
    return tool


@pytest.fixture
def tsa(tmp_path: Path) -> Iterator[Authoritative]:
    with simple(tmp_path / "first-tsa") as running:
        (tmp_path / "root.pem").write_bytes(running.root.pem)
        yield running


def evidence() -> Path:
    return Path(os.environ["WITHHOLD_HOME"]) / "evidence"


def test_the_store_is_checked_whole(filled: Tool) -> None:
    """``fsck`` counts what it read; a change makes it exit 4 and name the record."""
    document = filled.document("evidence", "fsck")
    assert document["sound"] is True
    assert (document["records"], document["failed"], document["problems"]) == (3, 0, [])
    assert "3 records" in filled("evidence", "fsck").out
    path = evidence() / "log.jsonl"
    path.write_bytes(path.read_bytes().replace(b"anthropic", b"anthropix", 1))
    document = filled.document("evidence", "fsck", code=4)
    assert document["sound"] is False
    assert {p["claim"] for p in document["problems"]} >= {"sealed", "log", "checkpoint"}
    assert filled("evidence", "fsck").code == 4


def test_without_authorities_nobody_is_asked(filled: Tool) -> None:
    """Stamping is off until the person names somebody; the guard of the tests would see a request."""
    assert filled.document("evidence", "authorities", "list")["authorities"] == []
    assert filled("evidence", "stamp").code == 2
    assert filled.document("evidence", "list")["unstamped"] == 3
    assert filled("evidence", "stamp", "--tsa", "http://127.0.0.1:9/").code == 2


@needs_openssl
def test_an_authority_may_be_named_before_anything_else(
    tool: Tool, tsa: Authoritative, tmp_path: Path
) -> None:
    """The how-to begins with it: on a fresh state a second one can be named, and records follow."""
    for name in ("one", "two"):
        tool.document(
            "evidence", "authorities", "add", tsa.url, "--root", tmp_path / "root.pem", "--name", name
        )
    tool.document("account", "add", "anthropic", "home", "--plan", "Pro")
    assert tool.document("evidence", "list")["unstamped"] == 0


@needs_openssl
def test_a_key_is_time_stamped_when_it_is_made(tool: Tool, tsa: Authoritative, tmp_path: Path) -> None:
    """The first one by ``stamp``, before there is any record; the next one as it takes over. The record that
    introduces a key can be handed over, and shows by when the key was there."""
    root = tmp_path / "root.pem"
    tool.document("evidence", "authorities", "add", tsa.url, "--root", root, "--name", "one")
    assert tool("evidence", "stamp").code == 0
    tool.document("evidence", "key", "rotate")
    keys = tool.document("evidence", "key", "show")["keys"]
    assert [key["current"] for key in keys] == [False, True]
    for key in keys:
        bundle = tmp_path / f"{key['id']}.zip"
        made = tool.document("evidence", "bundle", key["introduced_by"][:12], "-o", bundle)
        assert made["unstamped"] == 0
        checked = tool.document("evidence", "verify", bundle, "--key", key["fingerprint"], "--root", root)
        claims = {
            c["name"]: c for r in checked["records"] for c in r["claims"] if r["id"] == key["introduced_by"]
        }
        assert claims["time"]["result"] == claims["key"]["result"] == "verified"


@needs_openssl
def test_an_authority_is_named_used_and_removed(filled: Tool, tsa: Authoritative, tmp_path: Path) -> None:
    """Naming it sends nothing; stamping does; commands that record do so by themselves; removing ends it."""
    added = filled.document("evidence", "authorities", "add", tsa.url, "--root", tmp_path / "root.pem")
    (row,) = added["authorities"]
    assert row["url"] == tsa.url
    assert tsa.asked == 0
    stamped = filled.document("evidence", "stamp")
    assert [t["authority"] for t in stamped["tokens"]] == [row["name"]]
    assert stamped["unstamped"] == 0
    assert "stamped already" in filled.document("evidence", "stamp")["why"]
    assert {r["stamped"] for r in filled.document("evidence", "list")["records"]} == {"by_one"}
    filled("account", "setting", "home", "private", "--from", "2025-11-01")
    assert tsa.asked == 2
    assert filled.document("evidence", "list")["unstamped"] == 0
    verified = filled.document("evidence", "verify")
    times = [c["result"] for r in verified["records"] for c in r["claims"] if c["name"] == "time"]
    assert times.count("verified") >= 4
    assert filled.document("evidence", "authorities", "remove", row["name"])["authorities"] == []
    verified = filled.document("evidence", "verify")
    assert not [
        c
        for r in verified["records"]
        for c in r["claims"]
        if (c["name"], c["result"]) == ("time", "verified")
    ]
    assert filled("evidence", "authorities", "remove", row["name"]).code == 2


@needs_openssl
def test_an_authority_that_is_down_blocks_nothing(filled: Tool, tsa: Authoritative, tmp_path: Path) -> None:
    """The record is made, the reason is told, and for a while nobody is asked again."""
    filled("evidence", "authorities", "add", tsa.url, "--root", tmp_path / "root.pem", "--name", "down")
    tsa.status = 503
    ran = filled("account", "setting", "home", "private", "--from", "2025-11-01")
    assert ran.code == 0
    assert "no time-stamp from down" in ran.err
    assert "no time-stamp" not in filled("account", "setting", "home", "sharing", "--from", "2025-12-01").err
    assert tsa.asked == 1
    document = filled.document("evidence", "stamp", code=1)
    assert [r["authority"] for r in document["refused"]] == ["down"]
    tsa.status = 200
    assert filled.document("evidence", "stamp")["unstamped"] == 0
    assert filled.document("evidence", "fsck")["tokens"] == 1


@needs_openssl
def test_one_stamp_by_an_authority_given_on_the_spot(
    filled: Tool, tsa: Authoritative, tmp_path: Path
) -> None:
    """``--tsa`` and ``--root`` stamp once and name nobody for later."""
    stamped = filled.document("evidence", "stamp", "--tsa", tsa.url, "--root", tmp_path / "root.pem")
    assert len(stamped["tokens"]) == 1
    assert filled.document("evidence", "authorities", "list")["authorities"] == []
    (tmp_path / "other.pem").write_bytes(issue("another root").pem)
    filled("account", "setting", "home", "private", "--from", "2025-11-01")
    refused = filled.document("evidence", "stamp", "--tsa", tsa.url, "--root", tmp_path / "other.pem", code=1)
    assert "does not verify up to the root" in refused["refused"][0]["why"]
    assert refused["record"] is None


def test_keys_are_shown_and_rotated(filled: Tool) -> None:
    """Fingerprint, verifier key and place, never the key itself."""
    shown = filled.document("evidence", "key", "show")
    (key,) = shown["keys"]
    assert key["current"] is True
    secret = Path(shown["place"]).read_text()
    assert secret.splitlines()[1] not in json.dumps(shown) + filled("evidence", "key", "show").out
    rotated = filled.document("evidence", "key", "rotate")
    assert [k["current"] for k in rotated["keys"]] == [False, True]
    assert filled.document("evidence", "fsck")["sound"] is True


def test_a_lost_key_is_said_and_replaced(filled: Tool) -> None:
    """Records go on without it; ``rotate`` wants to be told that it is lost."""
    for path in (evidence().parent / "keys").glob("*.pem"):
        path.unlink()
    ran = filled("account", "setting", "home", "private", "--from", "2025-11-01")
    assert ran.code == 0
    assert "is gone" in ran.err
    assert filled("evidence", "key", "rotate").code == 5
    assert filled.document("evidence", "key", "rotate", "--lost")["place"]
    assert filled.document("evidence", "fsck")["sound"] is True


def test_a_kept_checkpoint_finds_a_shortened_log(filled: Tool, tmp_path: Path) -> None:
    """What a person kept elsewhere is held against the log: it verifies, until the log is another one."""
    kept, proof = tmp_path / "kept", tmp_path / "record.tlog-proof"
    printed = filled("evidence", "checkpoint").out
    assert filled.document("evidence", "checkpoint", "-o", kept)["text"] == printed == kept.read_text("utf-8")
    record = filled.document("evidence", "list")["records"][0]["id"]
    assert filled("evidence", "proof", record[:12], "-o", proof).code == 0
    filled("account", "setting", "home", "private", "--from", "2025-11-01")
    (file,) = filled.document("evidence", "verify", kept)["files"]
    assert (file["kind"], [c["result"] for c in file["claims"]]) == ("checkpoint", ["verified"])
    (file,) = filled.document("evidence", "verify", proof)["files"]
    assert [(c["name"], c["result"]) for c in file["claims"]] == [("kept", "verified"), ("log", "verified")]
    shutil.rmtree(evidence())
    filled("account", "setting", "home", "private", "--from", "2025-11-01")
    assert filled("evidence", "verify", kept).code == 4
    assert filled.document("evidence", "verify", proof, code=4)["files"][0]["claims"]
    (tmp_path / "nonsense").write_text("nonsense")
    assert filled("evidence", "verify", tmp_path / "nonsense").code == 2


def test_a_former_journal_goes_on(tool: Tool) -> None:
    """A state with a journal of format 1 verifies as it is, and after the next record as well."""
    shutil.copytree(FIXTURE, evidence())
    assert [r["seq"] for r in tool.document("evidence", "list")["records"]] == [1, 2, 3, 4]
    assert tool.document("evidence", "fsck")["sound"] is True
    tool("account", "add", "anthropic", "home", "--plan", "Pro", "--accepted", "2025-10-01")
    assert tool.document("evidence", "fsck")["records"] == 7
    rows = tool.document("evidence", "list", "--all")["records"]
    assert [r["seq"] for r in rows] == list(range(1, 8))
    assert (evidence() / "journal.jsonl").read_bytes() == (FIXTURE / "journal.jsonl").read_bytes()


@pytest.mark.skipif(os.name != "posix", reason="sparse files")
def test_a_file_too_long_to_be_evidence_is_refused(tool: Tool, tmp_path: Path) -> None:
    """It is a slip of the caller, not an internal error, whatever its name ends with."""
    for name in ("disk.img", "disk.zip"):
        with (tmp_path / name).open("wb") as file:
            file.truncate(600 << 20)
        assert tool("evidence", "verify", tmp_path / name).code == 2
