"""Where conversations lie in a grid, as SQL of the kind that DuckDB and Spark share (by way of SQLGlot).

A *cut* is the history of one conversation as far as a grid can tell it apart: the cells in which its first
sending may lie, and those of all later ones, each once. It is written as signed numbers: the first negative.
"""

from collections.abc import Iterable
from typing import NamedTuple

from withhold.index.bulk.grid import Grid, OwnCells, Span

WIDTH = 1 << 20
"""More cells than a grid can have."""


class Cut(NamedTuple):
    """Cells of the first sending (``None``: no sending is shown), and of later ones (sorted, each once)."""

    first: Span | None
    later: tuple[Span, ...]

    @property
    def text(self) -> str:
        """The cut in its one written form."""
        first = () if self.first is None else (-_code(self.first),)
        return " ".join(map(str, (*first, *map(_code, self.later))))

    @classmethod
    def read(cls, text: str) -> "Cut":
        """A written cut; its numbers may stand in any order."""
        codes = sorted(map(int, text.split()))
        first = next((_span(-code) for code in codes if code < 0), None)
        return cls(first, tuple(_span(code) for code in codes if code > 0))

    def moved(self, cells: list[int | None]) -> "Cut | None":
        """The same in another grid (:meth:`Grid.moved_to`); ``None`` where that has to be looked up."""
        first = None if self.first is None else _moved(self.first, cells)
        later = {_moved(span, cells) for span in self.later}
        if (first is None) != (self.first is None) or None in later:
            return None
        return Cut(first, tuple(sorted(span for span in later if span is not None)))


def _code(span: Span) -> int:
    return span[0] * WIDTH + span[1] + 1


def _span(code: int) -> Span:
    return divmod(code - 1, WIDTH)


def _moved(span: Span, cells: list[int | None]) -> Span | None:
    first, last = cells[span[0]], cells[span[1]]
    return None if first is None or last is None else (first, last)


def known_by(as_of: int | None) -> str:
    """The latest instant of a row as known by ``as_of`` (``RegimeTable.known_by``)."""
    if as_of is None:
        return "latest"
    return f"CASE WHEN earliest <= {as_of} AND {as_of} < latest THEN {as_of} ELSE latest END"


def cuts(grid: Grid | OwnCells, sendings: str, as_of: int | None = None) -> str:
    """One row a conversation of ``sendings``: ``key``, ``text``. The same numbers give the same ``text``.

    With ``as_of`` a time that reaches beyond it is bounded by it; without, no instant of evaluation counts.
    """
    needed = "".join(f", {column}" for column in grid.needs)
    rows = f"SELECT key, n, earliest, {known_by(as_of)} AS latest{needed} FROM {sendings}"
    begun = f"SELECT key, n, earliest, latest{needed}, {grid.sql('earliest')} AS low FROM ({rows}) AS r"
    high = f"CASE WHEN latest = earliest THEN low ELSE {grid.sql('latest')} END"
    code = f"(CAST(low AS BIGINT) * {WIDTH} + {high} + 1) * CASE WHEN n = 0 THEN -1 ELSE 1 END"
    spans = f"SELECT DISTINCT key, {code} AS code FROM ({begun}) AS b"
    text = "ARRAY_TO_STRING(LIST_SORT(ARRAY_AGG(CAST(code AS VARCHAR))), ' ')"
    return f"SELECT key, {text} AS text FROM ({spans}) AS s GROUP BY key"


def reaching(table: str, as_of: int) -> str:
    """Keys of rows whose time is bounded by ``as_of``."""
    return f"SELECT DISTINCT key FROM {table} WHERE earliest <= {as_of} AND {as_of} < latest"


def distinct(texts: Iterable[str]) -> dict[str, Cut]:
    """Each text read once."""
    return {text: Cut.read(text) for text in texts}
