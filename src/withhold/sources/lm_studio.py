"""LM Studio: one ``*.conversation.json`` a chat. Messages have versions, all of which count; none has a time.

LM Studio runs its models itself, so a chat is local, unless a model's name is that of a provider's own model
or a plugin generated the answers: then nobody can tell where they came from.
"""

from collections.abc import Iterator, Sequence

import msgspec

from withhold.model.conversation import Conversation, Unrecognised
from withhold.model.words import Author, Kind
from withhold.sources.drafts import (
    NO_MESSAGE,
    Draft,
    Found,
    Repeats,
    decoded,
    faults,
    found_in,
    listed,
    messages_of,
    part,
    strange,
    unnamed,
)
from withhold.sources.interface import Claim, Entry, ExportedAt, Item, Options, Shape
from withhold.sources.json_values import elements, members
from withhold.sources.local_models import LOCAL, UNKNOWN, looks_remote
from withhold.sources.made_at import made_at
from withhold.sources.text import name, size_of

CHAT = "chat"
ENDING = ".conversation.json"
ROLES = {"user": Author.HUMAN, "assistant": Author.MODEL, "system": Author.OTHER, "tool": Author.OTHER}
_OWN = frozenset({"perChatPredictionConfig", "usePerChatPredictionConfig", "lastUsedModel", "clientInput"})

Members = dict[str, msgspec.Raw]


class LmStudio:
    """Reader of LM Studio's chats."""

    format = "lm-studio"

    def recognises(self, entry: Entry, shape: Shape) -> Claim | None:
        """See :meth:`withhold.sources.interface.Reader.recognises`."""
        return Claim(entry, CHAT) if any(_is_chat(keys) for keys in shape.first) else None

    def companion(self, entry: Entry) -> Claim | None:  # noqa: ARG002 - every file shows what it is
        """None: each chat shows what it is."""
        return None

    def read(self, claims: Sequence[Claim], options: Options) -> Iterator[Item]:
        """See :meth:`withhold.sources.interface.Reader.read`."""
        yield from (ExportedAt(when) for when in made_at([claim.entry for claim in claims]))
        repeats = Repeats()
        for claim in claims:
            for found in found_in(claim.entry, options.limits):
                if isinstance(found, Found):
                    yield from _chat(found, claim.entry, repeats, options)
                else:
                    yield found


def _is_chat(keys: Members) -> bool:
    try:
        found = elements(keys["messages"]) if "messages" in keys else None
        if found:
            return "versions" in members(found[0])
        return found is not None and bool(_OWN & keys.keys())
    except ValueError:
        return False


def _chat(found: Found, entry: Entry, repeats: Repeats, options: Options) -> Iterator[Item]:
    row = decoded(found.data)
    said = None if row is None else row.get("messages")
    if row is None or not isinstance(said, list):
        yield Unrecognised(found.place, "is no chat: it has no messages")
        return
    drafts = [draft for message in said for draft in _versions(message)]
    yield from faults(drafts, found.place, "messages")
    stem = entry.name.removesuffix(ENDING) if entry.name.endswith(ENDING) else None
    source_id = name(row.get("id")) or name(stem) or unnamed(found.data)
    yield from repeats.of(source_id, found.place)
    title = name(row.get("name")) or name(row.get("title"))
    yield Conversation(
        source_id=source_id,
        provider_id=UNKNOWN if _may_be_remote(row, said) else LOCAL,
        kind=Kind.CHAT,
        messages=messages_of(source_id, drafts),
        incognito=False,
        title=title if options.keep_titles else None,
    )


def _versions(message: object) -> list[Draft]:
    versions = part(message, "versions")
    return [_draft(one) for one in versions] if isinstance(versions, list) and versions else [NO_MESSAGE]


def _draft(version: object) -> Draft:
    if not isinstance(version, dict):
        return NO_MESSAGE
    role = version.get("role")
    author = ROLES.get(role.lower()) if isinstance(role, str) else None
    return Draft(
        id=None,
        author=author or Author.OTHER,
        at=None,
        size=size_of(version.get("content"), inside=isinstance(version.get("content"), str))
        + size_of(version.get("steps")),
        fault=None if author else strange(role),
    )


def _may_be_remote(row: dict[str, object], said: list[object]) -> bool:
    models = [part(row, "lastUsedModel", "identifier"), part(row, "lastUsedModel", "indexedModelIdentifier")]
    for message in said:
        for version in listed(part(message, "versions")):
            models.append(part(version, "senderInfo", "senderName"))
            models += [part(step, "genInfo", "identifier") for step in listed(part(version, "steps"))]
    generated = part(row, "lastUsedModel", "type") not in {None, "llm"}
    return generated or any(map(looks_remote, models))
