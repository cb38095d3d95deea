"""Transcripts of coding assistants under any bytes: no crash, no lost line, bounded memory."""

import json
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sources.conftest import OWN, read_all
from tests.sources.test_fuzz import MEASURE, any_json, survives
from withhold.support.errors import NothingRead

FOLDERS = (
    "aider", "amp", "antigravity", "cline", "codex", "continue", "copilot-cli", "cursor", "gemini-cli",
    "goose", "grok-cli", "opencode", "pi", "vscode-copilot",
)  # fmt: skip
SEEDS = sorted(p for folder in FOLDERS for p in (OWN / folder).rglob("*") if p.is_file())
T = "2026-01-01T00:00:00Z"
odd_time: st.SearchStrategy[Any] = st.sampled_from([None, 0, "", T, 1.7e9, 1e300, "x", [], True])
kind: st.SearchStrategy[Any] = st.sampled_from(
    ["user", "assistant", "gemini", "message", "response_item", "event_msg", "session_meta", "session",
     "user.message", "assistant.message", "tool_result", "novel", None, 3, [], {}]
)  # fmt: skip
role: st.SearchStrategy[Any] = st.sampled_from(["user", "assistant", "tool", "model", None, 3, []])
inside = any_json | st.fixed_dictionaries(
    {},
    optional={
        "type": kind,
        "role": role,
        "id": any_json,
        "content": any_json,
        "message": any_json,
        "item": any_json,
        "sessionId": any_json,
        "source": any_json,
        "timestamp": odd_time,
        "update": any_json,
    },
)
odd_line = any_json | st.fixed_dictionaries(
    {},
    optional={
        "type": kind,
        "role": role,
        "id": any_json,
        "timestamp": odd_time,
        "payload": inside,
        "message": inside,
        "data": inside,
        "params": inside,
        "content": any_json,
        "kind": st.sampled_from([0, 1, 2, 3, None, []]),
        "k": st.sampled_from(
            ["requests", ["requests"], ["requests", 0], ["requests", 0, "response"], [], None]
        ),
        "v": inside,
        "i": any_json,
        "created": odd_time,
        "$set": any_json,
        "$rewindTo": any_json,
        "model": any_json,
        "source": any_json,
    },
)
SURE: dict[str, dict[str, Any]] = {
    "codex": {"timestamp": T, "type": "session_meta", "payload": {"id": "s"}},
    "gemini-cli": {"sessionId": "s", "projectHash": "p", "startTime": T},
    "copilot-cli": {"type": "session.start", "data": {"sessionId": "s"}, "timestamp": T},
    "cursor": {"role": "user", "message": {"content": "hi"}},
    "pi": {"type": "session", "id": "s", "timestamp": T, "cwd": "/"},
    "goose": {"working_dir": "/", "description": "x"},
    "grok-cli": {"type": "user", "content": "hi"},
    "vscode-copilot": {"kind": 0, "v": {"sessionId": "s", "requests": [{"requestId": "a", "response": []}]}},
    "antigravity": {"type": "USER_INPUT", "step_index": 0},
}


@pytest.mark.parametrize("name", sorted(SURE))
@given(found=st.lists(odd_line, max_size=8))
def test_every_line_is_accounted_for(
    name: str, found: list[Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """One file is one session whatever its lines hold; lines that are no object are named."""
    path = tmp_path_factory.mktemp("fuzz") / "x.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in [SURE[name], *found]))
    try:
        row = read_all([path]).only
    except NothingRead as nothing:
        assert name == "grok-cli"
        assert str(path) in nothing.message  # noqa: PT017
        return
    if row.format != name:
        return  # lines of another format outweigh
    assert row.conversations == 1
    assert row.unrecognised_count == sum(not isinstance(one, dict) for one in found)


DOCUMENTS: dict[str, tuple[dict[str, Any], str]] = {
    "vscode-copilot": ({"version": 3, "sessionId": "s"}, "requests"),
    "gemini-cli": ({"sessionId": "s", "projectHash": "p"}, "messages"),
    "continue": ({"sessionId": "s"}, "history"),
    "amp": ({"id": "T-1", "created": 0}, "messages"),
    "codex": ({"session": {"id": "s", "timestamp": T}}, "items"),
    "copilot-cli": ({"sessionId": "s", "startTime": T}, "timeline"),
}


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
@given(found=st.lists(odd_line, max_size=6))
def test_every_part_of_a_document_is_accounted_for(
    name: str, found: list[Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """One document is one session; parts of it that are no object are named."""
    head, key = DOCUMENTS[name]
    path = tmp_path_factory.mktemp("fuzz") / "x.json"
    path.write_text(json.dumps({**head, key: found}))
    row = read_all([path]).only
    assert (row.format, row.conversations) == (name, 1)
    assert row.unrecognised_count == sum(not isinstance(one, dict) for one in found)


@given(seed=st.sampled_from(SEEDS), data=st.data())
def test_mutated_bytes(seed: Path, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Any bytes of any sample may change, any tail may be missing."""
    body = bytearray(seed.read_bytes())
    for _ in range(data.draw(st.integers(0, 6))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.mktemp("fuzz") / seed.name
    path.write_bytes(body[: data.draw(st.integers(0, len(body)))])
    survives(path)


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_cut_file_loses_nothing_without_a_word(folder: str, tmp_path: Path) -> None:
    """Wherever a file ends: what is complete is read, the rest is told."""
    for seed in sorted(p for p in (OWN / folder).rglob("*") if p.suffix == ".jsonl"):
        whole = seed.read_bytes()
        path = tmp_path / seed.name
        for cut in range(whole.index(b"\n") + 1, len(whole), max(1, len(whole) // 40)):
            path.write_bytes(whole[:cut])
            row = read_all([path]).only
            ends_whole = whole[:cut].endswith(b"\n")
            assert row.conversations >= 1, (seed, cut)
            assert ends_whole or row.warnings or row.unrecognised or _is_whole(whole[:cut]), (seed, cut)


def _is_whole(data: bytes) -> bool:
    """Whether the last line lacks only its end."""
    try:
        json.loads(data.rpartition(b"\n")[2])
    except ValueError:
        return False
    return True


odd_value = (
    st.none()
    | st.text(max_size=9)
    | st.binary(max_size=9)
    | st.integers(-(2**63), 2**63 - 1)
    | any_json.map(json.dumps)
)


@given(rows=st.lists(st.tuples(st.sampled_from("abc"), odd_value), max_size=6))
def test_odd_rows_of_databases(rows: list[tuple[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> None:
    """Values of any kind stand in columns of any type."""
    folder = tmp_path_factory.mktemp("fuzz")
    cursor = sqlite3.connect(folder / "state.vscdb")
    cursor.execute("CREATE TABLE cursorDiskKV (key TEXT, value BLOB)")
    cursor.execute("INSERT INTO cursorDiskKV VALUES ('composerData:sure', '{}')")
    for number, (chat, value) in enumerate(rows):
        cursor.execute("INSERT INTO cursorDiskKV VALUES (?, ?)", (f"composerData:{chat}", value))
        cursor.execute("INSERT INTO cursorDiskKV VALUES (?, ?)", (f"bubbleId:{chat}:{number}", value))
    opencode = sqlite3.connect(folder / "opencode.db")
    opencode.execute("CREATE TABLE session (id TEXT, time_created INTEGER, parent_id TEXT)")
    opencode.execute("CREATE TABLE message (id TEXT, session_id TEXT, time_created INTEGER, data TEXT)")
    opencode.execute("CREATE TABLE part (id TEXT, message_id TEXT, data TEXT)")
    goose = sqlite3.connect(folder / "sessions.db")
    goose.execute("CREATE TABLE sessions (id TEXT, working_dir TEXT, created_at TEXT)")
    goose.execute("CREATE TABLE messages (session_id TEXT, role TEXT, content_json TEXT, timestamp TEXT)")
    for number, (chat, value) in enumerate(rows):
        opencode.execute("INSERT INTO session VALUES (?, ?, ?)", (f"{chat}{number}", value, value))
        opencode.execute(
            "INSERT INTO message VALUES (?, ?, ?, ?)", (f"m{number}", f"{chat}{number}", value, value)
        )
        opencode.execute("INSERT INTO part VALUES (?, ?, ?)", (f"p{number}", f"m{number}", value))
        goose.execute("INSERT INTO sessions VALUES (?, ?, ?)", (f"{chat}{number}", value, value))
        goose.execute("INSERT INTO messages VALUES (?, 'user', ?, ?)", (f"{chat}{number}", value, value))
    for connection in (cursor, opencode, goose):
        connection.commit()
        connection.close()
    counts = {row.format: row.conversations for row in read_all([folder]).summaries}
    assert counts.get("opencode", 0) == len(rows)
    assert counts.get("goose", 0) == len(rows)
    assert counts["cursor"] >= 1


@pytest.mark.skipif(sys.platform != "linux", reason="the peak of one program is told there alone")
@pytest.mark.parametrize("shape", ["codex", "aider", "cursor"])
def test_memory_does_not_grow_with_the_file(shape: str, tmp_path: Path) -> None:
    """A file of 50 MB takes less than 60 MB."""
    text = "words and more words " * 40
    path = tmp_path / "big"
    if shape == "cursor":
        connection = sqlite3.connect(path)
        connection.execute("CREATE TABLE cursorDiskKV (key TEXT UNIQUE, value BLOB)")
        rows = ((f"bubbleId:c{n // 50}:{n}", json.dumps({"type": 1, "text": text})) for n in range(50_000))
        connection.executemany("INSERT INTO cursorDiskKV VALUES (?, ?)", rows)
        connection.commit()
        connection.close()
    else:
        with path.open("w") as out:
            if shape == "aider":
                out.write("# aider chat started at 2026-01-01 00:00:00\n")
                out.writelines(f"#### {n}  \n\n{text}\n\n" for n in range(50_000))
            else:
                out.write(json.dumps(SURE["codex"]) + "\n")
                said = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}
                line = json.dumps({"timestamp": T, "type": "response_item", "payload": said})
                out.writelines(f"{line}\n" for _ in range(50_000))
    ran = subprocess.run([sys.executable, "-c", MEASURE, path], capture_output=True, text=True, check=True)
    count, grown_kb = map(int, ran.stdout.split())
    assert count > 0
    assert grown_kb < 60 * 1024
