"""Predictions beside what the lab's runs and its retention job really did."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from withhold.report import documents as d

if TYPE_CHECKING:
    from withhold.lab.core import Lab


def compare(
    lab: "Lab", rows: Iterable[d.ConversationRow], *, before: str, after: str
) -> tuple[d.DemoComparison, ...]:
    """One line a conversation: runs ``before`` the prediction and ``after`` it, causes, purges."""
    return tuple(_line(lab, row, before, after) for row in rows)


def _line(lab: "Lab", row: d.ConversationRow, before: str, after: str) -> d.DemoComparison:
    conversation = lab.conversations[row.source_id]
    causes = {name: _causes(lab, name, row.source_id) for name in lab.runs}
    purges = {p.basis: p.at for p in lab.purges if p.conversation == row.source_id}
    agrees = (
        _agrees(row.past_exposure == "exposed", row.past_exposure, causes[before], row)
        and _agrees(row.future_eligibility == "eligible", row.future_eligibility, causes[after], row)
        and not late(row, purges)
    )
    return d.DemoComparison(
        conversation=row.source_id,
        title=conversation.title,
        kind="incognito" if conversation.incognito else row.kind,
        past_exposure=row.past_exposure,
        future_eligibility=row.future_eligibility,
        predicted_causes=row.causes,
        in_runs=tuple(name for name, found in causes.items() if found),
        actual_causes=tuple(
            f"{name}: {', '.join(_said(cause, row) for cause in sorted(found))}"
            for name, found in causes.items()
            if found
        ),
        purged=tuple(f"{basis} {at:%Y-%m-%d}" for basis, at in purges.items()),
        clocks=tuple(f"{c.basis} {c.until:%Y-%m-%d}" for c in row.clocks if c.until is not None),
        agrees=agrees,
        but_for=tuple(dict.fromkeys(c.kind for c in row.carve_outs)),
    )


def _causes(lab: "Lab", run: str, conversation: str) -> frozenset[str]:
    item = lab.runs[run].items.get(conversation)
    return frozenset() if item is None else item.causes


def _carved(cause: str, row: d.ConversationRow) -> bool:
    """Whether a cause stood among the carve-outs of this conversation."""
    kind = {"safety": "safety_flagged"}.get(cause, cause)
    return cause not in row.causes and any(c.kind == kind for c in row.carve_outs)


def _said(cause: str, row: d.ConversationRow) -> str:
    return f"{cause} (said as a carve-out)" if _carved(cause, row) else cause


def _agrees(open_: bool, word: str, causes: frozenset[str], row: d.ConversationRow) -> bool:
    """A prediction holds if every cause is either in the verdict or was listed as a carve-out."""
    inside = {c for c in causes if not _carved(c, row)}
    if word == "unknown":
        return False
    return open_ == bool(inside)


def late(row: d.ConversationRow, purges: Mapping[str, datetime]) -> tuple[str, ...]:
    """Bases on which something was kept longer than the clock said."""
    ends = {c.basis: c.until for c in row.clocks if c.until is not None}
    return tuple(basis for basis, at in purges.items() if basis in ends and at > ends[basis])
