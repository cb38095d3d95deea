"""Counting verdicts and ends of retention over rows of the ledger."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Literal

from withhold.report import documents as d

By = Literal["kind", "provider", "account"]
PARTS: tuple[tuple[By, Callable[[d.ConversationRow], str | None]], ...] = (
    ("kind", lambda row: row.kind),
    ("provider", lambda row: row.provider),
    ("account", lambda row: row.account),
)


def totals_of(rows: Iterable[d.ConversationRow], labels: Mapping[str, str] | None = None) -> d.Totals:
    """Counts by verdict, ends by year and basis, and the parts. ``labels`` names accounts by their ids."""
    held = tuple(rows)
    return d.Totals(
        past=_past(held), future=_future(held), ends=_ends(held), groups=tuple(_groups(held, labels or {}))
    )


def _past(rows: Sequence[d.ConversationRow]) -> d.PastTotals:
    count = Counter(r.past_exposure for r in rows)
    return d.PastTotals(exposed=count["exposed"], not_exposed=count["not_exposed"], unknown=count["unknown"])


def _future(rows: Sequence[d.ConversationRow]) -> d.FutureTotals:
    count = Counter(r.future_eligibility for r in rows)
    return d.FutureTotals(
        eligible=count["eligible"], not_eligible=count["not_eligible"], unknown=count["unknown"]
    )


def _ends(rows: Sequence[d.ConversationRow]) -> tuple[d.EndsRow, ...]:
    """Conversations by basis, bound and year of the end; within a basis those without an end come last."""
    count = Counter(
        (c.basis, None if c.until is None else c.until.year, c.bound) for row in rows for c in row.clocks
    )
    order = sorted(count, key=lambda k: (k[0], k[1] is None, k[1] or 0, k[2] or ""))
    return tuple(d.EndsRow(basis=k[0], year=k[1], bound=k[2], count=count[k]) for k in order)


def _groups(rows: Sequence[d.ConversationRow], labels: Mapping[str, str]) -> Iterator[d.GroupTotals]:
    for by, part in PARTS:
        parts: dict[str | None, list[d.ConversationRow]] = defaultdict(list)
        for row in rows:
            parts[part(row)].append(row)
        if len(parts) < 2:
            continue
        for value, held in sorted(parts.items(), key=lambda p: (p[0] is None, p[0] or "")):
            label = "account unknown" if value is None else labels.get(value, value)
            yield d.GroupTotals(by=by, value=value, label=label, past=_past(held), future=_future(held))
