"""Laws of the rules, put to random histories at the lab: what really happened there is the judge.

The lab says for every conversation for which causes its runs would have taken it, ever and now. The rules see
nothing but evidence: all of it, or what is left after losses.
"""

from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import TypeVar

import pytest
from hypothesis import given

import withhold.policy as engine
from tests.policy.drawing import LAW, any_history, randoms
from tests.policy.histories import TICK, History, go_on
from tests.policy.knowledge import Knowledge, all_there_is, judged
from tests.policy.losses import FORGETS_DELETION, Loss, feedback_hidden, lose, some
from withhold.model.conversation import Conversation
from withhold.model.verdict import Verdict
from withhold.model.when import When
from withhold.model.words import (
    Basis,
    Cause,
    Effect,
    ExceptionKind,
    FutureEligibility,
    PastExposure,
)

pytestmark = pytest.mark.laws

KNOWABLE = frozenset({Cause.SETTING, Cause.FEEDBACK})
TRAINS = frozenset({Effect.TRAINS_EVEN_WHEN_OFF, Effect.TRAINS_NO_CONTROL})
T = TypeVar("T")
ELEVEN_YEARS = timedelta(days=11 * 366)


def causes(found: dict[str, frozenset[str]], conversation: Conversation) -> frozenset[Cause]:
    return frozenset(map(Cause, found.get(conversation.source_id, ())))


def carved_out(verdict: Verdict) -> frozenset[ExceptionKind]:
    """Kinds of exceptions that may train in spite of the verdict."""
    return frozenset(c.kind for c in verdict.carve_outs if c.effect in TRAINS)


def told(t: Knowledge) -> list[tuple[Conversation, Verdict]]:
    verdicts = judged(engine, t)
    return [(c, verdicts[c.source_id]) for c in t.conversations]


@LAW
@given(any_history())
def test_full_evidence_gives_exactly_what_the_lab_did(history: History) -> None:
    """With all evidence verdicts and causes equal the lab's, and nothing is unknown."""
    for t in all_there_is(history):
        for c, verdict in told(t):
            ever, now = causes(history.ever, c), causes(history.now, c)
            assert verdict.past_causes == ever & KNOWABLE
            assert verdict.future_causes == now & KNOWABLE
            assert verdict.past is (PastExposure.EXPOSED if ever & KNOWABLE else PastExposure.NOT_EXPOSED)
            assert verdict.future is (
                FutureEligibility.ELIGIBLE if now & KNOWABLE else FutureEligibility.NOT_ELIGIBLE
            )
            assert not verdict.would_settle
            assert not verdict.marks


@LAW
@given(any_history(), randoms())
def test_no_false_assurance(history: History, random: Random) -> None:
    """However much evidence is lost: what a run took by setting or known feedback is never ruled out, and
    for every cause that nobody outside can know the matching carve-out stands beside the verdict."""
    losses = some(random)
    for t in all_there_is(history):
        for c, verdict in told(lose(t, losses, random)):
            known = KNOWABLE if c.feedback_visible else KNOWABLE - {Cause.FEEDBACK}
            ever, now = causes(history.ever, c), causes(history.now, c)
            assert not (ever & known and verdict.past is PastExposure.NOT_EXPOSED)
            assert not (now & known and verdict.future is FutureEligibility.NOT_ELIGIBLE)
            if Cause.SAFETY in ever:
                assert ExceptionKind.SAFETY_FLAGGED in carved_out(verdict)
            if Cause.FEEDBACK in ever - known:
                assert ExceptionKind.FEEDBACK in carved_out(verdict)


@LAW
@given(any_history(), randoms())
def test_no_false_alarm(history: History, random: Random) -> None:
    """Exposed is only said of what was open, eligible only of what a run would take: unless it was deleted
    and nobody told us."""
    losses = some(random)
    for t in all_there_is(history):
        for c, verdict in told(lose(t, losses, random)):
            assert verdict.past_causes <= causes(history.ever, c)
            if not FORGETS_DELETION & set(losses):
                assert verdict.future_causes <= causes(history.now, c)


@LAW
@given(any_history(), randoms())
def test_losing_evidence_never_improves_a_verdict(history: History, random: Random) -> None:
    """With less evidence a verdict stays or becomes unknown. What is lost by not seeing feedback stands in
    the carve-outs, and a deletion that nobody tells us of leaves the conversation eligible."""
    before, more = some(random), some(random)
    for t in all_there_is(history):
        less = lose(t, before, random)
        after = judged(engine, lose(less, more, random))
        for c, verdict in told(less):
            assert_not_improved(verdict, after[c.source_id], more)


def assert_not_improved(verdict: Verdict, later: Verdict, losses: tuple[Loss, ...]) -> None:
    hidden = feedback_hidden in losses and ExceptionKind.FEEDBACK in carved_out(later)
    past, future = later.past, later.future
    if past is PastExposure.NOT_EXPOSED and past is not verdict.past:
        assert hidden
        assert Cause.SETTING not in verdict.past_causes
    if future is FutureEligibility.NOT_ELIGIBLE and future is not verdict.future:
        assert hidden
        assert Cause.SETTING not in verdict.future_causes
    if past is PastExposure.EXPOSED:
        assert past is verdict.past
    if future is FutureEligibility.ELIGIBLE:
        assert future is verdict.future or FORGETS_DELETION & set(losses)


@LAW
@given(any_history(), randoms())
def test_no_later_event_clears_past_exposure(history: History, random: Random) -> None:
    """Whatever comes afterwards, switching off, deletion, another plan, more evidence: exposed stays."""
    losses = some(random)
    earlier = [read_at_the_time(lose(t, losses, random)) for t in all_there_is(history)]
    later = all_there_is(go_on(history, random))
    for before, after in zip(earlier, later, strict=False):
        now = judged(engine, joined(before, after))
        assert all(now[id_].past is PastExposure.EXPOSED for id_ in exposed(judged(engine, before)))


@LAW
@given(any_history(), randoms())
def test_the_evaluation_date_does_not_change_past_exposure(history: History, random: Random) -> None:
    """What is exposed is exposed on whatever day one asks."""
    losses, days = some(random), timedelta(days=random.randint(-400, 400), microseconds=1)
    for full in all_there_is(history):
        t = read_at_the_time(lose(full, losses, random))
        other = judged(engine, t, t.as_of + days)
        assert all(other[id_].past is PastExposure.EXPOSED for id_ in exposed(judged(engine, t)))


def exposed(verdicts: dict[str, Verdict]) -> list[str]:
    return [id_ for id_, v in verdicts.items() if v.past is PastExposure.EXPOSED]


def read_at_the_time(t: Knowledge) -> Knowledge:
    """Times as bounded when the source was read: nothing in it happened later."""

    def bounded(when: When) -> When:
        return When(when.earliest, min(when.latest, t.as_of))

    return replace(
        t,
        conversations=tuple(
            replace(
                c,
                messages=tuple(replace(m, at=bounded(m.at)) for m in c.messages),
                feedback=tuple(replace(f, at=bounded(f.at)) for f in c.feedback),
            )
            for c in t.conversations
        ),
    )


def joined(before: Knowledge, later: Knowledge) -> Knowledge:
    """What was known before, with all there is to know about the time since."""
    known = {c.source_id: c for c in before.conversations}
    account = later.account
    if account is not None and before.account is not None:
        account = replace(account, acceptances=(*before.account.acceptances, *account.acceptances))
    since = before.as_of + TICK
    news = (replace(e, id=f"{e.id}-later", begins=max(e.begins, since)) for e in later.settings)
    return replace(
        later,
        account=None if before.account is None else account,
        settings=(*before.settings, *(e for e in news if e.begins <= e.ends)),
        conversations=tuple(grown(known.get(c.source_id, c), c) for c in later.conversations),
    )


def grown(before: Conversation, later: Conversation) -> Conversation:
    """The conversation as known before, with what happened to it since."""
    feedback = later.feedback[len(before.feedback) :] if before.feedback_visible else ()
    return replace(
        before,
        messages=(*before.messages, *later.messages[len(before.messages) :]),
        feedback=(*before.feedback, *feedback),
        deletion=later.deletion,
    )


@LAW
@given(any_history(), randoms())
def test_everything_is_purged_by_the_end_of_its_clock(history: History, random: Random) -> None:
    """The lab purges on a basis no later than that basis's clock says, with any evidence; and with full
    evidence every basis it purges on has a clock."""
    losses = some(random)
    known = [(t, lose(t, losses, random)) for t in all_there_is(history)]
    complete = {c.source_id: v for t, _ in known for c, v in told(t)}
    partly = {c.source_id: v for _, t in known for c, v in told(t)}
    history.lab.advance(history.lab.now + ELEVEN_YEARS)
    for purge in history.lab.purges:
        basis = Basis(purge.basis)
        assert basis in {clock.basis for clock in complete[purge.conversation].clocks}
        for verdict in (complete[purge.conversation], partly[purge.conversation]):
            ends = [clock.until for clock in verdict.clocks if clock.basis is basis]
            assert all(end is None or purge.at <= end for end in ends)


@LAW
@given(any_history(), randoms())
def test_judging_again_gives_the_same(history: History, random: Random) -> None:
    """A verdict depends on nothing but its arguments: not on what was judged before it."""
    losses = some(random)
    for full in all_there_is(history):
        t = lose(full, losses, random)
        alone = {
            c.source_id: judged(engine, replace(t, conversations=(c,)))[c.source_id] for c in t.conversations
        }
        assert judged(engine, t) == alone
