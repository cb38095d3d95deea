"""``withhold purge plan``: what to delete first, what that still achieves, and what survives it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from withhold.app.bootstrap import Services
from withhold.app.ledger.exposure import ledger
from withhold.app.ledger.filters import Filter
from withhold.app.purge.keep import KeepRules, keep_rules
from withhold.model.account import Account
from withhold.model.terms import Plan, Provider, Terms
from withhold.model.words import Basis, FutureEligibility, PastExposure, PlanClass
from withhold.policy.calendar import latest_end
from withhold.policy.purging import Candidate, Rank, rank
from withhold.report import documents as d

_APART = frozenset(
    {"after_chat_deletion", "local_copies", "flagged_content", "flagged_scores", "human_reviewed"}
)
"""Grounds that say nothing of how long the conversation itself is kept while nobody deletes it."""
_SURVIVING = {
    "feedback": "Copies made with a thumbs mark or report are kept apart from the conversation.",
    "flagged_content": "What was flagged for safety is kept apart; nobody outside can see what was flagged.",
    "flagged_scores": "Scores of safety flags are kept apart; nobody outside can see them.",
    "human_reviewed": "What people reviewed is kept apart; nobody outside can see what was reviewed.",
}
_ALWAYS = (
    ("trained_models", "Models that were trained on it keep what they learnt; no deletion reaches them."),
    ("legal_hold", "A court's order or a law can make the provider keep it; nobody outside can see that."),
    ("others", "Copies that somebody else made (shared links that were opened, connected apps) stay theirs."),
)


@dataclass(slots=True)
class _Sorted:
    """The ledger's rows, sorted by what becomes of them."""

    ranked: list[tuple[Rank, d.ConversationRow]] = field(default_factory=list)
    kept: int = 0
    not_open: int = 0
    already: int = 0
    unassigned: int = 0


def purge_plan(
    services: Services,
    *,
    wanted: Filter | None = None,
    keep: Path | None = None,
    keep_projects: tuple[str, ...] = (),
    only_projects: tuple[str, ...] = (),
    limit: int | None = None,
) -> d.PurgePlanDocument:
    """Rank what is open or unknown. Deletes nothing, asks nobody.

    Raises ``UsageProblem`` for a keep-list that cannot be read to the last line.
    """
    rules = keep_rules(keep, keep_projects, only_projects)
    stamp = services.stamp()
    now = stamp.generated_at
    with ledger(services, wanted=wanted or Filter()) as view:
        sorted_ = _sort(view.rows(), rules, now)
    rows = [_row(found, row) for found, row in sorted_.ranked]
    providers = sorted({r.provider for r in rows})
    return d.PurgePlanDocument(
        generated_at=now,
        tool_version=stamp.tool_version,
        rows=tuple(rows[:limit]),
        listed=len(rows),
        kept=sorted_.kept,
        not_open=sorted_.not_open,
        already=sorted_.already,
        achieves=_achieves(rows),
        survives=tuple(survivors([row for _, row in sorted_.ranked])),
        back_end=tuple(back_end_row(services.packs[p], now) for p in providers if p in services.packs),
        notices=_notices(sorted_, rules),
        next="withhold purge run ID..." if rows else "withhold exposure",
    )


def back_end_row(provider: Provider, deleted: datetime) -> d.BackEndRow:
    """Until when the terms in force let the back-end keep what is deleted at ``deleted``."""
    until = back_end_until(provider, None, deleted, deleted)
    text = "the terms state no time within which it leaves the back-end"
    if until is not None:
        text = f"by the terms it leaves the back-end by {until:%Y-%m-%d}; nobody outside can see that"
    return d.BackEndRow(provider=provider.id, until=until, text=text)


def back_end_until(
    provider: Provider, account: Account | None, deleted: datetime, now: datetime
) -> datetime | None:
    """The latest end that terms in force at ``now`` state after a deletion; ``None`` where one states none.

    Without a surely known plan all consumer terms count.
    """
    tiers = set() if account is None else {p.tier for p in account.plans if p.ends is None}
    rules = [
        t.retention.get(Basis.AFTER_CHAT_DELETION)
        for plan, t in _in_force(provider, now)
        if (tiers & set(plan.tiers) if tiers else plan.plan_class is PlanClass.CONSUMER)
    ]
    ends = [None if r is None or r.duration is None else latest_end(deleted, r.duration) for r in rules]
    known = [e for e in ends if e is not None]
    return max(known) if known and len(known) == len(ends) else None


def survivors(rows: Iterable[d.ConversationRow]) -> Iterator[d.SurvivorRow]:
    """What outlives a deletion of ``rows``: by what the ledger shows of them, and what holds for all."""
    count: Counter[str] = Counter()
    until: dict[str, list[datetime | None]] = {}
    for row in rows:
        for clock in row.clocks:
            if clock.basis in _SURVIVING:
                count[clock.basis] += 1
                until.setdefault(clock.basis, []).append(clock.until)
    for basis, text in _SURVIVING.items():
        if not count[basis]:
            continue
        ends = [e for e in until[basis] if e is not None]
        whole = len(ends) == len(until[basis])
        seen = count[basis] if basis == "feedback" else None
        yield d.SurvivorRow(what=basis, conversations=seen, until=max(ends) if whole else None, text=text)
    for what, text in _ALWAYS:
        yield d.SurvivorRow(what=what, conversations=None, until=None, text=text)


def _in_force(provider: Provider, now: datetime) -> Iterator[tuple[Plan, Terms]]:
    for product in provider.products:
        if product.id not in provider.kinds.get("chat", ()):
            continue
        for plan in product.plans:
            for t in plan.terms:
                begun = t.begins is None or t.begins.earliest <= now
                if begun and (t.ends is None or t.ends.latest > now):
                    yield plan, t


def _sort(rows: Iterable[d.ConversationRow], rules: KeepRules, now: datetime) -> _Sorted:
    found = _Sorted()
    for row in rows:
        if row.account is None:
            found.unassigned += 1
        elif rules.keeps(row):
            found.kept += 1
        elif row.deleted is True:
            found.already += 1
        elif (ranked := rank(_candidate(row), now)) is None:
            found.not_open += 1
        else:
            found.ranked.append((ranked, row))
    found.ranked.sort(key=lambda pair: (-pair[0].score, pair[1].first is None, pair[1].first, pair[1].id))
    return found


def _candidate(row: d.ConversationRow) -> Candidate:
    kinds = tuple(row.sensitivity.split(", ")) if row.sensitivity else ()
    return Candidate(
        PastExposure(row.past_exposure), FutureEligibility(row.future_eligibility), kinds, _kept_until(row)
    )


def _kept_until(row: d.ConversationRow) -> datetime | None:
    ends = [c.until for c in row.clocks if c.basis not in _APART]
    known = [e for e in ends if e is not None]
    return max(known) if known and len(known) == len(ends) else None


def _row(found: Rank, row: d.ConversationRow) -> d.PurgeRow:
    return d.PurgeRow(
        id=row.id,
        source_id=row.source_id,
        provider=row.provider,
        account=row.account or "",
        kind=row.kind,
        first=row.first,
        last=row.last,
        past_exposure=row.past_exposure,
        future_eligibility=row.future_eligibility,
        sensitivity=row.sensitivity,
        kept_until=_kept_until(row),
        score=found.score,
        why=found.why,
        achieves=found.achieves,
        at_provider=row.kind == "chat",
        title=row.title,
        project=row.project,
    )


def _achieves(rows: list[d.PurgeRow]) -> tuple[str, ...]:
    future = sum(r.future_eligibility != "not_eligible" for r in rows)
    past = sum(r.past_exposure != "not_exposed" for r in rows)
    lines = []
    if future:
        lines.append(
            f"{future} of {len(rows)} are or may be open to runs that start later: deleting keeps them out of"
            " those, by the provider's terms."
        )
    if past:
        lines.append(
            f"{past} of {len(rows)} were or may have been open already: no deletion takes them out of models"
            " that are trained."
        )
    return tuple(lines)


def _notices(found: _Sorted, rules: KeepRules) -> tuple[str, ...]:
    notes = [f"The keep-list's entry {entry!r} meets no conversation." for entry in rules.unmet()]
    if found.unassigned:
        notes.append(
            f"{found.unassigned} conversations belong to no known account and are not ranked"
            " (withhold account list)."
        )
    if any(not row.sensitivity for _, row in found.ranked):
        notes.append(
            "Where no secret is known there may be one: a search (withhold findings PATH) knows its kinds"
            " only, and cannot trace each to its conversation."
        )
    return tuple(notes)
