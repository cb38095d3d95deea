"""Grok's command line program: a folder a session, with the chat, its updates and a summary.

The chat mostly has no times; the updates have. Each prompt takes the time of the update that shows it: the
one at the same number if both have as many. Sub-agents' sessions are led by a program.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from withhold.model.when import When
from withhold.model.words import Author
from withhold.sources.coding import (
    Members,
    Row,
    Session,
    content_size,
    everything,
    is_person,
    kind_in,
    kind_of,
    label,
    list_in,
    rows_in,
    unknown_kinds,
    without_person,
)
from withhold.sources.coding_prompts import Prompt, prompts_alone
from withhold.sources.drafts import Draft, listed, part
from withhold.sources.interface import Claim, Entry, Item, KnownMember, Options, Shape
from withhold.sources.text import name
from withhold.sources.times import moment

PROVIDER = "xai"
CHAT, UPDATES, SUMMARY, PROMPTS, AGENT = "chat", "updates", "summary", "prompt history", "sub-agent notes"
TYPES = {"user": Author.HUMAN, "assistant": Author.MODEL}
OTHERS = frozenset(
    ["system", "reasoning", "tool_use", "tool_call", "tool_result", "tool", "backend_tool_call",
     "web_search_call", "custom_tool_call", "code_interpreter_call"]
)  # fmt: skip
_FOREIGN = {"uuid", "message", "payload", "data", "sessionId", "session_id", "parentId", "role"}


class GrokCli:
    """Reader of Grok's command line sessions."""

    format = "grok-cli"

    def recognises(self, entry: Entry, shape: Shape) -> Claim | None:
        """See :meth:`withhold.sources.interface.Reader.recognises`."""
        if shape.form not in {"lines", "object"}:
            return None
        keys = shape.first[0]
        if {"session_id", "prompt", "is_bash"} <= keys.keys():
            return Claim(entry, PROMPTS)
        if {"subagent_id", "parent_session_id"} <= keys.keys():
            return Claim(entry, AGENT)
        if any(_is_update(keys) for keys in shape.first):
            return Claim(entry, UPDATES)
        return Claim(entry, CHAT) if all(_is_line(keys) for keys in shape.first) else None

    def companion(self, entry: Entry) -> Claim | None:
        """What stands beside a chat."""
        names = {"summary.json", "signals.json", "prompt_context.json", "meta.json", "events.jsonl"}
        return Claim(entry, SUMMARY) if entry.name in names else None

    def read(self, claims: Sequence[Claim], options: Options) -> Iterator[Item]:
        """See :meth:`withhold.sources.interface.Reader.read`. One session is in memory at a time."""
        children: set[str] = set()
        for claim in claims:
            if claim.role == AGENT:
                yield from _agent(claim.entry, children, options)
        present: set[str] = set()
        updates = {_folder(claim.entry): claim.entry for claim in claims if claim.role == UPDATES}
        summaries = {_folder(c.entry): c.entry for c in claims if c.entry.name == "summary.json"}
        for claim in claims:
            if claim.role == CHAT:
                chat = _Chat(claim.entry, options)
                folder = _folder(claim.entry)
                yield from chat.read(summaries.get(folder), updates.pop(folder, None))
                yield from chat.finished(children)
                present.add(chat.id)
        for claim in claims:
            yield from _rest(claim, updates, present, options)


def _is_line(keys: Members) -> bool:
    known = kind_in(keys) in {*TYPES, *OTHERS}
    return known and bool(keys.keys() & {"content", "summary", "kind"}) and not keys.keys() & _FOREIGN


def _is_update(keys: Members) -> bool:
    return kind_in(keys, "method") == "session/update" and "params" in keys


def _folder(entry: Entry) -> str:
    return entry.path.rpartition("/")[0]


def _agent(entry: Entry, children: set[str], options: Options) -> Iterator[Item]:
    for row in list_in(entry, options):
        if not isinstance(row, Row):
            yield row
            continue
        child = name(row.value.get("child_session_id"))
        children.update([child] if child is not None else [])
        yield KnownMember(entry.path, AGENT)


class _Chat:
    """One session."""

    def __init__(self, entry: Entry, options: Options) -> None:
        self._entry = entry
        self._options = options
        in_folder = entry.name in {"chat_history.jsonl", "updates.jsonl"} and len(entry.parts) > 1
        self._session = Session(entry.parts[-2] if in_folder else entry.stem, PROVIDER)
        self._kinds: Counter[str] = Counter()

    @property
    def id(self) -> str:
        """The session's id."""
        return self._session.source_id

    def read(self, summary: Entry | None, updates: Entry | None) -> Iterator[Item]:
        """Take the chat and what says when it was; hands out what could not be read."""
        if summary is not None:
            yield from self._summary(summary)
        for row in rows_in(self._entry, self._options):
            if isinstance(row, Row):
                self._take(row.value)
            else:
                yield self._session.fault(row)
        if updates is not None:
            shown: list[tuple[Author, When | None, int]] = []
            yield from _shown(updates, shown, self._options)
            self._date(shown)

    def _summary(self, entry: Entry) -> Iterator[Item]:
        for row in list_in(entry, self._options):
            if not isinstance(row, Row):
                yield row
                continue
            head, session = row.value, self._session
            session.started = moment(head.get("created_at")) or moment(head.get("createdAt"))
            cwd = part(head.get("info"), "cwd") or head.get("cwd") or head.get("git_root_dir")
            session.project = name(cwd, 1024)
            session.title = name(head.get("generated_title")) or name(head.get("session_summary"))

    def _take(self, row: dict[str, object]) -> None:
        kind = kind_of(row) or kind_of(row, "role")
        author = TYPES.get(kind, Author.OTHER)
        if author is Author.OTHER and kind not in OTHERS:
            self._kinds[label(kind)] += 1
        content = row.get("content")
        reason = kind_of(row, "synthetic_reason")
        if author is Author.HUMAN and (reason not in {"", "interjection"} or not _is_typed(content)):
            author = Author.OTHER
        size = everything([content, row.get("summary"), row.get("tool_calls"), row.get("reasoning")])
        self._session.drafts.append(Draft(None, author, moment(row.get("timestamp")), size))

    def _date(self, shown: list[tuple[Author, When | None, int]]) -> None:
        """Give the messages without a time that of the update at the same number, if they are as many."""
        for author in (Author.HUMAN, Author.MODEL):
            at = [when for who, when, _ in shown if who is author]
            wanted = [i for i, draft in enumerate(self._session.drafts) if draft.author is author]
            if len(at) == len(wanted):
                for index, when in zip(wanted, at, strict=True):
                    before = self._session.drafts[index]
                    dated = Draft(before.id, before.author, before.at or when, before.size)
                    self._session.drafts[index] = dated

    def finished(self, children: set[str]) -> Iterator[Item]:
        """The conversation, and what there is to say about it."""
        yield from unknown_kinds(self._kinds, self._entry.path)
        if self.id in children or "subagents" in self._entry.parts:
            self._session.drafts = without_person(self._session.drafts)
        yield self._session.conversation(self._options)

    def from_updates(self) -> Iterator[Item]:
        """The session by its updates, where its chat is gone."""
        shown: list[tuple[Author, When | None, int]] = []
        yield from (self._session.fault(item) for item in _shown(self._entry, shown, self._options))
        said = [Draft(None, author, at, size) for author, at, size in shown]
        self._session.drafts = [*said, *self._session.drafts]
        yield self._session.conversation(self._options)


def _is_typed(content: object) -> bool:
    texts = [content] if isinstance(content, str) else [part(one, "text") for one in listed(content)]
    asked = any(isinstance(text, str) and "<user_query>" in text for text in texts)
    return asked or is_person(content)


def _shown(entry: Entry, shown: list[tuple[Author, When | None, int]], options: Options) -> Iterator[Item]:
    """Adds prompts and answers as the updates show them: pieces of one that follow each other are one."""
    authors = {"user_message_chunk": Author.HUMAN, "agent_message_chunk": Author.MODEL}
    last = ""
    for row in rows_in(entry, options):
        if not isinstance(row, Row):
            yield row
            continue
        update = part(row.value, "params", "update")
        kind = kind_of(update, "sessionUpdate") if isinstance(update, dict) else ""
        author = authors.get(kind)
        if author is not None:
            size = everything(part(update, "content"))
            if kind == last:
                who, at, before = shown[-1]
                shown[-1] = (who, at, before + size)
            else:
                shown.append((author, moment(row.value.get("timestamp")), size))
        last = kind or last


def _rest(claim: Claim, updates: dict[str, Entry], present: set[str], options: Options) -> Iterator[Item]:
    entry = claim.entry
    if claim.role == PROMPTS:
        yield from prompts_alone(entry, _prompts(entry, options), present, PROVIDER, options)
    elif claim.role == UPDATES and updates.get(_folder(entry)) is entry:
        chat = _Chat(entry, options)
        yield from chat.from_updates()
        present.add(chat.id)
    elif claim.role in {UPDATES, SUMMARY}:
        yield KnownMember(entry.path, claim.role)


def _prompts(entry: Entry, options: Options) -> Iterator[Prompt | Item]:
    for row in rows_in(entry, options):
        if not isinstance(row, Row):
            yield row
            continue
        # A line for the shell is carried out here and sent to nobody.
        author = Author.OTHER if row.value.get("is_bash") is True else Author.HUMAN
        text, at = row.value.get("prompt"), moment(row.value.get("timestamp"))
        yield Prompt(name(row.value.get("session_id")), author, at, content_size(text))
