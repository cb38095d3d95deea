"""Every sample of both sets goes through the public entrance and adds up, by a count that knows nothing."""

import csv
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.sources.conftest import OWN, Result
from tests.sources.expected import COLLECTED, counted, needs_collected, wanted
from withhold.support.errors import NothingRead

Read = Callable[..., Result]
HOLD_A_CHAT = ("mapping", "chat_messages", "chunkedPrompt", "responses", "versions")
"""Keys that a conversation has once, whatever else its format is; ``versions`` is one of a message."""
TABLE = COLLECTED / "own" / "EXPECTED.json"


def cases() -> list[str]:
    return sorted(json.loads(TABLE.read_text("utf-8"))) if TABLE.is_file() else []


def files() -> list[Path]:
    """All sample files, save pages with toggles and what describes the samples."""
    found = [path for base in (COLLECTED, OWN) if base.is_dir() for path in base.rglob("*")]
    return sorted(p for p in found if p.is_file() and "toggles" not in p.parts and not _describes(p))


def _describes(path: Path) -> bool:
    return path.name in {"EXPECTED.json", "SOURCES.md", "README.md"}


def values(path: Path) -> list[Any]:
    """The JSON of a file, whole or line by line; none if it is no JSON."""
    try:
        text = path.read_text("utf-8")
        return [json.loads(text)]
    except UnicodeDecodeError:
        return []
    except ValueError:
        return [value for line in text.splitlines() for value in parsed(line)]


def parsed(line: str) -> list[Any]:
    """A line of JSON; nothing of one that is torn."""
    try:
        return [json.loads(line)]
    except ValueError:
        return []


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """All JSON objects in a value, at any depth."""
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from objects(inner)


def chats_held(path: Path) -> int | None:
    """Conversations by the keys that each has once; ``None`` where the file has no such key."""
    if path.suffix == ".md":
        return len(re.findall(r"^# aider chat started", path.read_text("utf-8"), re.MULTILINE))
    found = [one for value in values(path) for one in objects(value)]
    counts = [sum(key in one for one in found) for key in HOLD_A_CHAT[:-1]]
    return max(counts) or None


def items_named(result: Result) -> int:
    """Items of the file itself that could not be read: no parts of them, and no files that are missing."""
    faults = [fault for row in result.summaries for fault in row.unrecognised]
    return sum(
        not re.search(r"\.\w+\[[^]]*\]$", fault.place) and "is not here" not in fault.reason
        for fault in faults
    )


def nothing_in(path: Path, read: Read) -> str | None:
    """Why a file holds no conversation; ``None`` if it holds some."""
    try:
        read(path)
    except NothingRead as nothing:
        return nothing.message
    return None


@needs_collected
@pytest.mark.parametrize("case", cases())
def test_every_row_of_the_table(case: str, read: Read) -> None:
    """All numbers and both times."""
    assert counted(read(COLLECTED / "own" / case)) == wanted(case)


@pytest.mark.parametrize("path", files(), ids=lambda path: "/".join(path.parts[-3:]))
def test_every_file_adds_up(path: Path, read: Read) -> None:
    """Conversations and named places are as many as the file holds; a file of none says what it is."""
    held = chats_held(path)
    if not held and (why := nothing_in(path, read)) is not None:
        assert re.search("only 1 |holds no|no format|no known format|no reader knows|empty", why)
        return
    result = read(path)
    came = sum(row.conversations for row in result.summaries)
    came += sum(apart.conversations for row in result.summaries for apart in row.apart)
    if held is not None:
        assert came + items_named(result) == held
    assert came > 0


@pytest.mark.parametrize("path", files(), ids=lambda path: "/".join(path.parts[-3:]))
def test_every_message_of_a_chat_is_counted(path: Path, read: Read) -> None:
    """Messages are as many as objects with a sender: no branch and no hidden node is dropped."""
    found = [one for value in values(path) for one in objects(value)]
    if path.suffix == ".csv":
        rows = list(csv.reader(path.read_text("utf-8-sig").splitlines(keepends=True)))
        result = read(path)
        assert sum(len(c.messages) for c in result.conversations.values()) == len(rows) - 1
        return
    said = [one for one in found if "sender" in one or "author" in one]
    if not said or not any(key in one for one in found for key in HOLD_A_CHAT):
        return
    result = read(path)
    messages = [message for chat in result.conversations.values() for message in chat.messages]
    assert len(messages) == len(said)
