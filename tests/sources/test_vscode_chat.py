"""VS Code's chats: replaying the log, thumbs, whose model answered."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.sources.conftest import Result
from withhold.model.conversation import Conversation

Read = Callable[..., Result]
AT = 1_780_000_000_000


def request(name: str, **more: Any) -> dict[str, Any]:
    answer = [{"value": "An answer"}]
    return {"requestId": name, "timestamp": AT, "message": {"text": "Why?"}, "response": answer, **more}


def log(path: Path, *changes: dict[str, Any]) -> Path:
    begin = {"kind": 0, "v": {"version": 3, "sessionId": "s", "requests": [request("a")]}}
    path.write_text("".join(json.dumps(change) + "\n" for change in [begin, *changes]))
    return path


def only(result: Result) -> Conversation:
    (found,) = result.conversations.values()
    return found


def test_thumbs_are_kept(read: Read, samples: Path) -> None:
    """Both ways of writing them, and the source would show any."""
    found = read(samples / "vscode-copilot").conversations
    assert [mark.kind for mark in found["v-1"].feedback] == ["thumbs up"]
    assert [mark.kind for mark in found["v-2"].feedback] == ["thumbs down"]
    assert all(chat.feedback_visible for chat in found.values())


@pytest.mark.parametrize(
    ("changes", "human", "model"),
    [
        ([{"kind": 2, "k": ["requests"], "v": [request("b")]}], 2, 2),
        ([{"kind": 2, "k": ["requests"], "i": 0, "v": [request("b")]}], 2, 2),
        ([{"kind": 2, "k": ["requests"], "i": 0, "v": [request("a")]}], 1, 1),
        ([{"kind": 3, "k": ["requests", 0]}], 1, 1),
        ([{"kind": 1, "k": ["requests"], "v": []}], 1, 1),
        ([{"kind": 2, "k": ["requests"], "v": [request("b", response=[])]}], 2, 1),
        ([{"kind": 1, "k": ["requests", 0], "v": request("c")}], 2, 2),
    ],
)
def test_what_was_taken_out_was_sent(
    changes: list[dict[str, Any]], human: int, model: int, read: Read, tmp_path: Path
) -> None:
    """Cut, replaced and deleted requests count; one that comes back under its id is one."""
    found = only(read(log(tmp_path / "x.jsonl", *changes)))
    assert (found.human, found.model) == (human, model)


def test_a_change_that_does_not_fit_is_told(read: Read, tmp_path: Path) -> None:
    """The log may be cut at its head."""
    change = {"kind": 2, "k": ["requests", 9, "response"], "v": [{"value": "x"}]}
    assert "do not fit" in read(log(tmp_path / "x.jsonl", change)).only.warnings[0]


@pytest.mark.parametrize(
    ("more", "provider"),
    [
        ({"modelId": "copilot/gpt-5"}, "github"),
        ({"modelId": "gpt-5"}, "github"),
        ({"modelId": "ollama/llama3"}, "unknown"),
        ({"agent": {"id": "github.copilot.editsAgent"}}, "github"),
        ({"agent": {"id": "other.participant"}}, "unknown"),
    ],
)
def test_who_answered(more: dict[str, Any], provider: str, read: Read, tmp_path: Path) -> None:
    """A participant or model of someone else is under other terms."""
    change = {"kind": 2, "k": ["requests"], "v": [request("b", **more)]}
    assert only(read(log(tmp_path / "x.jsonl", change))).provider_id == provider


def test_a_chat_in_both_forms_counts_once(read: Read, tmp_path: Path) -> None:
    """The older file stays when a chat is taken over into the newer form."""
    log(tmp_path / "s.jsonl")
    old = {"version": 3, "sessionId": "s", "requests": [request("a")]}
    (tmp_path / "s.json").write_text(json.dumps(old))
    row = read(tmp_path).only
    assert (row.conversations, row.human, row.members) == (1, 1, (("copy of a chat", 1),))


def test_a_chat_without_a_request_is_empty(read: Read, tmp_path: Path) -> None:
    """The editor writes many of these."""
    (tmp_path / "s.json").write_text(json.dumps({"version": 3, "sessionId": "s", "requests": []}))
    assert read(tmp_path).only.empty == 1
