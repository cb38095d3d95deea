"""The ledger as a Parquet file, for whoever computes further with it."""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from withhold.report.documents import ConversationRow

ROWS = 20_000
"""Rows of one group: so many are in memory."""

_INSTANT = pa.timestamp("us", tz="UTC")
_TEXTS = pa.list_(pa.string())
SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("source_id", pa.string()),
        ("provider", pa.string()),
        ("product", pa.string()),
        ("account", pa.string()),
        ("kind", pa.string()),
        ("project", pa.string()),
        ("first", _INSTANT),
        ("last", _INSTANT),
        ("resumed_at", pa.list_(_INSTANT)),
        ("human", pa.int32()),
        ("model", pa.int32()),
        ("past_exposure", pa.string()),
        ("future_eligibility", pa.string()),
        ("carve_outs", _TEXTS),
        ("extent", pa.string()),
        ("causes", _TEXTS),
        ("marks", _TEXTS),
        (
            "clocks",
            pa.list_(pa.struct([("basis", pa.string()), ("until", _INSTANT), ("bound", pa.string())])),
        ),
        ("deleted", pa.string()),
        ("gone_since", _INSTANT),
        ("as_of", _INSTANT),
        ("sensitivity", pa.string()),
        ("member", pa.string()),
        ("attachments", pa.int32()),
        ("tool_outputs", pa.int32()),
    ]
)
"""Columns as in the CSV; ``carve_outs`` as ``kind:effect``, ``deleted`` is true, false or unknown."""


TAKEN_AT_WORD = b"withhold.taken_at_word"
"""Key of the file's own metadata that says so where rows rest on unsigned exports of others."""


def write(path: Path, rows: Iterable[ConversationRow], taken_at_word: str | None = None) -> None:
    """Write all rows in their order."""
    form = SCHEMA if taken_at_word is None else SCHEMA.with_metadata({TAKEN_AT_WORD: taken_at_word.encode()})
    with pq.ParquetWriter(path, form, compression="zstd") as writer:
        for batch in _batches(rows):
            writer.write_table(pa.Table.from_pylist(batch, form))


def _batches(rows: Iterable[ConversationRow]) -> Iterator[list[dict[str, Any]]]:
    values = map(_values, rows)
    while batch := list(islice(values, ROWS)):
        yield batch


def _values(row: ConversationRow) -> dict[str, Any]:
    plain = {name: getattr(row, name, None) for name in SCHEMA.names}
    return plain | {
        "carve_outs": [f"{c.kind}:{c.effect}" for c in row.carve_outs],
        "clocks": [{"basis": c.basis, "until": c.until, "bound": c.bound} for c in row.clocks],
        "deleted": str(row.deleted).lower(),
        "gone_since": None if row.gone_since is None else row.gone_since.latest,
        "id": row.id,
    }
