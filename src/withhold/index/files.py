"""Reading the files of segments: a file that is not what was written is told, never read around."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from withhold.index.arrow import schema
from withhold.model.segments import SegmentFile
from withhold.support.errors import EnvironmentProblem

_CHUNK = 1 << 20


def sound(folder: Path, file: SegmentFile) -> Path:
    """The path of a file that is as it was written; ``EnvironmentProblem`` where it is not.

    One that has kept its size and time is taken as it is; any other is compared by its SHA-256.
    """
    path = folder / file.name
    try:
        stat = path.stat()
        if (stat.st_size, stat.st_mtime_ns) == (file.size, file.modified):
            return path
        if stat.st_size == file.size and hash_of(path) == file.sha256:
            return path
    except OSError as problem:
        raise _broken(path, problem.strerror or str(problem)) from problem
    raise _broken(path, "it is not what was written")


def hash_of(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    digest = hashlib.sha256()
    with path.open("rb") as source:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


class TableFile:
    """One open Parquet file, read by row groups."""

    def __init__(self, folder: Path, file: SegmentFile) -> None:
        self._path = sound(folder, file)
        with told(self._path):
            self._file = pq.ParquetFile(self._path, memory_map=False, page_checksum_verification=True)
            rows = self._file.metadata.num_rows
        self._form = schema(file.table)
        self._there = frozenset(self._file.schema_arrow.names)
        if rows != file.rows:
            raise _broken(self._path, f"it holds {rows} rows instead of {file.rows}")

    @property
    def groups(self) -> int:
        return int(self._file.num_row_groups)

    def rows(self, group: int) -> int:
        """Rows of a group."""
        return int(self._file.metadata.row_group(group).num_rows)

    def group(self, number: int, columns: list[str] | None = None) -> pa.Table:
        """One row group, each column in one piece."""
        with told(self._path):
            names = self._names(columns)
            found = self._file.read_row_group(number, columns=names, use_threads=False).combine_chunks()
        return self._filled(found, columns)

    def column(self, *names: str) -> pa.Table:
        """Some columns of all groups."""
        with told(self._path):
            found = self._file.read(columns=self._names(list(names))).combine_chunks()
        return self._filled(found, list(names))

    def _names(self, columns: list[str] | None) -> list[str] | None:
        return None if columns is None else [name for name in columns if name in self._there]

    def _filled(self, found: pa.Table, columns: list[str] | None) -> pa.Table:
        """With nulls for columns that are newer than the file, in the order of the schema or as asked for."""
        missing = [field for field in self._form if field.nullable and field.name not in self._there]
        if not missing:
            return found
        for field in missing:
            if columns is None or field.name in columns:
                found = found.append_column(field, pa.nulls(found.num_rows, field.type))
        return found.select(self._form.names if columns is None else columns)

    def close(self) -> None:
        self._file.close()


@contextmanager
def told(path: Path) -> Iterator[None]:
    """What a reader says of a damaged file, in our words."""
    try:
        yield
    except (pa.ArrowException, OSError) as problem:
        raise _broken(path, str(problem).splitlines()[0]) from problem


def _broken(path: Path, why: str) -> EnvironmentProblem:
    return EnvironmentProblem(
        f"the segment {path.name} of the index is missing or damaged: {why}",
        next_step="restore the state from a backup, or move the state away and import your exports again",
    )
