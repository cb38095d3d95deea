"""Documents as JSON, and the JSON Schemas that describe them."""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from withhold.report.documents import DOCUMENTS

_ENCODER = msgspec.json.Encoder(order="deterministic")


def encode(document: msgspec.Struct) -> bytes:
    """One document as readable UTF-8 JSON, times in UTC with ``Z``, ending with a line end."""
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def encode_with_rows(document: msgspec.Struct, field: str, rows: Iterable[msgspec.Struct]) -> Iterator[bytes]:
    """:func:`encode` piece by piece for a document whose list ``field`` is empty, with ``rows`` in it."""
    head, empty, tail = encode(document).partition(f'\n  "{field}": []'.encode())
    yield head + empty[:-1]
    indented, some = b"\n    ", False
    for row in rows:
        shown = msgspec.json.format(msgspec.json.encode(row), indent=2)
        yield (b"," if some else b"") + indented + shown.replace(b"\n", indented)
        some = True
    yield (b"\n  ]" if some else b"]") + tail


def encode_row(row: msgspec.Struct) -> bytes:
    """One row for JSON Lines."""
    return _ENCODER.encode(row) + b"\n"


def json_schema(name: str) -> dict[str, Any]:
    """JSON Schema (2020-12) of the document called ``name``."""
    schema = msgspec.json.schema(DOCUMENTS[name])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"withhold.{name}/1",
        **schema,
    }
