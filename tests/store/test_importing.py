"""Imports are whole, idempotent, and survive being killed."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.store.making import chat, export, message, minute, open_store, put
from withhold.model.conversation import Feedback, Message
from withhold.model.when import ANY_TIME, When
from withhold.model.words import Author
from withhold.store.codec import StoredMessage, stored
from withhold.store.database import Store
from withhold.store.merge import merge_feedback, merge_incognito, merge_messages, merge_shared
from withhold.support.paths import StateHome

KEY = bytes(32)


def _kept(*ids: str) -> list[StoredMessage]:
    return stored([message(identity) for identity in ids], KEY)


@pytest.mark.parametrize(
    ("old", "new", "merged"),
    [
        ("ab", "abcd", "abcd"),
        ("abcd", "ab", "abcd"),
        ("ab", "ab", "ab"),
        ("", "ab", "ab"),
        ("ab", "", "ab"),
        ("bc", "abc", "abc"),
        ("ac", "abc", "abc"),
        ("abd", "acd", "acbd"),
        ("ab", "ba", "ab"),
        ("ab", "xy", "xyab"),
        ("a", "xaxay", "xay"),
    ],
)
def test_messages_of_two_exports_are_united_in_order(old: str, new: str, merged: str) -> None:
    """An older and a newer export, a branch, a cut: every message once, after the one it follows."""
    assert merge_messages(_kept(*old), _kept(*new)) == _kept(*merged)


_SPANS = st.sampled_from([minute(0), minute(9), When(minute(1).earliest, minute(4).latest), ANY_TIME])
_MESSAGES = st.lists(
    st.builds(Message, st.sampled_from("abcdefgh"), st.sampled_from(Author), _SPANS, st.integers(0, 300)),
    max_size=10,
    unique_by=lambda m: m.id,
).map(lambda messages: stored(messages, KEY))


def _keys(messages: list[StoredMessage]) -> list[bytes]:
    return [m.key for m in messages]


def _within(part: list[bytes], whole: list[bytes]) -> bool:
    rest = iter(whole)
    return all(key in rest for key in part)


@given(_MESSAGES, _MESSAGES)
def test_a_merge_is_the_union_and_keeps_the_order(old: list[StoredMessage], new: list[StoredMessage]) -> None:
    """Nothing is lost or doubled; what was known keeps its order, and so does the rest where they agree."""
    merged = _keys(merge_messages(old, new))
    assert len(merged) == len(set(merged))
    assert set(merged) == {*_keys(old), *_keys(new)}
    assert _within(_keys(old), merged)
    common = set(_keys(old)) & set(_keys(new))
    if [key for key in _keys(old) if key in common] == [key for key in _keys(new) if key in common]:
        assert _within(_keys(new), merged)


@given(_MESSAGES, _MESSAGES, _MESSAGES)
def test_what_is_kept_of_a_message_does_not_depend_on_the_order_of_imports(
    one: list[StoredMessage], two: list[StoredMessage], three: list[StoredMessage]
) -> None:
    """Any order of three exports, any of them twice, ends in the same messages."""
    merged = merge_messages(merge_messages(one, two), three)
    other = merge_messages(merge_messages(merge_messages(three, two), one), two)
    assert {m.key: m for m in merged} == {m.key: m for m in other}
    for again in (one, two, three):
        assert merge_messages(merged, again) == merged


def test_sources_that_contradict_each_other_leave_the_cautious_reading() -> None:
    """Two times leave both open; "not incognito" and "shared" stand; no mark is lost."""
    (early,), (late,), (undated,) = (
        stored([replace(message("a"), at=at)], KEY) for at in (minute(1), minute(5), ANY_TIME)
    )
    (both,) = merge_messages([early], [late])
    assert (both.earliest, both.latest) == (early.earliest, late.latest)
    assert merge_messages([early], [undated]) == merge_messages([undated], [early]) == [early]
    assert [merge_incognito(True, other) for other in (True, False, None)] == [True, False, True]
    assert [merge_shared(False, other) for other in (True, False, None)] == [True, False, False]
    assert merge_incognito(None, None) is merge_shared(None, None) is None
    up, down = Feedback(minute(1), "up"), Feedback(minute(0), "down")
    assert merge_feedback([up], [down, up]) == (down, up)


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

    def read_half(store: Store) -> None:
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
