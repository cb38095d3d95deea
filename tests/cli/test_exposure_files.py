"""The ledger in other forms: CSV, calendar, timeline, and suppositions."""

import csv
import io
import os
from pathlib import Path

import pytest
from icalendar import Calendar

from tests.cli.test_exposure import AS_OF, told
from tests.cli.tool import Tool, audited
from withhold.report.spreadsheet import COLUMNS


def test_csv_on_stdout_is_the_ledger(filled: Tool) -> None:
    """Nothing but CSV is on stdout; its rows are those of the document, in order."""
    ran = filled("exposure", "--csv", "-", *AS_OF)
    rows = list(csv.DictReader(io.StringIO(ran.out, newline="")))
    document = filled.document("exposure", *AS_OF)["conversations"]
    assert ran.code == 0
    assert [c.name for c in COLUMNS] == list(rows[0])
    for key in ("id", "kind", "past_exposure", "future_eligibility"):
        assert [r[key] for r in rows] == [r[key] for r in document]


def test_files_are_written_and_named(tool: Tool, tmp_path: Path) -> None:
    """With files given nothing is on stdout; each file is said on stderr, and its owner alone can read it."""
    told(tool)
    table, dates = tmp_path / "l.csv", tmp_path / "d.ics"
    ran = tool("exposure", "--csv", table, "--ics", dates, *AS_OF)
    assert (ran.code, ran.out) == (0, "")
    for path in (table, dates):
        assert f"written: {path}" in ran.err
        assert os.name == "nt" or path.stat().st_mode & 0o077 == 0
    summaries = [str(e["summary"]) for e in Calendar.from_ical(dates.read_bytes()).walk("VEVENT")]
    assert any("training on" in s for s in summaries)
    assert any(s.startswith("Look at the training setting") for s in summaries)


def test_filters_hold_for_files_too(filled: Tool) -> None:
    """What the filters leave out is in no file."""
    ran = filled("exposure", "--kind", "coding", "--csv", "-", *AS_OF)
    assert {r["kind"] for r in csv.DictReader(io.StringIO(ran.out, newline=""))} == {"coding"}


@pytest.mark.parametrize(
    "options",
    [
        ("--csv", "-", "--json"),
        ("--csv", "-", "--ics", "-"),
        ("--jsonl", "--ics", "-"),
        ("--csv", "no/such/folder/l.csv"),
        ("--since", "2026-02-01", "--until", "2026-01-01"),
        ("--since", "lately"),
        ("--project", "nobody's"),
    ],
)
def test_slips_are_refused(filled: Tool, options: tuple[str, ...]) -> None:
    """Two documents on one stdout, a folder that is not there, a day that is none, a project of nobody."""
    assert filled("exposure", *options, *AS_OF).code == 2


@pytest.mark.parametrize("subcommand", ["whatif", "timeline", "explain"])
def test_a_filter_before_a_subcommand_is_not_lost(filled: Tool, subcommand: str) -> None:
    """Options of the group do not act on a subcommand: giving one there is an error."""
    ran = filled("exposure", "--kind", "coding", subcommand)
    assert ran.code == 2
    assert f"after '{subcommand}'" in ran.err


def test_a_year_narrows_the_ledger(filled: Tool) -> None:
    """Days keep what was touched between them."""
    everything = filled.document("exposure", *AS_OF)["conversations"]
    some = filled.document("exposure", "--since", "2025-10-01", *AS_OF)["conversations"]
    assert 0 < len(some) < len(everything)
    assert all(r["last"] is None or r["last"] >= "2025-09-30" for r in some)


def test_a_supposition_says_so(tool: Tool) -> None:
    """Text and document name it as such; the ledger afterwards is what it was."""
    told(tool)
    before = tool.document("exposure", *AS_OF)
    document = tool.document("exposure", "whatif", "--off-since", "2025-09-01", *AS_OF)
    assert document["is_supposition"] is True
    assert document["actual"]["past"] == before["totals"]["past"]
    assert document["supposed"]["past"]["exposed"] == 0 < document["actual"]["past"]["exposed"]
    text = " ".join(tool("exposure", "whatif", "--off-since", "2025-09-01", *AS_OF).out.split())
    assert "This is a supposition, not evidence." in text
    assert "whatever the verdict says" in text
    assert text.count("supposed") >= len(document["changes"])
    after = tool.document("exposure", *AS_OF)
    assert {**after, "generated_at": 0} == {**before, "generated_at": 0}


def test_supposing_nothing_is_refused(filled: Tool) -> None:
    """Without a supposition there is no answer."""
    assert filled("exposure", "whatif").code == 2


def test_the_timeline(filled: Tool, tmp_path: Path) -> None:
    """A document within its schema, a plot of 80 columns, and a picture in a file."""
    document = filled.document("exposure", "timeline", *AS_OF)
    assert document["weeks"]
    assert {lane["product"] for lane in document["lanes"]} == {"claude", "claude-code"}
    plot = filled("exposure", "timeline", *AS_OF)
    assert max(map(len, plot.out.splitlines())) <= 80
    picture = tmp_path / "t.svg"
    ran = filled("exposure", "timeline", "--out", picture, *AS_OF)
    assert (ran.code, ran.out) == (0, "")
    assert picture.read_bytes().startswith(b"<?xml")


def test_an_empty_timeline(tool: Tool) -> None:
    """Without conversations the plot says what to do."""
    assert "withhold import" in tool("exposure", "timeline").out


def test_the_calendar_is_loaded_by_who_asks_for_it() -> None:
    """The library for calendars costs time: other uses of the ledger do not load it."""
    assert "icalendar" not in audited("exposure").modules
    assert "icalendar" in audited("exposure", "--ics", "-").modules
