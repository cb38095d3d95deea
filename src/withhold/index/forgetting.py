"""Which segments hold conversations that are to be forgotten."""

from collections.abc import Mapping

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
