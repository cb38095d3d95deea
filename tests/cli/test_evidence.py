"""``withhold evidence``."""

import os
import shutil
from pathlib import Path

import pytest

from tests.cli.tool import Tool


@pytest.fixture
def journal(tool: Tool) -> Path:
    """A journal with a few statements of a person."""
    tool("account", "add", "anthropic", "home", "--plan", "Pro", "--accepted", "2025-10-01")
    tool("account", "setting", "home", "private", "--from", "2025-11-01")
    return Path(os.environ["WITHHOLD_HOME"]) / "evidence" / "log.jsonl"


def results(document: dict[str, list[dict[str, list[dict[str, str]]]]]) -> set[str]:
    return {claim["result"] for record in document["records"] for claim in record["claims"]}


def test_an_empty_journal_verifies(tool: Tool) -> None:
    """Nothing was done yet: nothing is listed, and verifying finds no fault."""
    assert tool.document("evidence", "list")["records"] == []
    assert tool.document("evidence", "verify")["records"] == []


def test_list_and_verify(tool: Tool, journal: Path) -> None:
    """Records are listed oldest first, and each one's claims verify."""
    records = tool.document("evidence", "list")["records"]
    whole = tool.document("evidence", "list", "--all")["records"]
    assert [r["seq"] for r in whole] == list(range(1, len(whole) + 1))
    assert len(whole) == len(journal.read_bytes().splitlines())
    assert records == [r for r in whole if not r["type"].startswith("log.")]
    assert {r["stamped"] for r in whole} == {"unstamped"}
    verified = tool.document("evidence", "verify")
    assert [r["id"] for r in verified["records"]] == [r["id"] for r in whole]
    assert "failed" not in results(verified)


def test_verifying_one(tool: Tool, journal: Path) -> None:
    """With the start of a record's id only that record is listed."""
    last = tool.document("evidence", "list")["records"][-1]["id"]
    assert [r["id"] for r in tool.document("evidence", "verify", last[:12])["records"]] == [last]


def test_a_record_that_is_not_there(tool: Tool, journal: Path) -> None:
    """Asking for a record that does not exist is never answered with "all good"."""
    ran = tool("evidence", "verify", "feedfeedfeed")
    assert ran.code != 0


def test_a_flipped_byte(tool: Tool, journal: Path) -> None:
    """One flipped bit anywhere in a record: exit code 4, and the record is named."""
    data = bytearray(journal.read_bytes())
    data[data.index(b"private")] ^= 1
    journal.write_bytes(bytes(data))
    document = tool.document("evidence", "verify", code=4)
    assert "failed" in results(document)
    text = tool("evidence", "verify")
    assert text.code == 4
    assert "failed" in text.out


def test_a_dropped_record(tool: Tool, journal: Path) -> None:
    """A record that was taken out is missed."""
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[:1] + lines[2:]))
    assert tool("evidence", "verify", "--json").code == 4


def test_a_cut_tail(tool: Tool, journal: Path) -> None:
    """The last record taken off is missed as well."""
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[:-1]))
    assert tool("evidence", "verify", "--json").code == 4


def test_an_emptied_journal(tool: Tool, journal: Path) -> None:
    """A journal that was emptied does not pass for one in which nothing happened."""
    journal.write_bytes(b"")
    assert tool("evidence", "verify", "--json").code == 4


def test_a_journal_that_is_gone(tool: Tool, journal: Path) -> None:
    """With its whole folder taken away, what the state still rests on is missed by its id."""
    shutil.rmtree(journal.parent)
    document = tool.document("evidence", "verify", code=4)
    (missing,) = [r for r in document["records"] if r["claims"][0]["name"] == "present"]
    assert missing["claims"][0]["result"] == "failed"
    assert missing["id"]
    assert tool("evidence", "verify", missing["id"][:12]).code == 4
    text = tool("evidence", "verify")
    assert (text.code, missing["id"][:16] in text.out) == (4, True)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_state_is_private(tool: Tool, journal: Path) -> None:
    """Every file and folder of the state is readable by its owner alone."""
    home = Path(os.environ["WITHHOLD_HOME"])
    shared = [p for p in (home, *home.rglob("*")) if p.stat().st_mode & 0o077]
    assert shared == []
