"""OpenCode's and Goose's databases, and what was taken over into them."""

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.sources.conftest import Result
from withhold.support.errors import NothingRead

Read = Callable[..., Result]
AT = 1_770_000_000_000


def opencode(path: Path, providers: tuple[str, ...] = ("github-copilot",)) -> None:
    """A session, its sub-agent, and a message whose session is gone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path)
    connection.executescript(
        "CREATE TABLE session (id TEXT PRIMARY KEY, parent_id TEXT, directory TEXT, title TEXT,"
        " share_url TEXT, time_created INTEGER, time_updated INTEGER);"
        "CREATE TABLE message (id TEXT PRIMARY KEY, session_id TEXT, time_created INTEGER, data TEXT);"
        "CREATE TABLE part (id TEXT PRIMARY KEY, message_id TEXT, session_id TEXT, data TEXT)"
    )
    for session, parent in (("ses_1", None), ("ses_9", "ses_1")):
        row = (session, parent, "/src/demo", "x", None, AT, AT)
        connection.execute("INSERT INTO session VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    said: list[tuple[str, str, dict[str, Any], list[dict[str, Any]]]] = [
        ("m1", "ses_1", {"role": "user"}, [{"type": "text", "text": "Go"}]),
        ("m3", "ses_1", {"role": "user"}, [{"type": "text", "text": "x", "synthetic": True}]),
        ("m4", "ses_9", {"role": "user"}, [{"type": "text", "text": "Look"}]),
        ("m5", "gone", {"role": "user"}, []),
    ]
    for n, provider in enumerate(providers):
        answer = {"role": "assistant", "providerID": provider}
        said.append((f"m2{n}", "ses_1", answer, [{"type": "text", "text": "Gone"}, {"type": "step-finish"}]))
    for own_id, session, data, parts in said:
        connection.execute("INSERT INTO message VALUES (?, ?, ?, ?)", (own_id, session, AT, json.dumps(data)))
        for n, one in enumerate(parts):
            values = (f"p{own_id}{n}", own_id, session, json.dumps(one))
            connection.execute("INSERT INTO part VALUES (?, ?, ?, ?)", values)
    connection.commit()
    connection.close()


@pytest.mark.parametrize(
    ("providers", "expected"),
    [
        (("github-copilot",), "github"),
        (("github-copilot", "github-copilot"), "github"),
        (("github-copilot", "openai"), "unknown"),
        (("anthropic",), "unknown"),
        ((), "unknown"),
    ],
)
def test_opencodes_database(providers: tuple[str, ...], expected: str, read: Read, tmp_path: Path) -> None:
    """Persons by their parts, sub-agents without one, a provider only where one contract is sure."""
    opencode(tmp_path / "opencode.db", providers)
    result = read(tmp_path)
    found = result.conversations
    assert {key: (c.human, c.model) for key, c in found.items()} == {
        "ses_1": (1, len(providers)),
        "ses_9": (0, 0),
    }
    assert (found["ses_1"].provider_id, found["ses_1"].project) == (expected, "/src/demo")
    (fault,) = result.only.unrecognised
    assert "1 messages of sessions that are no longer there" in fault.reason


def test_sessions_taken_over_count_in_the_database(read: Read, samples: Path, tmp_path: Path) -> None:
    """The older files stay beside it."""
    opencode(tmp_path / "opencode.db")
    old = samples / "opencode/storage/session/proj/ses_1.json"
    (tmp_path / "ses_1.json").write_bytes(old.read_bytes())
    row = read(tmp_path).only
    assert row.conversations == 2
    assert dict(row.members) == {"session that the database holds too": 1}


def test_a_part_without_its_message_is_named(read: Read, tmp_path: Path) -> None:
    """Its words were sent at an unknown time."""
    part = {"id": "prt_1", "messageID": "msg_1", "sessionID": "ses_1", "type": "text", "text": "x"}
    (tmp_path / "prt_1.json").write_text(json.dumps(part))
    row = read(tmp_path).only
    assert (row.conversations, row.unrecognised_count) == (1, 1)


def goose(path: Path) -> None:
    """A session with a person's words, a tool's, and context for the model alone."""
    connection = sqlite3.connect(path)
    connection.executescript(
        "CREATE TABLE sessions (id TEXT PRIMARY KEY, name TEXT, working_dir TEXT, created_at TIMESTAMP);"
        "CREATE TABLE messages (id INTEGER PRIMARY KEY, message_id TEXT, session_id TEXT, role TEXT,"
        " content_json TEXT, created_timestamp INTEGER, timestamp TIMESTAMP, metadata_json TEXT)"
    )
    connection.execute("INSERT INTO sessions VALUES ('20260101_1', 'x', '/src/demo', '2026-01-01 00:00:00')")
    seen = json.dumps({"userVisible": True, "agentVisible": True})
    unseen = json.dumps({"userVisible": False, "agentVisible": True})
    for role, content, metadata in (
        ("user", [{"type": "text", "text": "Go"}], seen),
        ("assistant", [{"type": "toolRequest", "id": "t"}], seen),
        ("user", [{"type": "toolResponse", "id": "t", "toolResult": {"value": [{"text": "x"}]}}], seen),
        ("user", [{"type": "text", "text": "A summary"}], unseen),
        ("assistant", [{"type": "text", "text": "Gone"}], seen),
    ):
        row = ("20260101_1", role, json.dumps(content), 1_767_225_600, metadata)
        connection.execute(
            "INSERT INTO messages (session_id, role, content_json, created_timestamp, metadata_json)"
            " VALUES (?, ?, ?, ?, ?)",
            row,
        )
    connection.commit()
    connection.close()


def test_gooses_database(read: Read, samples: Path, tmp_path: Path) -> None:
    """A session that was taken over from its older file counts once."""
    goose(tmp_path / "sessions.db")
    old = samples / "goose/sessions/20260101_1.jsonl"
    (tmp_path / old.name).write_bytes(old.read_bytes())
    result = read(tmp_path)
    (found,) = result.conversations.values()
    assert (found.human, found.model, found.provider_id) == (1, 2, "unknown")
    assert found.messages[0].at.earliest.isoformat() == "2026-01-01T00:00:00+00:00"
    assert dict(result.only.members) == {"session that the database holds too": 1}


def test_a_database_of_no_known_program_is_not_taken(read: Read, tmp_path: Path) -> None:
    """Its tables decide."""
    connection = sqlite3.connect(tmp_path / "state.vscdb")
    connection.execute("CREATE TABLE ItemTable (key TEXT, value BLOB)")
    connection.commit()
    connection.close()
    with pytest.raises(NothingRead):
        read(tmp_path)
