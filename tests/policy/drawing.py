"""What the laws draw, and how often."""

from random import Random

from hypothesis import settings
from hypothesis import strategies as st

from tests.policy import histories
from tests.sizes import SIZES

LAW = settings(max_examples=SIZES.laws.histories)
"""Each law is put to this many histories."""


def randoms() -> st.SearchStrategy[Random]:
    """A source of chance: every other one is drawn choice by choice, so that a failing history shrinks; the
    others are only seeds, which makes their histories longer and quicker."""
    return st.randoms(use_true_random=True) | st.randoms(use_true_random=False)


def any_history() -> st.SearchStrategy[histories.History]:
    return randoms().map(histories.a_history)
