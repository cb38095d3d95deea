"""The index as Parquet files for other programs, under plain names."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from withhold.index.arrow import schema
from withhold.index.schema import SUPERSEDABLE, TABLES
from withhold.index.snapshot import Snapshot
from withhold.support.files import PRIVATE_FILE, sync_dir

MEMBER = "member"
"""First column of every file: whose index it is, so that the files of many people can lie side by side."""


@dataclass(frozen=True, slots=True)
class Exported:
    """One written file; ``size`` in bytes."""

    table: str
    path: Path
    rows: int
    size: int


def export(
    snapshot: Snapshot, folder: Path, member: str | None, others: Mapping[str, pa.Table]
) -> tuple[Exported, ...]:
    """Write the live rows, and the tables of ``others``, into ``folder``; what has a name there is replaced.

    The digest of a conversation means nothing elsewhere and is left out. Raises ``OSError`` as the system
    does.
    """
    written = [
        _write(folder, name, _without_digest(schema(name)), _groups(snapshot, name), member)
        for name in TABLES
    ]
    written += [_write(folder, name, table.schema, iter([table]), member) for name, table in others.items()]
    sync_dir(folder)
    return tuple(written)


def _without_digest(form: pa.Schema) -> pa.Schema:
    return pa.schema([field for field in form if field.name != "digest"])


def _groups(snapshot: Snapshot, table: str) -> Iterator[pa.Table]:
    names = [field.name for field in _without_digest(schema(table))]
    for segment in snapshot.listing.segments:
        file = snapshot.file(segment, table)
        for number in range(0 if file is None else file.groups):
            assert file is not None  # noqa: S101 - there are no groups otherwise
            group = file.group(number, names)
            alive = snapshot.alive(segment, group["key"]) if table in SUPERSEDABLE else None
            yield group if alive is None else group.filter(alive)


def _write(
    folder: Path, table: str, form: pa.Schema, groups: Iterator[pa.Table], member: str | None
) -> Exported:
    path, draft = folder / f"{table}.parquet", folder / f".{table}.parquet.draft"
    whole = form.insert(0, pa.field(MEMBER, pa.string()))
    rows = 0
    draft.unlink(missing_ok=True)
    draft.touch(mode=PRIVATE_FILE)
    with pq.ParquetWriter(draft, whole, compression="zstd", store_schema=False) as writer:
        for group in groups:
            rows += group.num_rows
            writer.write_table(_marked(group, member, whole))
    draft.replace(path)
    return Exported(table, path, rows, path.stat().st_size)


def _marked(group: pa.Table, member: str | None, whole: pa.Schema) -> pa.Table:
    column = pa.repeat(pa.scalar(member, pa.string()), group.num_rows)
    return group.add_column(0, pa.field(MEMBER, pa.string()), column).cast(whole)


def table_of(columns: Mapping[str, tuple[str, Sequence[object]]]) -> pa.Table:
    """A table of ``(type, values)`` by column; types are ``text``, ``number``, ``texts``."""
    types = {"text": pa.string(), "number": pa.int64(), "texts": pa.list_(pa.string())}
    arrays = {name: pa.array(values, types[kind]) for name, (kind, values) in columns.items()}
    return pa.table(arrays)
