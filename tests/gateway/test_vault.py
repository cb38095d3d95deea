"""What is replaced where findings and values that are known already overlap, and in how much time."""

import time
from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from withhold.gateway.cover import Cover
from withhold.gateway.sight import Hit, Sight
from withhold.gateway.vault import PLACEHOLDER, Session, restored


def name(text: str, value: str) -> Hit:
    """A guess of the model at the first place of ``value``."""
    start = text.encode().index(value.encode())
    return Hit("person-name", "personal", start, start + len(value.encode()), guessed=True)


def hide(session: Session, text: str, *names: str) -> str:
    hidden = session.hidden(text, [name(text, value) for value in names], spoken=True)
    assert restored(hidden, session.values) == text
    return PLACEHOLDER.sub("", hidden)


def test_half_a_name_that_was_whole_before() -> None:
    """A name that was found once is replaced whole, also where only its first half is found again."""
    session = Session(0.0)
    assert hide(session, "Ask Ana Müller-Grün today", "Ana Müller-Grün") == "Ask  today"
    assert hide(session, "ä: Ana Müller-Grün called", "Ana") == "ä:  called"


def test_a_whole_name_of_which_half_was_known() -> None:
    """The longer finding is replaced; what was known stays known."""
    session = Session(0.0)
    hide(session, "Ana called", "Ana")
    assert hide(session, "Ana Müller called", "Ana Müller") == " called"
    assert hide(session, "Ana came") == " came"


def test_a_known_name_at_the_very_beginning() -> None:
    """The first word of a text is a place like any other, for replacing and for looking again."""
    session = Session(0.0)
    hide(session, "I asked Ana", "Ana")
    assert session.holds_known("Ana came", spoken=True)
    assert hide(session, "Ana came") == " came"


def test_a_whole_name_with_an_ending() -> None:
    """A genitive is the name still; a single word stays what it is within another."""
    session = Session(0.0)
    hide(session, "Ask Ana Müller", "Ana Müller")
    hide(session, "Ask Ana", "Ana")
    assert hide(session, "Ana Müllers Haus in Montana, Anatol") == "s Haus in Montana, Anatol"


def test_a_text_that_comes_again() -> None:
    """A value that was found since is replaced in a text that was looked at before."""
    session = Session(0.0)
    assert hide(session, "Ana and Bo Li came") == "Ana and Bo Li came"
    hide(session, "I asked Bo Li", "Bo Li")
    assert hide(session, "Ana and Bo Li came") == "Ana and  came"


def test_findings_that_overlap_what_is_known() -> None:
    """What is left of a value beside a longer finding is replaced too."""
    session = Session(0.0)
    hide(session, "Ana Müller", "Ana Müller")
    assert hide(session, "Ana Müller Grünwalder!", "Müller Grünwalder").strip() == "!"


def test_a_finding_around_a_placeholder() -> None:
    """A placeholder that stands in the middle of a name keeps neither side of it."""
    session = Session(0.0)
    mark = session.placeholder("email-address", "a@b.example")
    text = f"Ana {mark} Müller called"
    hidden = session.hidden(text, [name(text, f"Ana {mark} Müller")], spoken=True)
    assert "Ana" not in hidden
    assert "Müller" not in hidden
    assert mark in hidden


def addresses(count: int) -> tuple[str, list[Hit]]:
    text, hits = "", []
    for number in range(count):
        value = f"person{number}@example.org"
        hits.append(Hit("email-address", "personal", len(text), len(text) + len(value)))
        text += value + ", "
    return text, hits


def test_a_long_list_does_not_stop_the_gateway() -> None:
    """Four times as many values in a text take nowhere near sixteen times as long."""

    def seconds(count: int) -> float:
        text, hits = addresses(count)
        began = time.process_time()
        found = Sight([lambda _: hits]).hits(text.encode())
        hidden = Session(0.0).hidden(text, found)
        assert len(PLACEHOLDER.findall(hidden)) == count
        return time.process_time() - began

    assert min(seconds(4000) for _ in range(2)) < 10 * seconds(1000) + 0.05


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 12)), max_size=30))
def test_cover(wanted: Iterable[tuple[int, int]]) -> None:
    """What is free is what no number was given out of, each time."""
    cover, taken = Cover(), set[int]()
    for start, length in wanted:
        numbers = set(range(start, start + length))
        parts = list(cover.free(start, start + length))
        assert {n for first, last in parts for n in range(first, last)} == numbers - taken
        assert cover.is_free(start, start + length) is bool(numbers and not numbers & taken)
        for part in parts:
            cover.add(*part)
        taken |= numbers
