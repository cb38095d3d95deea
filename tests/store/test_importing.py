"""Imports are whole, idempotent, and survive being killed."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.store.making import chat, export, open_store, put
from withhold.app.state.whole import State
from withhold.support.paths import StateHome


@given(st.lists(st.lists(st.sampled_from("abcdefg"), max_size=6), min_size=1, max_size=5))
def test_any_sequence_of_exports_ends_in_the_union(
    tmp_path_factory: pytest.TempPathFactory, exports: list[list[str]]
) -> None:
    """On the real file: whatever exports of a chat come in whatever order, every message is there once."""
    with open_store(tmp_path_factory.mktemp("union")) as store:
        for number, ids in enumerate(exports):
            put(store, export(str(number)), chat(ids=ids))
        (before,) = store.conversations()
        assert len(before.conversation.messages) == len({*"".join("".join(ids) for ids in exports)})
        for number, ids in enumerate(exports):
            put(store, export(str(number)), chat(ids=ids))
        assert list(store.conversations()) == [before]


def test_a_source_that_cannot_be_read_leaves_nothing(tmp_path: Path) -> None:
    """If the reader fails half way, the state is as before: neither source nor conversations."""

    def read_half(store: State) -> None:
        with store.importing(export("two")) as batch:
            batch.add(chat("c1", ids=("a", "b")))
            batch.add(chat("c2"))
            raise ZeroDivisionError

    with open_store(tmp_path) as store:
        put(store, export("one"), chat("c1", ids=("a",)))
        before = (store.sources(), list(store.conversations()))
        with pytest.raises(ZeroDivisionError):
            read_half(store)
        assert (store.sources(), list(store.conversations())) == before
        put(store, export("two"), chat("c2"))
        assert len(list(store.conversations())) == 2


IMPORTER = """
import pathlib, sys
from tests.store.making import chat, export, open_store
store = open_store(pathlib.Path(sys.argv[1]))
with store.importing(export("big")) as batch:
    for number in range(int(sys.argv[2])):
        batch.add(chat(f"{sys.argv[3]}-{number}", ids=[str(i) for i in range(20)]))
        if number == 200:
            print("under way", flush=True)
print("done", flush=True)
"""


def _importer(folder: Path, conversations: int, name: str = "c") -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-c", IMPORTER, str(folder), str(conversations), name]
    return subprocess.Popen(command, stdout=subprocess.PIPE)


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
def test_a_killed_import_leaves_the_previous_state(tmp_path: Path) -> None:
    """Killed in the middle, an import has not happened; the state is sound and can be written at once."""
    with open_store(tmp_path) as store:
        put(store, export("one"), chat())
    for pause in (0.0, 0.03, 0.06):
        with _importer(tmp_path, 10_000_000) as importer:
            assert importer.stdout is not None
            assert importer.stdout.readline() == b"under way\n"
            time.sleep(pause)
            importer.send_signal(signal.SIGKILL)
        with open_store(tmp_path) as store:
            assert [s.conversation.source_id for s in store.conversations()] == ["chat-1"]
            assert len(store.sources()) == 1
    with open_store(tmp_path) as store:
        put(store, export("two"), chat("chat-2"))
    connection = sqlite3.connect(StateHome(tmp_path / "home").database)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_readers_see_all_of_an_import_or_nothing(tmp_path: Path) -> None:
    """While two processes import, a third reads whole imports only and never waits."""
    open_store(tmp_path).close()
    importers = [_importer(tmp_path, 300, name) for name in ("x", "y")]
    sizes = set()
    with open_store(tmp_path) as store:
        while any(importer.poll() is None for importer in importers):
            sizes.add(len(list(store.conversations())))
        sizes.add(len(list(store.conversations())))
    for importer in importers:
        with importer:
            assert importer.returncode == 0
    assert sizes <= {0, 300, 600}
    assert 600 in sizes


def test_a_stream_ends_as_it_began(tmp_path: Path) -> None:
    """Conversations that are read while somebody imports are those of one moment, messages included."""
    with open_store(tmp_path) as reader, open_store(tmp_path) as writer:
        put(writer, export("one"), *(chat(f"c{number}") for number in range(10)))
        before = list(reader.conversations())
        stream = reader.conversations()
        first = next(stream)
        put(writer, export("two"), *(chat(f"c{number}", ids=("x",)) for number in range(5, 15)))
        assert [first, *stream] == before
        assert len(list(reader.conversations())) == 15
