"""A quick exam for any copy of the rules: all cases, and a few hundred fixed histories at the lab."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from random import Random
from types import ModuleType

from tests.policy.cases import all_cases, differences, verdict_on
from tests.policy.histories import History, history_number
from tests.policy.knowledge import Knowledge, all_there_is, judged
from tests.policy.losses import lose, some
from tests.policy.worlds import answers, extremes
from withhold.model.conversation import Conversation
from withhold.model.verdict import Verdict
from withhold.model.words import Basis, Cause, Effect, ExceptionKind

HISTORIES = 150
ELEVEN_YEARS = timedelta(days=11 * 366)


_CARVED = {Cause.SAFETY: ExceptionKind.SAFETY_FLAGGED, Cause.FEEDBACK: ExceptionKind.FEEDBACK}


@dataclass(frozen=True)
class Expected:
    """What must be said of one conversation."""

    past: str
    future: str
    carve_outs: frozenset[ExceptionKind]
    purges: tuple[tuple[Basis, datetime], ...]


@dataclass(frozen=True)
class Question:
    """What is known, and the answers, worked out without the rules under test."""

    title: str
    known: Knowledge
    answers: dict[str, Expected]


def mistakes(engine: ModuleType) -> Iterator[str]:
    """Everything that a copy of the rules gets wrong, in words, cases first."""
    for case in all_cases():
        yield from (f"case '{case.name}': {text}" for text in differences(case, verdict_on(case, engine)))
    for question in questions():
        for id_, verdict in judged(engine, question.known).items():
            yield from (f"{question.title}: {text}" for text in _wrong(verdict, question.answers[id_]))


@cache
def questions() -> tuple[Question, ...]:
    """The same every time: each history with full evidence, and twice after losses."""
    return tuple(q for number in range(HISTORIES) for q in _questions(number))


def _questions(number: int) -> Iterator[Question]:
    history = history_number(number)
    known = all_there_is(history)
    history.lab.advance(history.lab.now + ELEVEN_YEARS)
    random = Random(number)
    for full in known:
        for k in (full, *(lose(full, some(random), random) for _ in range(2))):
            yield Question(
                f"history {number}", k, {c.source_id: _expected(history, k, c) for c in k.conversations}
            )


def _expected(history: History, known: Knowledge, c: Conversation) -> Expected:
    past, future = answers(*extremes(known, c))
    hidden = set() if c.feedback_visible else {Cause.FEEDBACK}
    unseen = {Cause.SAFETY} | hidden
    return Expected(
        past=past,
        future=future,
        carve_outs=frozenset(_CARVED[cause] for cause in unseen & set(history.ever.get(c.source_id, ()))),
        purges=tuple((Basis(p.basis), p.at) for p in history.lab.purges if p.conversation == c.source_id),
    )


def _wrong(verdict: Verdict, expected: Expected) -> Iterator[str]:
    if verdict.past != expected.past:
        yield f"past is {verdict.past}, it was {expected.past}"
    if verdict.future != expected.future:
        yield f"future is {verdict.future}, it was {expected.future}"
    carved = {c.kind for c in verdict.carve_outs if c.effect is Effect.TRAINS_EVEN_WHEN_OFF}
    if not expected.carve_outs <= carved:
        yield f"no carve-out for {sorted(expected.carve_outs - carved)}"
    ends = {clock.basis: clock.until for clock in verdict.clocks}
    for basis, at in expected.purges:
        until = ends.get(basis)
        if until is not None and until < at:
            yield f"kept on {basis} until {at}, not {until}"
