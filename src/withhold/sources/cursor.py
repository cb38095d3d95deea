"""Cursor: the editor's database, the command line program's chats, plain transcripts, prompt history.

Cursor's own service answers, whatever the model's name; which account and plan it was is not in the files.
The same chat may lie in a database and as a plain transcript: it counts once, from the database.
"""

import re
from collections.abc import Iterator, Sequence

from withhold.model.conversation import Unrecognised
from withhold.model.words import Author
from withhold.sources.coding import Session
from withhold.sources.cursor_db import chats, older_chats
from withhold.sources.cursor_lines import PROVIDER, is_line, transcript
from withhold.sources.cursor_store import chat
from withhold.sources.drafts import Draft
from withhold.sources.interface import Claim, Damaged, Entry, Item, KnownMember, Notice, Options, Shape
from withhold.sources.json_scanner import Raw
from withhold.sources.json_values import loads
from withhold.sources.sqlite_files import is_beside, is_sqlite, opened_db
from withhold.sources.sqlite_schema import tables_of
from withhold.sources.streams import items_of

EDITOR, OLDER, STORE = "database", "database of a folder", "chat of the command line program"
LINES, PROMPTS, BESIDE = "transcript", "prompt history", "file of the program"
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_PAIRS = frozenset({"key", "value"})
_DATABASES = (EDITOR, STORE, OLDER)


class Cursor:
    """Reader of Cursor's chats."""

    format = "cursor"

    def recognises(self, entry: Entry, shape: Shape) -> Claim | None:
        """See :meth:`withhold.sources.interface.Reader.recognises`."""
        if is_sqlite(shape):
            return _database_claim(entry)
        if shape.form in {"lines", "object"} and any(is_line(keys) for keys in shape.first):
            return Claim(entry, LINES)
        texts = shape.form == "array" and not shape.first and shape.head[1:].lstrip()[:1] == b'"'
        return Claim(entry, PROMPTS) if texts and "prompt_history" in entry.name else None

    def companion(self, entry: Entry) -> Claim | None:
        """Journals, and small files beside chats."""
        beside = is_beside(entry) or entry.name in {"workspace.json", "meta.json"}
        return Claim(entry, BESIDE) if beside else None

    def read(self, claims: Sequence[Claim], options: Options) -> Iterator[Item]:
        """See :meth:`withhold.sources.interface.Reader.read`. One chat is in memory at a time."""
        present: set[str] = set()
        for role in _DATABASES:
            for claim in claims:
                if claim.role == role:
                    yield from _database(claim, present, options)
        for claim in claims:
            if claim.role == LINES:
                yield from transcript(claim.entry, present, options)
        for claim in claims:
            if claim.role == PROMPTS:
                yield from _prompts(claim.entry, present, options)
            elif claim.role not in {*_DATABASES, LINES}:
                yield KnownMember(claim.entry.path, claim.role)


def _database_claim(entry: Entry) -> Claim | None:
    tables = tables_of(entry)
    if tables.get("cursorDiskKV", frozenset()) >= _PAIRS:
        return Claim(entry, EDITOR)
    if {"id", "data"} <= tables.get("blobs", frozenset()) and tables.get("meta", frozenset()) >= _PAIRS:
        return Claim(entry, STORE)
    return None


def _database(claim: Claim, present: set[str], options: Options) -> Iterator[Item]:
    entry = claim.entry
    try:
        with opened_db(entry, options.limits) as connection:
            if claim.role == STORE:
                yield from chat(connection, entry, present, options)
                return
            before = len(present)
            yield from chats(connection, entry.path, present, options)
            if tables_of(entry).get("ItemTable", frozenset()) >= _PAIRS:
                yield from older_chats(connection, entry.path, present, options)
            if len(present) == before:
                yield KnownMember(entry.path, "database without a chat")
    except Damaged as damage:
        yield Unrecognised(entry.path, f"{damage}; everything from here on is lost")


def _prompts(entry: Entry, present: set[str], options: Options) -> Iterator[Item]:
    """Typed prompts without times: of the chat whose folder they are in, else of no chat that is named.

    They count only where that chat is gone, or no chat at all is here.
    """
    folder = entry.parts[-2] if len(entry.parts) > 1 else ""
    of_chat = _UUID.fullmatch(folder) is not None
    session = Session(folder if of_chat else f"prompts-{folder or entry.stem}", PROVIDER)
    alone = session.source_id not in present if of_chat else not present
    for raw in items_of(entry, options.limits):
        place = f"{entry.path} at byte {raw.offset}"
        text = _text(raw.data) if isinstance(raw, Raw) else None
        if text is None:
            yield session.fault(Unrecognised(place, "is no prompt"))
        else:
            session.drafts.append(Draft(None, Author.HUMAN, None, len(text)))
    if alone:
        present.update([session.source_id] if of_chat else [])
        yield session.conversation(options)
    elif of_chat:
        yield KnownMember(entry.path, "prompts of a chat")
    else:
        text = f"{len(session.drafts)} typed prompts name no chat; they are counted in none"
        yield Notice(text, entry.path)


def _text(data: bytes) -> str | None:
    try:
        value = loads(data)
    except ValueError:
        return None
    return value if isinstance(value, str) else None
