"""Cursor's plain transcripts, and whose a message of Cursor is."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

from withhold.model.when import When
from withhold.model.words import Author
from withhold.sources.coding import (
    Members,
    Row,
    Session,
    everything,
    inner,
    is_person,
    kind_in,
    kind_of,
    label,
    rows_in,
    unknown_kinds,
    without_person,
)
from withhold.sources.drafts import Draft, listed, part
from withhold.sources.interface import Entry, Item, KnownMember, Options
from withhold.sources.text import name
from withhold.sources.times import MINUTE, moment

PROVIDER = "cursor"
ROLES = {"user": Author.HUMAN, "assistant": Author.MODEL, "tool": Author.OTHER, "system": Author.OTHER}
ENDS = frozenset({"turn_ended", "turn_started", "session_ended"})
_STAMP = re.compile(
    r"<timestamp>\w+, (\w{3}) (\d{1,2}), (\d{4}), (\d{1,2}):(\d\d) ([AP]M)"
    r" \(UTC([+-]\d{1,2})?(?::(\d\d))?\)</timestamp>"
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def is_line(keys: Members) -> bool:
    """Whether an object is a line of a transcript."""
    if kind_in(keys) in ENDS and "status" in keys:
        return True
    known = kind_in(keys, "role") in ROLES and not keys.keys() & {
        "uuid",
        "sessionId",
        "parentId",
        "thread_id",
    }
    return known and "content" in inner(keys, "message")


def transcript(entry: Entry, present: set[str], options: Options) -> Iterator[Item]:
    """A transcript, unless its conversation is ``present`` from a better source."""
    session = Session(entry.stem, PROVIDER)
    kinds: Counter[str] = Counter()
    for row in rows_in(entry, options):
        if not isinstance(row, Row):
            yield session.fault(row)
        elif "role" in row.value:
            message = row.value.get("message")
            message = message if isinstance(message, dict) else row.value
            session.drafts.append(message_draft(kind_of(row.value, "role"), message))
        elif kind_of(row.value) not in ENDS:
            kinds[label(row.value.get("type"))] += 1
    yield from unknown_kinds(kinds, entry.path)
    if session.source_id in present:
        yield KnownMember(entry.path, "plain copy of a chat")
        return
    present.add(session.source_id)
    if "subagents" in entry.parts:
        session.drafts = without_person(session.drafts)
    yield session.conversation(options)


def message_draft(role: str, message: dict[str, object]) -> Draft:
    """A message of the Messages-API kind: a person's words stand in a tag of their own, if there are tags."""
    content = message.get("content")
    author = ROLES.get(role, Author.OTHER)
    if author is Author.HUMAN and not _is_typed(content):
        author = Author.OTHER
    at = moment(message.get("createdAt")) or _stamped(content)
    return Draft(name(message.get("id")), author, at, everything(content))


def _texts(content: object) -> Iterator[str]:
    for one in [content] if isinstance(content, str) else listed(content):
        text = one if isinstance(one, str) else part(one, "text")
        if isinstance(text, str):
            yield text


def _is_typed(content: object) -> bool:
    return any("<user_query>" in text for text in _texts(content)) or is_person(content)


def _stamped(content: object) -> When | None:
    """The minute in which a prompt was sent, as newer versions write it into the prompt."""
    for text in _texts(content):
        found = _STAMP.search(text[:2000])
        if found is not None:
            return _minute(*found.groups())
    return None


def _minute(*parts: str | None) -> When | None:
    month, day, year, hour, minute, half, offset, beside = parts
    zone = timedelta(hours=int(offset or 0))
    zone += timedelta(minutes=int(beside or 0)) * (-1 if (offset or "").startswith("-") else 1)
    try:
        number = _MONTHS.index(month or "") + 1
        clock = int(hour or 0) % 12 + (12 if half == "PM" else 0)
        start = datetime(
            int(year or 0), number, int(day or 0), clock, int(minute or 0), tzinfo=timezone(zone)
        )
    except ValueError:
        return None
    return When.between(start, start + MINUTE)
