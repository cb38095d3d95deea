"""``head.json``: how far the journal goes, so that records dropped from its end are missed."""

import json
from dataclasses import dataclass

import rfc8785

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Head:
    """The journal holds ``count`` records in its first ``size`` bytes; ``last`` is the id of the last one."""

    count: int
    last: str | None
    size: int


EMPTY = Head(0, None, 0)


def encode_head(head: Head) -> bytes:
    return rfc8785.dumps({"count": head.count, "format": FORMAT, "last": head.last, "size": head.size})


def decode_head(data: bytes) -> Head:
    """Read what :func:`encode_head` wrote; ``ValueError`` for anything else, be it one byte off."""
    fields = json.loads(data)
    if not isinstance(fields, dict):
        raise ValueError("it is not an object")
    count, last, size = fields.get("count"), fields.get("last"), fields.get("size")
    if not (isinstance(count, int) and isinstance(size, int) and isinstance(last, str | None)):
        raise ValueError("count, last or size is missing or of the wrong kind")
    head = Head(count, last, size)
    if encode_head(head) != data:
        raise ValueError("it is not what was written")
    return head
