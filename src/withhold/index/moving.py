"""Conversations that lay elsewhere, as one segment."""

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa

from withhold.index.arrow import schema
from withhold.index.fingerprints import Fingerprints
from withhold.index.groups import Group, Resumed
from withhold.index.kept import Messages
from withhold.index.schema import key_of
from withhold.index.segment import SegmentWriter
from withhold.model.columns import Columns
from withhold.model.segments import Change
from withhold.model.stored import StoredConversation
from withhold.support.storage import Storage


def moved(
    folder: Path,
    stored: Iterable[StoredConversation],
    *,
    number: int,
    fingerprints: Fingerprints,
    resumed: Resumed,
    storage: Storage,
) -> Change:
    """A segment of ``stored``, in its order and with its ids, which have to be fingerprints already.

    What their sources showed is not known any more, so the next import of each looks at all of it.
    """
    group = Group(resumed)
    writer = SegmentWriter(folder, number, storage)
    bumped: list[tuple[int, int]] = []
    sightings: list[tuple[int, int]] = []
    seq = 0
    for seq, one in enumerate(stored, 1):
        key, c = key_of(one.id), one.conversation
        home = fingerprints.home(c.provider_id, c.source_id)
        if home != key:
            bumped.append((home, key))
        group.add(key, seq, c, _messages(Columns.of(c.messages)), None)
        sightings += [(key, source) for source in one.sources]
        if group.full:
            writer.write({**group.tables(), "sightings": _sightings(sightings)})
            sightings.clear()
    if len(group):
        writer.write({**group.tables(), "sightings": _sightings(sightings)})
    made = writer.finish(seq)
    return Change(add=(made,) if made.files else (), bumped=tuple(bumped))


def _messages(columns: Columns) -> Messages:
    ids = [bytes.fromhex(identity) for identity in columns.ids]
    return Messages(ids, columns.authors, columns.earliest, columns.latest, columns.sizes)


def _sightings(pairs: list[tuple[int, int]]) -> pa.Table:
    keys, sources = [key for key, _ in pairs], [source for _, source in pairs]
    return pa.table({"key": keys, "source": sources}, schema=schema("sightings"))
