"""Documents as JSON, and the JSON Schemas that describe them."""

from typing import Any

import msgspec

from withhold.report.documents import DOCUMENTS

_ENCODER = msgspec.json.Encoder(order="deterministic")


def encode(document: msgspec.Struct) -> bytes:
    """One document as readable UTF-8 JSON, times in UTC with ``Z``, ending with a line end."""
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


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
