"""Files sent along and results of tools are columns: merged, filtered, handed out, unknown if not told."""

import csv
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.index.making import everything, opened
from tests.store.making import NOW, chat, export, home_in, put
from withhold.app.bootstrap import Services
from withhold.app.ledger.exposure import explain, ledger
from withhold.app.ledger.filters import Filter
from withhold.app.ledger.handing_out import as_csv, as_json_lines, write_parquet
from withhold.app.ledger.index import export_index
from withhold.app.ledger.members import ledger_of_members
from withhold.app.state.whole import State
from withhold.index.files import hash_of
from withhold.index.merge import merge_count
from withhold.model.conversation import Conversation
from withhold.model.segments import Change, Segment, SegmentFile
from withhold.support.paths import StateHome

COUNTS = ("attachments", "tool_outputs")
TOLD = {"files": (3, 0), "tools": (0, 7), "neither": (0, 0), "untold": (None, None)}


def told(state: State) -> dict[str, tuple[int | None, int | None]]:
    found = (stored.conversation for stored in everything(state))
    return {c.source_id: (c.attachments, c.tool_outputs) for c in found}


def chats() -> Sequence[Conversation]:
    return [replace(chat(name), attachments=a, tool_outputs=b) for name, (a, b) in TOLD.items()]


def services_in(folder: Path) -> Services:
    home: StateHome = home_in(folder)
    return Services(home=home, environ={}, user_home=folder, clock=lambda: NOW)


def aged(state: State, folder: Path) -> None:
    """The first segment as it was written before there were such columns."""
    (segment,) = state.catalogue.listing().segments
    old = [_aged(file, folder) if file.table == "conversations" else file for file in segment.files]
    state.catalogue.commit(
        Change(add=(Segment(segment.id + 1, tuple(old), segment.last_seq),), retire=(segment,))
    )


def _aged(file: SegmentFile, folder: Path) -> SegmentFile:
    table = pq.read_table(folder / file.name).drop_columns(list(COUNTS))
    draft = folder / "draft"
    pq.write_table(table, draft, row_group_size=max(table.num_rows, 1), store_schema=False)
    digest = hash_of(draft)
    path = draft.rename(folder / f"{digest}.parquet")
    return SegmentFile(file.table, digest, path.stat().st_size, file.rows, path.stat().st_mtime_ns)


def test_they_come_back_as_they_were_put(tmp_path: Path) -> None:
    """Nought is told, null is not."""
    with opened(tmp_path) as state:
        put(state, export(), *chats())
        assert told(state) == TOLD


def test_a_source_that_tells_more_counts(tmp_path: Path) -> None:
    """The most that any source shows, whichever comes first; one that tells nothing takes nothing away."""
    orders = ([(None, None), (2, 1), (1, 4)], [(1, 4), (None, None), (2, 1)])
    for number, order in enumerate(orders):
        with opened(tmp_path / str(number)) as state:
            for place, (files, outputs) in enumerate(order):
                shown = replace(chat("c"), attachments=files, tool_outputs=outputs)
                put(state, export(f"source-{place}"), shown)
            assert told(state) == {"c": (2, 4)}


@given(st.none() | st.integers(0, 9), st.none() | st.integers(0, 9), st.none() | st.integers(0, 9))
def test_the_order_of_sources_makes_no_difference(a: int | None, b: int | None, c: int | None) -> None:
    """Merging is the same in any order, and with the same again."""
    assert merge_count(a, b) == merge_count(b, a)
    assert merge_count(merge_count(a, b), c) == merge_count(a, merge_count(b, c))
    assert merge_count(a, a) == a


def test_an_older_segment_says_nothing_of_them(tmp_path: Path) -> None:
    """It is read as it is; what it lacks is unknown until the export is imported again."""
    with opened(tmp_path) as state:
        put(state, export("one"), *map(chat, TOLD))
        aged(state, state.index.folder)
        assert told(state) == dict.fromkeys(TOLD, (None, None))
        put(state, export("two"), chats()[0])
        assert told(state) == dict.fromkeys(TOLD, (None, None)) | {"files": (3, 0)}
        put(state, export("three"), chat("more"))
    services = services_in(tmp_path)
    with ledger(services, as_of=NOW) as view:
        rows = {row.source_id: (row.attachments, row.tool_outputs) for row in view.rows()}
    assert rows == dict.fromkeys([*TOLD, "more"], (None, None)) | {"files": (3, 0)}
    services.close()


def test_older_segments_are_compacted_with_newer_ones(tmp_path: Path) -> None:
    """One new segment holds both: null for the old, counts for the new."""
    with opened(tmp_path) as state:
        put(state, export("one"), *map(chat, TOLD))
        aged(state, state.index.folder)
        for number in range(13):
            put(state, export(f"e{number}"), replace(chat(f"c{number}"), attachments=number, tool_outputs=1))
        assert len(state.catalogue.listing().segments) < 13
        found = told(state)
    assert found["files"] == (None, None)
    assert found["c7"] == (7, 1)


@pytest.mark.parametrize(
    ("holding", "kept"),
    [
        (("attachments",), {"files", "untold"}),
        (("tool-outputs",), {"tools", "untold"}),
        (("attachments", "tool-outputs"), {"untold"}),
    ],
)
def test_the_ledger_can_be_narrowed_to_them(tmp_path: Path, holding: tuple[str, ...], kept: set[str]) -> None:
    """What may hold some is kept; rows that are looked at one by one say the same."""
    with opened(tmp_path) as state:
        put(state, export(), *chats())
    services = services_in(tmp_path)
    wanted = Filter(holding=holding)
    with ledger(services, as_of=NOW, wanted=wanted) as view:
        assert {row.source_id for row in view.rows()} == kept
        assert view.count == len(kept)
    with ledger(services, as_of=NOW) as view:
        assert {row.source_id for row in wanted.keep(view.rows(), services.store.accounts())} == kept
    services.close()


def test_every_way_out_has_them(tmp_path: Path) -> None:
    """JSON, CSV, Parquet, the explanation of one, and the export of the index."""
    with opened(tmp_path) as state:
        put(state, export(), *chats())
    services = services_in(tmp_path)
    with ledger(services, as_of=NOW) as view:
        lines = [json.loads(line) for line in as_json_lines(view)]
        text = b"".join(as_csv(view)).decode()
        written = pq.read_table(write_parquet(view, str(tmp_path / "rows.parquet"))).to_pylist()
    assert {r["source_id"]: tuple(r[c] for c in COUNTS) for r in lines} == TOLD
    assert {r["source_id"]: tuple(r[c] for c in COUNTS) for r in written} == TOLD
    cells = {name: tuple("" if n is None else str(n) for n in counts) for name, counts in TOLD.items()}
    assert {r["source_id"]: tuple(r[c] for c in COUNTS) for r in csv.DictReader(text.splitlines())} == cells
    facts = explain(services, next(r["id"] for r in lines if r["source_id"] == "tools"), as_of=NOW).facts
    assert facts is not None
    assert (facts.attachments, facts.tool_outputs) == (0, 7)
    export_index(services, tmp_path / "out", member="ada")
    there = pq.read_table(tmp_path / "out" / "conversations.parquet").to_pylist()
    assert {r["source_id"]: tuple(r[c] for c in COUNTS) for r in there} == TOLD
    services.close()


def test_an_export_of_before_lies_beside_one_of_now(tmp_path: Path) -> None:
    """Members who exported with an older version are judged with the others; what they lack is unknown."""
    for member in ("ada", "bob"):
        with opened(tmp_path / member) as state:
            put(state, export(), *chats())
        services = services_in(tmp_path / member)
        export_index(services, tmp_path / "all" / member, member=member)
        services.close()
    old = tmp_path / "all" / "ada" / "conversations.parquet"
    pq.write_table(pq.read_table(old).drop_columns(list(COUNTS)), old)
    services = services_in(tmp_path / "bob")
    for places, members in ((["all"], {"ada", "bob"}), (["all/ada"], {"ada"})):
        with ledger_of_members(
            services, [str(tmp_path / place) for place in places], engine="duckdb", as_of=NOW
        ) as view:
            rows = {(row.member, row.source_id): (row.attachments, row.tool_outputs) for row in view.rows()}
        assert {member for member, _ in rows} == members
        assert all(rows["ada", name] == (None, None) for name in TOLD)
        assert "bob" not in members or all(rows["bob", name] == TOLD[name] for name in TOLD)
    services.close()
