"""Conversations read back from row groups."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import pyarrow as pa

from withhold.index.fingerprints import MESSAGE_BYTES
from withhold.index.kept import Messages
from withhold.model.columns import instant
from withhold.model.conversation import Conversation, Feedback
from withhold.model.when import When
from withhold.model.words import Kind


@dataclass(frozen=True, slots=True)
class Row:
    """One row of ``conversations``; the conversation is without its messages."""

    key: int
    seq: int
    conversation: Conversation
    digest: bytes | None


def rows_of(table: pa.Table) -> list[Row]:
    """Rows of a table with all columns of ``conversations``."""
    columns = (table[name].to_pylist() for name in _NAMES)
    return [_row(*values) for values in zip(*columns, strict=True)]


_NAMES = (
    "key",
    "seq",
    "provider_id",
    "source_id",
    "account_ref",
    "kind",
    "project",
    "product_id",
    "title",
    "incognito",
    "shared",
    "feedback",
    "feedback_visible",
    "attachments",
    "tool_outputs",
    "digest",
)


def _row(
    key: int,
    seq: int,
    provider_id: str,
    source_id: str,
    account_ref: str | None,
    kind: str,
    project: str | None,
    product_id: str | None,
    title: str | None,
    incognito: bool | None,
    shared: bool | None,
    feedback: list[dict[str, Any]],
    feedback_visible: bool,
    attachments: int | None,
    tool_outputs: int | None,
    digest: bytes | None,
) -> Row:
    conversation = Conversation(
        source_id=source_id,
        provider_id=provider_id,
        kind=Kind(kind),
        messages=(),
        account_ref=account_ref,
        product_id=product_id,
        project=project,
        incognito=incognito,
        feedback=tuple(
            Feedback(When(instant(f["earliest"]), instant(f["latest"])), f["kind"]) for f in feedback
        ),
        feedback_visible=feedback_visible,
        shared=shared,
        title=title,
        attachments=attachments,
        tool_outputs=tool_outputs,
    )
    return Row(key, seq, conversation, digest)


class GroupMessages:
    """The messages of one row group, cut into conversations by their counts, without a search."""

    def __init__(self, counts: Sequence[int], messages: pa.Table | None) -> None:
        self._ends = list(accumulate(counts, initial=0))
        if messages is None:
            messages = pa.table({"id": pa.array([], pa.binary(MESSAGE_BYTES)), **_EMPTY})
        self._ids = _data(messages["id"])
        self._authors = _letters(messages["author"])
        self._earliest = _data(messages["earliest"]).cast("q")
        self._latest = _data(messages["latest"]).cast("q")
        self._sizes = _data(messages["size"]).cast("q")

    def of(self, place: int) -> Messages:
        """The messages of the conversation at ``place`` in the group."""
        start, end = self._ends[place], self._ends[place + 1]
        ids = bytes(self._ids[start * MESSAGE_BYTES : end * MESSAGE_BYTES])
        return Messages(
            [ids[at : at + MESSAGE_BYTES] for at in range(0, len(ids), MESSAGE_BYTES)],
            self._authors[start:end],
            self._earliest[start:end].tolist(),
            self._latest[start:end].tolist(),
            self._sizes[start:end].tolist(),
        )


_EMPTY = {
    "author": pa.array([], pa.string()),
    "earliest": pa.array([], pa.int64()),
    "latest": pa.array([], pa.int64()),
    "size": pa.array([], pa.int64()),
}


def _data(column: pa.ChunkedArray) -> memoryview:
    """The bytes of a column of fixed width without gaps."""
    array = _one(column)
    width = array.type.bit_width // 8
    buffer = array.buffers()[1]
    if buffer is None:
        return memoryview(b"")
    return memoryview(buffer)[array.offset * width : (array.offset + len(array)) * width]


def _letters(column: pa.ChunkedArray) -> str:
    """A column of single ASCII letters as one text."""
    array = _one(column)
    if not len(array):
        return ""
    offsets, data = array.buffers()[1:]
    places = memoryview(offsets).cast("i")
    return bytes(data)[places[array.offset] : places[array.offset + len(array)]].decode("ascii")


def _one(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
