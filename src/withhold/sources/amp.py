"""Amp: one JSON document a thread. Its maker is in no pack, so the provider is unknown."""

from collections.abc import Iterator, Sequence

from withhold.model.words import Author
from withhold.sources.coding import (
    Row,
    Session,
    content_size,
    document,
    everything,
    is_person,
    kind_in,
    kind_of,
)
from withhold.sources.drafts import Draft, listed, part
from withhold.sources.interface import Claim, Entry, Item, Options, Shape
from withhold.sources.text import name
from withhold.sources.times import moment

THREAD = "thread"
AUTHORS = {"user": Author.HUMAN, "assistant": Author.MODEL}


class Amp:
    """Reader of Amp's threads."""

    format = "amp"

    def recognises(self, entry: Entry, shape: Shape) -> Claim | None:
        """See :meth:`withhold.sources.interface.Reader.recognises`."""
        if shape.form != "object" or "messages" not in shape.first[0]:
            return None
        keys = shape.first[0]
        known = kind_in(keys, "id").startswith("T-") and "created" in keys
        return Claim(entry, THREAD) if known else None

    def companion(self, entry: Entry) -> Claim | None:
        """Nothing stands beside threads."""
        del entry
        return None

    def read(self, claims: Sequence[Claim], options: Options) -> Iterator[Item]:
        """See :meth:`withhold.sources.interface.Reader.read`. One thread is in memory at a time."""
        for claim in claims:
            found = document(claim.entry, options, "messages")
            session = _header(found.head or {}, claim.entry)
            for row in found.rows:
                if isinstance(row, Row):
                    session.drafts.append(_draft(row.value, session.source_id))
                else:
                    yield session.fault(row)
            if found.head is not None:
                yield session.conversation(options)


def _header(head: dict[str, object], entry: Entry) -> Session:
    session = Session(name(head.get("id")) or entry.stem, started=moment(head.get("created")))
    trees = listed(part(head.get("env"), "initial", "trees"))
    uri = part(trees[0], "uri") if trees else None
    session.project = name(uri.removeprefix("file://"), 1024) if isinstance(uri, str) else None
    session.title = name(head.get("title"))
    return session


def _draft(row: dict[str, object], session: str) -> Draft:
    content = row.get("content")
    author = AUTHORS.get(kind_of(row, "role"), Author.OTHER)
    if author is Author.HUMAN and not is_person(content):
        author = Author.OTHER
    number = row.get("messageId")
    at = moment(part(row.get("meta"), "sentAt")) or moment(part(row.get("usage"), "timestamp"))
    size = content_size(content) if isinstance(content, str) else everything(content)
    return Draft(None if number is None else f"{session}#{name(str(number))}", author, at, size)
