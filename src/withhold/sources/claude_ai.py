"""The Claude.ai account export, in all of its three eras, and chats saved from the web API.

Each chat is one JSON object with ``chat_messages``; design chats have ``messages`` instead. Messages stand in
the file's order, which is the order in which they were written: a question and its answer often share one
time, so sorting would swap them. Every branch was sent and is counted. The export holds neither incognito
chats nor feedback.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import msgspec

from withhold.model.columns import Columns
from withhold.model.conversation import Conversation, SourceAccount, Unrecognised
from withhold.model.words import Kind
from withhold.sources.chats import chats_of
from withhold.sources.claude_manifest import manifest_items, missing_batches
from withhold.sources.drafts import Repeats
from withhold.sources.facts import Facts
from withhold.sources.interface import (
    Claim,
    Entry,
    ExportedAt,
    Item,
    KnownMember,
    Notice,
    Options,
    PerhapsPartial,
    Shape,
)
from withhold.sources.json_scanner import Skipped
from withhold.sources.json_values import elements, loads, members
from withhold.sources.kinds import CLAUDE, CLAUDE_DESIGN
from withhold.sources.made_at import made_at
from withhold.sources.streams import items_of
from withhold.sources.text import name
from withhold.sources.workers import Workers, workers_for

PROVIDER = "anthropic"
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

_HOLDING = frozenset({CHATS, WRAPPED, DESIGN})

Members = dict[str, msgspec.Raw]


@dataclass(slots=True)
class _State:
    options: Options
    accounts: list[str] = field(default_factory=list)
    repeats: Repeats = field(default_factory=Repeats)


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
        yield from missing_batches(claims, options)
        yield PerhapsPartial(
            options.name
        )  # people choose a time range, by activity, and the files do not say so
        with workers_for(sum(claim.entry.size for claim in claims if claim.role in _HOLDING)) as workers:
            for claim in (claim for claim in claims if claim.role in _HOLDING):
                yield from _conversations(claim, state, workers)
        for claim in claims:
            if claim.role not in {*_HOLDING, USERS, MANIFEST}:
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
            rest = "; everything from here on is lost" if raw.rest else ""
            yield Unrecognised(f"{place} at byte {raw.offset}", raw.reason + rest)
            continue
        user = _object(raw.data)
        ref = name(user.get("uuid"))
        if ref is None:
            yield Unrecognised(place, "a user without an id")
            continue
        state.accounts.append(ref)
        yield SourceAccount(ref, name(user.get("email_address")), name(user.get("full_name")))


def _conversations(claim: Claim, state: _State, workers: Workers) -> Iterator[Item]:
    kind = CLAUDE_DESIGN if claim.role == DESIGN else CLAUDE
    inside = "conversations" if claim.role == WRAPPED else None
    for found in chats_of(claim.entry, kind, state.options.limits, workers, inside=inside):
        if isinstance(found, Unrecognised | Notice):
            yield found
        else:
            yield from _conversation(*found, state)


def _conversation(place: str, facts: Facts, messages: Columns, state: _State) -> Iterator[Item]:
    if facts.problem is not None:
        yield Unrecognised(place, facts.problem)
        return
    yield from state.repeats.of(facts.source_id, place)
    yield from (Unrecognised(place + inside, fault) for inside, fault in facts.odd)
    yield Conversation(
        source_id=facts.source_id,
        provider_id=PROVIDER,
        kind=Kind.CHAT,
        messages=messages,
        account_ref=facts.account or (state.accounts[0] if len(state.accounts) == 1 else None),
        project=facts.project,
        incognito=facts.incognito,
        feedback_visible=False,
        title=facts.title if state.options.keep_titles else None,
        attachments=facts.attachments,
        tool_outputs=facts.tool_outputs,
    )


def _object(data: bytes) -> dict[str, object]:
    try:
        value = loads(data)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
