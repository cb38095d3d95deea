"""When a conversation counts as taken up again."""

from datetime import UTC, datetime, timedelta

import pytest

from withhold.model.conversation import Conversation, Message
from withhold.model.when import ANY_TIME, When
from withhold.model.words import Author, Kind
from withhold.sources.resume import resumed_at

START = datetime(2026, 1, 1, tzinfo=UTC)


def conversation(*hours: float | None, author: Author = Author.HUMAN) -> Conversation:
    times = [ANY_TIME if h is None else When.at(START + timedelta(hours=h)) for h in hours]
    messages = tuple(Message(f"{n}", author, at) for n, at in enumerate(times))
    return Conversation("c", "anthropic", Kind.CHAT, messages)


@pytest.mark.parametrize(
    ("hours", "resumed"),
    [
        ((), []),
        ((0,), []),
        ((0, 23.9), []),
        ((0, 24), [24]),
        ((0, 1, 30, 31, 60), [30, 60]),
        ((0, 720, 1, 721), [720]),
        ((0, None, 24), [24]),
        ((0, 20, 40), []),
    ],
)
def test_a_pause_of_a_day_is_a_resume(hours: tuple[float | None, ...], resumed: list[float]) -> None:
    """In order of time, whatever the order of branches in the file; undated messages show no pause."""
    found = resumed_at(conversation(*hours))
    assert found == tuple(When.at(START + timedelta(hours=h)) for h in resumed)


def test_answers_do_not_resume() -> None:
    """Only the person takes a conversation up again."""
    assert resumed_at(conversation(0, 100, author=Author.MODEL)) == ()


def test_times_without_zone_compare_as_they_stand() -> None:
    """One source writes them all in one zone, so that a pause can be told though no instant can."""
    noon = datetime(2026, 1, 1, 12)  # noqa: DTZ001
    times = [When.without_zone(noon + timedelta(hours=h)) for h in (0, 1, 26)]
    messages = tuple(Message(f"{n}", Author.HUMAN, at) for n, at in enumerate(times))
    assert resumed_at(Conversation("c", "p", Kind.CHAT, messages)) == (times[2],)
