"""What readers of chats share: from items of a file to conversations that add up."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256

from withhold.model.conversation import Message, Unrecognised
from withhold.model.when import ANY_TIME, When
from withhold.model.words import Author
from withhold.sources.interface import Entry, Limits, Notice
from withhold.sources.json_scanner import Skipped
from withhold.sources.json_values import loads
from withhold.sources.streams import Marks, items_of
from withhold.sources.text import name
from withhold.sources.times import bounds


@dataclass(frozen=True, slots=True)
class Draft:
    """A message before its conversation is known. ``fault`` says what is odd about it.

    A draft that is not ``readable`` is counted by its fault alone.
    """

    id: str | None
    author: Author
    at: When | None
    size: int
    fault: str | None = None
    readable: bool = True


NO_MESSAGE = Draft(None, Author.OTHER, None, 0, "is no message; its conversation is read without it", False)


@dataclass(frozen=True, slots=True)
class Found:
    """One undecoded item and where it stands."""

    place: str
    data: bytes


def found_in(
    entry: Entry,
    limits: Limits,
    *,
    inside: str | None = None,
    mark: bytes | None = None,
    empty: bool = True,
) -> Iterator[Found | Unrecognised | Notice]:
    """The items of an entry, numbered. What cannot be had is named, and so is nothing unless ``empty``.

    With ``mark``, a byte sequence that each item holds at least once, a second and dumber count tells when
    the file seems to hold more than came out.
    """
    marks = None if mark is None else Marks(mark)
    count = 0
    for raw in items_of(entry, limits, inside=inside, marks=marks):
        place = f"{entry.path}[{count}]"
        count += 1
        if isinstance(raw, Skipped):
            rest = "; everything from here on is lost" if raw.rest else ""
            yield Unrecognised(f"{place} at byte {raw.offset}", raw.reason + rest)
        else:
            yield Found(place, raw.data)
    if not count and not empty:
        yield Unrecognised(entry.path, "holds no item: an empty export, or one that was cut")
    if marks is not None and mark is not None and marks.count > count:
        text = f"{mark.decode()} occurs {marks.count} times in it, yet {count} items or faults were found"
        yield Notice(text, entry.path)


def decoded(data: bytes) -> dict[str, object] | None:
    """One JSON object; ``None`` for anything else."""
    try:
        value = loads(data)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def part(value: object, *keys: str) -> object:
    """What stands at a path of keys; ``None`` where the path ends early."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def listed(value: object) -> list[object]:
    """The value if it is a list; else an empty one."""
    return value if isinstance(value, list) else []


def sent_along(lists: Iterable[object]) -> int | None:
    """How many files stand in the lists that the person's messages have for them.

    ``None`` where that is not told: there are none, and some message has no list.
    """
    given = list(lists)
    count = sum(len(found) for found in given if isinstance(found, list))
    return count if count or (given and all(isinstance(found, list) for found in given)) else None


def unnamed(data: bytes) -> str:
    """An id for a conversation without one: the same for the same bytes."""
    return f"unnamed-{sha256(data).hexdigest()[:32]}"


@dataclass(slots=True)
class Repeats:
    """Tells conversations that one source holds more than once. 16 bytes a conversation."""

    _seen: set[bytes] = field(default_factory=set)

    def has(self, source_id: str) -> bool:
        """Whether this id has passed."""
        return sha256(source_id.encode()).digest()[:16] in self._seen

    def of(self, source_id: str, place: str) -> Iterator[Notice]:
        """A notice if this id has passed before."""
        digest = sha256(source_id.encode()).digest()[:16]
        if digest in self._seen:
            text = "the same conversation stands in this source more than once and was counted each time"
            yield Notice(text, place)
        self._seen.add(digest)


def faults(drafts: Sequence[Draft], place: str, key: str) -> Iterator[Unrecognised]:
    """What is odd about messages, one by one."""
    for index, draft in enumerate(drafts):
        if draft.fault is not None:
            yield Unrecognised(f"{place}.{key}[{index}]", draft.fault)


def strange(sender: object) -> str:
    """The fault of a message whose sender is not known."""
    return f"its sender {name(sender, 40) or '(none)'} is not known; it is counted as nobody's"


def messages_of(
    source_id: str, drafts: Sequence[Draft], created: When | None = None, updated: When | None = None
) -> tuple[Message, ...]:
    """Drafts as messages, in their order.

    A message without a time lies inside its conversation's header only if other messages have times and all
    of them fit into it: a header alone proves nothing, since exports and migrations rewrite it.
    """
    known = [draft.at for draft in drafts if draft.at is not None]
    otherwise = bounds(created, updated, known) if known else ANY_TIME
    return tuple(
        Message(draft.id or f"{source_id}#{index}", draft.author, draft.at or otherwise, draft.size)
        for index, draft in enumerate(drafts)
        if draft.readable
    )


def with_context(drafts: Sequence[Draft]) -> list[Draft]:
    """Context without a time was sent together with the message that follows it, else with the last one.

    System texts, custom instructions and the like often have none, though they went out with a prompt.
    """
    filled: list[Draft] = []
    at: When | None = None
    for draft in reversed(drafts):
        at = draft.at or at
        filled.append(draft if draft.author is not Author.OTHER else replace(draft, at=draft.at or at))
    filled.reverse()
    last = next((draft.at for draft in reversed(filled) if draft.at is not None), None)
    return [replace(d, at=last) if d.at is None and d.author is Author.OTHER else d for d in filled]
