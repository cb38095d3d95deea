"""Cutting time into regimes: stretches within which the rules for one account and product do not change.

Within a regime it is fixed which terms can apply (validity of the terms, acceptance, plan, region) and what
is known of the setting. The table is small; conversations of any number are joined to it.

Rules, in prose:

* Terms hold from their first to their last day. A day without a zone is that day anywhere on Earth, so two
  adjacent entries overlap for 26 hours; both are judged and the cautious reading counts (``boundary_day``).
* Terms that start on acceptance hold from the account's acceptance; until then the entry before them does.
* A plan or region that is not known leaves all of the product's plans or regions open.
* Only the open-ended last entry can age: 90 days after it was last compared with its source, what is said
  about later times is marked; after 180 days it is unknown. Earlier times never weaken.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import pairwise

from withhold.model.account import Account, PlanPeriod, SettingEvidence
from withhold.model.terms import Plan, Product, Terms
from withhold.model.when import ANY_TIME, BEGINNING, END, When
from withhold.policy.bounds import YES, Bounds
from withhold.policy.timeline import CREDIBLE, Stretch, Timeline

ONE_DAY = timedelta(hours=50)
"""The longest that one day lasts, from its first beginning to its last end anywhere on Earth."""
MARK_AFTER = timedelta(days=90)
UNKNOWN_AFTER = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Track:
    """The terms that one plan had in one region, ordered by time."""

    plan: Plan
    region: str | None
    terms: tuple[Terms, ...]

    def possible(self, instant: datetime) -> tuple[Terms, ...]:
        """Entries that may hold at ``instant``; several on a boundary day, or where an end is unknown."""
        return tuple(t for t in self.terms if _begins(t).earliest <= instant < _ends(t).latest)

    def before(self, terms: Terms) -> Terms | None:
        """The entry that still applies to who has not accepted ``terms``."""
        earlier = [t for t in self.terms if t.ends is not None and _ends(t).latest <= _begins(terms).latest]
        return earlier[-1] if earlier else None


@dataclass(frozen=True, slots=True)
class InForce:
    """One entry that may apply. ``accepted`` says whether acceptance lets it; else ``otherwise`` applies.

    ``age`` is 0 while fresh, 1 when marked stale, 2 when too old to say anything.
    """

    terms: Terms
    accepted: Bounds
    otherwise: Terms | None
    age: int


@dataclass(frozen=True, slots=True)
class Alternative:
    """One plan and region that fit the evidence, with the entries that may be in force (none: unknown)."""

    track: Track
    in_force: tuple[InForce, ...]
    covered: bool
    """Whether one of them surely held; if not, terms that nobody has shown may have held instead."""


@dataclass(frozen=True, slots=True)
class Regime:
    """``[begins, ends)`` for one account and product."""

    index: int
    begins: datetime
    ends: datetime
    alternatives: tuple[Alternative, ...]
    settings: tuple[tuple[str, Stretch], ...]
    """What is known of each control that the possible terms name."""

    @property
    def boundary(self) -> bool:
        """Whether the terms changed on this day, somewhere on Earth: two entries overlap for its length."""
        return any(len(a.in_force) > 1 and _overlap(a.in_force) <= ONE_DAY for a in self.alternatives)

    @property
    def either(self) -> bool:
        """Whether two entries overlap for longer, since nobody knows when the one ended."""
        return any(len(a.in_force) > 1 and _overlap(a.in_force) > ONE_DAY for a in self.alternatives)

    @property
    def age(self) -> int:
        return max((f.age for a in self.alternatives for f in a.in_force), default=0)

    def setting(self, control_id: str | None) -> Stretch | None:
        return next((s for c, s in self.settings if c == control_id), None)


class RegimeTable:
    """All regimes of one account and product, as of one evaluation instant."""

    def __init__(
        self,
        product: Product,
        account: Account | None,
        evidence: Sequence[SettingEvidence],
        as_of: datetime,
        looked_at: datetime | None = None,
    ) -> None:
        """``as_of`` is the evaluation instant. A setting cannot be looked at all the time: ``looked_at``
        (default ``as_of``) is the instant whose position of the setting is taken for "now", and every text
        about the future names it.
        """
        self.product = product
        self.account = account
        self.as_of = as_of
        self.looked_at = as_of if looked_at is None else looked_at
        self._tracks = _tracks(product, account.region if account else None)
        self._acceptance, self.acceptance_conflict = _acceptance(account)
        self._plans = tuple(p for p in account.plans if p.known in CREDIBLE) if account else ()
        controls = {t.training.control_id for track in self._tracks for t in track.terms}
        self.timelines = {
            c: Timeline(e for e in evidence if e.control_id == c) for c in sorted(filter(None, controls))
        }
        cuts = self._cuts()
        self._begins = cuts[:-1]
        self.regimes: Sequence[Regime] = [
            self._regime(i, begins, ends) for i, (begins, ends) in enumerate(pairwise(cuts))
        ]

    def at(self, instant: datetime) -> Regime:
        """The regime that contains ``instant``."""
        return self.regimes[self.index_at(instant)]

    def index_at(self, instant: datetime) -> int:
        return max(bisect_right(self._begins, instant) - 1, 0)

    def span(self, when: When) -> tuple[int, int]:
        """Indices of the first and last regime that may contain the instant."""
        return self.index_at(when.earliest), self.index_at(when.latest)

    def known_by(self, when: When) -> When:
        """What has been read was there by the evaluation instant, unless its own time says otherwise."""
        return When(when.earliest, self.as_of) if when.earliest <= self.as_of < when.latest else when

    @cached_property
    def now(self) -> tuple[Alternative, ...]:
        """For every plan and region of the product, whatever the account's plan is now: what holds today.

        What was shared under one plan stays under that plan's terms when the account moves to another.
        """
        return tuple(self._alternative(t, self.as_of) for t in self._tracks)

    def _cuts(self) -> list[datetime]:
        """Every instant at which something may change, with the open ends."""
        spans = [w for t in self._tracks for x in t.terms for w in (_begins(x), _ends(x))]
        spans.append(self._acceptance)
        spans += [w for p in self._plans for w in (p.begins, p.ends) if w is not None]
        cuts = {c for w in spans for c in (w.earliest, w.latest)}
        cuts |= {c for line in self.timelines.values() for c in line.cuts}
        cuts |= {_checked(t) for track in self._tracks for t in track.terms if t.ends is None}
        return [BEGINNING, *sorted(c for c in cuts if BEGINNING < c < END), END]

    def _regime(self, index: int, begins: datetime, ends: datetime) -> Regime:
        settings = tuple((c, line.at(begins)) for c, line in self.timelines.items())
        plans = self._plans_at(begins)
        return Regime(
            index=index,
            begins=begins,
            ends=ends,
            alternatives=tuple(self._alternative(t, begins) for t in self._tracks if t.plan.id in plans),
            settings=settings,
        )

    def _alternative(self, track: Track, instant: datetime) -> Alternative:
        possible = track.possible(instant)
        found = tuple(self._in_force(track, t, instant) for t in possible)
        return Alternative(track, found, covered=_covered(possible, instant))

    def _in_force(self, track: Track, terms: Terms, instant: datetime) -> InForce:
        accepted = YES
        if terms.starts_on_acceptance:
            accepted = Bounds(self._acceptance.latest <= instant, self._acceptance.earliest <= instant)
        return InForce(
            terms=terms,
            accepted=accepted,
            otherwise=track.before(terms) if terms.starts_on_acceptance else None,
            age=_age(terms, instant, self.as_of),
        )

    def _plans_at(self, instant: datetime) -> frozenset[str]:
        """Plans that fit the evidence at ``instant``."""
        every = frozenset(t.plan.id for t in self._tracks)
        if any(_covers(p, instant).certain for p in self._plans):
            found = [p for p in self._plans if _covers(p, instant).possible]
            named = [{t.plan.id for t in self._tracks if _same_tier(p.tier, t.plan.tiers)} for p in found]
            return frozenset().union(*named) if all(named) else every
        return every


def _overlap(in_force: Sequence[InForce]) -> timedelta:
    """How long all of several entries may hold at once."""
    terms = [entry.terms for entry in in_force]
    return min(_ends(t).latest for t in terms) - max(_begins(t).earliest for t in terms)


def _covered(possible: Sequence[Terms], instant: datetime) -> bool:
    """One has surely begun, and has not ended or is followed by the next."""
    begun = [t for t in possible if _begins(t).latest <= instant]
    return any(instant < _ends(t).earliest for t in begun) or (bool(begun) and len(possible) > len(begun))


def _same_tier(tier: str, tiers: Sequence[str]) -> bool:
    return tier.casefold() in {t.casefold() for t in tiers}


def _covers(period: PlanPeriod, instant: datetime) -> Bounds:
    ends = When(END, END) if period.ends is None else period.ends
    return Bounds(
        period.begins.latest <= instant < ends.earliest,
        period.begins.earliest <= instant < ends.latest,
    )


def _begins(terms: Terms) -> When:
    """Terms of unknown beginning were there when a source first shows them; before that nobody knows."""
    if terms.begins is not None:
        return terms.begins
    shown = BEGINNING if terms.known_from is None else When.start_of(terms.known_from).latest
    return When(BEGINNING, min(shown, _ends(terms).latest))


def _ends(terms: Terms) -> When:
    return When(END, END) if terms.ends is None else terms.ends


def _checked(terms: Terms) -> datetime:
    return When.end_of(terms.last_checked).latest


def _age(terms: Terms, instant: datetime, as_of: datetime) -> int:
    """How stale the entry is for ``instant``; only times after it was last checked can be."""
    checked = _checked(terms)
    if terms.ends is not None or instant < checked:
        return 0
    age = as_of - checked
    return 2 if age > UNKNOWN_AFTER else 1 if age > MARK_AFTER else 0


def _tracks(product: Product, region: str | None) -> tuple[Track, ...]:
    return tuple(track for plan in product.plans for track in _plan_tracks(plan, region))


def _plan_tracks(plan: Plan, region: str | None) -> list[Track]:
    named = sorted({r for t in plan.terms for r in t.regions if r != "all"})
    if not named:
        return [Track(plan, None, plan.terms)]
    known = next((n for n in named if region is not None and n.casefold() == region.casefold()), None)
    wanted = named if known is None else [known]
    return [
        Track(plan, r, tuple(t for t in plan.terms if r in t.regions or "all" in t.regions)) for r in wanted
    ]


def _acceptance(account: Account | None) -> tuple[When, bool]:
    """The span in which the first acceptance lies, joined from all statements, and whether they conflict."""
    spans = [a.when for a in account.acceptances if a.known in CREDIBLE] if account else []
    if not spans:
        return ANY_TIME, False
    earliest, latest = max(s.earliest for s in spans), min(s.latest for s in spans)
    if earliest <= latest:
        return When(earliest, latest), False
    return When(min(s.earliest for s in spans), max(s.latest for s in spans)), True
