"""The Claude.ai account export, in all of its three eras, and chats saved from the web API.

Each chat is one JSON object with ``chat_messages``; design chats have ``messages`` instead. Messages stand in
the file's order, which is the order in which they were written: a question and its answer often share one
time, so sorting would swap them. Every branch was sent and is counted. The export holds neither incognito
chats nor feedback.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

import msgspec

from withhold.model.conversation import Conversation, Message, SourceAccount, Unrecognised
from withhold.model.when import When
from withhold.model.words import Author, Kind
from withhold.sources.claude_manifest import manifest_items
from withhold.sources.interface import (
    Claim,
    Entry,
    ExportedAt,
    Item,
    KnownMember,
    Notice,
    Options,
    Shape,
)
from withhold.sources.json_items import Raw, Skipped
from withhold.sources.json_values import elements, has_twice, loads, members
from withhold.sources.made_at import made_at
from withhold.sources.streams import Marks, items_of
from withhold.sources.text import name, size_of
from withhold.sources.times import bounds, moment

PROVIDER = "anthropic"
AUTHORS = {
    "human": Author.HUMAN,
    "user": Author.HUMAN,
    "assistant": Author.MODEL,
    "system": Author.OTHER,
    "tool": Author.OTHER,
}
CHATS, WRAPPED, DESIGN, USERS, MANIFEST = "chats", "wrapped chats", "design chat", "users", "manifest"
MEMBERS: tuple[tuple[str, frozenset[str]], ...] = (
    ("memories", frozenset({"conversations_memory"})),
    ("memories", frozenset({"project_memories"})),
    ("projects", frozenset({"uuid", "prompt_template"})),
    ("projects", frozenset({"uuid", "docs"})),
    ("projects", frozenset({"uuid", "is_starter_project"})),
)
"""Members without conversations, by keys that they alone have."""
COMPANIONS = {"login_history.json": "sign-in history"}
FOLDERS = {"reflections": "reflections", "frames": "published artifacts"}

Members = dict[str, msgspec.Raw]


@dataclass(slots=True)
class _State:
    options: Options
    accounts: list[str] = field(default_factory=list)
    seen: set[bytes] = field(default_factory=set)


class ClaudeAi:
    """Reader of Claude.ai exports."""

    format = "claude-ai"

    def recognises(self, entry: Entry, shape: Shape) -> Claim | None:
        """See :meth:`withhold.sources.interface.Reader.recognises`."""
        if shape.form not in {"array", "object", "lines"}:
            return None
        role = next((found for keys in shape.first if (found := _role(keys))), None)
        return None if role is None else Claim(entry, role)

    def companion(self, entry: Entry) -> Claim | None:
        """Members of an export that only their place in it identifies."""
        role = COMPANIONS.get(entry.name)
        for part in entry.parts[:-1]:
            role = role or FOLDERS.get(part.partition("-")[0])
        return None if role is None else Claim(entry, role)

    def read(self, claims: Sequence[Claim], options: Options) -> Iterator[Item]:
        """See :meth:`withhold.sources.interface.Reader.read`."""
        state = _State(options)
        yield from (ExportedAt(when) for when in made_at([claim.entry for claim in claims]))
        for claim in (c for c in claims if c.role == USERS):
            yield from _users(claim.entry, state)
        for claim in (c for c in claims if c.role == MANIFEST):
            yield from manifest_items(claim.entry, claims, options)
        for claim in claims:
            if claim.role in {CHATS, WRAPPED, DESIGN}:
                yield from _conversations(claim, state)
            elif claim.role not in {USERS, MANIFEST}:
                yield KnownMember(claim.entry.path, claim.role)


def _role(keys: Members) -> str | None:
    if "chat_messages" in keys:
        return CHATS
    if _wraps_chats(keys):
        return WRAPPED
    if _is_design(keys):
        return DESIGN
    if "uuid" in keys and ("email_address" in keys or "full_name" in keys):
        return USERS
    if "data_files" in keys and "total_files" in keys:
        return MANIFEST
    return next((what for what, wanted in MEMBERS if wanted <= keys.keys()), None)


def _wraps_chats(keys: Members) -> bool:
    """``{"conversations": [{... "chat_messages": ...}]}``, as some tools save it."""
    first = _first_member(keys, "conversations")
    return first is not None and "chat_messages" in first


def _is_design(keys: Members) -> bool:
    if not {"uuid", "messages", "created_at"} <= keys.keys() or not {"project", "title"} & keys.keys():
        return False
    first = _first_member(keys, "messages")
    return first is None or {"uuid", "role", "content"} <= first.keys()


def _first_member(keys: Members, key: str) -> Members | None:
    try:
        found = elements(keys[key]) if key in keys else []
        return members(found[0]) if found else None
    except ValueError:
        return None


def _users(entry: Entry, state: _State) -> Iterator[Item]:
    yield KnownMember(entry.path, USERS)
    for index, raw in enumerate(items_of(entry, state.options.limits)):
        place = f"{entry.path}[{index}]"
        if isinstance(raw, Skipped):
            yield _lost(place, raw)
            continue
        user = _object(raw.data)
        ref = name(user.get("uuid"))
        if ref is None:
            yield Unrecognised(place, "a user without an id")
            continue
        state.accounts.append(ref)
        yield SourceAccount(ref, name(user.get("email_address")), name(user.get("full_name")))


def _conversations(claim: Claim, state: _State) -> Iterator[Item]:
    key = "messages" if claim.role == DESIGN else "chat_messages"
    inside = "conversations" if claim.role == WRAPPED else None
    marks = Marks(json.dumps(key).encode())
    count = 0
    for raw in items_of(claim.entry, state.options.limits, inside=inside, marks=marks):
        place = f"{claim.entry.path}[{count}]"
        count += 1
        if isinstance(raw, Skipped):
            yield _lost(place, raw)
        else:
            yield from _conversation(raw, place, key, state)
    if marks.count > count:
        text = f"{key} occurs {marks.count} times in it, yet {count} conversations or faults were found"
        yield Notice(text, claim.entry.path)


def _lost(place: str, raw: Skipped) -> Unrecognised:
    rest = "; everything from here on is lost" if raw.rest else ""
    return Unrecognised(f"{place} at byte {raw.offset}", raw.reason + rest)


def _conversation(raw: Raw, place: str, key: str, state: _State) -> Iterator[Item]:
    try:
        chat = members(raw.data)
        if key not in chat:
            yield Unrecognised(place, f"has no {key}")
            return
        found = elements(chat[key])
    except ValueError:
        yield Unrecognised(place, f"is no conversation, or its {key} is no list")
        return
    if has_twice(raw.data, key):
        yield Unrecognised(place, f"has {key} twice; which of them holds what was said is not known")
        return
    source_id = name(_decoded(chat, "uuid")) or f"unnamed-{sha256(raw.data).hexdigest()[:32]}"
    yield from _repeated(source_id, place, state)
    messages = [_Draft.of(part) for part in found]
    for index, draft in enumerate(messages):
        if not draft.readable:
            yield Unrecognised(
                f"{place}.{key}[{index}]", "is no message; its conversation is read without it"
            )
        elif draft.strange:
            text = f"its sender {draft.strange} is not known; it is counted as nobody's"
            yield Unrecognised(f"{place}.{key}[{index}]", text)
    yield _built(source_id, chat, messages, state)


def _repeated(source_id: str, place: str, state: _State) -> Iterator[Item]:
    digest = sha256(source_id.encode()).digest()[:16]
    if digest in state.seen:
        yield Notice(
            "the same conversation stands in this source more than once and was counted each time", place
        )
    state.seen.add(digest)


@dataclass(frozen=True, slots=True)
class _Draft:
    """A message before its conversation is known."""

    id: str | None
    author: Author
    at: When | None
    size: int
    readable: bool = True
    strange: str | None = None

    @classmethod
    def of(cls, raw: msgspec.Raw) -> "_Draft":
        try:
            message = loads(raw)
        except ValueError:
            message = None
        if not isinstance(message, dict):
            return cls(None, Author.OTHER, None, 0, readable=False)
        sender = message.get("sender", message.get("role"))
        author = AUTHORS.get(sender.lower()) if isinstance(sender, str) else None
        strange = None if author else (name(sender, 40) or "(none)")
        return cls(
            id=name(message.get("uuid")),
            author=author or Author.OTHER,
            at=moment(message.get("created_at")),
            size=_size(message),
            strange=strange,
        )


def _size(message: dict[str, object]) -> int:
    """``content`` is the whole, ``text`` a flattened copy that is there alone in old exports."""
    said = size_of(message.get("content"), inside=isinstance(message.get("content"), str))
    return (said or size_of(message.get("text"), inside=True)) + size_of(message.get("attachments"))


def _built(source_id: str, chat: Members, drafts: list[_Draft], state: _State) -> Conversation:
    known = [draft.at for draft in drafts if draft.at is not None]
    otherwise = bounds(moment(_decoded(chat, "created_at")), moment(_decoded(chat, "updated_at")), known)
    messages = tuple(
        Message(d.id or f"{source_id}#{index}", d.author, d.at or otherwise, d.size)
        for index, d in enumerate(drafts)
    )
    project = _decoded(chat, "project")
    title = name(_decoded(chat, "name")) or name(_decoded(chat, "title"))
    return Conversation(
        source_id=source_id,
        provider_id=PROVIDER,
        kind=Kind.CHAT,
        messages=messages,
        account_ref=_account(chat, state),
        project=name(_decoded(chat, "project_uuid")) or name(_part(project, "uuid")),
        incognito=_decoded(chat, "is_temporary") is True,
        feedback_visible=False,
        title=title if state.options.keep_titles else None,
    )


def _account(chat: Members, state: _State) -> str | None:
    named = name(_part(_decoded(chat, "account"), "uuid"))
    return named or (state.accounts[0] if len(state.accounts) == 1 else None)


def _part(value: object, key: str) -> object:
    return value.get(key) if isinstance(value, dict) else None


def _decoded(chat: Members, key: str) -> object:
    try:
        return loads(chat[key]) if key in chat else None
    except ValueError:
        return None


def _object(data: bytes) -> dict[str, object]:
    try:
        value = loads(data)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
