"""Cline, Roo Code and Kilo Code: a folder a task, with the messages as sent and the messages as shown.

``api_conversation_history.json`` holds what was sent, in newer versions with times; ``ui_messages.json`` what
was shown, always with times: each of its ``api_req_started`` is the sending of the next message of the role
``user``. Most of those are tool results; a person's words stand in known tags. The programs talk to many
providers, so the provider is unknown.
"""

from collections.abc import Iterator, Sequence

from withhold.sources.cline_messages import (
    Shown,
    is_message,
    is_shown,
    sent_drafts,
    shown_drafts,
    shown_in,
)
from withhold.sources.coding import Row, Session, document, list_in
from withhold.sources.interface import Claim, Entry, Item, KnownMember, Options, Shape
from withhold.sources.json_values import elements, members
from withhold.sources.text import name
from withhold.sources.times import moment

SENT, SENT_IN, SHOWN, ITEM = "messages as sent", "session", "messages as shown", "entry of the history"
_SENT_NAMES = frozenset({"api_conversation_history.json", "claude_messages.json"})
_BESIDE = frozenset(
    ["task_metadata.json", "history_item.json", "taskHistory.json", "_index.json", "settings.json",
     "context_history.json", "focus_chain.json"]
)  # fmt: skip


class Cline:
    """Reader of Cline's tasks and those of its relatives."""

    format = "cline"

    def recognises(self, entry: Entry, shape: Shape) -> Claim | None:
        """See :meth:`withhold.sources.interface.Reader.recognises`."""
        if shape.form == "object":
            return _object_claim(entry, shape)
        if shape.form != "array" or not shape.first:
            return None
        if all(is_shown(keys) for keys in shape.first):
            return Claim(entry, SHOWN)
        if not all(is_message(keys) for keys in shape.first):
            return None
        telling = b"<task>" in shape.head or b"<environment_details>" in shape.head
        named = entry.name in _SENT_NAMES or entry.name.endswith(".messages.json")
        return Claim(entry, SENT) if telling or named else None

    def companion(self, entry: Entry) -> Claim | None:
        """Files beside the messages."""
        return Claim(entry, ITEM) if entry.name in _BESIDE else None

    def read(self, claims: Sequence[Claim], options: Options) -> Iterator[Item]:
        """See :meth:`withhold.sources.interface.Reader.read`. One task is in memory at a time."""
        tasks: dict[str, dict[str, Entry]] = {}
        for claim in claims:
            if claim.role in {SENT, SENT_IN, SHOWN}:
                tasks.setdefault(_task(claim.entry), {})[claim.role] = claim.entry
            else:
                yield KnownMember(claim.entry.path, claim.role)
        for entries in tasks.values():
            yield from _read(entries, options)


def _object_claim(entry: Entry, shape: Shape) -> Claim | None:
    keys = shape.first[0]
    if {"ts", "task", "tokensIn"} <= keys.keys():
        return Claim(entry, ITEM)
    if not entry.name.endswith(".messages.json") or "messages" not in keys:
        return None
    try:
        found = [members(one) for one in elements(keys["messages"])[:4]]
    except ValueError:
        return None
    return Claim(entry, SENT_IN) if all(is_message(one) for one in found) else None


def _task(entry: Entry) -> str:
    """What one task's files have in common: their folder, or their place alone."""
    folder = entry.path.rpartition("/")[0]
    return folder or entry.path


def _read(entries: dict[str, Entry], options: Options) -> Iterator[Item]:
    first = next(iter(entries.values()))
    generic = first.name in {"api_conversation_history.json", "ui_messages.json", "claude_messages.json"}
    own = first.parts[-2] if generic and len(first.parts) > 1 else first.name.partition(".")[0]
    session = Session(own)
    session.started = moment(int(own)) if own.isascii() and own.isdecimal() and len(own) < 17 else None
    shown: list[Shown] = []
    if SHOWN in entries:
        for row in list_in(entries[SHOWN], options):
            if isinstance(row, Row):
                shown += shown_in(row.value, first=not shown)
            else:
                yield session.fault(row)
    sent = entries.get(SENT) or entries.get(SENT_IN)
    if sent is None:
        session.drafts = [*shown_drafts(shown), *session.drafts]
    else:
        yield from _sent(sent, shown, session, options, inside=SENT_IN in entries)
    yield session.conversation(options)


def _sent(
    entry: Entry, shown: list[Shown], session: Session, options: Options, *, inside: bool
) -> Iterator[Item]:
    messages = []
    found = document(entry, options, "messages") if inside else None
    if found is not None and found.head is not None:
        head = found.head
        session.source_id = name(head.get("sessionId")) or name(head.get("session_id")) or session.source_id
        session.project = name(head.get("cwd"), 1024)
    unread = session.drafts
    for row in list_in(entry, options) if found is None else found.rows:
        if isinstance(row, Row):
            messages.append(row.value)
        else:
            yield session.fault(row)
    session.drafts = [*sent_drafts(messages, shown), *unread]
