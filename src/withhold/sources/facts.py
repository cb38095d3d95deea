"""What a reader of chats keeps of many conversations at once: a few facts each, all messages as columns.

Everything here is a pure function of the bytes of one conversation, so that it can be made in another
process. What needs to know of other conversations or files is done later, from facts alone.
"""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec

from withhold.model.columns import Columns


class Facts(msgspec.Struct, array_like=True, gc=False):
    """One conversation.

    ``problem`` says why it is none, and then nothing else counts. ``odd`` are faults inside it: their place
    in it, and what they are. ``ids`` are the names by which other files call it. ``saw`` is the latest exact
    time in it, in microseconds. ``kinds`` are those of content that are not known, one a message.
    """

    problem: str | None = None
    source_id: str = ""
    ids: tuple[str | None, ...] = ()
    account: str | None = None
    project: str | None = None
    incognito: bool = False
    title: str | None = None
    saw: int | None = None
    kinds: tuple[str, ...] = ()
    odd: tuple[tuple[str, str], ...] = ()
    workspace: str | None = None
    """The workspace that it names: whether that is a business account's, the export does not say."""
    attachments: int | None = None
    tool_outputs: int | None = None


NOTHING = Columns((), "", (), (), ())


@dataclass(slots=True)
class Batch:
    """Conversations in their order: facts, how many messages each, and the messages of all in one row.

    ``marks`` is how often the byte sequence stands in them that each holds at least once.
    """

    marks: int = 0
    facts: list[Facts] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    authors: list[str] = field(default_factory=list)
    earliest: list[int] = field(default_factory=list)
    latest: list[int] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)

    def add(self, facts: Facts, messages: Columns) -> None:
        """One more conversation."""
        self.ids += messages.ids
        self.authors += messages.authors
        self.earliest += messages.earliest
        self.latest += messages.latest
        self.sizes += messages.sizes
        self.facts.append(facts)
        self.lengths.append(len(messages))

    def __iter__(self) -> Iterator[tuple[Facts, Columns]]:
        authors = "".join(self.authors)
        start = 0
        for facts, length in zip(self.facts, self.lengths, strict=True):
            part = slice(start, start + length)
            start += length
            earliest = self.earliest[part]
            yield facts, Columns(self.ids[part], authors[part], earliest, self.latest[part], self.sizes[part])


class _Packed(msgspec.Struct, array_like=True):
    marks: int
    facts: list[Facts]
    lengths: list[int]
    ids: list[str]
    authors: str
    earliest: bytes
    later: bytes
    """``latest`` less ``earliest``; empty where all times are exact."""
    sizes: bytes


_packed = msgspec.msgpack.Decoder(_Packed)


def packed(batch: Batch) -> bytes:
    """A batch as bytes, for another process."""
    exact = batch.latest == batch.earliest
    later = [] if exact else [b - a for a, b in zip(batch.earliest, batch.latest, strict=True)]
    return msgspec.msgpack.encode(
        _Packed(
            batch.marks,
            batch.facts,
            batch.lengths,
            batch.ids,
            "".join(batch.authors),
            array("q", batch.earliest).tobytes(),
            array("q", later).tobytes(),
            array("q", batch.sizes).tobytes(),
        )
    )


def unpacked(data: bytes) -> Batch:
    """The batch of :func:`packed`."""
    found = _packed.decode(data)
    earliest = _numbers(found.earliest)
    later = _numbers(found.later)
    latest = [a + b for a, b in zip(earliest, later, strict=True)] if later else earliest
    authors = list(found.authors)
    return Batch(
        found.marks, found.facts, found.lengths, found.ids, authors, earliest, latest, _numbers(found.sizes)
    )


def _numbers(data: bytes) -> list[int]:
    found = array("q")
    found.frombytes(data)
    return found.tolist()
