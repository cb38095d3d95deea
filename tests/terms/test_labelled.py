"""The two figures that the watch is held to, on edits marked by hand."""

from collections import Counter
from collections.abc import Callable

import pytest

from tests.terms.labelled import edits, figures
from withhold.terms import lexicon


@pytest.mark.parametrize("held_out", [False, True])
def test_no_marked_edit_is_missed(held_out: bool, soak_report: Callable[..., None]) -> None:
    """What a careful reader would mark raises an alarm, on the part to tune on and on the part held out."""
    part = figures(held_out)
    soak_report(marked=part.marked, missed=len(part.missed))
    assert not part.missed


@pytest.mark.parametrize("held_out", [False, True])
def test_fewer_than_one_edit_in_six_raises_an_alarm(held_out: bool, soak_report: Callable[..., None]) -> None:
    """Over edits as such pages have them, alarms stay rare."""
    part = figures(held_out)
    soak_report(edits=part.edits, alarms=part.alarms, share=f"{part.share:.3f}")
    assert part.share < 1 / 6


def test_both_parts_hold_every_language() -> None:
    """No language of the lexicon is without edits in the set."""
    assert {e.lang for e in edits()} == set(lexicon.languages())
    assert min(Counter(e.lang for e in edits() if e.marked).values()) >= 3


def test_every_mark_is_a_topic() -> None:
    """A slip of the pen in a mark would count as one that nobody can miss."""
    assert {mark for e in edits() for mark in e.marked} == set(lexicon.TOPICS)
