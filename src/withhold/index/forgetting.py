"""Which segments hold conversations that are to be forgotten, and what of them is another account's too."""

from collections.abc import Collection, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from withhold.index.snapshot import Snapshot


def holding(snapshot: Snapshot, keys: frozenset[int]) -> Mapping[int, bytes]:
    """For each segment with a row of one of ``keys``: those keys, as a catalogue takes them. Closes it."""
    wanted = pa.array(sorted(keys), pa.int64())
    held = {}
    try:
        for segment in snapshot.listing.segments:
            there: set[int] = set()
            for table in ("conversations", "sightings"):
                file = snapshot.file(segment, table)
                if file is not None and keys:
                    column = file.column("key")["key"]
                    there.update(column.filter(pc.is_in(column, wanted)).to_pylist())
            if there:
                held[segment.id] = (
                    pa.array(sorted(there), pa.int64()).buffers()[1].to_pybytes()[: 8 * len(there)]
                )
    finally:
        snapshot.close()
    return held


def also_held(
    snapshot: Snapshot, keys: Collection[int], names: Collection[tuple[str, str]]
) -> frozenset[tuple[str, str]]:
    """Those of ``names`` (provider, its id) under which a conversation of none of ``keys`` lies here."""
    table = snapshot.columns("conversations", "key", "provider_id", "source_id")
    ids = pa.array([source_id for _, source_id in names], pa.string())
    others = pc.invert(pc.is_in(table["key"], value_set=pa.array(keys, pa.int64())))
    table = table.filter(pc.and_(others, pc.is_in(table["source_id"], value_set=ids)))
    found = zip(table["provider_id"].to_pylist(), table["source_id"].to_pylist(), strict=True)
    return frozenset(found) & frozenset(names)


def seen_in(snapshot: Snapshot) -> frozenset[int]:
    """The sources that show a conversation which is still here."""
    return frozenset(pc.unique(snapshot.columns("sightings", "source")["source"]).to_pylist())
