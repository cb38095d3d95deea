"""Three-valued truth as a pair: what holds in every history that fits the evidence, and in some."""

from collections.abc import Iterable
from typing import NamedTuple


class Bounds(NamedTuple):
    """``certain``: true in every history that fits the evidence. ``possible``: true in at least one.

    All statements of the rules are monotone in independent unknowns (a setting's position at an instant,
    the instant of acceptance, the plan at an instant), so joining bounds piece by piece is exact.
    """

    certain: bool
    possible: bool

    def __and__(self, other: "Bounds") -> "Bounds":
        return Bounds(self.certain and other.certain, self.possible and other.possible)

    def __or__(self, other: "Bounds") -> "Bounds":
        return Bounds(self.certain or other.certain, self.possible or other.possible)

    def __invert__(self) -> "Bounds":
        return Bounds(not self.possible, not self.certain)


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
