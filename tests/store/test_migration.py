"""The format of the state: made, brought up, refused."""

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.store.making import NOW, VERSION, chat, export, home_in, now, open_store, put
from withhold.app.state.whole import State
from withhold.model.words import Author, Setting
from withhold.store.migrate import migrations
from withhold.support.errors import EnvironmentProblem, StateBusy, StateTooNew

OLD = Path(__file__).with_name("states") / "format-1.sql"


@contextmanager
def _raw(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


def _old_state(folder: Path) -> Path:
    path = home_in(folder).database
    with _raw(path) as connection:
        connection.executescript(OLD.read_text(encoding="utf-8"))
    return path


def _schema(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Columns of every table, and the columns of every index, without the spelling of the SQL."""
    with _raw(path) as connection:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        shape = {name: connection.execute(f"PRAGMA table_info({name})").fetchall() for name in tables}
        named = connection.execute("SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
        for (name,) in named.fetchall():
            shape[name] = connection.execute(f"PRAGMA index_info({name})").fetchall()
    return shape


def test_a_new_state_has_the_newest_format(tmp_path: Path) -> None:
    """An empty home gets a state that names its format and who wrote it, in WAL mode, without a backup."""
    home = home_in(tmp_path)
    open_store(tmp_path).close()
    with _raw(home.database) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (max(migrations()),)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("SELECT value FROM meta WHERE name = 'written_by'").fetchone() == (VERSION,)
    assert not home.backups.exists()


def test_migrations_are_numbered_without_gaps() -> None:
    """Every format has one script."""
    assert list(migrations()) == list(range(1, len(migrations()) + 1))
    assert len(migrations()) >= 2


def test_an_old_state_is_brought_up_with_all_it_holds(tmp_path: Path) -> None:
    """A state of format 1 opens as the newest: accounts, settings, sources and conversations are there."""
    _old_state(tmp_path)
    with open_store(tmp_path) as store:
        (account,) = store.accounts()
        assert (account.id, account.region, account.source_account_ids) == ("anthropic-1", "EEA", ("ref-1",))
        assert account.plans[0].tier == "Pro"
        assert store.setting_evidence("anthropic-1")[0].setting is Setting.PRIVATE
        (source,) = store.sources()
        assert source.covers == frozenset()
        assert source.unrecognised[0].place == "conversations.json[7]"
        stored = store.conversation("0123")
        assert stored.sources == (3,)
        assert stored.last_seen == source.exported_at
        assert [m.author for m in stored.conversation.messages] == [Author.HUMAN, Author.MODEL]
        assert stored.conversation.messages[1].size == 255
        assert stored.conversation.messages[0].at.earliest == datetime(2025, 10, 1, tzinfo=UTC)
        assert stored.conversation.deletion is not None


def test_a_migrated_state_is_like_a_new_one(tmp_path: Path) -> None:
    """Old and new people end up with the same tables, and the old one can be imported into."""
    old = _old_state(tmp_path / "old")
    with open_store(tmp_path / "old") as store:
        put(store, export("new", 0), chat(ids=("x", "y")))
        assert len(store.conversation("0123").conversation.messages) == 4
        assert store.conversation("0123").sources == (3, 4)
    open_store(tmp_path / "new").close()
    assert _schema(old) == _schema(home_in(tmp_path / "new").database)


def test_before_a_migration_the_state_is_backed_up(tmp_path: Path) -> None:
    """The copy is whole, of the old format, one private file."""
    _old_state(tmp_path)
    open_store(tmp_path).close()
    folder = home_in(tmp_path).backups
    assert [path.name for path in folder.iterdir()] == ["state-format-1-20260709T120000Z.sqlite"]
    (copy,) = folder.iterdir()
    assert os.name == "nt" or stat.S_IMODE(copy.stat().st_mode) == 0o600
    with _raw(copy) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("SELECT short_id FROM conversations").fetchall() == [("0123456789ab",)]


def test_the_second_opening_migrates_nothing(tmp_path: Path) -> None:
    """A state of the present format is opened as it is."""
    _old_state(tmp_path)
    for _ in range(2):
        open_store(tmp_path).close()
    assert len(list(home_in(tmp_path).backups.iterdir())) == 1


def test_a_newer_state_names_who_wrote_it(tmp_path: Path) -> None:
    """It is refused with exit code 5 and left untouched."""
    open_store(tmp_path).close()
    path = home_in(tmp_path).database
    with _raw(path) as connection:
        connection.execute("PRAGMA user_version = 99")
        connection.execute("UPDATE meta SET value = '7.3.1' WHERE name = 'written_by'")
    before = path.read_bytes()
    with pytest.raises(StateTooNew, match=r"format 99, written by withhold 7\.3\.1") as caught:
        open_store(tmp_path)
    assert caught.value.exit_code == 5
    assert path.read_bytes() == before
    assert not home_in(tmp_path).backups.exists()


def test_a_migration_that_fails_changes_nothing(tmp_path: Path) -> None:
    """A state that a migration cannot take stays as it was, with its backup beside it."""
    path = _old_state(tmp_path)
    with _raw(path) as connection:
        connection.execute("CREATE TABLE sent_again (in_the_way)")
    with pytest.raises(sqlite3.OperationalError, match="already exists"):
        open_store(tmp_path)
    with _raw(path) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
        names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    assert "sightings" not in names
    assert len(list(home_in(tmp_path).backups.iterdir())) == 1


def test_a_damaged_state_is_not_migrated(tmp_path: Path) -> None:
    """What does not pass SQLite's own check is left alone, and the person told."""
    path = _old_state(tmp_path)
    with _raw(path) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("UPDATE sqlite_master SET rootpage = 2 WHERE name = 'deletions_key'")
    with pytest.raises(EnvironmentProblem, match="damaged"):
        open_store(tmp_path)
    with _raw(path) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)


@pytest.mark.parametrize("data", [b"just text, longer than a header of SQLite " * 10, None])
def test_something_else_is_refused(data: bytes | None, tmp_path: Path) -> None:
    """A file that is no database, or another program's, is an environment problem and stays."""
    path = home_in(tmp_path).database
    if data is None:
        with _raw(path) as connection:
            connection.execute("CREATE TABLE bookmarks (url)")
    else:
        path.write_bytes(data)
    before = path.read_bytes()
    with pytest.raises(EnvironmentProblem) as caught:
        open_store(tmp_path)
    assert caught.value.next_step is not None
    assert path.read_bytes() == before


@pytest.mark.skipif(os.name == "nt", reason="POSIX modes")
def test_state_is_private(tmp_path: Path) -> None:
    """Whatever the umask, nobody else can read the state, its log or its backups."""
    before = os.umask(0)
    try:
        _old_state(tmp_path).unlink()
        home = home_in(tmp_path)
        with open_store(tmp_path) as store:
            put(store, export(), chat())
            files = [path for path in home.root.rglob("*") if path.is_file()]
            assert {path.name for path in files} >= {"state.sqlite", "state.sqlite-wal"}
            assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
            assert stat.S_IMODE(home.root.stat().st_mode) == 0o700
    finally:
        os.umask(before)


def test_a_writer_that_does_not_end_is_told(tmp_path: Path) -> None:
    """Who waits in vain for another process to finish writing gets StateBusy, not a trace."""
    home = home_in(tmp_path)
    with open_store(tmp_path) as one, State.open(home, now, VERSION, busy_seconds=0.05) as other:
        with one.importing(export()) as batch:
            batch.add(chat())
            with pytest.raises(StateBusy), other.importing(export("two")):
                pass
            assert list(other.conversations()) == []
        assert len(list(other.conversations())) == 1


OPENER = """
import pathlib, sys
from tests.store.making import open_store
open_store(pathlib.Path(sys.argv[1])).close()
"""


@pytest.mark.parametrize("old", [False, True])
def test_processes_may_open_at_once(old: bool, tmp_path: Path) -> None:
    """Several first openings, or migrations, at once: one does the work and the others find it done."""
    if old:
        _old_state(tmp_path)
    processes = [subprocess.Popen([sys.executable, "-c", OPENER, str(tmp_path)]) for _ in range(4)]
    assert [process.wait(timeout=60) for process in processes] == [0, 0, 0, 0]
    with open_store(tmp_path) as store:
        assert len(list(store.conversations())) == int(old)
    backups = home_in(tmp_path).backups
    assert (len(list(backups.iterdir())) if old else backups.exists()) == int(old)


def test_the_clock_is_handed_in(tmp_path: Path) -> None:
    """Times in the state are those of the clock that the state was opened with."""
    with open_store(tmp_path) as store:
        assert store.source(put(store, export())).imported_at == NOW
