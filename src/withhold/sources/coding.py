"""What readers of coding assistants' transcripts share: lines, documents, whose words they are, times."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import msgspec

from withhold.model.conversation import Conversation, Feedback, Message, Unrecognised
from withhold.model.when import BEGINNING, END, When
from withhold.model.words import Author, Kind
from withhold.sources.drafts import Draft, listed
from withhold.sources.interface import Entry, Item, Notice, Options
from withhold.sources.json_scanner import Raw, Skipped
from withhold.sources.json_values import elements, loads, members
from withhold.sources.streams import items_of, lines_of
from withhold.sources.text import name, size_of

UNKNOWN = "unknown"
"""The provider of a tool that talks to many, and of a tool whose maker is in no pack."""
TORN = "the last line is not finished, as when a program is still writing it"

Members = dict[str, msgspec.Raw]

_INJECTED = re.compile(
    r"\s*(?:<(?:environment[_ ]context|environment_details|user_instructions|user_info|system[-_]reminder"
    r"|permissions[ _]instructions|collaboration_mode|personality_spec|model_switch|turn_aborted"
    r"|subagent_notification|user_shell_command|skill|skills_instructions|apps_instructions|INSTRUCTIONS"
    r"|project_layout|git_status|agent_skills|mcp_servers|open_and_recently_viewed_files|rules"
    r"|agent_transcripts|additional_data|attached_files|codebase_summary|session_context)\b"
    r"|# AGENTS\.md instructions|# CLAUDE\.md|This is the Gemini CLI\. We are setting up the context)"
)
_TOOL_PARTS = frozenset(
    ["tool_result", "tool-result", "toolResult", "toolResponse", "functionResponse", "function_response"]
)
_PICTURES = frozenset(["image", "input_image", "document", "file", "inlineData", "fileData"])


@dataclass(frozen=True, slots=True)
class Row:
    """One JSON object of a transcript and where it stands."""

    place: str
    value: dict[str, object]


def value_of(keys: Members, key: str) -> object:
    """A decoded member of a shape's object; ``None`` where it is missing or broken."""
    try:
        return loads(keys[key]) if key in keys else None
    except ValueError:
        return None


def kind_of(row: Mapping[str, object], key: str = "type") -> str:
    """The text that a row has as its type; empty where it has none, or something else than a text."""
    kind = row.get(key)
    return kind if isinstance(kind, str) else ""


def kind_in(keys: Members, key: str = "type") -> str:
    """As :func:`kind_of`, for the first objects of a shape."""
    kind = value_of(keys, key)
    return kind if isinstance(kind, str) else ""


def inner(keys: Members, key: str) -> Members:
    """The members of the object that stands under ``key``; none if there is no such object."""
    try:
        return members(keys[key]) if key in keys else {}
    except ValueError:
        return {}


def rows_in(entry: Entry, options: Options) -> Iterator[Row | Item]:
    """The JSON objects of a file with one a line; other lines are named, a torn last one is told."""
    for raw in lines_of(entry, options.limits):
        place = f"{entry.path} at byte {raw.offset}"
        if isinstance(raw, Skipped):
            rest = "; everything from here on is lost" if raw.rest else ""
            yield Unrecognised(place, raw.reason + rest)
            continue
        try:
            value = loads(raw.data)
        except ValueError:
            yield Unrecognised(place, "a line that is no JSON") if raw.complete else Notice(TORN, place)
            continue
        yield Row(place, value) if isinstance(value, dict) else Unrecognised(place, "no JSON object")


@dataclass(slots=True)
class Document:
    """One JSON object with a long list in it. ``head`` is ``None`` where the object could not be read."""

    head: dict[str, object] | None
    rows: Iterator[Row | Item]


def document(entry: Entry, options: Options, key: str) -> Document:
    """The object of a file: its members, and the objects of the list under ``key`` one by one.

    Of an object that is larger than one item may be only the list is read.
    """
    if entry.size > options.limits.item_bytes:
        return Document({}, _streamed(entry, options, key))
    found = list(items_of(entry, options.limits))
    faults: list[Item] = [_fault(entry, raw) for raw in found if isinstance(raw, Skipped)]
    whole = [raw for raw in found if isinstance(raw, Raw)]
    faults += [Unrecognised(f"{entry.path} at byte {raw.offset}", "a second value") for raw in whole[1:]]
    try:
        keys = members(whole[0].data) if whole else {}
        parts = elements(keys.pop(key)) if key in keys else []
    except ValueError as error:
        return Document(None, iter([*faults, Unrecognised(entry.path, f"cannot be read: {error}")]))
    head = {known: value_of(keys, known) for known in keys} if whole else None
    return Document(head, _parts(entry.path, key, parts, faults))


def _streamed(entry: Entry, options: Options, key: str) -> Iterator[Row | Item]:
    yield Notice(f"a file of {entry.size} bytes: only its {key} were read", entry.path)
    for index, raw in enumerate(items_of(entry, options.limits, inside=key)):
        yield (
            _fault(entry, raw) if isinstance(raw, Skipped) else _row(f"{entry.path}.{key}[{index}]", raw.data)
        )


def _parts(path: str, key: str, parts: list[msgspec.Raw], faults: list[Item]) -> Iterator[Row | Item]:
    yield from faults
    for index, part in enumerate(parts):
        yield _row(f"{path}.{key}[{index}]", part)


def list_in(entry: Entry, options: Options) -> Iterator[Row | Item]:
    """The objects of a file that is one JSON list."""
    for index, raw in enumerate(items_of(entry, options.limits)):
        yield _fault(entry, raw) if isinstance(raw, Skipped) else _row(f"{entry.path}[{index}]", raw.data)


def _row(place: str, data: bytes | msgspec.Raw) -> Row | Item:
    try:
        value = loads(data)
    except ValueError:
        return Unrecognised(place, "cannot be read as JSON")
    return Row(place, value) if isinstance(value, dict) else Unrecognised(place, "no JSON object")


def _fault(entry: Entry, raw: Skipped) -> Unrecognised:
    rest = "; everything from here on is lost" if raw.rest else ""
    return Unrecognised(f"{entry.path} at byte {raw.offset}", raw.reason + rest)


def injected(text: str) -> bool:
    """Whether a text is context that a program put in, or holds nothing at all."""
    return not text.strip() or _INJECTED.match(text) is not None


def is_person(content: object) -> bool:
    """Whether some of a message's content is neither a tool's nor context that a program put in.

    A picture alone is a person's, unless it came with a tool's result.
    """
    if isinstance(content, str):
        return not injected(content)
    parts = [part for part in listed(content) if isinstance(part, dict)]
    if any(isinstance(part.get("text"), str) and not injected(part["text"]) for part in parts):
        return True
    if any(isinstance(part, str) and not injected(part) for part in listed(content)):
        return True
    kinds = {kind for part in parts for kind in (part.get("type"), *part) if isinstance(kind, str)}
    return bool(kinds & _PICTURES) and not kinds & _TOOL_PARTS


def content_size(content: object) -> int:
    """Characters of text in a message's content."""
    return size_of(content, inside=True) if isinstance(content, str) else size_of(content)


def everything(value: object) -> int:
    """Characters of all texts in a value: for tool calls and results, whose members have any name."""
    return size_of(value, inside=True)


def placed(drafts: Sequence[Draft], started: When | None = None, ended: When | None = None) -> list[When]:
    """A time for each draft, in the order in which they were written.

    One without a time was written between its neighbours that have one, and between ``started`` and
    ``ended``; where these contradict each other, nothing is known of it.
    """
    low = BEGINNING if started is None else started.earliest
    lows = []
    for draft in drafts:
        low = low if draft.at is None else max(low, draft.at.earliest)
        lows.append(low)
    high = END if ended is None else ended.latest
    times: list[When] = []
    for draft, low in zip(reversed(drafts), reversed(lows), strict=True):
        high = high if draft.at is None else draft.at.latest
        times.append(draft.at or (When(low, high) if low <= high else When(BEGINNING, END)))
    return times[::-1]


UNREAD = Draft(None, Author.OTHER, None, 0)
"""Stands for a line that could not be read."""


def is_unread(item: Item) -> bool:
    """Whether an item tells of a line or part that may have held a message."""
    return isinstance(item, Unrecognised) or (isinstance(item, Notice) and item.text == TORN)


@dataclass(slots=True)
class Session:
    """A coding session while it is read. ``started`` and ``ended`` bound the messages that have no time."""

    source_id: str
    provider: str = UNKNOWN
    drafts: list[Draft] = field(default_factory=list)
    started: When | None = None
    ended: When | None = None
    project: str | None = None
    title: str | None = None
    feedback: list[Feedback] = field(default_factory=list)
    feedback_visible: bool = False
    shared: bool | None = None
    tool_outputs: int | None = None

    def fault(self, item: Item) -> Item:
        """Note what could not be read: it may have been a message, so nothing is taken to end before it."""
        if is_unread(item):
            self.drafts.append(UNREAD)
        return item

    def conversation(self, options: Options) -> Conversation:
        """What was read, without any text."""
        times = placed(self.drafts, self.started, self.ended)
        messages = (
            Message(draft.id or f"{self.source_id}#{index}", draft.author, at, draft.size)
            for index, (draft, at) in enumerate(zip(self.drafts, times, strict=True))
        )
        return Conversation(
            source_id=self.source_id,
            provider_id=self.provider,
            kind=Kind.CODING,
            messages=tuple(messages),
            project=self.project,
            incognito=False,
            feedback=tuple(self.feedback),
            feedback_visible=self.feedback_visible,
            shared=self.shared,
            title=self.title if options.keep_titles else None,
            tool_outputs=self.tool_outputs,
        )


def without_person(drafts: Iterable[Draft]) -> list[Draft]:
    """The drafts of a session that a program led: nothing in it is a person's."""
    return [replace(d, author=Author.OTHER) if d.author is Author.HUMAN else d for d in drafts]


def unknown_kinds(kinds: Counter[str], place: str) -> Iterator[Notice]:
    """A notice of lines whose type is not known, if there were any."""
    if kinds:
        told = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
        yield Notice(f"lines of unknown types hold no message that is known: {told}", place)


def label(value: object) -> str:
    """A type's name, fit to be told."""
    return name(value, 40) or "(none)"
