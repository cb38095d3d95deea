"""Cuttings of time: one for several regime tables, or each table by its own."""

import hashlib
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from withhold.model.columns import instant, micros
from withhold.model.when import BEGINNING
from withhold.policy import RegimeTable

Span = tuple[int, int]
"""Numbers of the first and last cell that may contain an instant."""


@dataclass(frozen=True)
class Grid:
    """``cuts`` are instants in microseconds, rising. Cell 0 lies before the first cut, cell *i* begins with
    cut *i* - 1. A cut belongs to the cell that it begins, as an instant does to its regime.
    """

    cuts: tuple[int, ...]
    needs: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def of(cls, tables: Iterable[RegimeTable]) -> "Grid":
        """The grid of all instants at which any of the tables changes."""
        found = {micros(r.begins) for table in tables for r in table.regimes if r.begins > BEGINNING}
        return cls(tuple(sorted(found)))

    @cached_property
    def name(self) -> str:
        """Another text for other cuts."""
        return hashlib.sha256(repr(self.cuts).encode()).hexdigest()

    @property
    def cells(self) -> int:
        return len(self.cuts) + 1

    def cell(self, at: int) -> int:
        """Number of the cell that contains an instant."""
        return bisect_right(self.cuts, at)

    def sql(self, column: str) -> str:
        """:meth:`cell` as an expression over a column: comparisons alone, about log2 of the cells a row."""
        return self._tree(column, 0, len(self.cuts))

    def _tree(self, column: str, low: int, high: int) -> str:
        if low == high:
            return str(low)
        middle = (low + high) // 2
        earlier, later = self._tree(column, low, middle), self._tree(column, middle + 1, high)
        return f"CASE WHEN {column} < {self.cuts[middle]} THEN {earlier} ELSE {later} END"

    def regimes(self, table: RegimeTable) -> list[int]:
        """The index of the regime of ``table`` that each cell lies in."""
        return [0, *(table.index_at(instant(cut)) for cut in self.cuts)]

    def moved_to(self, other: "Grid") -> list[int | None]:
        """The cell of ``other`` that each cell lies in; ``None`` where ``other`` cuts it in two."""
        ends = (*self.cuts, None)
        moved: list[int | None] = []
        for begins, end in zip((None, *self.cuts), ends, strict=True):
            cell = 0 if begins is None else other.cell(begins)
            whole = len(other.cuts) if end is None else other.cell(end - 1)
            moved.append(cell if cell == whole else None)
        return moved


def own_cuts(table: RegimeTable) -> list[int]:
    """The instants at which one table changes."""
    return list(Grid.of([table]).cuts)


class OwnCells:
    """Each conversation lies in the cells of its own regime table: its row holds the cuts of it.

    With many people one grid for all of them would have as many cells as all of their looks taken together.
    """

    needs = ("grid_cuts",)
    """Columns that rows of ``conversations`` and ``sendings`` need beside their own."""

    def sql(self, column: str) -> str:
        """How many cuts of the row do not lie after ``column``."""
        return f"array_length(list_filter(grid_cuts, lambda x: x <= {column}))"

    def regimes(self, table: RegimeTable) -> list[int]:
        """The index of the regime of ``table`` that each of its cells lies in."""
        return Grid.of([table]).regimes(table)
