"""Whether a model fits: what it needs against what there is."""

from dataclasses import dataclass
from typing import Literal

from withhold.local.memory import Need

Fits = Literal["well", "tightly", "no", "unknown"]
WELL, TIGHT = 0.80, 0.95
"""Shares of the memory that is free: up to the first there is room to work beside it."""


@dataclass(frozen=True, slots=True)
class Room:
    """Bytes that could be used. ``where``: ``memory`` or the name of a graphics processor."""

    where: str
    size: int | None


def fits(need: Need | None, room: Room) -> Fits:
    """``well``: with room to spare, even while weights stand in memory twice. Unknown where either is not
    known.
    """
    if need is None or room.size is None:
        return "unknown"
    if need.ample <= room.size * WELL:
        return "well"
    return "tightly" if need.least <= room.size * TIGHT else "no"


def room_wanted(need: Need) -> int:
    """How much memory a machine needs to have free for ``need`` to fit well."""
    return round(need.ample / WELL)
