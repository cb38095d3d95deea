"""Writing one segment: up to four Parquet files that get their names when they are whole."""

import hashlib
import io
import secrets
from collections.abc import Container
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from withhold.index.arrow import schema
from withhold.index.telling import told_of_writing
from withhold.model.segments import Segment, SegmentFile
from withhold.support.storage import Storage

DRAFT = ".draft"
"""Ending of a file that is being written. No listing ever names one."""

_LEVEL = 1
"""Of zstd: higher ones gain a few per cent on ids and times, and cost twice the time."""


class SegmentWriter:
    """Takes row groups. Nothing counts until the caller commits what :meth:`finish` gives."""

    def __init__(self, folder: Path, number: int, storage: Storage) -> None:
        self._folder = folder
        self._number = number
        self._storage = storage
        self._open: dict[str, _TableWriter] = {}
        self._drafts: list[_Hashed] = []
        self._named: list[Path] = []

    def write(self, tables: dict[str, pa.Table]) -> None:
        """Add one row group to each of ``tables``, also where it has no rows: groups stay side by side."""
        with told_of_writing(self._folder):
            for name, table in tables.items():
                if name not in self._open:
                    draft = _Hashed(self._folder / f"{secrets.token_hex(8)}{DRAFT}", self._storage)
                    self._drafts.append(draft)
                    self._open[name] = _TableWriter(draft, name, self._storage)
                self._open[name].write(table)

    def finish(self, last_seq: int) -> Segment:
        """Close the files, bring them to the disk and name them by their bytes."""
        with told_of_writing(self._folder):
            written = [self._close(writer) for writer in self._open.values()]
            self._storage.sync_dir(self._folder)
        return Segment(self._number, tuple(f for f in written if f.rows), last_seq)

    def _close(self, writer: "_TableWriter") -> SegmentFile:
        file = writer.finish()
        self._named.append(self._folder / file.name)
        return file

    def abandon(self, keep: Container[str]) -> None:
        """Remove what was written, but for files that are named in ``keep``: those have the same bytes."""
        for draft in self._drafts:
            draft.abandon()
        for path in self._named:
            if path.name not in keep:
                path.unlink(missing_ok=True)


class _TableWriter:
    def __init__(self, file: "_Hashed", table: str, storage: Storage) -> None:
        self._table = table
        self._storage = storage
        self._file = file
        self._rows = 0
        self._writer = pq.ParquetWriter(
            pa.PythonFile(self._file, mode="w"),
            schema(table),
            compression="zstd",
            compression_level=_LEVEL,
            use_dictionary=_DICTIONARIES[table],
            column_encoding=_ENCODINGS[table],
            write_statistics=_STATISTICS[table],
            write_page_checksum=True,
            store_schema=False,
        )

    def write(self, table: pa.Table) -> None:
        self._rows += table.num_rows
        self._writer.write_table(table, row_group_size=max(table.num_rows, 1))

    def finish(self) -> SegmentFile:
        self._writer.close()
        self._file.close()
        draft, digest = self._file.path, self._file.digest.hexdigest()
        if not self._rows:
            self._storage.remove(draft)
            return SegmentFile(self._table, digest, 0, 0, 0)
        self._storage.sync(draft)
        target = draft.with_name(f"{digest}.parquet")
        self._storage.rename(draft, target)
        stat = target.stat()
        return SegmentFile(self._table, digest, stat.st_size, self._rows, stat.st_mtime_ns)


_DICTIONARIES = {
    "conversations": ["provider_id", "account_ref", "kind", "project", "product_id"],
    "sendings": ["key", "n"],
    "messages": ["key", "n", "author"],
    "sightings": ["source"],
}
_TIMES = {"earliest": "BYTE_STREAM_SPLIT", "latest": "BYTE_STREAM_SPLIT"}
"""Neighbouring times share their upper bytes: a third smaller than plain, and quicker to read."""
_ENCODINGS: dict[str, dict[str, str]] = {
    "conversations": {},
    "sendings": _TIMES,
    "messages": _TIMES,
    "sightings": {},
}
_STATISTICS = {
    "conversations": ["key", "seq", "first", "last"],
    "sendings": ["earliest", "latest"],
    "messages": ["earliest", "latest"],
    "sightings": ["source"],
}


class _Hashed(io.RawIOBase):
    """A file that is only written to, and knows the SHA-256 of its bytes."""

    def __init__(self, path: Path, storage: Storage) -> None:
        super().__init__()
        self.path = path
        self.digest = hashlib.sha256()
        self._storage = storage
        self._at = 0
        self._abandoned = False

    def abandon(self) -> None:
        """Remove the file. A Parquet writer writes its end even when it is let go: that goes nowhere."""
        self._abandoned = True
        self.path.unlink(missing_ok=True)

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def write(self, data: "bytes | pa.Buffer") -> int:
        taken = bytes(data)
        if not self._abandoned:
            self._storage.append(self.path, taken)
            self.digest.update(taken)
        self._at += len(taken)
        return len(taken)
