"""Concrete histories that fit given evidence: the one that exposes least and the one that exposes most.

Written from the lab's own rules (L2 to L5, L7) and from nothing of the rules under test. What evidence leaves
open is open independently: the setting at every instant, the acceptance, the plan at every instant, each
message's instant, a deletion that is not proven.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from tests.policy.histories import BINDING, CONSUMER, OFFERED, TICK
from tests.policy.knowledge import Knowledge
from withhold.model.account import PlanPeriod
from withhold.model.conversation import Conversation
from withhold.model.when import ANY_TIME, END, When
from withhold.model.words import Author, Kind, Known, Setting

SURE = (Known.OBSERVED, Known.ATTESTED)


@dataclass
class World:
    """One history of one conversation, exact in everything that decides."""

    log: tuple[tuple[datetime, datetime, bool], ...]
    """Stretches (both ends inclusive) with whether the setting stood at sharing."""
    elsewhere: bool
    """Whether it stood at sharing in all other time."""
    accepted: datetime
    coding: bool
    incognito: bool
    deleted: bool
    now: datetime
    consumer: dict[datetime, bool] = field(default_factory=dict)
    """Whether a consumer plan was held, at every instant that matters."""
    messages: list[datetime] = field(default_factory=list)
    feedback: list[datetime] = field(default_factory=list)

    def sharing(self, at: datetime) -> bool:
        return next((s for begins, ends, s in self.log if begins <= at <= ends), self.elsewhere)

    def new_terms(self, at: datetime) -> bool:
        return at >= OFFERED and (self.accepted <= at or at >= BINDING)

    def shares(self, at: datetime, *, consumer: bool) -> bool:
        """Whether a message sent at ``at`` shares the conversation."""
        return consumer and self.new_terms(at) and self.sharing(at) and not self.incognito

    def rating_trains(self, at: datetime, *, consumer: bool) -> bool:
        """Whether feedback given at ``at`` makes a copy that trains."""
        return not (self.coding and consumer and not self.new_terms(at))

    @property
    def exposed(self) -> bool:
        """Whether it was ever open to training by the setting or by known feedback."""
        return self._shared or self._rated

    @property
    def eligible(self) -> bool:
        """Whether a run that starts now may take it by the setting or by known feedback."""
        return (self._shared and self.sharing(self.now) and not self.deleted) or self._rated

    @property
    def _shared(self) -> bool:
        return any(self.shares(at, consumer=self.consumer[at]) for at in self.messages)

    @property
    def _rated(self) -> bool:
        return any(self.rating_trains(at, consumer=self.consumer[at]) for at in self.feedback)


PAST = {(True, True): "exposed", (False, False): "not_exposed", (False, True): "unknown"}
FUTURE = {(True, True): "eligible", (False, False): "not_eligible", (False, True): "unknown"}


def answers(least: World, most: World) -> tuple[str, str]:
    """Past and future in words: unknown where the two histories differ."""
    return PAST[least.exposed, most.exposed], FUTURE[least.eligible, most.eligible]


def extremes(t: Knowledge, c: Conversation) -> tuple[World, World]:
    """The least and the most exposing history that fit what is known."""
    return _build(t, c, most=False), _build(t, c, most=True)


def fits(world: World, t: Knowledge, c: Conversation) -> bool:
    """Whether nothing in the evidence speaks against the world."""
    return all(
        (
            _settings_fit(world, t),
            all(a.earliest <= world.accepted <= a.latest for a in _acceptances(t)),
            all(held in _plans(t, at) for at, held in world.consumer.items()),
            _times_fit(world, c),
            c.incognito is None or c.incognito == world.incognito,
            world.deleted in _deletions(c, world.now),
        )
    )


def sendings(c: Conversation) -> list[When]:
    """Times of what was sent: answers share nothing."""
    return [m.at for m in c.messages if m.author is not Author.MODEL]


def _settings_fit(world: World, t: Knowledge) -> bool:
    return all(
        world.sharing(at) == (e.setting is Setting.SHARING)
        for e in t.settings
        if e.known in SURE
        for at in (e.begins, e.begins + (e.ends - e.begins) / 2, e.ends)
    )


def _times_fit(world: World, c: Conversation) -> bool:
    spans = [*sendings(c), *(f.at for f in c.feedback)]
    times = [*world.messages, *world.feedback]
    return all(
        span.earliest <= at <= min(span.latest, world.now) for span, at in zip(spans, times, strict=True)
    )


def _acceptances(t: Knowledge) -> list[When]:
    return [a.when for a in (t.account.acceptances if t.account else ()) if a.known in SURE]


def _plans(t: Knowledge, at: datetime) -> tuple[bool, ...]:
    """Whether the plan at ``at`` was a consumer one: all answers that the evidence allows."""
    held = [p.tier in CONSUMER for p in (t.account.plans if t.account else ()) if _covers(p, at)]
    return (held[0],) if held else (False, True)


def _covers(p: PlanPeriod, at: datetime) -> bool:
    return p.known in SURE and p.begins.latest <= at < (END if p.ends is None else p.ends.earliest)


def _deletions(c: Conversation, now: datetime) -> tuple[bool, ...]:
    """Whether it is deleted now: all answers that the evidence allows. No word of a deletion means none."""
    gone = c.deletion
    if gone is None or gone.when.earliest > now:
        return (False,)
    return (True,) if gone.known in SURE and gone.when.latest <= now else (True, False)


def _build(t: Knowledge, c: Conversation, *, most: bool) -> World:
    spans = _acceptances(t) or [ANY_TIME]
    world = World(
        log=tuple((e.begins, e.ends, e.setting is Setting.SHARING) for e in t.settings if e.known in SURE),
        elsewhere=most,
        accepted=max(s.earliest for s in spans) if most else min(s.latest for s in spans),
        coding=c.kind is Kind.CODING,
        incognito=(not most) if c.incognito is None else c.incognito,
        deleted=_deletions(c, t.as_of)[-1 if most else 0],
        now=t.as_of,
    )
    world.messages = [_pick(world, t, span, world.shares, most=most) for span in sendings(c)]
    world.feedback = [_pick(world, t, f.at, world.rating_trains, most=most) for f in c.feedback]
    return world


def _pick(world: World, t: Knowledge, span: When, opens: Callable[..., bool], *, most: bool) -> datetime:
    """An instant in ``span``, with the plan at it, that opens the conversation; for the least, one that does
    not; any, where there is no such instant."""
    choices = [
        (at, consumer)
        for at in _instants(world, t, span)
        for consumer in _plans(t, at)
        if world.consumer.get(at, consumer) == consumer
    ]
    at, consumer = next((x for x in choices if opens(x[0], consumer=x[1]) == most), choices[0])
    world.consumer[at] = consumer
    return at


def _instants(world: World, t: Knowledge, span: When) -> Iterator[datetime]:
    """Instants on both sides of everything that may change within ``span``."""
    latest = min(span.latest, world.now)
    yield span.earliest
    changes = [
        OFFERED,
        BINDING,
        world.accepted,
        *(at for begins, ends, _ in world.log for at in (begins, ends)),
    ]
    for p in t.account.plans if t.account else ():
        ends = () if p.ends is None else (p.ends.earliest, p.ends.latest)
        changes += [p.begins.earliest, p.begins.latest, *ends]
    for change in changes:
        yield from (at for at in (change - TICK, change, change + TICK) if span.earliest < at <= latest)
    yield latest
