"""Claude Code's transcripts: JSON lines under ``projects``, sub-agents included, and ``history.jsonl``.

One file is one session, whatever session ids its lines carry. Resuming and forking copy old lines into the
new file, so a line counts once in the whole source, for the file that began first; the copy is told as
:class:`~withhold.sources.interface.SentAgain`. One answer is written as several lines with one message id.
Sub-agents' lines belong to the session that started them: written by a program, but sent all the same.
The source does not say under which account a session ran, save in ``bridge-session`` lines and in the paths
of the desktop program: ``local-agent-mode-sessions/<organisation>/<account>`` and
``claude-code-sessions/<account>/<organisation>``, whose documents name transcripts.
"""

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec

from withhold.model.conversation import SourceAccount
from withhold.model.when import END
from withhold.sources.claude_code_history import history_items, is_history
from withhold.sources.claude_code_lines import BOOKKEEPING, MESSAGES
from withhold.sources.claude_code_session import Known, Session
from withhold.sources.interface import Claim, Entry, Item, KnownMember, Options, Shape
from withhold.sources.json_values import elements, loads, members
from withhold.sources.text import name
from withhold.sources.times import moment

SESSION, AGENT, LOG, HISTORY, NOTE = "session", "sub-agent", "session log", "history", "sub-agent notes"
INDEX = "index of sessions"
ACCOUNT_IN = {"local-agent-mode-sessions": 2, "claude-code-sessions": 1}
"""Folders of the desktop program, and how far below them the account's folder stands."""
_IDS = ("sessionId", "session_id")
_MARKS = frozenset({"sessionId", "session_id", "leafUuid", "messageId"})

Members = dict[str, msgspec.Raw]


class ClaudeCode:
    """Reader of Claude Code transcripts."""

    format = "claude-code"

    def recognises(self, entry: Entry, shape: Shape) -> Claim | None:
        """See :meth:`withhold.sources.interface.Reader.recognises`."""
        if shape.form not in {"lines", "object"}:
            return None
        if any(is_history(keys) for keys in shape.first):
            return Claim(entry, HISTORY)
        if shape.form == "object" and (log := _log_lines(shape.first[0])):
            return _session_claim(entry, log, LOG)
        if any(_is_line(keys) for keys in shape.first):
            return _session_claim(entry, shape.first, SESSION)
        if shape.form == "object" and isinstance(named := _value(shape.first[0], "cliSessionId"), str):
            return Claim(entry, INDEX, named)
        if shape.form == "object" and {"agentType", "description"} <= shape.first[0].keys():
            return Claim(entry, NOTE)
        return None

    def companion(self, entry: Entry) -> Claim | None:
        """Copies of content that stand beside transcripts."""
        folders = {"tool-results": "tool output", "memory": "notes", "session-memory": "notes"}
        kind = next((folders[part] for part in entry.parts[:-1] if part in folders), None)
        return None if kind is None else Claim(entry, kind)

    def read(self, claims: Sequence[Claim], options: Options) -> Iterator[Item]:
        """See :meth:`withhold.sources.interface.Reader.read`."""
        known = Known()
        told: set[str] = set()
        owners = {claim.group: _account_in(claim.entry) for claim in claims if claim.role == INDEX}
        for group in _groups(claims):
            session = Session(group.name, known, options)
            for claim in group.claims:
                yield from session.read(claim.entry, inside="loglines" if claim.role == LOG else None)
            if session.account is None:
                session.account = owners.get(group.name) or _account_in(group.claims[0].entry)
            if session.account is not None and session.account not in told:
                told.add(session.account)
                yield SourceAccount(session.account, None, None)
            yield from session.finished()
        yield from known.notices()
        for claim in claims:
            if claim.role == HISTORY:
                yield from history_items(claim.entry, known, options)
            elif claim.role not in {SESSION, AGENT, LOG}:
                yield KnownMember(claim.entry.path, claim.role)


class _Group:
    """The files of one session: its own, then its sub-agents'."""

    def __init__(self, claims: list[Claim]) -> None:
        self.claims = sorted(claims, key=lambda c: (c.role == AGENT, c.since or END, c.entry.path))
        own = [claim for claim in self.claims if claim.role != AGENT]
        # Sub-agents alone must not pass for the whole session that they belong to.
        self.name = (own[0].group if own else None) or self.claims[0].entry.stem

    @property
    def order(self) -> tuple[datetime, datetime, str]:
        """Sessions by their first time; a copy begins at the same time but was written later."""
        first = self.claims[0]
        changed = first.entry.modified.latest if first.entry.modified else END
        return (first.since or END, changed, first.entry.path)


def _groups(claims: Sequence[Claim]) -> list[_Group]:
    found: dict[str, list[Claim]] = {}
    for claim in claims:
        if claim.role in {SESSION, AGENT, LOG}:
            found.setdefault(claim.group or claim.entry.path, []).append(claim)
    return sorted((_Group(group) for group in found.values()), key=lambda group: group.order)


def _account_in(entry: Entry) -> str | None:
    """The account that the place of an entry names."""
    for index, part in enumerate(entry.parts[:-1]):
        down = ACCOUNT_IN.get(part)
        if down is not None and index + down < len(entry.parts) - 1:
            return name(entry.parts[index + down])
    return None


def _is_line(keys: Members) -> bool:
    kind = _kind(keys)
    if kind == "message":
        return "message" in keys and bool(_MARKS & keys.keys())
    if kind in MESSAGES:
        return "content" in _message(keys)
    return kind in BOOKKEEPING and bool(_MARKS & keys.keys())


def _kind(keys: Members) -> str | None:
    kind = _value(keys, "type")
    return kind if isinstance(kind, str) else None


def _message(keys: Members) -> Members:
    try:
        return members(keys["message"]) if "message" in keys else {}
    except ValueError:
        return {}


def _log_lines(keys: Members) -> tuple[Members, ...]:
    """The first lines of ``{"loglines": [...]}``, the form in which the web hands out sessions."""
    try:
        found = tuple(members(line) for line in elements(keys["loglines"])[:8]) if "loglines" in keys else ()
    except ValueError:
        return ()
    return found if any(_is_line(line) for line in found) else ()


def _session_claim(entry: Entry, head: Sequence[Members], role: str) -> Claim:
    named = next(
        (found for keys in head for key in _IDS if isinstance(found := _value(keys, key), str)), None
    )
    said = [keys for keys in head if _kind(keys) in MESSAGES]
    times = (moment(_value(keys, "timestamp")) for keys in head)
    since = min((when.earliest for when in times if when is not None), default=None)
    if said and all(_value(keys, "isSidechain") is True for keys in said):
        return Claim(entry, AGENT, named or entry.stem, since)
    return Claim(entry, role, entry.stem if _is_uuid(entry.stem) else (named or entry.stem), since)


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False


def _value(keys: Members, key: str) -> object:
    try:
        return loads(keys[key]) if key in keys else None
    except ValueError:
        return None
