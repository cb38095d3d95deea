"""Training runs: what goes in, and why. Rules L4 to L6 and L10."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from withhold.lab.retention import stored
from withhold.lab.state import Account, Conversation, Message
from withhold.lab.terms import Keep

SETTING = "setting"
FEEDBACK = "feedback"
SAFETY = "safety"

_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class RunItem:
    """One conversation in a run: the causes, the messages of the copies taken, and the reason for people."""

    causes: frozenset[str]
    message_ids: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Run:
    """A training run. What it took at ``snapshot`` it keeps: nothing ever removes an item."""

    name: str
    snapshot: datetime
    start: datetime
    finish: datetime | None
    items: Mapping[str, RunItem]


def causes_at(conversation: Conversation, setting: bool | None, at: datetime, keep: Keep) -> frozenset[str]:
    """Why a run with its snapshot at ``at`` would take the conversation; empty if it would not."""
    shares = by_setting(conversation, setting, at, keep)
    if not conversation.copies:
        return frozenset((SETTING,)) if shares else _NONE
    causes = {copy.cause for copy in conversation.copies if copy.usable(at)}
    return frozenset(causes | {SETTING} if shares else causes)


def by_setting(conversation: Conversation, setting: bool | None, at: datetime, keep: Keep) -> bool:
    """Whether the setting alone puts it in: shared, still stored, not deleted, and the setting on now."""
    if setting is not True or conversation.last_shared is None or conversation.deleted_at is not None:
        return False
    return stored(conversation, at, keep)


def take(accounts: Iterable[Account], at: datetime, keep: Keep) -> Mapping[str, RunItem]:
    """The items of a run with its snapshot at ``at``, by conversation id. They cannot be changed."""
    items = {}
    for account in accounts:
        for conversation in account.conversations:
            causes = causes_at(conversation, account.setting, at, keep)
            if causes:
                items[conversation.id] = _item(conversation, causes, at)
    return MappingProxyType(items)


def _item(conversation: Conversation, causes: frozenset[str], at: datetime) -> RunItem:
    taken: dict[str, Message] = {}
    if SETTING in causes:
        taken.update((m.id, m) for m in conversation.messages if not m.commercial)
    for copy in conversation.copies:
        if copy.usable(at):
            taken.update((m.id, m) for m in copy.messages)
    order = [m.id for m in conversation.messages if m.id in taken]
    return RunItem(causes, tuple(order), "; ".join(_reasons(conversation, causes, at)))


def _reasons(conversation: Conversation, causes: frozenset[str], at: datetime) -> list[str]:
    reasons = []
    if SETTING in causes and conversation.last_shared is not None:
        reasons.append(
            f"setting: last shared {conversation.last_shared:%Y-%m-%d %H:%M}, setting on at snapshot"
        )
    reasons.extend(
        f"{copy.cause}: {copy.kind} of {copy.at:%Y-%m-%d %H:%M}, copy kept until {copy.until:%Y-%m-%d}"
        for copy in conversation.copies
        if copy.usable(at)
    )
    return reasons
