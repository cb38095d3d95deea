"""The tables of ``schema.py`` in the types of Arrow."""

from functools import cache

import pyarrow as pa

from withhold.index.fingerprints import DIGEST_BYTES, MESSAGE_BYTES
from withhold.index.schema import TABLES, Column

MARK = pa.struct([("kind", pa.string()), ("earliest", pa.int64()), ("latest", pa.int64())])

_TYPES = {
    "key": pa.int64(),
    "instant": pa.int64(),
    "count": pa.int32(),
    "word": pa.string(),
    "flag": pa.bool_(),
    "digest": pa.binary(DIGEST_BYTES),
    "fingerprint": pa.binary(MESSAGE_BYTES),
    "letter": pa.string(),
    "instants": pa.list_(pa.int64()),
    "marks": pa.list_(MARK),
}


@cache
def schema(table: str) -> pa.Schema:
    """The Arrow schema of a table."""
    return pa.schema([_field(column) for column in TABLES[table].columns])


def _field(column: Column) -> pa.Field:
    return pa.field(column.name, _TYPES[column.type], nullable=column.null)
