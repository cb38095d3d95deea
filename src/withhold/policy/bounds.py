"""Three-valued truth as a pair: what holds in every history that fits the evidence, and in some."""

from collections.abc import Iterable
from itertools import product
from typing import NamedTuple


class Bounds(NamedTuple):
    """``certain``: true in every history that fits the evidence. ``possible``: true in at least one.

    All statements of the rules are monotone in independent unknowns (a setting's position at an instant,
    the instant of acceptance, the plan at an instant), so joining bounds piece by piece is exact.
    """

    certain: bool
    possible: bool

    def __and__(self, other: "Bounds") -> "Bounds":
        return _MADE[self[0] and other[0], self[1] and other[1]]

    def __or__(self, other: "Bounds") -> "Bounds":
        return _MADE[self[0] or other[0], self[1] or other[1]]

    def __invert__(self) -> "Bounds":
        return _MADE[not self[1], not self[0]]


_MADE = {pair: Bounds(*pair) for pair in product((False, True), repeat=2)}
"""Each there is, once: a judgement joins thousands, and to make one takes longer than to join two."""

YES = Bounds(certain=True, possible=True)
NO = Bounds(certain=False, possible=False)
OPEN = Bounds(certain=False, possible=True)


def stated(value: bool | None) -> Bounds:
    """A provider's statement; what it does not state is open."""
    return OPEN if value is None else YES if value else NO


def one_of(choices: Iterable[Bounds]) -> Bounds:
    """The evidence does not tell which of ``choices`` holds: certain only if all of them are."""
    found = tuple(choices)
    if not found:
        return OPEN
    return Bounds(all(b.certain for b in found), any(b.possible for b in found))


def cautious(choices: Iterable[Bounds]) -> Bounds:
    """The provider's own text leaves ``choices`` open: the one that exposes more is taken."""
    found = tuple(choices)
    if not found:
        return OPEN
    return Bounds(any(b.certain for b in found), any(b.possible for b in found))
