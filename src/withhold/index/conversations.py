"""Live conversations read one by one, in the order in which they were first read."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from withhold.index.live import GroupReader
from withhold.index.rows import Row
from withhold.index.schema import ID_DIGITS
from withhold.index.snapshot import Snapshot
from withhold.model.conversation import Conversation
from withhold.model.words import Kind

BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which conversations; ``None`` asks for all. ``prefix`` begins the id, ``keys`` are whole ones."""

    refs: Sequence[str] | None = None
    provider: str | None = None
    kind: Kind | None = None
    prefix: str | None = None
    keys: Sequence[int] | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """A conversation of the index with the ids of the sources that show it, in order."""

    key: int
    conversation: Conversation
    sources: tuple[int, ...]


def matching(snapshot: Snapshot, wanted: Wanted) -> int:
    """How many there are."""
    return int(_places(snapshot, wanted).num_rows)


def read(snapshot: Snapshot, wanted: Wanted) -> Iterator[Kept]:
    """Conversations by ``seq``. Some thousand rows are in memory at a time, one conversation as an object."""
    places = _places(snapshot, wanted).sort_by("seq")
    if not places.num_rows:
        return
    sightings = snapshot.columns("sightings", "key", "source")
    for start in range(0, places.num_rows, BATCH):
        batch = places.slice(start, BATCH)
        sources = _sources(sightings, batch["key"])
        for found, reader, place in _batch(snapshot, batch):
            conversation = replace(found.conversation, messages=reader.messages.of(place).columns())
            yield Kept(found.key, conversation, sources.get(found.key, ()))


def _batch(snapshot: Snapshot, places: pa.Table) -> Iterator[tuple[Row, GroupReader, int]]:
    """The rows of a batch in its order; each row group it touches is read once."""
    keys = places["key"].to_pylist()
    wanted: dict[tuple[int, int], list[int]] = defaultdict(list)
    for segment, group, row in zip(
        places["segment"].to_pylist(), places["group"].to_pylist(), places["row"].to_pylist(), strict=True
    ):
        wanted[segment, group].append(row)
    found = {}
    for (segment, group), rows in wanted.items():
        reader = GroupReader(snapshot, snapshot.listing.segments[segment], group)
        found.update({f.row.key: (f.row, reader, f.place) for f in reader.found(sorted(rows))})
    for key in keys:
        yield found.pop(key)


def _places(snapshot: Snapshot, wanted: Wanted) -> pa.Table:
    """``key``, ``seq``, and where the row lies, of all that is wanted."""
    parts = []
    for number, segment in enumerate(snapshot.listing.segments):
        file = snapshot.file(segment, "conversations")
        for group in range(0 if file is None else file.groups):
            assert file is not None  # noqa: S101 - there are no groups otherwise
            table = file.group(group, ["key", "seq", "account_ref", "provider_id", "kind"])
            rows = table.num_rows
            table = table.append_column("row", pa.array(range(rows), pa.int32()))
            table = table.append_column("segment", pa.repeat(pa.scalar(number, pa.int32()), rows))
            table = table.append_column("group", pa.repeat(pa.scalar(group, pa.int32()), rows))
            alive = snapshot.alive(segment, table["key"])
            table = table if alive is None else table.filter(alive)
            parts.append(_chosen(table, wanted).select(["key", "seq", "segment", "group", "row"]))
    return pa.concat_tables(parts) if parts else pa.table({"key": [], "seq": []})


def _chosen(table: pa.Table, wanted: Wanted) -> pa.Table:
    if wanted.refs is not None:
        table = table.filter(pc.is_in(table["account_ref"], value_set=pa.array(wanted.refs, pa.string())))
    if wanted.keys is not None:
        table = table.filter(pc.is_in(table["key"], value_set=pa.array(wanted.keys, pa.int64())))
    if wanted.provider is not None:
        table = table.filter(pc.equal(table["provider_id"], wanted.provider))
    if wanted.kind is not None:
        table = table.filter(pc.equal(table["kind"], wanted.kind.value))
    if wanted.prefix is not None:
        first, last = _range(wanted.prefix)
        key = table["key"]
        table = table.filter(pc.and_(pc.greater_equal(key, first), pc.less_equal(key, last)))
    return table


def _range(prefix: str) -> tuple[int, int]:
    """Keys whose ids begin with ``prefix``; none for what begins no id."""
    if not prefix or len(prefix) > ID_DIGITS or any(c not in "0123456789abcdef" for c in prefix):
        return 1, 0
    return int(prefix.ljust(ID_DIGITS, "0"), 16), int(prefix.ljust(ID_DIGITS, "f"), 16)


def _sources(sightings: pa.Table, keys: pa.ChunkedArray) -> dict[int, tuple[int, ...]]:
    part = sightings.filter(pc.is_in(sightings["key"], value_set=keys.combine_chunks()))
    found: dict[int, set[int]] = defaultdict(set)
    for key, source in zip(part["key"].to_pylist(), part["source"].to_pylist(), strict=True):
        found[key].add(source)
    return {key: tuple(sorted(sources)) for key, sources in found.items()}
