"""Asking one state of the index, with what earlier runs have kept."""

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from withhold.index.bulk import base as bases
from withhold.index.bulk.asking import ALL, DAY, FEW, MONDAY, Asking, Chosen, Count
from withhold.index.bulk.base import Base
from withhold.index.bulk.engine import Duck
from withhold.index.bulk.grid import Grid, OwnCells
from withhold.index.bulk.kept import Note, Part, Shelf
from withhold.support.progress import Progress

if TYPE_CHECKING:
    from withhold.index.snapshot import Snapshot

__all__ = ["ALL", "DAY", "FEW", "MONDAY", "Bulk", "Chosen", "Count"]


class Bulk(Asking):
    """All work goes over one connection to the snapshot, which has to stay open. For one thread."""

    def __init__(
        self, snapshot: "Snapshot", shelf: Shelf | None = None, progress: Progress | None = None
    ) -> None:
        super().__init__(Duck(snapshot.connect()), progress)
        self._snapshot = snapshot
        self._shelf = shelf
        self._notes = [] if shelf is None else list(shelf.notes())

    def parts(self) -> tuple[Part, ...]:
        """Every combination of provider, account, kind and product there is."""
        for note in self._notes:
            if note.version == self._snapshot.version:
                return note.parts
        return super().parts()

    def _base(self, grid: Grid | OwnCells, *, keep: bool) -> Base:
        assert isinstance(grid, Grid)  # noqa: S101 - rows of the index hold no cuts
        return self._found(grid) or self._made(grid, keep=keep)

    def _found(self, grid: Grid) -> Base | None:
        if self._shelf is None:
            return None
        same = (n for n in self._notes if n.version == self._snapshot.version and n.grid == grid)
        return next((base for note in same if (base := self._shelf.base(note)) is not None), None)

    def _made(self, grid: Grid, *, keep: bool) -> Base:
        former = self._former(grid)
        self._progress.step("looking at all conversations" if former is None else "looking at what is new")
        if former is None:
            base = bases.make(self.engine, grid)
        else:
            base = bases.make(self.engine, grid, former=former[0], changed=self._changed(former[1]))
        if keep and self._shelf is not None:
            self._keep(base)
        return base

    def _former(self, grid: Grid) -> tuple[Base, Note] | None:
        """The base that tells most: of the same index if there is one, else the newest that is sound."""
        if self._shelf is None:
            return None
        there = sorted(self._notes, key=lambda n: (n.version != self._snapshot.version, n.grid != grid))
        return next(((base, note) for note in there if (base := self._shelf.base(note)) is not None), None)

    def _changed(self, note: Note) -> pa.Array:
        """Keys of the rows that lie in files which the former base does not cover."""
        new = [s for s in self._snapshot.listing.segments if _file(s) not in note.files]
        keys = [f.column("key")["key"] for s in new if (f := self._snapshot.file(s, "conversations"))]
        return pa.concat_arrays([c for k in keys for c in k.chunks] or [pa.array([], pa.int64())])

    def _keep(self, base: Base) -> None:
        assert self._shelf is not None  # noqa: S101 - asked by who has looked
        files = [name for s in self._snapshot.listing.segments if (name := _file(s)) is not None]
        try:
            self._shelf.put(base, version=self._snapshot.version, files=files, parts=self.parts())
        except OSError as problem:
            self._progress.step(f"this cannot be kept for the next time: {problem.strerror or problem}")


def _file(segment: Any) -> str | None:
    file = segment.file("conversations")
    return None if file is None else str(file.name)
