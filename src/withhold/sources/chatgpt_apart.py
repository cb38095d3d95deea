"""Group chats and cloud tasks of a ChatGPT export: judged like any chat, counted apart from the chats.

A group chat holds other people's words too. A task of Codex in the cloud has no times at all.
"""

from collections.abc import Iterator

from withhold.model.conversation import Conversation, Unrecognised
from withhold.model.words import Author, Kind
from withhold.sources.chatgpt_sides import CODEX, GROUPS
from withhold.sources.drafts import (
    NO_MESSAGE,
    Draft,
    Found,
    decoded,
    faults,
    found_in,
    listed,
    messages_of,
    part,
    strange,
    unnamed,
)
from withhold.sources.interface import Apart, Claim, Item, Options
from withhold.sources.text import name, size_of
from withhold.sources.times import moment

PROVIDER = "openai"
PEOPLE = {"user": Author.HUMAN, "assistant": Author.MODEL, "system": Author.OTHER, "tool": Author.OTHER}


def apart_items(claim: Claim, account: str | None, options: Options) -> Iterator[Item]:
    """The group chats or tasks of one member, each as :class:`~withhold.sources.interface.Apart`."""
    inside = "chats" if claim.role == GROUPS else None
    for found in found_in(claim.entry, options.limits, inside=inside):
        row = decoded(found.data) if isinstance(found, Found) else None
        if not isinstance(found, Found):
            yield found
        elif row is None or not isinstance(row.get(_key(claim.role)), list):
            yield Unrecognised(found.place, f"is none of the {claim.role}: it has no {_key(claim.role)}")
        else:
            drafts = [_turn(turn) for turn in listed(row[_key(claim.role)])]
            yield from faults(drafts, found.place, _key(claim.role))
            yield Apart(claim.role, _conversation(row, drafts, found, claim.role, account))


def _key(role: str) -> str:
    return "turns" if role == CODEX else "messages"


def _turn(value: object) -> Draft:
    if not isinstance(value, dict):
        return NO_MESSAGE
    role = value.get("role", part(value, "author", "role"))
    author = PEOPLE.get(role.lower()) if isinstance(role, str) else None
    return Draft(
        id=name(value.get("id")),
        author=author or Author.OTHER,
        at=moment(value.get("created_at")),
        size=size_of(value),
        fault=None if author else strange(role),
    )


def _conversation(
    row: dict[str, object], drafts: list[Draft], found: Found, role: str, account: str | None
) -> Conversation:
    source_id = name(row.get("id")) or unnamed(found.data)
    messages = messages_of(
        source_id, drafts, moment(row.get("created_at")), moment(row.get("last_action_at"))
    )
    return Conversation(
        source_id=source_id,
        provider_id=PROVIDER,
        kind=Kind.CODING if role == CODEX else Kind.CHAT,
        messages=messages,
        account_ref=account,
        incognito=False,
    )
