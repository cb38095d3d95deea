"""What holds for every reader, whatever it is given."""

import tempfile
from collections import Counter
from functools import cache
from pathlib import Path

from tests.fuzz.corpus import Files, put, sources
from tests.fuzz.mutation import Pick, mutated
from withhold.model.conversation import Conversation
from withhold.sources.interface import Apart, Item, Limits
from withhold.sources.registry import read_paths
from withhold.sources.summary import ReadSummary
from withhold.support.errors import NothingRead

LIMITS = Limits(item_bytes=1 << 20)
Said = tuple[str, tuple[tuple[str, int], ...]]
"""The id of a conversation, and author and size of each of its messages."""


class Lost(AssertionError):
    """Something was lost without a word."""


def read(folder: Path) -> tuple[list[Item], list[ReadSummary]]:
    """All items of a folder. Raises :class:`~withhold.support.errors.NothingRead` for none at all."""
    items: list[Item] = []
    summaries = []
    for reading in read_paths([folder], LIMITS):
        before = len(items)
        items.extend(reading)
        summary = reading.summary()
        _adds_up(items[before:], summary)
        summaries.append(summary)
    return items, summaries


def _adds_up(items: list[Item], summary: ReadSummary) -> None:
    chats = [item for item in items if isinstance(item, Conversation)]
    apart = sum(isinstance(item, Apart) for item in items)
    if len(chats) != summary.conversations or apart != sum(one.conversations for one in summary.apart):
        raise Lost("the summary counts other conversations than came out")
    if summary.human != sum(chat.human for chat in chats):
        raise Lost("the summary counts other messages than came out")


def said(items: list[Item]) -> Counter[Said]:
    """All conversations, the ones that are counted apart too."""
    found: Counter[Said] = Counter()
    for item in items:
        chat = item.conversation if isinstance(item, Apart) else item
        if isinstance(chat, Conversation):
            found[(chat.source_id, tuple((m.author.value, m.size) for m in chat.messages))] += 1
    return found


@cache
def ids_of(name: str) -> tuple[str, ...]:
    """What names conversations and messages in the source of a format, the longest first."""
    found = set()
    for item in _items_of(sources()[name]):
        chat = item.conversation if isinstance(item, Apart) else item
        if isinstance(chat, Conversation):
            found |= {chat.source_id, *(message.id for message in chat.messages)}
    return tuple(sorted((one for one in found if len(one) > 1), key=len, reverse=True))


def _items_of(files: Files) -> list[Item]:
    with tempfile.TemporaryDirectory(prefix="withhold-fuzz-") as folder:
        put(files, Path(folder))
        return read(Path(folder))[0]


def renamed(files: Files, ids: tuple[str, ...]) -> Files:
    """A source that says the same under other ids: copies of conversations count once, by their id.

    Databases stay as they are: their ids are of another length in their pages.
    """
    names = _other_names(ids)
    return {_place(place, names): _body(body, names) for place, body in files.items()}


def _other_names(ids: tuple[str, ...]) -> dict[str, str]:
    """Ids that none of the source is: of the same form where that can be."""
    for step in range(1, 10):
        digits = "0123456789"
        turn = str.maketrans(digits, digits[step:] + digits[:step])
        names = {one: one.translate(turn) for one in ids}
        if not set(names.values()) & set(ids):
            return names
    return {one: f"{one}z" for one in ids}


def _body(body: bytes, names: dict[str, str]) -> bytes:
    if body.startswith(b"SQLite format 3"):
        return body
    for one, other in names.items():
        body = body.replace(f'"{one}"'.encode(), f'"{other}"'.encode())
    return body


def _place(place: str, names: dict[str, str]) -> str:
    for one, other in names.items():
        if len(one) > 7 and one in place:
            return place.replace(one, other)
    return place


@cache
def whole(name: str) -> Counter[Said]:
    """What comes out of the source of a format."""
    return said(_items_of({f"a/{place}": body for place, body in sources()[name].items()}))


def check(name: str, pick: Pick, folder: Path) -> None:
    """Read a mutated source beside one that is as it should be.

    Raises :class:`Lost` where the neighbour lost something; anything else that is raised is a fault too.
    """
    files = sources()[name]
    other = dict(renamed(files, ids_of(name)))
    place = sorted(other)[pick(len(other))]
    other[place] = mutated(other[place], pick)
    beside(name, other, folder)


def beside(name: str, other: Files, folder: Path) -> None:
    """Read ``other`` beside the source of a format, which must come out whole."""
    put({f"a/{place}": body for place, body in sources()[name].items()}, folder)
    put({f"b/{place}": body for place, body in other.items()}, folder)
    lost = whole(name) - said(read(folder)[0])
    if lost:
        raise Lost(f"{name}: {[one[0] for one in lost]} came out otherwise because of a neighbour")


def alone(body: bytes, file_name: str, folder: Path) -> None:
    """Read one file of any bytes: a result, or the one error with a reason."""
    (folder / file_name).write_bytes(body)
    try:
        items, summaries = read(folder / file_name)
    except NothingRead as nothing:
        if not nothing.message.partition("\n")[2]:
            raise Lost("nothing was read and no reason is given") from nothing
        return
    told = sum(row.unrecognised_count + len(row.members) + len(row.warnings) for row in summaries)
    if body.strip(b" \t\r\n\x00") and not said(items) and not told:
        raise Lost(f"{file_name}: neither a conversation nor a word")
