"""The ledger as CSV."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.report.making import NOW, at, clock, golden, ledger, row
from withhold.report import documents as d
from withhold.report.spreadsheet import COLUMNS, FORMULA, exposure_csv, guarded


def read(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8"), newline="")))


def test_the_file_is_as_it_was() -> None:
    """Columns, their order, quoting and line ends are fixed: scripts rely on them."""
    gone = d.GoneSince(earliest=at("2026-01-01"), latest=at("2026-02-01"), note="absent")
    rows = (
        row("one"),
        row("two", account=None, first=None, last=None, resumed_at=(), past_exposure="unknown", causes=()),
        row("three", title='Said "no", then left', project="=shop", deleted="unknown", gone_since=gone),
        row("four", clocks=(clock("training_off", "2026-12-01", "at_least"),), kind="coding"),
    )
    golden("ledger.csv", exposure_csv(ledger(*rows)))


def test_a_verdict_never_stands_without_its_carve_outs() -> None:
    """The column of carve-outs follows both verdicts, and holds each kind with its effect."""
    names = [c.name for c in COLUMNS]
    assert names[names.index("past_exposure") :][:3] == ["past_exposure", "future_eligibility", "carve_outs"]
    (held,) = read(exposure_csv(ledger(row("one"))))
    assert held["carve_outs"] == "safety_flagged:trains_even_when_off"


@given(st.text())
def test_what_was_written_is_read_back(text: str) -> None:
    """Any title comes back as it was, but for what a spreadsheet would compute and what is no text."""
    (held,) = read(exposure_csv(ledger(row("one", title=text))))
    assert held["title"] == guarded(text.replace("\0", ""))


@pytest.mark.parametrize("start", [*FORMULA, "\t", "\r", "\n", " ="])
def test_no_cell_is_a_formula(start: str) -> None:
    """A cell that a spreadsheet might compute begins with an apostrophe, wherever it came from."""
    hostile = f"{start}cmd|' /C calc'!A0"
    (held,) = read(exposure_csv(ledger(row("one", title=hostile, project=hostile, source_id=hostile))))
    assert {held["title"], held["project"], held["source_id"]} == {f"'{hostile}"}


def test_half_a_character_does_not_stop_the_file() -> None:
    """A lone surrogate becomes a question mark; the other rows are written."""
    held = read(exposure_csv(ledger(row("one", title="\ud800"), row("two"))))
    assert [h["id"] for h in held] == ["one", "two"]
    assert held[0]["title"] == "?"


def test_times_are_utc() -> None:
    """Each time names its zone; what is not known is an empty cell."""
    known, unknown = read(exposure_csv(ledger(row("one"), row("two", as_of=None))))
    assert known["as_of"] == NOW.isoformat().replace("+00:00", "Z")
    assert unknown["as_of"] == ""
