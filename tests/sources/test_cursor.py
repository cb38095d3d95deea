"""Cursor: the editor's database, the command line program's chats, transcripts and prompts."""

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.sources.conftest import Result
from withhold.model.words import Author
from withhold.sources.cursor_lines import message_draft

Read = Callable[..., Result]
U = "0199dddd-0000-4000-8000-000000000001"
NOON = 1_770_000_000_000


def bubble(kind: int, text: str = "", at: str | None = None, **more: Any) -> dict[str, Any]:
    return {"type": kind, "text": text, **({"createdAt": at} if at else {}), **more}


def editor(path: Path, values: dict[str, Any], *, journal: bool = False) -> sqlite3.Connection:
    """A database as the editor has it; with ``journal``, nothing is in the file itself yet."""
    connection = sqlite3.connect(path)
    if journal:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA wal_autocheckpoint = 0")
    connection.execute("CREATE TABLE cursorDiskKV (key TEXT UNIQUE ON CONFLICT REPLACE, value BLOB)")
    connection.execute("CREATE TABLE ItemTable (key TEXT UNIQUE ON CONFLICT REPLACE, value BLOB)")
    rows = [(key, None if value is None else json.dumps(value)) for key, value in values.items()]
    connection.executemany("INSERT INTO cursorDiskKV VALUES (?, ?)", rows)
    connection.execute("INSERT INTO ItemTable VALUES ('cursorAuth/accessToken', 'never asked for')")
    connection.commit()
    return connection


CHAT = {
    "composerData:c1": {
        "name": "A title",
        "createdAt": NOON,
        "fullConversationHeadersOnly": [{"bubbleId": b, "type": 1} for b in ("u1", "t1", "a1", "u2", "lost")],
    },
    "bubbleId:c1:u1": bubble(1, "Fix it", "2026-02-02T03:00:00.000Z"),
    "bubbleId:c1:t1": bubble(2, toolFormerData={"name": "read_file", "result": "abc"}),
    "bubbleId:c1:a1": bubble(2, "Fixed.", "2026-02-02T03:01:00.000Z"),
    "bubbleId:c1:u2": bubble(1, "Thanks"),
    "bubbleId:c1:z9": bubble(2, "An answer that was taken back", "2026-02-02T03:00:30.000Z"),
    "bubbleId:c2:x": bubble(1, "A chat without its head", "2026-02-03T03:00:00.000Z"),
    "composerData:c3": None,
    "messageRequestContext:c1:u1": {"files": "content"},
}


def test_the_editors_chats(read: Read, tmp_path: Path) -> None:
    """In the order of their own list, taken back ones behind; also empty chats and headless ones."""
    editor(tmp_path / "state.vscdb", CHAT).close()
    result = read(tmp_path)
    authors = [m.author.value for m in result.conversations["c1"].messages]
    assert authors == ["human", "other", "model", "human", "other", "model"]
    assert {key: c.human for key, c in result.conversations.items()} == {"c1": 2, "c2": 1, "c3": 0}
    assert {c.provider_id for c in result.conversations.values()} == {"cursor"}
    (fault,) = result.only.unrecognised
    assert fault.place.endswith("bubbleId:c1:lost")


def test_a_message_without_a_time_lies_between_its_neighbours(read: Read, tmp_path: Path) -> None:
    """A third of them have none; the chat's list is in order."""
    editor(tmp_path / "state.vscdb", CHAT).close()
    tool = read(tmp_path).conversations["c1"].messages[1]
    assert tool.at.earliest.isoformat() == "2026-02-02T03:00:00+00:00"
    assert tool.at.latest.isoformat() == "2026-02-02T03:01:00+00:00"


def test_what_is_only_in_the_journal_is_read_and_stays_there(read: Read, tmp_path: Path) -> None:
    """The editor is running: its journal holds the newest chats, and nothing beside it may change."""
    writer = editor(tmp_path / "state.vscdb", CHAT, journal=True)
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    result = read(tmp_path)
    assert result.conversations["c1"].human == 2
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before
    writer.close()


def test_older_chats_stand_in_the_database_whole(read: Read, tmp_path: Path) -> None:
    """Inline in the chat's own record, or under named keys of each folder's database."""
    whole = {"conversation": [bubble(1, "Go", bubbleId="a"), bubble(2, "Gone", bubbleId="b")]}
    connection = editor(tmp_path / "state.vscdb", {"composerData:old": whole})
    tabs = [{"tabId": "tab", "bubbles": [{"type": "user", "text": "Hi"}, {"type": "ai", "rawText": "Hello"}]}]
    key = "workbench.panel.aichat.view.aichat.chatdata"
    connection.execute("INSERT INTO ItemTable VALUES (?, ?)", (key, json.dumps({"tabs": tabs})))
    connection.commit()
    connection.close()
    result = read(tmp_path).conversations
    assert {key: (c.human, c.model) for key, c in result.items()} == {"old": (1, 1), "tab": (1, 1)}


def test_a_sub_agents_chat_has_no_person(read: Read, tmp_path: Path) -> None:
    """The table of newer versions says which chats a program led."""
    connection = editor(tmp_path / "state.vscdb", CHAT)
    connection.execute(
        "CREATE TABLE composerHeaders (composerId TEXT, createdAt INTEGER, isSubagent INTEGER)"
    )
    connection.execute("INSERT INTO composerHeaders VALUES ('c2', ?, 1)", (NOON,))
    connection.commit()
    connection.close()
    assert {k: c.human for k, c in read(tmp_path).conversations.items()} == {"c1": 2, "c2": 0, "c3": 0}


def store(path: Path) -> None:
    """A chat of the command line program."""
    path.parent.mkdir(parents=True)
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE blobs (id TEXT PRIMARY KEY, data BLOB)")
    connection.execute("CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT)")
    head = {"agentId": U, "createdAt": NOON, "workspacePath": "/src/demo"}
    connection.execute("INSERT INTO meta VALUES ('0', ?)", (json.dumps(head).encode().hex(),))
    said = [
        {"role": "system", "content": "You are"},
        {"role": "user", "content": "<user_info>x</user_info>"},
        {
            "role": "user",
            "content": [{"type": "text", "text": "<user_query>Go</user_query>"}],
            "createdAt": NOON,
        },
        {"role": "assistant", "content": [{"type": "text", "text": "Gone"}], "createdAt": NOON + 1000},
        {"role": "tool", "content": [{"type": "tool-result", "result": "x"}]},
    ]
    rows = [(str(n), json.dumps(one).encode()) for n, one in enumerate(said)]
    connection.executemany("INSERT INTO blobs VALUES (?, ?)", [*rows, ("p", b"\x0a\x05graph")])
    connection.commit()
    connection.close()


def test_a_chat_in_a_database_and_as_transcript_counts_once(read: Read, tmp_path: Path) -> None:
    """The database has the times."""
    store(tmp_path / "chats" / "ab" / U / "store.db")
    (tmp_path / "chats" / "ab" / U / "prompt_history.json").write_text('["Go"]')
    plain = {"role": "user", "message": {"content": [{"type": "text", "text": "Go"}]}}
    (tmp_path / f"{U}.jsonl").write_text(json.dumps(plain) + "\n")
    result = read(tmp_path)
    (found,) = result.conversations.values()
    assert (found.source_id, found.human, found.model, found.project) == (U, 1, 1, "/src/demo")
    assert dict(result.only.members) == {"plain copy of a chat": 1, "prompts of a chat": 1}


def test_prompts_whose_chat_is_gone(read: Read, tmp_path: Path) -> None:
    """They are the only trace of it; nothing says when."""
    (tmp_path / U).mkdir()
    (tmp_path / U / "prompt_history.json").write_text('["Go", "On"]')
    found = read(tmp_path).conversations[U]
    assert (found.human, found.messages[0].at.exact) == (2, False)


@pytest.mark.parametrize(
    ("stamp", "earliest"),
    [
        ("Tuesday, Aug 4, 2026, 2:56 PM (UTC-7)", "2026-08-04T21:56:00+00:00"),
        ("Thursday, Aug 6, 2026, 12:01 AM (UTC+5:30)", "2026-08-05T18:31:00+00:00"),
        ("Thursday, Aug 6, 2026, 12:01 AM (UTC-3:30)", "2026-08-06T03:31:00+00:00"),
        ("Thursday, Aug 6, 2026, 12:00 PM (UTC)", "2026-08-06T12:00:00+00:00"),
    ],
)
def test_the_minute_in_a_prompt(stamp: str, earliest: str) -> None:
    """Newer transcripts have no other times."""
    text = f"<timestamp>{stamp}</timestamp>\n<user_query>Go</user_query>"
    at = message_draft("user", {"content": [{"type": "text", "text": text}]}).at
    assert at is not None
    assert at.earliest.isoformat() == earliest
    assert (at.latest - at.earliest).total_seconds() == 60


def test_a_day_that_is_none() -> None:
    """An impossible stamp is no time."""
    text = "<timestamp>Tuesday, Feb 31, 2026, 2:56 PM (UTC-7)</timestamp>"
    draft = message_draft("user", {"content": text})
    assert (draft.at, draft.author) == (None, Author.HUMAN)
