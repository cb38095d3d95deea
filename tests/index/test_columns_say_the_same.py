"""Rules over columns say what the plain reading of them, message by message, says."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from withhold.model.columns import Columns, micros
from withhold.model.conversation import Conversation, Message
from withhold.model.when import ANY_TIME, BEGINNING, When
from withhold.model.words import Author, Kind
from withhold.policy.shape import ANSWERED_WITHIN, sendings, sent
from withhold.sources.resume import GAP, resumed_at, resumed_in
from withhold.sources.times import dated, nominal

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
_STARTS = st.one_of(
    st.integers(0, 100).map(lambda hours: NOON + timedelta(hours=hours)),
    st.sampled_from([BEGINNING, BEGINNING + timedelta(hours=3), BEGINNING + ANSWERED_WITHIN]),
)
_WIDTHS = st.sampled_from([timedelta(0), timedelta(minutes=1), timedelta(hours=26), timedelta(hours=30)])
_SPANS = st.one_of(
    st.builds(lambda start, width: When(start, start + width), _STARTS, _WIDTHS), st.just(ANY_TIME)
)
_MESSAGES = st.lists(st.builds(Message, st.just(""), st.sampled_from(Author), _SPANS), max_size=12)


def _of(messages: list[Message]) -> Conversation:
    return Conversation("c", "anthropic", Kind.CHAT, tuple(messages))


def _plain_sendings(messages: list[Message]) -> list[When]:
    found: list[When] = []
    before: Message | None = None
    for message in messages:
        if message.author is not Author.MODEL:
            found.append(message.at)
        elif before is None or before.at.earliest > message.at.latest:
            found.append(_plain_asked(message.at, None))
        elif before.author is Author.MODEL or message.at.earliest - before.at.latest > ANSWERED_WITHIN:
            found.append(_plain_asked(message.at, before))
        before = message
    return found


def _plain_asked(answered: When, before: Message | None) -> When:
    if answered.earliest - BEGINNING <= ANSWERED_WITHIN:
        return answered
    earliest = answered.earliest - ANSWERED_WITHIN
    if before is not None:
        earliest = max(earliest, min(before.at.earliest, answered.earliest))
    return When(earliest, answered.latest)


def _plain_resumed(messages: list[Message]) -> list[When]:
    human = [m.at for m in messages if m.author is Author.HUMAN and dated(m.at)]
    human.sort(key=nominal)
    previous: datetime | None = None
    found: list[When] = []
    for at in human:
        if previous is not None and nominal(at) - previous >= GAP:
            found.append(at)
        previous = nominal(at)
    return found


@given(_MESSAGES)
def test_sendings_of_columns_are_those_of_messages(messages: list[Message]) -> None:
    """Whatever the authors and times, missing questions included."""
    expected = _plain_sendings(messages)
    assert list(sendings(_of(messages))) == expected
    columns = Columns.of(messages)
    earliest, latest = sent(columns.authors, columns.earliest, columns.latest)
    assert list(zip(earliest, latest, strict=True)) == [
        (micros(w.earliest), micros(w.latest)) for w in expected
    ]


@given(_MESSAGES)
def test_pauses_in_columns_are_those_of_messages(messages: list[Message]) -> None:
    """Whatever the times: exact, to the minute, without a zone, or none at all."""
    expected = _plain_resumed(messages)
    assert list(resumed_at(_of(messages))) == expected
    columns = Columns.of(messages)
    found = resumed_in(columns.authors, columns.earliest, columns.latest)
    assert found == [micros(w.earliest) for w in expected]
