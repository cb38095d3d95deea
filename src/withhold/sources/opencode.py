"""OpenCode: a database (``session``, ``message``, ``part``), or one JSON file a record before.

It talks to many providers. Where each answer of a session names GitHub Copilot, which is one contract, that
is the provider; else it is unknown, since a key and a login of one provider look the same here. Sessions
with a parent are led by a program.
"""

from collections.abc import Iterator, Sequence

from withhold.model.words import Author
from withhold.sources.coding import Members, Row, Session, everything, kind_in, kind_of, rows_in
from withhold.sources.drafts import Draft
from withhold.sources.interface import Claim, Entry, Item, KnownMember, Notice, Options, Shape
from withhold.sources.opencode_db import TABLES, database
from withhold.sources.opencode_files import MESSAGE, PART, SESSION, files
from withhold.sources.sqlite_files import is_beside, is_sqlite
from withhold.sources.sqlite_schema import has_tables

DATABASE, JOURNAL, PROMPTS = "database", "journal of the database", "prompt history"


class OpenCode:
    """Reader of OpenCode's sessions."""

    format = "opencode"

    def recognises(self, entry: Entry, shape: Shape) -> Claim | None:
        """See :meth:`withhold.sources.interface.Reader.recognises`."""
        if is_sqlite(shape):
            return Claim(entry, DATABASE) if has_tables(entry, TABLES) else None
        if shape.form == "lines" and any({"input", "parts", "mode"} <= keys.keys() for keys in shape.first):
            return Claim(entry, PROMPTS)
        role = _record(shape.first[0]) if shape.form == "object" else None
        return None if role is None else Claim(entry, role)

    def companion(self, entry: Entry) -> Claim | None:
        """Journals, and records of other kinds."""
        if is_beside(entry):
            return Claim(entry, JOURNAL)
        return Claim(entry, "other record") if "storage" in entry.parts[:-1] else None

    def read(self, claims: Sequence[Claim], options: Options) -> Iterator[Item]:
        """See :meth:`withhold.sources.interface.Reader.read`.

        Of the files the numbers and times of all messages are in memory. A session that was taken over into
        the database is counted there alone.
        """
        told: set[str] = set()
        for claim in claims:
            if claim.role == DATABASE:
                yield from database(claim.entry, told, options)
        yield from files([claim for claim in claims if claim.role in {SESSION, MESSAGE, PART}], told, options)
        for claim in claims:
            if claim.role == PROMPTS:
                yield from _prompts(claim.entry, alone=not told, options=options)
            elif claim.role not in {DATABASE, SESSION, MESSAGE, PART}:
                yield KnownMember(claim.entry.path, claim.role)


def _record(keys: Members) -> str | None:
    own_id = kind_in(keys, "id")
    if own_id.startswith("prt_") and "messageID" in keys:
        return PART
    if own_id.startswith("msg_") and {"sessionID", "role"} <= keys.keys():
        return MESSAGE
    return SESSION if own_id.startswith("ses_") and "time" in keys else None


def _prompts(entry: Entry, *, alone: bool, options: Options) -> Iterator[Item]:
    """Typed prompts, which name neither a session nor a time: they count only where no session is left."""
    session = Session(f"prompts-{entry.stem}")
    for row in rows_in(entry, options):
        if not isinstance(row, Row):
            yield row
        elif kind_of(row.value, "input").strip():
            size = everything([row.value.get("input"), row.value.get("parts")])
            session.drafts.append(Draft(None, Author.HUMAN, None, size))
    if alone:
        yield session.conversation(options)
    elif session.drafts:
        text = f"{len(session.drafts)} typed prompts name no session; they are counted in none"
        yield Notice(text, entry.path)
