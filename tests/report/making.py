"""Small documents to render, and golden files to hold the result against."""

import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from withhold.report import documents as d

GOLDEN = Path(__file__).with_name("golden")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
FLAGS = d.CarveOutRow(
    kind="safety_flagged",
    effect="trains_even_when_off",
    text="Flagged content may train.",
    confidence="uncertain",
)


def golden(name: str, made: bytes) -> None:
    """``made`` is what the golden file holds. ``WITHHOLD_GOLDEN=write`` makes the file anew: look at it."""
    path = GOLDEN / name
    if os.environ.get("WITHHOLD_GOLDEN") == "write":
        path.write_bytes(made)
    assert made == path.read_bytes(), f"{name} differs; look, then run with WITHHOLD_GOLDEN=write"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def clock(basis: str, until: str | None, bound: str | None = "up_to") -> d.ClockRow:
    return d.ClockRow(
        basis=basis,
        until=None if until is None else at(until),
        bound=None if until is None else bound,
        note="as stated",
    )


def row(id_: str, **given: Any) -> d.ConversationRow:
    """An exposed chat of one account, with what is given instead."""
    told: dict[str, Any] = {
        "id": id_,
        "source_id": f"source-{id_}",
        "provider": "anthropic",
        "product": "claude",
        "account": "a1",
        "kind": "chat",
        "first": at("2025-10-01T10:00:00"),
        "last": at("2025-11-20T10:00:00"),
        "resumed_at": (at("2025-11-20T10:00:00"),),
        "human": 2,
        "model": 2,
        "past_exposure": "exposed",
        "future_eligibility": "not_eligible",
        "carve_outs": (FLAGS,),
        "clocks": (clock("training_on", "2030-11-20T10:00:00"), clock("flagged_content", None)),
        "extent": "whole",
        "causes": ("setting",),
        "as_of": NOW,
    }
    return d.ConversationRow(**(told | given))


def ledger(*rows: d.ConversationRow, looks: tuple[d.AsOf, ...] = ()) -> d.ExposureDocument:
    past = d.PastTotals(exposed=len(rows), not_exposed=0, unknown=0)
    future = d.FutureTotals(eligible=0, not_eligible=len(rows), unknown=0)
    return d.ExposureDocument(
        generated_at=NOW,
        tool_version="0.0",
        totals=d.Totals(past=past, future=future),
        conversations=rows,
        as_of=looks,
    )


def look(account: str = "private", again: str = "2026-12-10T09:00:00") -> d.AsOf:
    return d.AsOf(
        account=account, provider="anthropic", at=at("2026-11-10T09:00:00"), why="seen", look_again=at(again)
    )


def stretch(begins: str, ends: str, word: Any, text: str = "because") -> d.StretchRow:
    return d.StretchRow(begins=at(begins), ends=at(ends), word=word, text=text)


def lane(account: str = "private") -> d.LaneRow:
    """Old terms, then the setting decides: shared, seen private once, and vouched for after a gap."""
    return d.LaneRow(
        account=account,
        provider="anthropic",
        product="claude",
        terms=(
            stretch("2025-08-04", "2025-09-05", "no_training", "old"),
            stretch("2025-09-05", "2026-08-01", "setting_decides", "new"),
        ),
        settings=(
            d.SettingBand(
                control="switch",
                stretches=(
                    stretch("2025-08-04", "2025-09-05", "unknown", "nobody vouches for it"),
                    stretch("2025-09-05", "2025-12-01", "sharing", "attested"),
                    stretch("2025-12-01", "2026-02-10T09:00:00", "unknown", "nobody vouches for it"),
                    stretch("2026-02-10T09:00:00", "2026-02-10T09:00:00.000001", "private", "observed"),
                    stretch("2026-02-10T09:00:00.000001", "2026-04-01", "unknown", "nobody vouches for it"),
                    stretch("2026-04-01", "2026-08-01", "private", "attested"),
                ),
            ),
        ),
        open=(
            stretch("2025-08-04", "2025-09-05", "not_open"),
            stretch("2025-09-05", "2025-12-01", "open"),
            stretch("2025-12-01", "2026-04-01", "unknown"),
            stretch("2026-04-01", "2026-08-01", "not_open"),
        ),
    )


def a_timeline(account: str = "private") -> d.TimelineDocument:
    def week(day: str, exposed: int, not_exposed: int, unknown: int) -> d.WeekRow:
        return d.WeekRow(
            begins=date.fromisoformat(day), exposed=exposed, not_exposed=not_exposed, unknown=unknown
        )

    return d.TimelineDocument(
        generated_at=NOW,
        tool_version="0.0",
        begins=at("2025-08-04"),
        ends=at("2026-08-01"),
        past=d.PastTotals(exposed=4, not_exposed=6, unknown=3),
        undated=1,
        weeks=(
            week("2025-08-04", 0, 3, 0),
            week("2025-09-15", 2, 0, 0),
            week("2025-11-10", 3, 0, 1),
            week("2026-01-12", 0, 0, 2),
            week("2026-05-04", 1, 3, 0),
        ),
        lanes=(lane(account),),
    )
