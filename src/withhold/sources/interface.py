"""What every reader of an export or transcript looks like, and what it hands out.

A reader recognises its format by the shape of what is inside, never by a file name, because five vendors
ship a ``conversations.json``. It then hands out a stream of :data:`Item`. The stream adds up: each thing
that the format counts as a conversation comes out as a :class:`~withhold.model.conversation.Conversation`
or as an :class:`~withhold.model.conversation.Unrecognised` with its place, and never as nothing.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol, TypeAlias

import msgspec

from withhold.model.conversation import Conversation, SourceAccount, Unrecognised
from withhold.model.when import When
from withhold.model.words import ControlState

MIB = 1 << 20
GIB = 1 << 30


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a source may ask of this machine. What lies beyond is named, not read."""

    item_bytes: int = 64 * MIB
    """One JSON item (a conversation) or one line. The largest seen are about 2 MB."""
    depth: int = 200
    """Nesting inside one item. Real exports stay under 30."""
    members: int = 200_000
    """Files in one source."""
    member_bytes: int = 128 * GIB
    total_bytes: int = 512 * GIB
    """Unpacked size of one archive."""
    ratio: int = 200
    """Unpacked to packed size, for members above ``ratio_from``. Chat text packs 4 to 30 times."""
    ratio_from: int = 16 * MIB
    path_chars: int = 1024


@dataclass(frozen=True, slots=True)
class Options:
    """How to read."""

    limits: Limits = field(default_factory=Limits)
    keep_titles: bool = False
    name: str = ""
    """Name of the path that is read."""
    beside: frozenset[str] = frozenset()
    """Names of the other paths given in the same call: parts of one export often come as several files."""


class Stream(Protocol):
    """Bytes of one entry. ``read`` raises :class:`Damaged` where they cannot be had."""

    def read(self, size: int, /) -> bytes: ...
    def close(self) -> None: ...


class Damaged(Exception):
    """The bytes of an entry end early or do not fit their checksum. Never leaves this room."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a source. ``path`` is relative to the source, with ``/``.

    ``modified`` is what the file system or archive says, a hint only. ``on_disk`` is where a file that is not
    inside an archive lies, for libraries that cannot read a stream (SQLite); nothing may be written there.
    ``journals`` are SQLite's files beside a database that lies in an archive.
    """

    path: str
    size: int
    open: Callable[[], Stream]
    modified: When | None = None
    on_disk: Path | None = None
    journals: tuple["Entry", ...] = ()

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def stem(self) -> str:
        return self.name.rpartition(".")[0] or self.name

    @property
    def parts(self) -> tuple[str, ...]:
        return tuple(self.path.split("/"))


@dataclass(frozen=True, slots=True)
class Shape:
    """How an entry begins. ``first`` holds the first JSON objects, one level deep and not decoded further.

    ``form`` is ``array`` (a top-level list), ``object`` (one top-level object), ``lines`` (one object a
    line), ``empty`` (nothing but white space), or ``other`` (not JSON).
    """

    form: str
    first: tuple[dict[str, msgspec.Raw], ...] = ()
    head: bytes = b""
    """The first few thousand bytes, for what the first objects do not tell."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A reader's word that it knows an entry. ``role`` is the reader's own name for what the entry is.

    ``group`` holds together entries that make one conversation; ``since`` is the earliest time at the
    entry's head. Both are for the reader's own use.
    """

    entry: Entry
    role: str
    group: str | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a person should know about what was read. Nothing was lost by it unless the text says so."""

    text: str
    place: str | None = None


@dataclass(frozen=True, slots=True)
class KnownMember:
    """An entry that is understood and holds no conversation (projects, memories, users ...)."""

    place: str
    what: str


@dataclass(frozen=True, slots=True)
class SentAgain:
    """What conversation ``source_id`` said was sent again as the beginning of ``by``, whose own part starts
    at ``at``. The lines are counted in ``source_id`` alone, yet they were open under the rules of ``at``.
    """

    source_id: str
    by: str
    at: When


@dataclass(frozen=True, slots=True)
class PerhapsPartial:
    """Nothing in the source tells that it is all of the export: a time may have been chosen for it, or it
    came in numbered parts of which none is said to be the last.
    """

    place: str


@dataclass(frozen=True, slots=True)
class ExportedAt:
    """When the source was probably made, from file names or archive times: a hint, never evidence."""

    when: When


@dataclass(frozen=True, slots=True)
class SettingSeen:
    """A training switch as an export shows it: its state when the export was made, no history.

    ``control`` is the name that the export uses. ``at`` lies between the last thing that the export holds
    and the time that its name or files give. A switch that an export does not show is unknown: silence
    never comes out as an item.
    """

    control: str
    state: ControlState
    at: When
    account_ref: str | None = None


@dataclass(frozen=True, slots=True)
class Apart:
    """A conversation that is counted apart from the chats of the export: ``what`` it is, in a few words.

    It was sent to the provider all the same and has to be judged like any other.
    """

    what: str
    conversation: Conversation


Item: TypeAlias = (
    Conversation
    | Unrecognised
    | SourceAccount
    | Notice
    | KnownMember
    | SentAgain
    | PerhapsPartial
    | ExportedAt
    | SettingSeen
    | Apart
)


class Reader(Protocol):
    """One format."""

    @property
    def format(self) -> str:
        """Name of the format as printed."""

    def recognises(self, entry: Entry, shape: Shape) -> Claim | None:
        """Whether this is an entry of the format, by its shape."""

    def companion(self, entry: Entry) -> Claim | None:
        """Whether an entry without a telling shape belongs to the format.

        Asked only in a source where :meth:`recognises` has claimed another entry; names may decide here.
        """

    def read(self, claims: Sequence[Claim], options: Options) -> Iterator[Item]:
        """All that the claimed entries of one source hold. One conversation is in memory at a time."""
