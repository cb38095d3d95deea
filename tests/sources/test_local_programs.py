"""Open WebUI, LM Studio, Jan and Ollama: what surely ran here is local, and nothing else is."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from tests.sources.conftest import Result
from tests.sources.expected import COLLECTED, needs_collected
from withhold.sources.interface import Limits
from withhold.sources.local_models import looks_remote
from withhold.support.errors import NothingRead

Read = Callable[..., Result]
OLLAMA = """
CREATE TABLE chats (id TEXT PRIMARY KEY, title TEXT NOT NULL DEFAULT '', created_at TIMESTAMP);
CREATE TABLE messages (id INTEGER PRIMARY KEY AUTOINCREMENT, chat_id TEXT NOT NULL, role TEXT NOT NULL,
  content TEXT NOT NULL DEFAULT '', thinking TEXT NOT NULL DEFAULT '', model_name TEXT, model_cloud BOOLEAN,
  created_at TIMESTAMP);
INSERT INTO chats (id, title) VALUES ('here', 't'), ('cloud', 't'), ('silent', 't');
INSERT INTO messages (chat_id, role, content, model_name, model_cloud, created_at) VALUES
  ('here', 'user', 'ask', NULL, 0, '2026-01-01 10:00:00'),
  ('here', 'assistant', 'reply', 'gemma3:4b', 0, '2026-01-01 10:00:05.5+02:00'),
  ('cloud', 'user', 'ask', NULL, 0, '2026-01-02 10:00:00'),
  ('cloud', 'assistant', 'reply', 'gpt-oss:120b', 1, '2026-01-02 10:00:05'),
  ('gone', 'user', 'ask', NULL, 0, '2026-01-02 10:00:00');
"""


def database(path: Path, script: str) -> Path:
    """A database without a journal."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)
    return path


@pytest.fixture
def journalled(tmp_path: Path) -> Iterator[Path]:
    """A database in use: what was written last lies in its journal alone."""
    path = tmp_path / "in-use" / "webui.db"
    path.parent.mkdir()
    chat = {
        "history": {"messages": {"1": {"id": "1", "role": "user", "content": "x", "timestamp": 1760000000}}}
    }
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = wal")
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute(
            "CREATE TABLE chat (id, user_id, title, chat JSON, created_at, updated_at, share_id)"
        )
        row = ("w", "u", "t", json.dumps(chat), 1760000000, 1760000000, "s")
        connection.execute("INSERT INTO chat VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        connection.commit()
        yield path


def state(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """Everything about the files of a folder that reading must not change."""
    return {p.name: (p.stat().st_size, p.stat().st_mtime_ns, p.read_bytes()) for p in folder.iterdir()}


@needs_collected
@pytest.mark.parametrize("folder", ["open-webui", "lmstudio", "jan"])
def test_published_samples_are_read(folder: str, read: Read) -> None:
    """One chat each, with one question and one answer."""
    rows = [read(path).only for path in sorted((COLLECTED / folder).iterdir())]
    assert sum(row.human for row in rows) == sum(row.model for row in rows) == 1
    assert sum(row.unrecognised_count for row in rows) == 0


def test_open_webui_keeps_branches_and_never_says_local(read: Read, samples: Path) -> None:
    """The file does not say where its models ran."""
    chat = read(samples / "open-webui").conversations["w-1"]
    assert (chat.provider_id, chat.human, chat.model) == ("unknown", 1, 2)
    assert [mark.kind for mark in chat.feedback] == ["thumbs_up"]
    assert chat.shared is False


@pytest.mark.parametrize("how", ["folder", "file", "archive"])
def test_a_database_in_use_is_read_with_its_journal(
    how: str, journalled: Path, read: Read, tmp_path: Path
) -> None:
    """What lies in the journal alone is read; no byte or time beside it changes."""
    path = {"folder": journalled.parent, "file": journalled}.get(how, tmp_path / "x.zip")
    if how == "archive":
        with ZipFile(path, "w") as archive:
            for found in journalled.parent.iterdir():
                archive.write(found, f"data/{found.name}")
    before = state(journalled.parent)
    result = read(path)
    assert (result.only.format, result.only.human) == ("open-webui", 1)
    assert result.conversations["w"].shared is True
    assert state(journalled.parent) == before


def test_lm_studio_counts_every_version(read: Read, samples: Path) -> None:
    """An edited question was asked too. Its name gives the id; nothing has a time."""
    result = read(samples / "lm-studio")
    chat = result.conversations["1750000000000"]
    assert (chat.provider_id, chat.human, chat.model) == ("local", 2, 1)
    assert (result.only.empty, result.only.first) == (1, None)


def test_lm_studio_with_a_providers_model_is_unknown(read: Read, tmp_path: Path) -> None:
    """A name of somebody's own model is no local one."""
    answer = {"role": "assistant", "steps": [], "senderInfo": {"senderName": "gpt-5"}}
    (tmp_path / "x.json").write_text(json.dumps({"messages": [{"versions": [answer]}]}))
    (chat,) = read(tmp_path).conversations.values()
    assert chat.provider_id == "unknown"


def test_jan_is_local_only_where_an_engine_says_so(read: Read, samples: Path) -> None:
    """A remote engine makes it unknown, and so does none."""
    result = read(samples / "jan")
    assert {key: chat.provider_id for key, chat in result.conversations.items()} == {
        "j-here": "local",
        "j-away": "unknown",
    }
    alone = read(samples / "jan" / "threads" / "j-here" / "messages.jsonl")
    assert alone.conversations["j-here"].provider_id == "unknown"


def test_jan_reads_a_torn_last_line_as_one(read: Read, samples: Path, tmp_path: Path) -> None:
    """A program that is writing leaves half a line; it is named and costs nothing else."""
    whole = (samples / "jan" / "threads" / "j-here" / "messages.jsonl").read_text()
    (tmp_path / "messages.jsonl").write_text(whole[:-20])
    row = read(tmp_path).only
    assert (row.conversations, row.human, row.unrecognised_count) == (1, 1, 1)


def test_ollama_knows_its_cloud(read: Read, tmp_path: Path) -> None:
    """A chat with a cloud model, or without an answer, is not local; a time without a zone is UTC."""
    database(tmp_path / "any.name", OLLAMA)
    result = read(tmp_path)
    providers = {key: chat.provider_id for key, chat in result.conversations.items()}
    assert providers == {"here": "local", "cloud": "unknown", "silent": "unknown"}
    here = result.conversations["here"]
    assert [m.at.earliest.hour for m in here.messages] == [10, 8]
    assert result.only.unrecognised[0].reason.startswith("1 messages of chats")
    assert [p.name for p in tmp_path.iterdir()] == ["any.name"]


@pytest.mark.parametrize("cut", [100, 5000, 9000])
def test_damaged_databases_are_named(cut: int, read: Read, tmp_path: Path) -> None:
    """Cut anywhere, it is an error that tells, or what could be read and a fault."""
    path = database(tmp_path / "db.sqlite", OLLAMA)
    path.write_bytes(path.read_bytes()[:cut])
    try:
        row = read(path).only
    except NothingRead as nothing:
        assert str(path) in nothing.message  # noqa: PT017 - the reason is what is tested
    else:
        assert row.unrecognised_count > 0


def test_a_table_that_is_a_view_is_not_asked(read: Read, tmp_path: Path) -> None:
    """A view can run for ever; only plain tables are read."""
    numbers = "WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n)"
    endless = f"{numbers} SELECT id, '' AS title, '' AS created_at FROM n"  # noqa: S608 - text of this test
    path = database(
        tmp_path / "db.sqlite",
        OLLAMA + f"ALTER TABLE chats RENAME TO old; CREATE VIEW chats AS {endless};",
    )
    with pytest.raises(NothingRead):
        read(path)


@pytest.mark.parametrize(
    ("model", "remote"),
    [
        ("gpt-5", True), ("openai/gpt-4o", True), ("claude-sonnet-4", True), ("qwen3-coder:480b-cloud", True),
        ("o3-mini", True), ("gpt-oss:20b", False), ("gemma3:4b", False), ("openai/gpt-oss-20b", False),
        (None, False), ("qwen3-8b", False),
    ],
)  # fmt: skip
def test_names_of_providers_own_models(model: Any, remote: bool) -> None:
    """Open models with a provider's name in theirs are open all the same."""
    assert looks_remote(model) is remote


def test_rows_beyond_the_limit_cost_themselves(read: Read, tmp_path: Path) -> None:
    """A chat larger than one item may be is named; the others are read."""
    said = {"1": {"id": "1", "role": "user", "content": "x", "timestamp": 1760000000}}
    chats = [json.dumps({"history": {"messages": said}, "pad": "y" * size}) for size in (1, 400_000, 2)]
    path = tmp_path / "x.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE chat (id, user_id, title, chat JSON, created_at, updated_at)")
        rows = [(f"c{n}", "u", "t", chat, 1, 1) for n, chat in enumerate(chats)]
        connection.executemany("INSERT INTO chat VALUES (?, ?, ?, ?, ?, ?)", rows)
        connection.commit()
    row = read(path, limits=Limits(item_bytes=200_000)).only
    assert (row.conversations, row.unrecognised_count) == (2, 1)
