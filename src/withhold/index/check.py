"""Whether the index holds what it says: every file, every row group, every key."""

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from withhold.index.files import TableFile, hash_of
from withhold.index.kept import Messages, shown_bounds
from withhold.index.rows import GroupMessages
from withhold.index.schema import SUPERSEDABLE
from withhold.index.snapshot import Snapshot
from withhold.model.segments import Segment, SegmentFile
from withhold.policy.shape import sent
from withhold.support.errors import EnvironmentProblem


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is not as it was written. ``file`` is the name of the segment's file, if it is one's."""

    file: str | None
    what: str


def problems(snapshot: Snapshot) -> Iterator[Problem]:
    """All that is wrong, file by file. Reads every byte; nothing is changed."""
    for segment in snapshot.listing.segments:
        broken = [p for file in segment.files for p in _file(snapshot, file)]
        yield from broken or _segment(snapshot, segment)
        if broken:
            return  # what the other segments refer to cannot be looked up
    yield from _keys(snapshot)


def _file(snapshot: Snapshot, file: SegmentFile) -> Iterator[Problem]:
    path = snapshot.folder / file.name
    try:
        if hash_of(path) != file.sha256:
            yield Problem(file.name, "its bytes are not those that were written")
        else:
            TableFile(snapshot.folder, file).close()
    except OSError as problem:
        yield Problem(file.name, problem.strerror or str(problem))
    except EnvironmentProblem as problem:
        yield Problem(file.name, problem.message)


def _segment(snapshot: Snapshot, segment: Segment) -> Iterator[Problem]:
    """Groups side by side: the counts of each conversation, and what follows from its messages."""
    head = snapshot.file(segment, "conversations")
    if head is None:
        return
    for number in range(head.groups):
        group = {
            name: file.group(number)
            for name in SUPERSEDABLE
            if (file := snapshot.file(segment, name)) is not None
        }
        wrong = _group(group)
        if wrong:
            names = [file.name for file in segment.files if file.table == "conversations"]
            yield Problem(names[0], f"group {number}: {wrong}")


def _group(group: dict[str, pa.Table]) -> str | None:
    conversations = group["conversations"]
    counts = conversations["messages"].to_pylist()
    table = group.get("messages")
    if sum(counts) != (0 if table is None else table.num_rows):
        return "its messages are not as many as its conversations count"
    messages = GroupMessages(counts, table)
    keys = conversations["key"].to_pylist()
    expected: list[tuple[int, int, int]] = []
    for place, key in enumerate(keys):
        kept = messages.of(place)
        if _told(kept) != tuple(conversations[name][place].as_py() for name in _TOLD):
            return f"conversation {key:012x} does not count its own messages"
        sent_at = sent(kept.authors, kept.earliest, kept.latest)
        expected += [(key, early, late) for early, late in zip(*sent_at, strict=True)]
    if expected != _sendings(group.get("sendings")):
        return "its sendings are not those of its messages"
    return None


_TOLD = ("human", "model", "first", "last", "shown_first", "shown_last")


def _told(kept: Messages) -> tuple[int | None, ...]:
    """What a row of ``conversations`` says of its messages."""
    return (
        kept.authors.count("h"),
        kept.authors.count("m"),
        min(kept.earliest, default=None),
        max(kept.latest, default=None),
        *shown_bounds(kept),
    )


def _sendings(table: pa.Table | None) -> list[tuple[int, int, int]]:
    if table is None:
        return []
    columns = (table[name].to_pylist() for name in ("key", "earliest", "latest"))
    return list(zip(*columns, strict=True))


def _keys(snapshot: Snapshot) -> Iterator[Problem]:
    """Over all segments: each live key and number once, each sighting once and of a live conversation."""
    live = snapshot.columns("conversations", "key", "seq")
    for name in ("key", "seq"):
        if len(live[name].unique()) != live.num_rows:
            yield Problem(None, f"two live conversations have one {name}")
    if live.num_rows != snapshot.count():
        yield Problem(None, f"{live.num_rows} conversations are live instead of {snapshot.count()}")
    sightings = snapshot.columns("sightings", "key", "source")
    if sightings.group_by(["key", "source"]).aggregate([]).num_rows != sightings.num_rows:
        yield Problem(None, "a sighting stands twice")
    known = live["key"].combine_chunks()
    if not pc.all(pc.is_in(sightings["key"], value_set=known), min_count=0).as_py():
        yield Problem(None, "a sighting is of no live conversation")
    if not pc.all(pc.is_in(known, value_set=sightings["key"].combine_chunks()), min_count=0).as_py():
        yield Problem(None, "a live conversation has no sighting")
