"""The Le Chat (Mistral) account export: one list of messages a chat, without a header or a title.

``reaction``, its details and ``preference`` are feedback. They are shown for each message, so a chat without
them had none when the export was made. Empty lists occur and are conversations without a message.
"""

import re
from collections.abc import Iterator, Sequence

import msgspec

from withhold.model.conversation import Conversation, Feedback, Unrecognised
from withhold.model.when import ANY_TIME, When
from withhold.model.words import Author, Kind
from withhold.sources.drafts import (
    Draft,
    Found,
    Repeats,
    decoded,
    found_in,
    messages_of,
    sent_along,
    strange,
    unnamed,
)
from withhold.sources.interface import Claim, Entry, ExportedAt, Item, KnownMember, Options, Shape
from withhold.sources.made_at import made_at
from withhold.sources.text import name, size_of
from withhold.sources.times import moment

PROVIDER = "mistral"
CHAT, EMPTY, FILES = "chat", "empty chat", "attached files"
ROLES = {"user": Author.HUMAN, "assistant": Author.MODEL, "system": Author.OTHER, "tool": Author.OTHER}
NO_REACTION = frozenset({"", "neutral", "none"})
_NAMED = re.compile(r"chat-([\w-]{8,80})\.json")
_FOLDER = re.compile(r"chat-[\w-]{8,80}-files")
_MOST_EMPTY = 16
"""Bytes of a list without anything in it."""

Members = dict[str, msgspec.Raw]


class LeChat:
    """Reader of Le Chat exports."""

    format = "le-chat"

    def recognises(self, entry: Entry, shape: Shape) -> Claim | None:
        """See :meth:`withhold.sources.interface.Reader.recognises`."""
        known = shape.form == "array" and any(_is_message(keys) for keys in shape.first)
        return Claim(entry, CHAT) if known else None

    def companion(self, entry: Entry) -> Claim | None:
        """Chats without a message, and attached files."""
        if _NAMED.fullmatch(entry.name) and entry.size <= _MOST_EMPTY:
            return Claim(entry, EMPTY)
        return Claim(entry, FILES) if any(map(_FOLDER.fullmatch, entry.parts[:-1])) else None

    def read(self, claims: Sequence[Claim], options: Options) -> Iterator[Item]:
        """See :meth:`withhold.sources.interface.Reader.read`."""
        yield from (ExportedAt(when) for when in made_at([claim.entry for claim in claims]))
        repeats = Repeats()
        for claim in claims:
            if claim.role == FILES:
                yield KnownMember(claim.entry.path, FILES)
            else:
                yield from _file(claim.entry, repeats, options)


def _is_message(keys: Members) -> bool:
    return {"chatId", "role"} <= keys.keys() and bool({"contentChunks", "createdAt"} & keys.keys())


def _file(entry: Entry, repeats: Repeats, options: Options) -> Iterator[Item]:
    """The chats of one file: one, by all that is known; messages are told apart by their chat's id."""
    chats: dict[str | None, _Chat] = {}
    for found in found_in(entry, options.limits):
        if not isinstance(found, Found):
            yield found
            continue
        row = decoded(found.data)
        if row is None or not {"role", "content"} & row.keys():
            yield Unrecognised(found.place, "is no message; its conversation is read without it")
            continue
        chat = chats.setdefault(name(row.get("chatId")), _Chat())
        draft = chat.add(row)
        if draft.fault is not None:
            yield Unrecognised(found.place, draft.fault)
    named = _NAMED.fullmatch(entry.name)
    title = named.group(1) if named else None
    for source_id, chat in (chats or {title: _Chat()}).items():
        built = chat.conversation(source_id or title or unnamed(entry.path.encode()))
        yield from repeats.of(built.source_id, entry.path)
        yield built


class _Chat:
    """The messages of one chat as they pass."""

    def __init__(self) -> None:
        self._drafts: list[Draft] = []
        self._feedback: list[Feedback] = []
        self._shows_feedback = True
        self._files: list[object] = []

    def add(self, row: dict[str, object]) -> Draft:
        role = row.get("role")
        author = ROLES.get(role.lower()) if isinstance(role, str) else None
        draft = Draft(
            id=name(row.get("id")),
            author=author or Author.OTHER,
            at=moment(row.get("createdAt")),
            size=_size(row),
            fault=None if author else strange(role),
        )
        self._drafts.append(draft)
        if author is Author.HUMAN:
            self._files.append(row.get("files"))
        # A reaction has no time of its own; it was given after the message it stands at.
        at = ANY_TIME if draft.at is None else When(draft.at.earliest, ANY_TIME.latest)
        self._feedback += [Feedback(at, kind) for kind in _marks(row)]
        self._shows_feedback = self._shows_feedback and "reaction" in row
        return draft

    def conversation(self, source_id: str) -> Conversation:
        return Conversation(
            source_id=source_id,
            provider_id=PROVIDER,
            kind=Kind.CHAT,
            messages=messages_of(source_id, self._drafts),
            incognito=False,
            feedback=tuple(self._feedback),
            feedback_visible=self._shows_feedback,
            attachments=sent_along(self._files),
        )


def _marks(row: dict[str, object]) -> Iterator[str]:
    reaction = row.get("reaction")
    if isinstance(reaction, str) and reaction.lower() not in NO_REACTION:
        yield name(reaction, 40) or "reaction"
    elif row.get("reactionDetail") or row.get("reactionComment"):
        yield "comment"
    if row.get("preference") or row.get("preferenceOver"):
        yield "preference"


def _size(row: dict[str, object]) -> int:
    chunks = row.get("contentChunks")
    said = size_of(chunks) if isinstance(chunks, list) else 0
    return (said or size_of(row.get("content"), inside=True)) + size_of(row.get("canvas"))
