"""Where a secret lies: the file, and the conversation and message if the readers know them.

Files are searched as bytes, so that nothing is missed for being of a shape that no reader knows. The place is
found afterwards: the item around a finding names ids, and one of them is a conversation of the readers. Where
none is, the conversation stays unknown. Of the text nothing is kept.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from withhold.app.machine.streams import Read, as_text
from withhold.sensitive.streams import Finding
from withhold.sensitive.together import Together
from withhold.sources.interface import Damaged, Entry, Limits
from withhold.sources.json_scanner import Raw
from withhold.sources.open import opened
from withhold.sources.shape import shape_of
from withhold.sources.sqlite_files import is_beside, is_sqlite, opened_db
from withhold.sources.streams import items_of, lines_of
from withhold.support.errors import NothingRead

if TYPE_CHECKING:
    from withhold.model.conversation import Conversation

_ID = re.compile(rb'"([A-Za-z_]{2,40})"\s{0,4}:\s{0,4}"([A-Za-z0-9][A-Za-z0-9_.:-]{3,99})"')
_ABOVE = re.compile(rb"parent|children|previous|leaf|current|root", re.IGNORECASE)
"""Members that name another message than the one they stand in."""
ROUGH = 4096
"""Offsets are told in steps of this many bytes."""
LONGEST_ROW = 64 << 20


@dataclass(frozen=True, slots=True)
class Names:
    """Ids that an item gives, by where they stand in it; ``at`` is where the finding stands."""

    ids: tuple[tuple[int, str], ...]
    at: int


@dataclass(frozen=True, slots=True)
class Placed:
    """A finding, the file it is in, and the conversation as far as it is known."""

    finding: Finding
    place: str
    provider: str | None = None
    conversation: str | None = None
    message: int | None = None
    names: Names | None = field(default=None, repr=False)

    @property
    def near(self) -> int:
        """Its offset in the unpacked file, rounded down."""
        return self.finding.start // ROUGH * ROUGH


@dataclass(slots=True)
class Searched:
    """What a path held. ``unread`` are places with the reason: nothing is known of what is in them."""

    path: Path
    found: list[Placed] = field(default_factory=list)
    unread: list[tuple[str, str]] = field(default_factory=list)
    files: int = 0
    size: int = 0


def search(path: Path, finder: Together, limits: Limits | None = None) -> Searched:
    """Everything that ``finder`` finds in a file, folder or archive."""
    searched = Searched(path)
    limits = limits or Limits()
    with opened(path, limits) as source:
        searched.unread += [(p.place, p.reason) for p in source.problems]
        for entry in source.entries:
            _Entry(entry, searched, finder, limits).search()
    if searched.found:
        _name_conversations(searched)
    return searched


class _Entry:
    """One file of a source."""

    def __init__(self, entry: Entry, searched: Searched, finder: Together, limits: Limits) -> None:
        self._entry = entry
        self._searched = searched
        self._finder = finder
        self._limits = limits

    def search(self) -> None:
        self._searched.files += 1
        try:
            if is_sqlite(shape_of(self._entry, self._limits)):
                self._rows()
            elif not is_beside(self._entry):
                self._stream()
        except Damaged as damage:
            self._searched.unread.append((self._entry.path, str(damage)))

    def _stream(self) -> None:
        found: list[Finding] = []
        stream = self._entry.open()
        try:
            found.extend(self._finder.in_stream(as_text(self._counted(stream.read))))
        finally:
            stream.close()
            self._searched.found += self._in_items(found)

    def _counted(self, read: Read) -> Read:
        def counting(size: int) -> bytes:
            chunk = read(size)
            self._searched.size += len(chunk)
            return chunk

        return counting

    def _in_items(self, found: Sequence[Finding]) -> Iterator[Placed]:
        """Findings with the ids of the items they stand in; both come in order."""
        waiting = list(found)
        for raw in self._items() if waiting else ():
            end = raw.offset + len(raw.data)
            names = None
            while waiting and waiting[0].start < end:
                one = waiting.pop(0)
                if one.start >= raw.offset:
                    names = names or ids_in(raw.data)
                    yield Placed(one, self._entry.path, names=Names(names, one.start - raw.offset))
                else:
                    yield Placed(one, self._entry.path)
            if not waiting:
                return
        yield from (Placed(one, self._entry.path) for one in waiting)

    def _items(self) -> Iterator[Raw]:
        shape = shape_of(self._entry, self._limits)
        if shape.form not in ("array", "lines", "object"):
            return
        read = items_of if shape.form == "array" else lines_of
        yield from (item for item in read(self._entry, self._limits) if isinstance(item, Raw))

    def _rows(self) -> None:
        with opened_db(self._entry, self._limits) as connection:
            tables = connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
            ).fetchall()
            for (table,) in tables:
                quoted = '"' + table.replace('"', '""') + '"'
                for row in connection.execute(f"SELECT * FROM {quoted}"):  # noqa: S608 - the name is quoted
                    self._row(row)

    def _row(self, row: Iterable[object]) -> None:
        text = b"\n".join(part for part in map(_bytes, row) if part)[:LONGEST_ROW]
        self._searched.size += len(text)
        found = self._finder.in_text(text)
        if found:
            ids = (*ids_in(text), *((-1, part) for part in row if isinstance(part, str) and len(part) < 100))
            place = self._entry.path
            self._searched.found += [Placed(f, place, names=Names(ids, f.start)) for f in found]


def ids_in(item: bytes) -> tuple[tuple[int, str], ...]:
    """Ids that members of an item give of the item or of parts of it."""
    return tuple((m.start(2), m[2].decode()) for m in _ID.finditer(item) if not _ABOVE.search(m[1]))


def _bytes(value: object) -> bytes:
    if isinstance(value, bytes):
        return value
    return value.encode("utf-8", "replace") if isinstance(value, str) else b""


def _name_conversations(searched: Searched) -> None:
    """Put in the conversations and messages that the readers know by the ids around each finding."""
    wanted = defaultdict(list)
    for number, placed in enumerate(searched.found):
        for candidate in _candidates(placed):
            wanted[candidate].append(number)
    known = {c.source_id: c for c in _conversations(searched.path) if c.source_id in wanted}
    for number, placed in enumerate(searched.found):
        found = next((known[c] for c in _candidates(placed) if c in known), None)
        if found is not None:
            searched.found[number] = replace(
                placed,
                provider=found.provider_id,
                conversation=found.source_id,
                message=_message(placed, found),
                names=None,
            )


def _candidates(placed: Placed) -> Iterator[str]:
    """What may be the id of the conversation, the likeliest first."""
    if placed.names is not None:
        yield from dict.fromkeys(name for _, name in placed.names.ids)
    parts = placed.place.split("/")
    yield parts[-1].rpartition(".")[0] or parts[-1]
    yield from reversed(parts[:-1])


def _message(placed: Placed, conversation: "Conversation") -> int | None:
    """The message whose id stands nearest before the finding; else the one that the item names alone."""
    if placed.names is None:
        return None
    numbers = {m.id: number for number, m in enumerate(conversation.messages)}
    named = [(at, numbers[name]) for at, name in placed.names.ids if name in numbers]
    before = [number for at, number in named if at <= placed.names.at]
    if before:
        return before[-1]
    return named[0][1] if len({number for _, number in named}) == 1 else None


def _conversations(path: Path) -> "Iterator[Conversation]":
    from withhold.model.conversation import Conversation
    from withhold.sources.interface import Apart
    from withhold.sources.registry import read_paths

    try:
        for reading in read_paths([path]):
            for item in reading:
                if isinstance(item, Conversation):
                    yield item
                elif isinstance(item, Apart):
                    yield item.conversation
    except NothingRead:
        return  # a path without conversations may hold secrets all the same
