"""Messages as columns are the same messages."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from withhold.model.columns import Columns, count, instant, micros
from withhold.model.message import Message
from withhold.model.when import ANY_TIME, BEGINNING, END, When
from withhold.model.words import Author

INSTANTS = st.datetimes(BEGINNING.replace(tzinfo=None), END.replace(tzinfo=None), timezones=st.just(UTC))
SPANS = st.tuples(INSTANTS, INSTANTS).map(lambda pair: When(min(pair), max(pair)))
MESSAGES = st.lists(
    st.builds(Message, st.text(), st.sampled_from(Author), SPANS | st.just(ANY_TIME), st.integers(0, 1 << 40))
).map(tuple)


@given(MESSAGES)
def test_columns_are_the_messages(messages: tuple[Message, ...]) -> None:
    """Whatever goes in comes out again: all of them, in order, each by its place, and their counts."""
    columns = Columns.of(messages)
    assert tuple(columns) == messages
    assert columns == messages
    assert messages == columns
    assert hash(columns) == hash(messages)
    assert [columns[i] for i in range(len(messages))] == list(messages)
    assert columns[1:] == messages[1:]
    assert [count(columns, a) for a in Author] == [count(messages, a) for a in Author]


@given(INSTANTS)
def test_instants_are_exact(at: datetime) -> None:
    """No microsecond is lost, before 1970 neither."""
    assert instant(micros(at)) == at
    assert micros(at + timedelta(microseconds=1)) == micros(at) + 1


def test_columns_of_different_lengths_are_refused() -> None:
    """A missing value must not shift the others onto the wrong messages."""
    with pytest.raises(ValueError, match="differ in length"):
        Columns(["a"], "hm", [0], [0], [1])
