"""A small source for each reader, from which mutated ones are made. A reader without one fails the tests."""

import json
import sqlite3
import tempfile
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
LARGEST = 20_000
"""Bytes of a file. Larger ones slow the search and show nothing new."""
T = "2026-01-01T00:00:00Z"

Files = Mapping[str, bytes]
"""The files of a source by their place in it."""
Rows = Mapping[str, tuple[str, list[tuple[object, ...]]]]
"""Columns and rows by table."""

FOLDERS = {
    "ai-studio": ("ai-studio",),
    "aider": ("aider",),
    "amp": ("amp",),
    "antigravity": ("antigravity",),
    "chatgpt": ("chatgpt-export",),
    "claude-ai": ("claude-export", "claude-manifest"),
    "claude-code": ("claude-code",),
    "cline": ("cline",),
    "codex": ("codex",),
    "continue": ("continue",),
    "copilot-cli": ("copilot-cli",),
    "cursor": ("cursor",),
    "deepseek": ("deepseek-export",),
    "gemini-cli": ("gemini-cli",),
    "gemini-takeout": ("gemini-takeout", "gemini-json"),
    "goose": ("goose",),
    "grok-cli": ("grok-cli",),
    "grok-web": ("grok-export",),
    "jan": ("jan",),
    "le-chat": ("le-chat-export",),
    "lm-studio": ("lm-studio",),
    "ms-copilot": ("ms-copilot-export",),
    "open-webui": ("open-webui",),
    "opencode": ("opencode",),
    "pi": ("pi",),
    "vscode-copilot": ("vscode-copilot",),
}


def _said(role: str) -> str:
    return json.dumps([{"type": "text", "text": f"words of {role}"}])


def _ollama() -> Rows:
    return {
        "chats": ("id, title, created_at", [("c1", "a", T), ("c2", "b", T)]),
        "messages": (
            "id, chat_id, role, content, thinking, model_name, model_cloud, created_at",
            [(n, f"c{n // 2 + 1}", ("user", "assistant")[n % 2], "hi", "", "m", 0, T) for n in range(4)],
        ),
    }


def _open_webui() -> Rows:
    node: dict[str, object] = {
        "id": "m1",
        "parentId": None,
        "childrenIds": [],
        "role": "user",
        "content": "hi",
        "timestamp": 1.7e9,
    }
    chat = json.dumps({"history": {"currentId": "m1", "messages": {"m1": node}}})
    columns = "id, user_id, title, chat, created_at, updated_at, share_id"
    return {
        "chat": (columns, [(f"c{n}", "u", "t", chat, 1_700_000_000, 1_700_000_001, None) for n in (1, 2)])
    }


def _goose() -> Rows:
    return {
        "sessions": (
            "id, working_dir, description, created_at",
            [("s1", "/a", "x", T), ("s2", "/b", "y", T)],
        ),
        "messages": (
            "message_id, session_id, role, content_json, created_timestamp, timestamp, metadata_json",
            [(f"m{n}", f"s{n % 2 + 1}", "user", _said("user"), 1_767_225_600, T, "{}") for n in range(4)],
        ),
    }


def _opencode() -> Rows:
    told = [
        json.dumps({"role": role, "time": {"created": 1_767_225_600_000}}) for role in ("user", "assistant")
    ]
    word = json.dumps({"type": "text", "text": "hi"})
    return {
        "session": ("id, time_created, parent_id", [("s1", 1_767_225_600_000, None)]),
        "message": ("id, session_id, time_created, data", [(f"m{n}", "s1", n, told[n]) for n in (0, 1)]),
        "part": ("id, message_id, data", [(f"p{n}", f"m{n}", word) for n in (0, 1)]),
    }


def _cursor() -> Rows:
    heads = [{"bubbleId": f"b{n}", "type": n} for n in (1, 2)]
    chat = {"name": "x", "createdAt": 1_767_225_600_000, "fullConversationHeadersOnly": heads}
    bubbles = [
        (f"bubbleId:c1:b{n}", json.dumps({"type": n, "text": "hi", "createdAt": T})) for n in (1, 2, 3)
    ]
    return {
        "cursorDiskKV": ("key, value", [("composerData:c1", json.dumps(chat)), *bubbles]),
        "ItemTable": ("key, value", [("composer.composerData", json.dumps({"allComposers": []}))]),
    }


DATABASES: dict[str, tuple[str, Callable[[], Rows]]] = {
    "ollama": ("db.sqlite", _ollama),
    "open-webui": ("webui.db", _open_webui),
    "goose": ("sessions.db", _goose),
    "opencode": ("opencode.db", _opencode),
    "cursor": ("state.vscdb", _cursor),
}


def database(rows: Rows) -> bytes:
    """An SQLite file with these tables."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.db"
        connection = sqlite3.connect(path)
        for table, (columns, found) in rows.items():
            connection.execute(f"CREATE TABLE {table} ({columns})")
            marks = ", ".join("?" * len(columns.split(",")))
            connection.executemany(f"INSERT INTO {table} VALUES ({marks})", found)  # noqa: S608 - names of this file
        connection.commit()
        connection.close()
        return path.read_bytes()


@cache
def sources() -> dict[str, Files]:
    """The source of each format."""
    found: dict[str, dict[str, bytes]] = {}
    for name, folders in FOLDERS.items():
        for folder in folders:
            for path in sorted((SAMPLES / folder).rglob("*")):
                if path.is_file() and path.stat().st_size <= LARGEST:
                    place = path.relative_to(SAMPLES).as_posix()
                    found.setdefault(name, {})[place] = path.read_bytes()
    for name, (place, rows) in DATABASES.items():
        found.setdefault(name, {})[f"{name}-db/{place}"] = database(rows())
    return dict(found)


def put(files: Files, folder: Path) -> None:
    """Write a source."""
    for place, body in files.items():
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
