"""The Grok account export: ``prod-grok-backend.json`` and its neighbours, at any depth.

Times are ISO texts in older messages and ``{"$date": {"$numberLong": "<ms>"}}`` in newer ones, both in one
file. Whoever is not ``human`` (in any case of letters) is the model, be it by role or by the name of a model.
"""

from collections.abc import Iterator, Sequence

import msgspec

from withhold.model.conversation import Conversation, SourceAccount, Unrecognised
from withhold.model.when import When
from withhold.model.words import Author, Kind
from withhold.sources.drafts import (
    NO_MESSAGE,
    Draft,
    Found,
    Repeats,
    decoded,
    faults,
    found_in,
    messages_of,
    part,
    sent_along,
    strange,
    unnamed,
)
from withhold.sources.interface import (
    Claim,
    Entry,
    ExportedAt,
    Item,
    KnownMember,
    Limits,
    Notice,
    Options,
    Shape,
)
from withhold.sources.json_scanner import Raw
from withhold.sources.json_values import elements, has_twice, members
from withhold.sources.made_at import made_at
from withhold.sources.streams import items_of
from withhold.sources.text import name, size_of
from withhold.sources.times import moment

PROVIDER = "xai"
CHATS, PROFILE, BILLING, UPLOAD = "chats", "profile and sign-ins", "billing", "uploads"
BESIDE = {"projects": "project(s)", "tasks": "task(s)", "media_posts": "media post(s)"}
OTHERS = frozenset({"system", "tool"})

Members = dict[str, msgspec.Raw]


class Grok:
    """Reader of Grok exports."""

    format = "grok-web"

    def recognises(self, entry: Entry, shape: Shape) -> Claim | None:
        """See :meth:`withhold.sources.interface.Reader.recognises`."""
        if shape.form == "object":
            return Claim(entry, CHATS) if _wraps_chats(shape.first[0]) else None
        # One object around all chats is soon too large to be looked at as a whole.
        large = shape.form == "broken" and b'"conversations"' in shape.head
        return Claim(entry, CHATS) if large and _streams_chats(entry) else None

    def companion(self, entry: Entry) -> Claim | None:
        """Members that their names tell."""
        if "mc-auth" in entry.name:
            return Claim(entry, PROFILE)
        if "mc-billing" in entry.name:
            return Claim(entry, BILLING)
        inside = any("asset-server" in folder for folder in entry.parts[:-1])
        return Claim(entry, UPLOAD) if inside else None

    def read(self, claims: Sequence[Claim], options: Options) -> Iterator[Item]:
        """See :meth:`withhold.sources.interface.Reader.read`."""
        yield from (ExportedAt(when) for when in made_at([claim.entry for claim in claims]))
        repeats = Repeats()
        accounts: set[str] = set()
        for claim in claims:
            if claim.role != CHATS:
                yield KnownMember(claim.entry.path, claim.role)
                continue
            for found in found_in(
                claim.entry, options.limits, inside="conversations", mark=b'"responses"', empty=False
            ):
                if isinstance(found, Found):
                    yield from _chat(found, accounts, repeats, options)
                else:
                    yield found
            yield from _beside(claim.entry, options.limits)
        yield from (SourceAccount(ref, None, None) for ref in sorted(accounts))


def _beside(entry: Entry, limits: Limits) -> Iterator[Notice]:
    """Lists beside the chats: how much they hold, since a task or a project may hold words of the person."""
    for key, what in BESIDE.items():
        count = sum(isinstance(item, Raw) for item in items_of(entry, limits, inside=key))
        if count:
            text = f"holds {count:,} {what} beside the chats; they are counted, and not judged"
            yield Notice(text, entry.path)


def _wraps_chats(keys: Members) -> bool:
    try:
        found = elements(keys["conversations"]) if "conversations" in keys else []
        if not found:
            return {"conversations", "projects", "tasks"} <= keys.keys()
        return any({"conversation", "responses"} <= members(one).keys() for one in found[:4])
    except ValueError:
        return False


def _streams_chats(entry: Entry) -> bool:
    raw = next(items_of(entry, Limits(), inside="conversations"), None)
    try:
        return isinstance(raw, Raw) and {"conversation", "responses"} <= members(raw.data).keys()
    except ValueError:
        return False


def _chat(found: Found, accounts: set[str], repeats: Repeats, options: Options) -> Iterator[Item]:
    row = decoded(found.data)
    responses = None if row is None else row.get("responses")
    if row is None or not isinstance(responses, list):
        yield Unrecognised(found.place, "is no conversation: it has no responses")
        return
    if has_twice(found.data, "responses"):
        text = "has responses twice in one object; which of them holds what was said is not known"
        yield Unrecognised(found.place, text)
        return
    chat = row.get("conversation")
    drafts = [_draft(one) for one in responses]
    yield from faults(drafts, found.place, "responses")
    source_id = name(part(chat, "id")) or name(part(chat, "conversation_id")) or unnamed(found.data)
    yield from repeats.of(source_id, found.place)
    account = name(part(chat, "user_id"))
    if account is not None:
        accounts.add(account)
    temporary = part(chat, "temporary")
    shared = [bool(part(one, "share_link") or part(one, "response", "shared")) for one in responses]
    yield Conversation(
        source_id=source_id,
        provider_id=PROVIDER,
        kind=Kind.CHAT,
        messages=messages_of(
            source_id, drafts, _when(part(chat, "create_time")), _when(part(chat, "modify_time"))
        ),
        account_ref=account,
        project=name(part(chat, "workspace_id")) or name(part(chat, "project_id")),
        incognito=temporary if isinstance(temporary, bool) else None,
        shared=any(shared) or None,
        title=name(part(chat, "title")) if options.keep_titles else None,
        attachments=sent_along(
            part(one, "response", "file_attachments")
            for one in responses
            if _author(part(one, "response", "sender")) is Author.HUMAN
        ),
    )


def _draft(value: object) -> Draft:
    response = part(value, "response")
    if not isinstance(response, dict):
        return NO_MESSAGE
    sender = response.get("sender")
    return Draft(
        id=name(response.get("_id")) or name(response.get("response_id")),
        author=_author(sender),
        at=_when(response.get("create_time")),
        size=_size(response),
        fault=None if isinstance(sender, str) and sender else strange(sender),
    )


def _author(sender: object) -> Author:
    if not isinstance(sender, str) or not sender or sender.lower() in OTHERS:
        return Author.OTHER
    return Author.HUMAN if sender.lower() in {"human", "user"} else Author.MODEL


def _size(response: dict[str, object]) -> int:
    said = size_of(response.get("message"), inside=True) + size_of(
        response.get("thinking_trace"), inside=True
    )
    return said + size_of(response.get("agent_thinking_traces")) + size_of(response.get("steps"))


def _when(value: object) -> When | None:
    number = part(value, "$date", "$numberLong")
    if number is None and isinstance(value, dict):
        number = value.get("$date")
    if isinstance(number, str) and number.lstrip("-").isdigit() and len(number) < 20:
        return moment(int(number))
    return moment(value if number is None else number)
