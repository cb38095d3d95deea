"""Gemini CLI, Copilot CLI, Cline, Continue, Amp, Grok, Antigravity and pi: what each gets wrong easily."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.sources.conftest import Result
from withhold.model.words import Author, Kind
from withhold.sources.interface import SentAgain

Read = Callable[..., Result]
T = "2026-01-01T00:00:0%dZ"


def lines(path: Path, *rows: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def gemini(n: int, kind: str, **more: Any) -> dict[str, Any]:
    return {"id": f"m{n}", "timestamp": T % n, "type": kind, "content": "words", **more}


HEAD = {"sessionId": "g", "projectHash": "p", "startTime": T % 0}


def test_gemini_keeps_what_was_rewound(read: Read, samples: Path) -> None:
    """It was sent; a message written again is one; what the program shows is none."""
    found = read(samples / "gemini-cli").conversations
    said = [m.author.value for m in found["g-1"].messages]
    assert said == ["human", "model", "human", "model", "human", "other"]
    assert found["g-2"].human == 0


def test_gemini_tool_results_are_no_person(read: Read, tmp_path: Path) -> None:
    """The role ``user`` carries them too."""
    result = {"functionResponse": {"name": "x", "response": {"output": "y"}}}
    path = lines(tmp_path / "x.jsonl", HEAD, gemini(1, "user"), gemini(2, "user", content=[result]))
    assert read(path).only.human == 1


@pytest.mark.parametrize(
    ("row", "provider"),
    [
        (gemini(1, "gemini", model="gemini-3-pro"), "google"),
        (gemini(1, "gemini"), "google"),
        (gemini(1, "gemini", model="qwen3-coder"), "unknown"),
        (gemini(1, "qwen"), "unknown"),
    ],
)
def test_gemini_of_another_maker(row: dict[str, Any], provider: str, read: Read, tmp_path: Path) -> None:
    """Programs built on the same code write the same files."""
    (found,) = read(lines(tmp_path / "x.jsonl", HEAD, row)).conversations.values()
    assert (found.provider_id, found.kind) == (provider, Kind.CODING)


def test_gemini_in_both_forms_counts_once(read: Read, tmp_path: Path) -> None:
    """The older file may stay when the newer one is written."""
    (tmp_path / "a.json").write_text(json.dumps({**HEAD, "messages": [gemini(1, "user")]}))
    lines(tmp_path / "b.jsonl", HEAD, gemini(1, "user"), gemini(2, "gemini"))
    row = read(tmp_path).only
    assert (row.human, row.model) == (1, 1)


def test_a_saved_gemini_chat_counts_only_alone(read: Read, tmp_path: Path) -> None:
    """It copies a recorded one."""
    saved = [{"role": "user", "parts": [{"text": "Go"}]}, {"role": "model", "parts": [{"text": "Gone"}]}]
    (tmp_path / "checkpoint-x.json").write_text(json.dumps(saved))
    row = read(tmp_path).only
    assert (row.conversations, row.human, row.model) == (1, 1, 1)
    lines(tmp_path / "b.jsonl", HEAD, gemini(1, "user"))
    assert read(tmp_path).only.conversations == 1


def test_copilot_cli_copies_count_once(read: Read, samples: Path) -> None:
    """They are told as sent again."""
    (again,) = (item for item in read(samples / "copilot-cli").items if isinstance(item, SentAgain))
    assert (again.source_id, again.by) == ("cc-1", "cc-2")


def test_cline_times_of_what_was_sent(read: Read, samples: Path) -> None:
    """Each sending of the shown list is the next message of the role ``user``."""
    found = read(samples / "cline").conversations["1777636800000"]
    human = [m.at.earliest.isoformat() for m in found.messages if m.author is Author.HUMAN]
    assert human == ["2026-05-01T12:00:01+00:00", "2026-05-01T12:00:06+00:00"]


@pytest.mark.parametrize(
    ("content", "human"),
    [
        ("<task>Go</task>", 1),
        ([{"type": "tool_result", "content": "<feedback>No</feedback>"}], 1),
        ([{"type": "tool_result", "content": [{"type": "text", "text": "file"}]}], 0),
        ("[read_file for 'x'] Result:", 0),
        ("[ERROR] You did not use a tool", 0),
        ("<environment_details>x</environment_details>", 0),
        ("Please", 1),
    ],
)
def test_cline_persons(content: Any, human: int, read: Read, tmp_path: Path) -> None:
    """Most messages of the role ``user`` are tool results."""
    path = tmp_path / "api_conversation_history.json"
    path.write_text(json.dumps([{"role": "user", "content": content}, {"role": "assistant", "content": "x"}]))
    row = read(path).only
    assert (row.human, row.model) == (human, 1)


def test_cline_by_what_was_shown_alone(read: Read, samples: Path, tmp_path: Path) -> None:
    """Where what was sent is gone."""
    (source,) = (samples / "cline").rglob("ui_messages.json")
    (tmp_path / "ui_messages.json").write_bytes(source.read_bytes())
    row = read(tmp_path).only
    assert (row.human, row.model) == (2, 3)


def test_continue_knows_no_times_but_a_beginning(read: Read, samples: Path) -> None:
    """The index says when a session was made, as digits in a text."""
    found = read(samples / "continue").conversations["k-1"]
    assert [m.author.value for m in found.messages] == ["human", "model", "other"]
    assert {m.at.earliest.isoformat() for m in found.messages} == {"2026-03-03T00:00:00+00:00"}
    assert not found.messages[0].at.exact


def test_amp_tool_results_are_no_person(read: Read, samples: Path) -> None:
    """And an answer lies between the prompts around it."""
    found = read(samples / "amp").conversations["T-1"]
    assert [m.author.value for m in found.messages] == ["human", "model", "other", "model", "human"]
    assert found.messages[1].at.latest.isoformat() == "2026-01-03T00:00:05+00:00"


def test_grok_prompts_take_the_times_of_updates(read: Read, samples: Path) -> None:
    """Three answers and two shown ones do not fit, so answers only lie between."""
    (found,) = read(samples / "grok-cli").conversations.values()
    human = [m.at.earliest.isoformat() for m in found.messages if m.author is Author.HUMAN]
    assert human == ["2026-05-28T20:26:40+00:00", "2026-05-30T00:13:20+00:00"]
    assert not any(m.at.exact for m in found.messages if m.author is Author.MODEL)
    assert (found.provider_id, found.project) == ("xai", "/src/demo")


def test_grok_by_its_updates_alone(read: Read, samples: Path, tmp_path: Path) -> None:
    """Where the chat is gone."""
    (source,) = (samples / "grok-cli").rglob("updates.jsonl")
    (tmp_path / "updates.jsonl").write_bytes(source.read_bytes())
    row = read(tmp_path).only
    assert (row.human, row.model) == (2, 2)


def test_antigravity_conversations_that_cannot_be_read_are_named(
    read: Read, samples: Path, tmp_path: Path
) -> None:
    """Encrypted ones were sent all the same; one with a readable copy is counted by it."""
    for source in (samples / "antigravity").rglob("*.jsonl"):
        target = tmp_path / source.relative_to(samples / "antigravity")
        target.parent.mkdir(parents=True)
        target.write_bytes(source.read_bytes())
    folder = tmp_path / ".gemini/antigravity-cli/conversations"
    folder.mkdir()
    (folder / "ag-1.pb").write_bytes(bytes(range(200)))
    (folder / "ag-7.pb").write_bytes(bytes(range(200)))
    row = read(tmp_path).only
    assert row.conversations == 2
    assert [fault.place.rpartition("/")[2] for fault in row.unrecognised] == ["ag-7.pb"]


def test_pi_branches_count_once(read: Read, samples: Path) -> None:
    """The copied entries have the ids and times of the old ones."""
    result = read(samples / "pi")
    assert {key: c.human for key, c in result.conversations.items()} == {"p1": 1, "p2": 1}
    assert any(isinstance(item, SentAgain) for item in result.items)
