"""What of a line is covered already, in time that does not grow with the square of what is on it. Pure."""

from bisect import bisect_right
from collections.abc import Iterator


class Cover:
    """Intervals of whole numbers, none overlapping, the end not included."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []

    def add(self, start: int, end: int) -> None:
        """Cover a part that :meth:`free` gave."""
        at = bisect_right(self._starts, start)
        self._starts.insert(at, start)
        self._ends.insert(at, end)

    def free(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """The parts of ``start`` to ``end`` that nothing covers, in order."""
        at = bisect_right(self._starts, start)
        if at and self._ends[at - 1] > start:
            start = self._ends[at - 1]
        while start < end:
            until = min(self._starts[at], end) if at < len(self._starts) else end
            if until > start:
                yield start, until
            start = self._ends[at] if at < len(self._starts) else end
            at += 1

    def is_free(self, start: int, end: int) -> bool:
        """Whether nothing covers any of ``start`` to ``end``."""
        return next(self.free(start, end), None) == (start, end)
