"""Continue: one JSON document a session, without times of messages. It talks to many providers.

``sessions.json`` says when a session was made: nothing in it was sent before. Answers carry no provider.
"""

from collections.abc import Iterator, Sequence

from withhold.model.when import When
from withhold.model.words import Author
from withhold.sources.coding import (
    Members,
    Row,
    Session,
    document,
    everything,
    is_person,
    kind_of,
    list_in,
)
from withhold.sources.drafts import Draft, part
from withhold.sources.interface import Claim, Entry, Item, KnownMember, Options, Shape
from withhold.sources.text import name
from withhold.sources.times import moment

SESSION, INDEX, EVENTS = "session", "index of sessions", "events for the person's own use"
AUTHORS = {"user": Author.HUMAN, "assistant": Author.MODEL}


class Continue:
    """Reader of Continue's sessions."""

    format = "continue"

    def recognises(self, entry: Entry, shape: Shape) -> Claim | None:
        """See :meth:`withhold.sources.interface.Reader.recognises`."""
        if shape.form == "object" and {"sessionId", "history"} <= shape.first[0].keys():
            return Claim(entry, SESSION)
        if shape.form == "array" and any(_is_index(keys) for keys in shape.first):
            return Claim(entry, INDEX)
        return None

    def companion(self, entry: Entry) -> Claim | None:
        """Events that Continue writes for the person, with prompts that its sessions hold too."""
        return Claim(entry, EVENTS) if "dev_data" in entry.parts else None

    def read(self, claims: Sequence[Claim], options: Options) -> Iterator[Item]:
        """See :meth:`withhold.sources.interface.Reader.read`. One session is in memory at a time."""
        made: dict[str, When | None] = {}
        for claim in claims:
            if claim.role == INDEX:
                yield from _index(claim.entry, made, options)
        for claim in claims:
            if claim.role == SESSION:
                yield from _session(claim.entry, made, options)
            else:
                yield KnownMember(claim.entry.path, claim.role)


def _is_index(keys: Members) -> bool:
    return {"sessionId", "dateCreated"} <= keys.keys() and bool({"title", "workspaceDirectory"} & keys.keys())


def _index(entry: Entry, made: dict[str, When | None], options: Options) -> Iterator[Item]:
    for row in list_in(entry, options):
        if isinstance(row, Row):
            made[str(row.value.get("sessionId"))] = _when(row.value.get("dateCreated"))
        else:
            yield row


def _when(value: object) -> When | None:
    """A time in milliseconds, as a number or as digits in a text."""
    return moment(int(value)) if isinstance(value, str) and value.isdecimal() else moment(value)


def _session(entry: Entry, made: dict[str, When | None], options: Options) -> Iterator[Item]:
    found = document(entry, options, "history")
    head = found.head or {}
    session = Session(name(head.get("sessionId")) or entry.stem)
    session.started = made.get(session.source_id) or _when(head.get("dateCreated"))
    session.title = name(head.get("title"))
    session.project = name(head.get("workspaceDirectory"), 1024)
    for row in found.rows:
        if isinstance(row, Row):
            session.drafts.append(_draft(row.value))
        else:
            yield session.fault(row)
    if found.head is not None:
        yield session.conversation(options)


def _draft(row: dict[str, object]) -> Draft:
    message = row.get("message")
    message = message if isinstance(message, dict) else row
    content = message.get("content")
    author = AUTHORS.get(kind_of(message, "role"), Author.OTHER)
    if author is Author.HUMAN and not is_person(content):
        author = Author.OTHER
    size = everything(
        [content, message.get("toolCalls"), row.get("contextItems"), part(row, "reasoning", "text")]
    )
    return Draft(name(message.get("id")), author, _when(row.get("timestamp")), size)
