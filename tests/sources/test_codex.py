"""Codex: which channel counts, what forks replay, whose model answered."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.sources.conftest import Result
from withhold.model.conversation import Conversation
from withhold.model.words import Author, Kind
from withhold.sources.interface import SentAgain

Read = Callable[..., Result]
A, B, C = (f"0199aaaa-0000-7000-8000-00000000000{n}" for n in (1, 2, 3))
DAY = "2026-01-10T09:00:"


def meta(session: str, at: str = f"{DAY}00Z", **more: Any) -> dict[str, Any]:
    return {"timestamp": at, "type": "session_meta", "payload": {"id": session, "timestamp": at, **more}}


def item(text: str, at: str, role: str = "user") -> dict[str, Any]:
    content = [{"type": "input_text" if role == "user" else "output_text", "text": text}]
    return {
        "timestamp": at,
        "type": "response_item",
        "payload": {"type": "message", "role": role, "content": content},
    }


def event(kind: str, text: str, at: str) -> dict[str, Any]:
    return {"timestamp": at, "type": "event_msg", "payload": {"type": kind, "message": text}}


def completed(kind: str, text: str, at: str) -> dict[str, Any]:
    done = {"type": kind, "id": text, "content": [{"type": "text", "text": text}]}
    return {"timestamp": at, "type": "event_msg", "payload": {"type": "item_completed", "item": done}}


def write(path: Path, *lines: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def only(result: Result) -> Conversation:
    (found,) = result.conversations.values()
    return found


def test_words_in_several_channels_count_once(read: Read, tmp_path: Path) -> None:
    """A prompt is an item and an event, an answer an item and an event; injected context is no person."""
    found = only(
        read(
            write(
                tmp_path / "x.jsonl",
                meta(A),
                item("<environment_context>x</environment_context>", f"{DAY}01Z"),
                item("# AGENTS.md instructions for /src", f"{DAY}01Z"),
                item("Fix it", f"{DAY}02Z"),
                event("user_message", "Fix it", f"{DAY}02Z"),
                item("Some new kind of injection", f"{DAY}02Z"),
                item("Fixed.", f"{DAY}03Z", "assistant"),
                event("agent_message", "Fixed.", f"{DAY}03Z"),
            )
        )
    )
    assert (found.human, found.model) == (1, 1)
    assert sum(m.author is Author.OTHER for m in found.messages) == 3
    assert (found.kind, found.account_ref, found.provider_id) == (Kind.CODING, None, "openai")


@pytest.mark.parametrize("channel", ["item", "completed", "event"])
def test_each_channel_alone_is_enough(channel: str, read: Read, tmp_path: Path) -> None:
    """Versions differ in what they write."""
    lines = {
        "item": [item("Go", f"{DAY}01Z"), item("Gone", f"{DAY}02Z", "assistant")],
        "completed": [
            completed("UserMessage", "Go", f"{DAY}01Z"),
            completed("AgentMessage", "Gone", f"{DAY}02Z"),
        ],
        "event": [event("user_message", "Go", f"{DAY}01Z"), event("agent_message", "Gone", f"{DAY}02Z")],
    }[channel]
    found = only(read(write(tmp_path / "x.jsonl", meta(A), *lines)))
    assert (found.human, found.model) == (1, 1)


@pytest.mark.parametrize("new_times", [True, False])
def test_what_a_fork_replays_counts_in_its_parent(new_times: bool, read: Read, tmp_path: Path) -> None:
    """Whether the copies have the times of the copying or their own; the same words said later are new."""
    said = [item("continue", f"{DAY}01Z"), item("Done", f"{DAY}02Z", "assistant")]
    later = [item("continue", "2026-01-11T09:00:00Z"), item("Done", "2026-01-11T09:00:05Z", "assistant")]
    at = "2026-02-01T08:00:00Z"
    replay = [{**line, "timestamp": at} if new_times else line for line in [meta(A), *said]]
    own = [item("continue", "2026-02-01T08:05:00Z"), item("Done", "2026-02-01T08:05:01Z", "assistant")]
    write(tmp_path / "a.jsonl", meta(A), *said, *later)
    write(tmp_path / "b.jsonl", meta(B, at, forked_from_id=A), *replay, *own)
    result = read(tmp_path)
    assert {key: (c.human, c.model) for key, c in result.conversations.items()} == {A: (2, 2), B: (1, 1)}
    (again,) = (found for found in result.items if isinstance(found, SentAgain))
    assert (again.source_id, again.by) == (A, B)
    assert again.at.earliest.isoformat() == "2026-02-01T08:05:00+00:00"


def test_two_forks_of_a_parent_that_is_gone(read: Read, tmp_path: Path) -> None:
    """The first one stands for the parent."""
    said = [item("First", f"{DAY}01Z")]
    write(tmp_path / "b.jsonl", meta(B, f"{DAY}03Z"), meta(A), *said, item("b", f"{DAY}30Z"))
    write(tmp_path / "c.jsonl", meta(C, f"{DAY}04Z"), meta(A), *said, item("c", f"{DAY}40Z"))
    result = read(tmp_path)
    assert {key: c.human for key, c in result.conversations.items()} == {B: 2, C: 1}


def test_a_sub_agent_has_no_person(read: Read, tmp_path: Path) -> None:
    """Its prompts were written by a program, yet sent."""
    source = {"subagent": {"thread_spawn": {"parent_thread_id": A}}}
    path = write(tmp_path / "x.jsonl", meta(B, source=source), event("user_message", "Look", f"{DAY}01Z"))
    found = only(read(path))
    assert (found.human, len(found.messages)) == (0, 1)


def test_the_same_session_in_two_files_is_one(read: Read, tmp_path: Path) -> None:
    """A copy in the archive adds only what is new."""
    write(tmp_path / "a.jsonl", meta(A), item("One", f"{DAY}01Z"))
    write(tmp_path / "b.jsonl", meta(A), item("One", f"{DAY}01Z"), item("Two", f"{DAY}05Z"))
    assert only(read(tmp_path)).human == 2


def test_a_session_of_another_service_has_no_known_provider(read: Read, tmp_path: Path) -> None:
    """Only ``model_provider`` says it."""
    found = only(read(write(tmp_path / "x.jsonl", meta(A, model_provider="azure"), item("Go", f"{DAY}01Z"))))
    assert found.provider_id == "unknown"


def test_the_old_era_has_a_beginning_and_no_times(read: Read, tmp_path: Path) -> None:
    """Messages cannot be older than their session."""
    lines: list[dict[str, Any]] = [
        {"id": A, "timestamp": "2025-05-07T17:24:21Z", "instructions": None, "git": None},
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Go"}]},
    ]
    (message,) = only(read(write(tmp_path / "x.jsonl", *lines))).messages
    assert message.at.earliest.isoformat() == "2025-05-07T17:24:21+00:00"
    assert not message.at.exact


def test_the_oldest_form_is_one_document(read: Read, tmp_path: Path) -> None:
    """The first program wrote the whole session as JSON."""
    items = [
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Go"}]},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Gone"}]},
    ]
    head = {"id": A, "timestamp": "2025-04-20T10:00:00Z", "instructions": ""}
    (tmp_path / "rollout-x.json").write_text(json.dumps({"session": head, "items": items}))
    found = only(read(tmp_path))
    assert (found.source_id, found.human, found.model) == (A, 1, 1)


def test_an_unread_line_keeps_the_end_open(read: Read, tmp_path: Path) -> None:
    """A torn last line may have been sent after everything else."""
    path = write(tmp_path / "x.jsonl", meta(A), item("Go", f"{DAY}01Z"))
    path.write_text(path.read_text() + '{"timestamp": "2026-')
    *_, last = only(read(path)).messages
    assert (last.author, last.at.exact) == (Author.OTHER, False)
    assert last.at.earliest.isoformat() == "2026-01-10T09:00:01+00:00"
