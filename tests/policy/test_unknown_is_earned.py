"""Unknown must be earned: two concrete histories fit the same evidence and differ in truth.

The two histories come from ``worlds``, which knows the lab's rules and nothing of the rules under test.
"""

from collections import Counter
from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given

import withhold.policy as engine
from tests.policy.drawing import LAW, any_history, randoms
from tests.policy.histories import History, a_history, history_number
from tests.policy.knowledge import Knowledge, all_there_is, judged
from tests.policy.levels import LEVELS
from tests.policy.losses import lose, some
from tests.policy.worlds import answers, extremes, fits
from tests.sizes import Sizes
from withhold.model.conversation import Conversation
from withhold.model.verdict import Verdict

pytestmark = pytest.mark.laws


def assert_earned(t: Knowledge, c: Conversation, verdict: Verdict) -> None:
    """The verdict says what holds in both of the outermost histories, and unknown where they differ."""
    least, most = extremes(t, c)
    assert fits(least, t, c)
    assert fits(most, t, c)
    assert (verdict.past, verdict.future) == answers(least, most)


@LAW
@given(any_history(), randoms())
def test_unknown_exactly_where_two_histories_differ(history: History, random: Random) -> None:
    """After any losses a verdict is unknown if and only if two histories that fit differ in truth."""
    losses = some(random)
    for full in all_there_is(history):
        t = lose(full, losses, random)
        verdicts = judged(engine, t)
        for c in t.conversations:
            assert_earned(t, c, verdicts[c.source_id])


@pytest.mark.seeded
@pytest.mark.parametrize("level", LEVELS)
def test_share_of_unknown(level: str, seed: int, sizes: Sizes, soak_report: Callable[..., None]) -> None:
    """With each level of evidence every unknown is earned; how often it comes is printed."""
    past, future = Counter[str](), Counter[str]()
    for number in range(sizes.laws.histories):
        history = history_number(number, seed)
        for t in map(LEVELS[level], all_there_is(history)):
            verdicts = judged(engine, t)
            for c in t.conversations:
                verdict = verdicts[c.source_id]
                assert_earned(t, c, verdict)
                past[verdict.past] += 1
                future[verdict.future] += 1
    soak_report(**{"unknown past": share(past), "unknown future": share(future)})
    assert (level == "full") == (past["unknown"] == 0)


def share(counted: Counter[str]) -> str:
    return f"{counted['unknown'] / counted.total():.1%} of {counted.total()}"


def test_a_message_that_may_have_been_sent_this_very_moment() -> None:
    """A time without a zone whose earliest reading is now can only be now: found at soak size."""
    random = Random(5)
    losses = some(random)
    for full in all_there_is(a_history(Random(3687))):
        t = lose(full, losses, random)
        verdicts = judged(engine, t)
        for c in t.conversations:
            assert_earned(t, c, verdicts[c.source_id])
