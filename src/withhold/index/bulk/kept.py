"""Bases on disk. Nothing is lost with them: what is missing, damaged or of another index is made anew.

Each table is a Parquet file named by its hash; a small JSON file, itself with a hash, is written last and
says which of them are the base of which index in which grid. Bytes are compared with their hash and then
read, so that what is used is what was written.
"""

import hashlib
import json
import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from withhold.index.bulk.base import TABLES, Base
from withhold.index.bulk.grid import Grid
from withhold.support.files import private_dir, write_atomic

FORMAT = 2
"""Changes with the meaning of anything in a base, so that older files are not looked at."""
BASES = 4
"""How many are kept: the present one, and those of a few suppositions or evaluation days."""
GRACE_SECONDS = 3600.0
"""How long a file without a base may lie: another process may be about to name it."""

Part = tuple[str, str | None, str, str | None]
"""Provider, account as sources name it, kind, product: what decides whose terms apply."""


@dataclass(frozen=True, slots=True)
class Note:
    """What a base was made of. ``files`` are the segment files of conversations that it covers."""

    version: str
    grid: Grid
    files: frozenset[str]
    parts: tuple[Part, ...]
    tables: dict[str, str]


class Shelf:
    """The bases in ``folder``, newest first. Reading never raises for what it finds there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def notes(self) -> Iterator[Note]:
        """What is there and sound as far as it says itself."""
        paths = sorted(self._folder.glob("*.json"), key=_age) if self._folder.is_dir() else []
        for path in paths:
            note = _note(path)
            if note is not None:
                yield note

    def base(self, note: Note) -> Base | None:
        """The base that a note names; ``None`` where a file is missing or is not what was written."""
        tables = {}
        for name in TABLES:
            table = self._table(note.tables.get(name, ""))
            if table is None:
                return None
            tables[name] = table
        return Base(note.grid, tables)

    def put(self, base: Base, *, version: str, files: Iterable[str], parts: Iterable[Part]) -> None:
        """Keep ``base``; older ones than the newest few go. Raises ``OSError`` where it cannot be written."""
        assert isinstance(base.grid, Grid)  # noqa: S101 - rows of the index hold no cuts
        private_dir(self._folder)
        tables = {name: self._write(table) for name, table in base.tables.items()}
        content = {
            "format": FORMAT,
            "version": version,
            "cuts": base.grid.cuts,
            "files": sorted(files),
            "parts": list(parts),
            "tables": tables,
        }
        path = self._folder / f"{version[:20]}-{base.grid.name[:20]}.json"
        write_atomic(path, json.dumps({"content": content, "sha256": _digest(content)}).encode())
        self._prune()

    def _write(self, table: pa.Table) -> str:
        sink = pa.BufferOutputStream()
        pq.write_table(table, sink, compression="zstd", compression_level=1, store_schema=False)
        data = sink.getvalue().to_pybytes()
        digest = hashlib.sha256(data).hexdigest()
        path = self._folder / f"{digest}.parquet"
        write_atomic(path, data)
        return digest

    def _table(self, digest: str) -> pa.Table | None:
        try:
            data = (self._folder / f"{digest}.parquet").read_bytes()
        except OSError:
            return None  # the same as if it had never been kept
        if hashlib.sha256(data).hexdigest() != digest:
            return None
        return pq.ParquetFile(pa.BufferReader(data)).read()

    def _prune(self) -> None:
        """Only the newest notes stay, and files that they name."""
        paths = sorted(self._folder.glob("*.json"), key=_age)
        for path in paths[BASES:]:
            path.unlink(missing_ok=True)
        named = {digest for note in self.notes() for digest in note.tables.values()}
        before = time.time() - GRACE_SECONDS
        for path in self._folder.glob("*.parquet"):
            if path.stem not in named and _modified(path) < before:
                path.unlink(missing_ok=True)


def _note(path: Path) -> Note | None:
    try:
        whole = json.loads(path.read_bytes())
        content = whole["content"]
        if whole["sha256"] != _digest(content) or content["format"] != FORMAT:
            return None
        return Note(
            version=content["version"],
            grid=Grid(tuple(content["cuts"])),
            files=frozenset(content["files"]),
            parts=tuple((p[0], p[1], p[2], p[3]) for p in content["parts"]),
            tables=dict(content["tables"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None  # damaged, or of another time: as if it were not there


def _digest(content: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return time.time()  # another process has removed it


def _age(path: Path) -> tuple[float, str]:
    return -_modified(path), os.fspath(path)
