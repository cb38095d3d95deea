"""Gemini CLI: recorded chats (lines since 2026, one document before), the log of prompts, saved checkpoints.

A message written again under the same id replaces itself. What ``$rewindTo`` takes out of the shown chat was
sent all the same and stays. A chat in which another maker's model answered (programs built on the same code
write the same files) has no known provider.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from withhold.model.conversation import Unrecognised
from withhold.model.words import Author
from withhold.sources.coding import (
    UNKNOWN,
    Members,
    Row,
    Session,
    content_size,
    document,
    everything,
    is_person,
    kind_in,
    kind_of,
    label,
    list_in,
    rows_in,
    unknown_kinds,
    without_person,
)
from withhold.sources.coding_prompts import Prompt, command_or_person, prompts_alone
from withhold.sources.drafts import Draft
from withhold.sources.interface import Claim, Entry, Item, KnownMember, Notice, Options, Shape
from withhold.sources.text import name
from withhold.sources.times import moment

PROVIDER = "google"
CHAT, WHOLE, LOG, CHECKPOINT = "chat", "whole chat", "log of prompts", "saved checkpoint"
AUTHORS = {"user": Author.HUMAN, "gemini": Author.MODEL, "qwen": Author.MODEL}
LOCAL = frozenset({"info", "error", "warning", "about", "help", "stats", "quit", "compression"})
"""Lines that the program shows to the person and sends to nobody."""
_OWN_MODELS = ("gemini", "gemma", "models/gemini", "auto", "pro", "flash")


class GeminiCli:
    """Reader of Gemini CLI's chats."""

    format = "gemini-cli"

    def recognises(self, entry: Entry, shape: Shape) -> Claim | None:
        """See :meth:`withhold.sources.interface.Reader.recognises`."""
        if shape.form == "array":
            return _list_claim(entry, shape.first)
        if shape.form == "object":
            keys = shape.first[0].keys()
            if {"sessionId", "messages"} <= keys and keys & {"projectHash", "startTime", "lastUpdated"}:
                return Claim(entry, WHOLE)
        known = shape.form in {"lines", "object"} and any(_is_line(keys) for keys in shape.first)
        return Claim(entry, CHAT) if known else None

    def companion(self, entry: Entry) -> Claim | None:
        """Files of the program beside its chats."""
        return (
            Claim(entry, "file of the program") if entry.name in {"projects.json", ".project_root"} else None
        )

    def read(self, claims: Sequence[Claim], options: Options) -> Iterator[Item]:
        """See :meth:`withhold.sources.interface.Reader.read`. One chat is in memory at a time."""
        seen: dict[str, set[str]] = {}
        for claim in claims:
            if claim.role in {CHAT, WHOLE}:
                chat = _Chat(claim.entry, seen, options)
                yield from chat.read(whole=claim.role == WHOLE)
                yield from chat.finished()
        present = set(seen)
        for claim in claims:
            if claim.role == LOG:
                prompts = _prompts(claim.entry, options)
                yield from prompts_alone(claim.entry, prompts, present, PROVIDER, options)
            elif claim.role == CHECKPOINT and not present:
                yield from _checkpoint(claim.entry, options)
            elif claim.role not in {CHAT, WHOLE}:
                yield KnownMember(claim.entry.path, claim.role)
                if claim.role == CHECKPOINT:
                    text = "copies a chat; where that chat was swept, what it holds is counted in none"
                    yield Notice(f"a saved checkpoint {text}", claim.entry.path)


def _list_claim(entry: Entry, first: Sequence[Members]) -> Claim | None:
    if any({"sessionId", "messageId", "message", "type"} <= keys.keys() for keys in first):
        return Claim(entry, LOG)
    if any("parts" in keys and kind_in(keys, "role") in {"user", "model"} for keys in first):
        return Claim(entry, CHECKPOINT)
    return None


def _is_line(keys: Members) -> bool:
    if "projectHash" in keys and "sessionId" in keys:
        return True
    known = kind_in(keys) in {*AUTHORS, *LOCAL}
    return known and {"id", "timestamp", "content"} <= keys.keys() and "message" not in keys


class _Chat:
    """One file of a chat."""

    def __init__(self, entry: Entry, seen: dict[str, set[str]], options: Options) -> None:
        self._entry = entry
        self._seen = seen
        self._options = options
        self._session = Session(entry.stem, PROVIDER)
        self._at: dict[str, int] = {}
        self._kinds: Counter[str] = Counter()
        self._foreign = ".qwen" in entry.parts
        self._led_by_program = False

    def read(self, *, whole: bool) -> Iterator[Item]:
        """Take the file; hands out what could not be read."""
        if whole:
            found = document(self._entry, self._options, "messages")
            self._header(found.head or {})
            rows = found.rows
        else:
            rows = rows_in(self._entry, self._options)
        for row in rows:
            if isinstance(row, Row):
                self._take(row.value)
            else:
                yield self._session.fault(row)

    def _take(self, row: dict[str, object]) -> None:
        change = row.get("$set")
        if isinstance(change, dict):
            self._header(change)
        elif "type" not in row and "sessionId" in row:
            self._header(row)
        elif "$rewindTo" not in row and kind_of(row) not in LOCAL:
            self._message(row)

    def _header(self, head: dict[str, object]) -> None:
        session = self._session
        session.source_id = name(head.get("sessionId")) or session.source_id
        session.started = session.started or moment(head.get("startTime"))
        self._led_by_program = self._led_by_program or head.get("kind") == "subagent"
        folders = head.get("directories")
        if isinstance(folders, list) and folders:
            session.project = name(folders[0], 1024)
        session.title = name(head.get("summary")) or session.title

    def _message(self, row: dict[str, object]) -> None:
        content = row.get("content", row.get("message"))
        author = AUTHORS.get(kind_of(row))
        if author is None:
            self._kinds[label(row.get("type"))] += 1
        if author is Author.HUMAN and not is_person(content):
            author = Author.OTHER
        self._foreign = self._foreign or _is_foreign(row)
        size = content_size(content) + everything([row.get("thoughts"), row.get("toolCalls")])
        draft = Draft(name(row.get("id")), author or Author.OTHER, moment(row.get("timestamp")), size)
        if draft.id in self._seen.get(self._session.source_id, ()):
            return
        index = self._at.get(draft.id) if draft.id is not None else None
        if index is not None:
            before = self._session.drafts[index]
            self._session.drafts[index] = replace(draft, at=before.at or draft.at)
            return
        if draft.id is not None:
            self._at[draft.id] = len(self._session.drafts)
        self._session.drafts.append(draft)

    def finished(self) -> Iterator[Item]:
        """The conversation; of a chat that stands in several files, what the files before it did not have."""
        yield from unknown_kinds(self._kinds, self._entry.path)
        session = self._session
        known = self._seen.get(session.source_id)
        self._seen.setdefault(session.source_id, set()).update(self._at)
        if known is not None and not session.drafts:
            yield KnownMember(self._entry.path, "copy of a chat")
            return
        if known is not None:
            session.source_id = f"{session.source_id}/{self._entry.stem}"
        if self._led_by_program:
            session.drafts = without_person(session.drafts)
        session.provider = UNKNOWN if self._foreign else PROVIDER
        yield session.conversation(self._options)


def _is_foreign(row: dict[str, object]) -> bool:
    model = row.get("model")
    return row.get("type") == "qwen" or (isinstance(model, str) and not model.lower().startswith(_OWN_MODELS))


def _prompts(entry: Entry, options: Options) -> Iterator[Prompt | Item]:
    for row in list_in(entry, options):
        if not isinstance(row, Row):
            yield row
        elif "message" not in row.value:
            yield Unrecognised(row.place, "is no prompt")
        elif row.value.get("type") == "user":
            text = row.value["message"]
            session, at = name(row.value.get("sessionId")), moment(row.value.get("timestamp"))
            yield Prompt(session, command_or_person(text), at, content_size(text))


def _checkpoint(entry: Entry, options: Options) -> Iterator[Item]:
    """A chat that was saved by hand; it copies a recorded one, so it counts only where that is not here."""
    session = Session(entry.stem, PROVIDER)
    authors = {"user": Author.HUMAN, "model": Author.MODEL}
    for row in list_in(entry, options):
        if not isinstance(row, Row):
            yield session.fault(row)
            continue
        parts = row.value.get("parts")
        author = authors.get(str(row.value.get("role")), Author.OTHER)
        if author is Author.HUMAN and not is_person(parts):
            author = Author.OTHER
        session.drafts.append(Draft(None, author, None, everything(parts)))
    yield session.conversation(options)
