"""``history.jsonl``: every prompt typed into Claude Code. It outlives the transcripts.

It is the only trace of sessions whose transcripts were swept (30 days by default), so each of them becomes a
conversation of the prompts alone; so does a prompt of a session that is there but does not show it. What the
transcript of another import shows is told apart by ``index/prompts.py``. Older lines name no session: one at
whose time no transcript has a person's message was sent in a session that is gone, nobody can say in which.
"""

from collections.abc import Iterator
from typing import Any

from withhold.model.conversation import Conversation, Message, Unrecognised
from withhold.model.message import prompt_id
from withhold.model.when import ANY_TIME
from withhold.model.words import Author, Kind
from withhold.sources.claude_code_session import Known
from withhold.sources.interface import Apart, Entry, Item, Notice, Options
from withhold.sources.json_scanner import Skipped
from withhold.sources.json_values import loads
from withhold.sources.streams import lines_of
from withhold.sources.text import name, size_of
from withhold.sources.times import moment

PROVIDER = "anthropic"
APART = 5
"""Seconds by which the times of a prompt may differ in the history and in its transcript."""


def is_history(keys: dict[str, Any]) -> bool:
    """Whether an object has the shape of a line of the prompt history."""
    return {"display", "timestamp", "project"} <= keys.keys() and "message" not in keys


class _Gone:
    """A session of which only the prompts are left."""

    def __init__(self, project: str | None) -> None:
        self.project = project
        self.messages: list[Message] = []


def history_items(entry: Entry, known: Known, options: Options) -> Iterator[Item]:
    """What the history shows and transcripts do not: whole sessions, and single prompts of others."""
    gone: dict[str, _Gone] = {}
    unshown: dict[str, _Gone] = {}
    nameless = 0
    for raw in lines_of(entry, options.limits):
        place = f"{entry.path} at byte {raw.offset}"
        if isinstance(raw, Skipped):
            yield Unrecognised(place, raw.reason)
            continue
        prompt = _prompt(raw.data)
        if prompt is None and raw.complete:
            yield Unrecognised(place, "a line that is no prompt")
        elif prompt is None:
            yield Notice("the last line is not finished, as when a program is still writing it", place)
        elif (session := name(prompt.get("sessionId"))) is None:
            nameless += not _is_told(prompt, known)
        elif session not in known.sessions:
            _add(gone, session, prompt)
        elif not _is_told(prompt, known, session):
            _add(unshown, session, prompt)
    yield from _told(entry, gone, nameless)
    for session, found in unshown.items():
        yield Apart("prompts that their transcript does not show", _conversation(session, found))


def _prompt(data: bytes) -> dict[str, Any] | None:
    try:
        line = loads(data)
    except ValueError:
        return None
    return line if isinstance(line, dict) and "display" in line else None


def _is_told(prompt: dict[str, Any], known: Known, session: str | None = None) -> bool:
    """Whether a prompt stands in a transcript (that of ``session``), by its time, or was sent to nobody."""
    if _is_command(prompt.get("display")):
        return True
    at = moment(prompt.get("timestamp"))
    if at is None:
        return False
    second = int(at.earliest.timestamp())
    return any((session, near) in known.typed for near in range(second - APART, second + APART + 1))


def _add(gone: dict[str, _Gone], session: str, prompt: dict[str, Any]) -> None:
    found = gone.setdefault(session, _Gone(name(prompt.get("project"), 1024)))
    size = size_of(prompt.get("display"), inside=True) + size_of(prompt.get("pastedContents"))
    author = Author.OTHER if _is_command(prompt.get("display")) else Author.HUMAN
    at = moment(prompt.get("timestamp")) or ANY_TIME
    found.messages.append(Message(prompt_id(session, at, len(found.messages)), author, at, size))


def _is_command(display: object) -> bool:
    """A bare ``/command`` is carried out by the program; with words behind it, it may be a prompt."""
    return isinstance(display, str) and display.startswith("/") and len(display.split()) == 1


def _told(entry: Entry, gone: dict[str, _Gone], nameless: int) -> Iterator[Item]:
    if gone:
        yield Notice(
            f"{len(gone)} sessions are known by their prompts alone; their transcripts are gone", entry.path
        )
    if nameless:
        text = f"{nameless} prompts name no session and stand in no transcript here: they were sent, and"
        yield Notice(f"{text} count in no conversation", entry.path)
    for session, found in gone.items():
        yield _conversation(session, found)


def _conversation(session: str, found: _Gone) -> Conversation:
    return Conversation(
        source_id=session,
        provider_id=PROVIDER,
        kind=Kind.CODING,
        messages=tuple(found.messages),
        project=found.project,
        incognito=False,
    )
