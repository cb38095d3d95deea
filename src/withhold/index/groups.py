"""Row groups in the making: conversations go in one by one, Arrow tables come out."""

from array import array
from collections.abc import Callable, Sequence

import pyarrow as pa

from withhold.index.arrow import schema
from withhold.index.kept import Messages, shown_bounds
from withhold.index.schema import CONVERSATIONS
from withhold.model.columns import micros
from withhold.model.conversation import Conversation, Feedback
from withhold.policy.shape import sent

CONVERSATIONS_A_GROUP = 20_000
MESSAGES_A_GROUP = 100_000

Resumed = Callable[[str, Sequence[int], Sequence[int]], Sequence[int]]
"""When the person took a conversation up again, given authors, earliest and latest of its messages as they
stand in columns: microseconds. A rule of another room, handed in."""

_COUNTED = array("i", range(1000))


class Group:
    """One row group of ``conversations``, ``sendings`` and ``messages``, held as columns."""

    def __init__(self, resumed: Resumed) -> None:
        self._resumed = resumed
        self._rows: list[tuple[object, ...]] = []
        self._message_keys = array("q")
        self._message_n = array("i")
        self._ids = bytearray()
        self._authors: list[str] = []
        self._earliest = array("q")
        self._latest = array("q")
        self._sizes = array("q")
        self._sending_keys = array("q")
        self._sending_n = array("i")
        self._sent_earliest = array("q")
        self._sent_latest = array("q")

    @property
    def full(self) -> bool:
        return len(self._rows) >= CONVERSATIONS_A_GROUP or len(self._message_keys) >= MESSAGES_A_GROUP

    def __len__(self) -> int:
        return len(self._rows)

    def add(
        self, key: int, seq: int, conversation: Conversation, messages: Messages, digest: bytes | None
    ) -> None:
        """Add a conversation as it now stands; its own ``messages`` are not looked at."""
        c, authors = conversation, messages.authors
        self._rows.append(
            (
                key,
                seq,
                c.provider_id,
                c.source_id,
                c.account_ref,
                c.kind.value,
                c.project,
                c.product_id,
                c.title,
                c.incognito,
                c.shared,
                [_mark(f) for f in c.feedback],
                c.feedback_visible,
                authors.count("h"),
                authors.count("m"),
                len(authors),
                min(messages.earliest, default=None),
                max(messages.latest, default=None),
                *shown_bounds(messages),
                self._resumed(authors, messages.earliest, messages.latest),
                c.attachments,
                c.tool_outputs,
                digest,
            )
        )
        self._add_messages(key, messages)
        self._add_sendings(key, *sent(authors, messages.earliest, messages.latest))

    def _add_messages(self, key: int, messages: Messages) -> None:
        size = len(messages.ids)
        self._message_keys.extend(array("q", (key,)) * size)
        self._message_n += _counted(size)
        self._ids += b"".join(messages.ids)
        self._authors.append(messages.authors)
        self._earliest.extend(messages.earliest)
        self._latest.extend(messages.latest)
        self._sizes.extend(messages.sizes)

    def _add_sendings(self, key: int, earliest: Sequence[int], latest: Sequence[int]) -> None:
        self._sending_keys.extend(array("q", (key,)) * len(earliest))
        self._sending_n += _counted(len(earliest))
        self._sent_earliest.extend(earliest)
        self._sent_latest.extend(latest)

    def tables(self) -> dict[str, pa.Table]:
        """The three tables; the group is empty afterwards."""
        made = {
            "conversations": self._conversations(),
            "sendings": self._sendings(),
            "messages": self._messages(),
        }
        self.__init__(self._resumed)  # type: ignore[misc]
        return made

    def _conversations(self) -> pa.Table:
        form = schema("conversations")
        columns = list(zip(*self._rows, strict=True)) or [()] * len(CONVERSATIONS.columns)
        arrays = [pa.array(values, field.type) for values, field in zip(columns, form, strict=True)]
        return pa.Table.from_arrays(arrays, schema=form)

    def _sendings(self) -> pa.Table:
        columns = (self._sending_keys, self._sending_n, self._sent_earliest, self._sent_latest)
        form = schema("sendings")
        arrays = [integers(values, field.type) for values, field in zip(columns, form, strict=True)]
        return pa.Table.from_arrays(arrays, schema=form)

    def _messages(self) -> pa.Table:
        form = schema("messages")
        arrays = [
            integers(self._message_keys, pa.int64()),
            integers(self._message_n, pa.int32()),
            pa.Array.from_buffers(
                form.field("id").type, len(self._message_keys), [None, pa.py_buffer(bytes(self._ids))]
            ),
            letters("".join(self._authors)),
            integers(self._earliest, pa.int64()),
            integers(self._latest, pa.int64()),
            integers(self._sizes, pa.int64()),
        ]
        return pa.Table.from_arrays(arrays, schema=form)


def _counted(size: int) -> "array[int]":
    """0, 1, 2 ... below ``size``."""
    return _COUNTED[:size] if size <= len(_COUNTED) else array("i", range(size))


def integers(values: "array[int]", kind: pa.DataType) -> pa.Array:
    """An Arrow array over a copy of ``values``."""
    return pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(values.tobytes())])


def letters(authors: str) -> pa.Array:
    """One letter a message as an Arrow array of texts; Arrow could cast them, but that takes long to load."""
    ends = pa.py_buffer(array("i", range(len(authors) + 1)).tobytes())
    text = pa.py_buffer(authors.encode("ascii"))
    return pa.Array.from_buffers(pa.string(), len(authors), [None, ends, text])


def _mark(feedback: Feedback) -> dict[str, object]:
    return {
        "kind": feedback.kind,
        "earliest": micros(feedback.at.earliest),
        "latest": micros(feedback.at.latest),
    }
