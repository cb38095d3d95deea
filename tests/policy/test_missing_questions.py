"""An answer that cannot answer what stands before it shows that something else was sent."""

from datetime import UTC, datetime, timedelta

from withhold.model.conversation import Conversation, Message
from withhold.model.when import When
from withhold.model.words import Author, Kind
from withhold.policy.shape import ANSWERED_WITHIN, sendings

ASKED = datetime(2025, 1, 1, tzinfo=UTC)


def _sent(*messages: tuple[Author, timedelta]) -> list[tuple[datetime, datetime]]:
    held = tuple(Message(str(n), author, When.at(ASKED + at)) for n, (author, at) in enumerate(messages))
    found = sendings(Conversation("c", "lab", Kind.CHAT, held))
    return [(w.earliest, w.latest) for w in found]


def test_an_answer_of_another_month_was_asked_for_again() -> None:
    """An export that shows the last of several answers alone still tells that the chat was sent again."""
    again = timedelta(days=60)
    assert _sent((Author.HUMAN, timedelta(0)), (Author.MODEL, again)) == [
        (ASKED, ASKED),
        (ASKED + again - ANSWERED_WITHIN, ASKED + again),
    ]


def test_a_later_message_is_not_what_an_answer_answers() -> None:
    """Where two sources are joined, a message may stand before an answer that is older than it."""
    hour = timedelta(hours=1)
    assert _sent((Author.HUMAN, 5 * hour), (Author.MODEL, hour)) == [
        (ASKED + 5 * hour, ASKED + 5 * hour),
        (ASKED + hour - ANSWERED_WITHIN, ASKED + hour),
    ]


def test_an_answer_in_time_is_no_sending() -> None:
    """At the same instant, or up to a day later."""
    for pause in (timedelta(0), ANSWERED_WITHIN):
        assert _sent((Author.HUMAN, timedelta(0)), (Author.MODEL, pause)) == [(ASKED, ASKED)]
