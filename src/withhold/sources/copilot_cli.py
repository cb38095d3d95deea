"""GitHub Copilot CLI: ``events.jsonl`` of each session, and the older single documents.

Copies of events in a resumed or forked session have the id and time of the original; they count once.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from withhold.model.when import ANY_TIME
from withhold.model.words import Author
from withhold.sources.claude_code_session import Known
from withhold.sources.coding import (
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
    rows_in,
    unknown_kinds,
)
from withhold.sources.drafts import Draft, part
from withhold.sources.interface import Claim, Entry, Item, KnownMember, Options, SentAgain, Shape
from withhold.sources.text import name
from withhold.sources.times import moment

PROVIDER = "github"
EVENTS, TIMELINE, CHATS = "events", "timeline", "chatMessages"
FAMILIES = frozenset(
    [
        "session", "user", "assistant", "tool", "system", "subagent", "hook", "skill", "permission",
        "abort", "command", "external_tool", "elicitation", "sampling", "mcp", "user_input", "model",
        "pending_messages", "exit_plan_mode", "agent", "error", "auto_mode_switch",
    ]
)  # fmt: skip
"""First parts of the names of events. Those that hold messages are told by their whole name."""
_TELLING = ("session.", "assistant.", "user.message", "tool.execution", "system.message")
_OLD = {"user": Author.HUMAN, "copilot": Author.MODEL, "assistant": Author.MODEL}
_SHOWN = frozenset({"info", "error", "warning"})


class CopilotCli:
    """Reader of Copilot CLI's sessions."""

    format = "copilot-cli"

    def recognises(self, entry: Entry, shape: Shape) -> Claim | None:
        """See :meth:`withhold.sources.interface.Reader.recognises`."""
        if shape.form not in {"lines", "object"}:
            return None
        if any(_is_event(keys) for keys in shape.first):
            return Claim(entry, EVENTS)
        keys = shape.first[0].keys()
        if "sessionId" in keys and keys & {TIMELINE, CHATS}:
            return Claim(entry, TIMELINE if TIMELINE in keys else CHATS)
        return None

    def companion(self, entry: Entry) -> Claim | None:
        """What stands beside the events."""
        beside = entry.name in {"workspace.yaml", "plan.md", "vscode.metadata.json"}
        return Claim(entry, "file of the program") if beside else None

    def read(self, claims: Sequence[Claim], options: Options) -> Iterator[Item]:
        """See :meth:`withhold.sources.interface.Reader.read`. One session is in memory at a time."""
        known = Known()
        for claim in sorted(claims, key=lambda claim: claim.role != EVENTS):
            if claim.role == EVENTS:
                session = _Session(claim.entry, known, options)
                yield from session.read()
                yield from session.finished()
            elif claim.role in {TIMELINE, CHATS}:
                yield from _older(claim, known, options)
            else:
                yield KnownMember(claim.entry.path, claim.role)
        yield from known.notices()


def _is_event(keys: Members) -> bool:
    return kind_in(keys).startswith(_TELLING) and "data" in keys


class _Session:
    """One file of events."""

    def __init__(self, entry: Entry, known: Known, options: Options) -> None:
        self._entry = entry
        self._known = known
        self._options = options
        in_folder = entry.name == "events.jsonl" and len(entry.parts) > 1
        self._session = Session(entry.parts[-2] if in_folder else entry.stem, PROVIDER)
        self._answers: dict[str, int] = {}
        self._copied: Counter[str] = Counter()
        self._kinds: Counter[str] = Counter()

    def read(self) -> Iterator[Item]:
        """Take the events; hands out what could not be read."""
        for row in rows_in(self._entry, self._options):
            if isinstance(row, Row):
                self._take(row.value)
            else:
                yield self._session.fault(row)

    def _take(self, row: dict[str, object]) -> None:
        kind, data = kind_of(row), row.get("data")
        if kind.split(".")[0] not in FAMILIES:
            self._kinds[label(kind)] += 1
            return
        if kind in {"session.start", "session.resume"}:
            self._header(data)
        draft = _draft(kind, row, data)
        if draft is None or self._is_copy(row, kind):
            return
        answer = name(part(data, "messageId")) if draft.author is Author.MODEL else None
        if answer is not None and answer in self._answers:
            index = self._answers[answer]
            before = self._session.drafts[index]
            self._session.drafts[index] = replace(before, size=before.size + draft.size)
            return
        if answer is not None:
            self._answers[answer] = len(self._session.drafts)
        self._session.drafts.append(replace(draft, id=answer or draft.id))

    def _header(self, data: object) -> None:
        self._session.source_id = name(part(data, "sessionId")) or self._session.source_id
        self._session.started = self._session.started or moment(part(data, "startTime"))
        self._session.project = name(part(data, "context", "cwd"), 1024) or self._session.project

    def _is_copy(self, row: dict[str, object], kind: str) -> bool:
        event, at = name(row.get("id")), row.get("timestamp")
        if event is None:
            return False
        owner = self._known.owner(f"{event} {at} {kind}", self._session.source_id)
        if owner is not None:
            self._copied[owner] += owner != self._session.source_id
        return owner is not None

    def finished(self) -> Iterator[Item]:
        """The conversation, and what there is to say about it."""
        session = self._session
        yield from unknown_kinds(self._kinds, self._entry.path)
        copied = sorted(owner for owner, count in self._copied.items() if count)
        if copied and not session.drafts:
            yield KnownMember(self._entry.path, "copies of other sessions")
            return
        times = [draft.at for draft in session.drafts if draft.at is not None]
        begins = min(times, key=lambda when: when.earliest, default=ANY_TIME)
        yield from (SentAgain(owner, session.source_id, begins) for owner in copied)
        self._known.sessions.add(session.source_id)
        yield session.conversation(self._options)


def _draft(kind: str, row: dict[str, object], data: object) -> Draft | None:
    event, at = name(row.get("id")), moment(row.get("timestamp"))
    content = part(data, "content")
    if kind == "user.message":
        size = max(content_size(content), content_size(part(data, "transformedContent")))
        author = Author.HUMAN if _is_typed(data) and is_person(content) else Author.OTHER
        return Draft(event, author, at, size + everything(part(data, "attachments")))
    if kind == "assistant.message":
        said = [content, part(data, "reasoningText"), part(data, "toolRequests")]
        return Draft(event, Author.MODEL, at, everything(said))
    if kind == "tool.execution_complete":
        return Draft(event, Author.OTHER, at, everything(part(data, "result")))
    if kind == "system.message":
        return Draft(event, Author.OTHER, at, everything(content))
    return None


def _is_typed(data: object) -> bool:
    """Whether a message of the role user was typed: skills, hooks and sub-agents have them too."""
    source = part(data, "source")
    from_program = isinstance(source, str) and source not in {"", "user", "human"}
    return not from_program and part(data, "parentToolCallId") is None and part(data, "agentId") is None


def _older(claim: Claim, known: Known, options: Options) -> Iterator[Item]:
    found = document(claim.entry, options, claim.role)
    head = found.head or {}
    session = Session(name(head.get("sessionId")) or claim.entry.stem, PROVIDER)
    session.started = moment(head.get("startTime"))
    for row in found.rows:
        if not isinstance(row, Row):
            yield session.fault(row)
            continue
        kind = kind_of(row.value, "type" if claim.role == TIMELINE else "role")
        if kind in _SHOWN:
            continue
        words = [row.value.get(key) for key in ("text", "content", "arguments", "result", "tool_calls")]
        author = _OLD.get(kind, Author.OTHER)
        at = moment(row.value.get("timestamp"))
        session.drafts.append(Draft(name(row.value.get("id")), author, at, everything(words)))
    if found.head is None:
        return
    if session.source_id in known.sessions:
        yield KnownMember(claim.entry.path, "older copy of a session")
    else:
        known.sessions.add(session.source_id)
        yield session.conversation(options)
