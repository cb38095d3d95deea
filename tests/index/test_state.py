"""The index and the database together: what is kept, whoever writes and reads at the same time."""

import json
import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.index.making import NOW, everything, files, listed, opened
from tests.store.making import chat, export, home_in, minute, put
from withhold.app.state.whole import State
from withhold.index.fingerprints import Fingerprints
from withhold.index.merge import merge_conversation, merge_feedback
from withhold.model.columns import Columns
from withhold.model.conversation import Conversation, Deletion, Feedback, Message
from withhold.model.when import ANY_TIME, When
from withhold.model.words import Author, Kind, Known

STATES = Path(__file__).parents[1] / "store" / "states"

_SPANS = st.sampled_from([minute(0), minute(9), When(minute(1).earliest, minute(4).latest), ANY_TIME])
_MESSAGES = st.lists(
    st.builds(Message, st.sampled_from("abcd"), st.sampled_from(Author), _SPANS, st.integers(0, 9)),
    max_size=5,
)
_CONVERSATIONS = st.builds(
    Conversation,
    source_id=st.sampled_from(["c1", "c2"]),
    provider_id=st.just("anthropic"),
    kind=st.sampled_from(Kind),
    messages=st.one_of(_MESSAGES.map(tuple), _MESSAGES.map(Columns.of)),
    account_ref=st.sampled_from(["ref-1", "ref-2", None]),
    project=st.sampled_from([None, "p"]),
    product_id=st.sampled_from([None, "x"]),
    incognito=st.sampled_from([None, True, False]),
    shared=st.sampled_from([None, True, False]),
    feedback=st.lists(st.builds(Feedback, _SPANS, st.just("thumbs_up")), max_size=2).map(tuple),
    feedback_visible=st.booleans(),
)
_EXPORTS = st.lists(st.lists(_CONVERSATIONS, max_size=4), min_size=1, max_size=4)


class _Plain:
    """What the state is to hold, by the rules, one conversation after the other."""

    def __init__(self) -> None:
        self.held: list[tuple[Conversation, dict[str, tuple[Author, When, int]], set[int]]] = []

    def add(self, new: Conversation, source: int) -> None:
        place = self._find(new)
        if place is None:
            merged = replace(new, messages=(), feedback=merge_feedback((), new.feedback))
            self.held.append((merged, {}, set()))
            place = len(self.held) - 1
        old, messages, sources = self.held[place]
        for m in new.messages:
            messages[m.id] = _either(messages.get(m.id), (m.author, m.at, m.size))
        self.held[place] = merge_conversation(old, new), messages, sources | {source}

    def _find(self, new: Conversation) -> int | None:
        places = [i for i, (c, _, _) in enumerate(self.held) if c.source_id == new.source_id]
        same = [i for i in places if self.held[i][0].account_ref == new.account_ref]
        if same:
            return same[0]
        other = [i for i in places if new.account_ref is None or self.held[i][0].account_ref is None]
        return other[0] if len(other) == 1 else None


def _either(
    one: tuple[Author, When, int] | None, other: tuple[Author, When, int]
) -> tuple[Author, When, int]:
    if one is None:
        return other
    weight = [Author.OTHER, Author.MODEL, Author.HUMAN].index
    at = other[1] if one[1] == ANY_TIME else one[1]
    if ANY_TIME not in (one[1], other[1]):
        at = When(min(one[1].earliest, other[1].earliest), max(one[1].latest, other[1].latest))
    return max(one[0], other[0], key=weight), at, max(one[2], other[2])


def _told(state: State) -> set[object]:
    return {
        (
            replace(s.conversation, messages=(), deletion=None),
            frozenset((m.id, m.author, m.at, m.size) for m in s.conversation.messages),
            s.sources,
        )
        for s in everything(state)
    }


def _expected(plain: _Plain, state: State) -> set[object]:
    name = Fingerprints(state.key).messages
    return {
        (
            c,
            frozenset((name([i])[0].hex(), *rest) for i, rest in messages.items()),
            tuple(sorted(sources)),
        )
        for c, messages, sources in plain.held
    }


@given(_EXPORTS)
def test_any_sequence_of_imports_comes_to_what_the_rules_say(
    tmp_path_factory: pytest.TempPathFactory, exports: list[list[Conversation]]
) -> None:
    """Twice the same conversation in one source, other accounts, contradictions; and all of it once more."""
    plain = _Plain()
    with opened(tmp_path_factory.mktemp("state")) as state:
        for number, conversations in enumerate(exports, 1):
            put(state, export(str(number)), *conversations)
            for conversation in conversations:
                plain.add(conversation, number)
        assert _told(state) == _expected(plain, state)
        ids = {s.id for s in state.conversations()}
        assert len(ids) == len(plain.held)
        (last, number) = exports[-1], len(exports)
        put(state, export(str(number)), *last)
        for conversation in last:
            plain.add(conversation, number)
        assert _told(state) == _expected(plain, state)


def test_the_same_source_again_writes_nothing(tmp_path: Path) -> None:
    """No segment, no sighting, no other id: what lies in the index is to the byte what lay there before."""
    with opened(tmp_path) as state:
        for rounds in range(3):
            put(state, export("one"), *(chat(f"c{n}") for n in range(20)))
            if not rounds:
                before = listed(state), list(state.conversations()), state.snapshot().version
        assert (listed(state), list(state.conversations()), state.snapshot().version) == before


def test_another_source_of_the_same_costs_its_sightings(tmp_path: Path) -> None:
    """What has not changed is not written again."""
    with opened(tmp_path) as state:
        for name in ("one", "two"):
            put(state, export(name), *(chat(f"c{n}") for n in range(20)))
        _, second = state.catalogue.listing().segments
        assert [f.table for f in second.files] == ["sightings"]
        assert {s.sources for s in everything(state)} == {(1, 2)}


def test_ids_that_are_taken_are_bumped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where two conversations come to one key, the later gets another; both are found again by import."""
    monkeypatch.setattr(Fingerprints, "home", lambda *_: 7)
    with opened(tmp_path) as state:
        for name in ("one", "two", "three"):
            put(state, export(name), *(chat(f"c{n}", ids=(name, f"{n}")) for n in range(4)))
        held = everything(state)
        assert [s.conversation.source_id for s in held] == ["c0", "c1", "c2", "c3"]
        assert len({s.id for s in held}) == 4
        assert {len(s.conversation.messages) for s in held} == {4}
        assert {s.sources for s in held} == {(1, 2, 3)}


def test_more_than_one_row_group(tmp_path: Path) -> None:
    """An import is written in parts; changes, single look-ups and order hold across them."""
    size = 21_000
    with opened(tmp_path) as state:
        put(state, export("one"), *(chat(f"c{n}", ids=("a",)) for n in range(size)))
        put(state, export("two"), *(chat(f"c{n}", ids=("a", "b")) for n in range(0, size, 7)))
        held = everything(state)
        assert [s.conversation.source_id for s in held] == [f"c{n}" for n in range(size)]
        assert [len(s.conversation.messages) for s in held[:8]] == [2, 1, 1, 1, 1, 1, 1, 2]
        assert state.conversation(held[-1].id) == held[-1]
        assert state.count() == size


def test_many_small_segments_become_one(tmp_path: Path) -> None:
    """Each import adds a segment; readers never have to open more than a few, and nothing else changes."""
    now = NOW

    def clock() -> datetime:
        return now

    with opened(tmp_path, clock=clock) as state:
        for number in range(40):
            put(state, export(f"-{number}-"), chat("same", ids=[str(number)]), chat(f"c{number}"))
            assert len(state.catalogue.listing().segments) <= 13
        held = everything(state)
        assert len(held) == 41
        assert len(held[0].conversation.messages) == 40
        assert held[0].sources == tuple(range(1, 41))
        reader = state.conversations()
        assert next(reader) == held[0]
        now += timedelta(hours=2)
        put(state, export("last"), chat("c0"))
        assert files(tmp_path) == listed(state) | set(state.catalogue.listing().retired)
        assert len(files(tmp_path)) < 60
        assert everything(state)[2:] == held[2:]


def test_mostly_superseded_segments_are_written_anew(tmp_path: Path) -> None:
    """Once more than half of a segment's conversations count no more, it goes; a running reader goes on."""
    with opened(tmp_path) as state, opened(tmp_path) as other:
        put(state, export("one"), *(chat(f"c{n}", ids=("a",)) for n in range(10)))
        before = list(other.conversations())
        reader = other.conversations()
        first = next(reader)
        put(state, export("two"), *(chat(f"c{n}", ids=("a", "b")) for n in range(6)))
        assert not state.catalogue.listing().superseded
        assert state.catalogue.listing().retired
        assert [first, *reader] == before
        assert [len(s.conversation.messages) for s in everything(state)] == [2] * 6 + [1] * 4


def test_a_state_of_format_3_comes_out_the_same(tmp_path: Path) -> None:
    """Conversations that lay in the database, with ids, sources, deletions and repeats, lie in a segment."""
    with closing(sqlite3.connect(home_in(tmp_path).database)) as connection:
        connection.executescript((STATES / "format-3.sql").read_text(encoding="utf-8"))
    expected = json.loads((STATES / "format-3.json").read_text(encoding="utf-8"))
    with opened(tmp_path) as state:
        assert [_row(s) for s in everything(state)] == expected
        again = [s.conversation for s in state.conversations() if s.conversation.source_id == "twice"]
        assert [c.account_ref for c in again] == ["ref-1", "ref-2"]
        put(state, export("more"), *(chat("twice", ids="ab", account=c.account_ref) for c in again))
        assert len(everything(state)) == len(expected)


def _row(stored: Any) -> dict[str, Any]:
    c = stored.conversation
    return {
        "id": stored.id,
        "source_id": c.source_id,
        "provider": c.provider_id,
        "kind": c.kind.value,
        "account": c.account_ref,
        "product": c.product_id,
        "project": c.project,
        "incognito": c.incognito,
        "shared": c.shared,
        "feedback_visible": c.feedback_visible,
        "title": c.title,
        "feedback": [[f.kind, _span(f.at)] for f in c.feedback],
        "deletion": None if c.deletion is None else [c.deletion.known.value, _span(c.deletion.when)],
        "messages": [[m.id, m.author.value, _span(m.at), m.size] for m in c.messages],
        "sources": list(stored.sources),
        "first_seen": _span(stored.first_seen),
        "last_seen": _span(stored.last_seen),
        "sent_again": [_span(at) for at in stored.sent_again],
    }


def _span(at: When | None) -> list[str] | None:
    return None if at is None else [at.earliest.isoformat(), at.latest.isoformat()]


def test_what_is_derived_can_be_asked_in_bulk(tmp_path: Path) -> None:
    """The views of DuckDB hold the live rows alone, also where segments are superseded in part."""
    with opened(tmp_path) as state:
        assert state.snapshot().connect().execute("SELECT count(*) FROM messages").fetchall() == [(0,)]
        put(state, export("one"), *(chat(f"c{n}", ids=("a",)) for n in range(5)))
        put(state, export("two"), chat("c0", ids=("a", "b")))
        snapshot = state.snapshot()
        assert snapshot.listing.superseded
        connection = snapshot.connect()
        rows = connection.execute("SELECT source_id, messages FROM conversations ORDER BY seq").fetchall()
        assert rows == [("c0", 2), *((f"c{n}", 1) for n in range(1, 5))]
        assert connection.execute("SELECT count(*), count(DISTINCT key) FROM messages").fetchall() == [(6, 5)]
        assert connection.execute("SELECT count(*) FROM sightings").fetchall() == [(6,)]


def test_deletions_of_a_source_are_kept(tmp_path: Path) -> None:
    """New, changed and unchanged conversations alike carry what a source says of their deletion."""
    gone = Deletion(minute(3), Known.OBSERVED)
    with opened(tmp_path) as state:
        put(state, export("one"), chat("old"), chat("same"))
        marked = (replace(c, deletion=gone) for c in (chat("old", ids="abc"), chat("same"), chat("new")))
        put(state, export("two"), *marked)
        assert {s.conversation.deletion for s in state.conversations()} == {gone}


@pytest.mark.skipif(os.name == "nt", reason="POSIX modes")
def test_segments_are_private(tmp_path: Path) -> None:
    """Whatever the umask."""
    before = os.umask(0)
    try:
        with opened(tmp_path) as state:
            put(state, export(), chat())
        found = list(home_in(tmp_path).index.iterdir())
        assert len(found) >= 4
        assert {stat.S_IMODE(path.stat().st_mode) for path in found} == {0o600}
        assert stat.S_IMODE(home_in(tmp_path).index.stat().st_mode) == 0o700
    finally:
        os.umask(before)


READER = """
import pathlib, sys, time
from tests.index.making import opened
from tests.index.making import everything
folder, until = pathlib.Path(sys.argv[1]), time.monotonic() + 60
while time.monotonic() < until:
    with opened(folder) as state:
        count = len(everything(state))
        assert count % 50 == 0, count
        assert state.snapshot().connect().execute("SELECT count(*) FROM messages").fetchone()[0] % 100 == 0
        assert state.count() % 50 == 0
    if count == 1000:
        print("seen", flush=True)
        break
"""

WRITER = """
import pathlib, sys
from tests.index.making import opened
from tests.store.making import chat, export, put
with opened(pathlib.Path(sys.argv[1])) as state:
    for number in range(20):
        new = [chat(f"c{n}") for n in range(number * 50, number * 50 + 50)]
        old = [chat(f"c{n}", ids=("b", "a")) for n in range(number * 50)]
        put(state, export(str(number)), *new, *old)
"""


def test_one_writes_while_others_read(tmp_path: Path) -> None:
    """Three processes see whole imports only, sound at every moment, while a fourth imports and compacts."""
    with opened(tmp_path):
        pass
    start = [sys.executable, "-c"]
    readers = [subprocess.Popen([*start, READER, str(tmp_path)], stdout=subprocess.PIPE) for _ in range(3)]
    subprocess.run([*start, WRITER, str(tmp_path)], check=True)
    assert [reader.communicate()[0] for reader in readers] == [b"seen\n"] * 3
