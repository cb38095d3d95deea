"""Taking one source into the index: what is new or changed goes into one new segment.

Nothing counts until the caller commits the :class:`~withhold.model.segments.Change` that
:meth:`Writer.finish` gives. A source that shows a conversation twice
is merged like two sources: what comes a second time waits until the first segment is whole, and goes into one
more.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

import pyarrow as pa

from withhold.index.arrow import schema
from withhold.index.fingerprints import Fingerprints
from withhold.index.groups import CONVERSATIONS_A_GROUP, MESSAGES_A_GROUP, Group, Resumed, integers
from withhold.index.kept import NONE, Messages
from withhold.index.live import Found, Live
from withhold.index.merge import merge_conversation, merge_feedback, merge_messages
from withhold.index.prompts import told_once
from withhold.index.segment import SegmentWriter
from withhold.index.snapshot import Snapshot, packed
from withhold.model.columns import Columns
from withhold.model.conversation import Conversation, Deletion
from withhold.model.segments import Change, Listing, Segment
from withhold.support.storage import Storage


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the source shows of one conversation, without the text of its ids."""

    home: int
    conversation: Conversation
    messages: Messages
    digest: bytes


class Writer:
    """Takes conversations of one source. ``new_conversations`` and ``new_messages`` are right once
    :meth:`finish` has returned; ``deletions`` then holds what the source says was deleted, by key.
    """

    def __init__(
        self,
        folder: Path,
        listing: Listing,
        source: int,
        *,
        fingerprints: Fingerprints,
        resumed: Resumed,
        storage: Storage,
    ) -> None:
        self._folder = folder
        self._storage = storage
        self._fingerprints = fingerprints
        self._source = source
        self._group = Group(resumed)
        self._waiting: list[_Shown] = []
        self._weight = 0
        self._late: list[_Shown] = []
        self._late_weight = 0
        self._met: set[int] = set()
        self._bumped: dict[int, list[int]] = defaultdict(list)
        self._new_bumped: list[tuple[int, int]] = []
        self._superseded: dict[int, set[int]] = defaultdict(set)
        self._added: list[Segment] = []
        self._written: list[SegmentWriter] = []
        self._sightings = array("q")
        self._listing = listing
        self._seq = max((s.last_seq for s in listing.segments), default=0)
        self.deletions: list[tuple[int, Deletion]] = []
        self.new_conversations = 0
        self.new_messages = 0
        for home, key in listing.bumped:
            self._bumped[home].append(key)
        self._snapshot = Snapshot(folder, listing)
        self._live = Live(self._snapshot)
        self._sighted = _sighted(self._snapshot, source)
        self._segment = self._begin()

    def _begin(self) -> SegmentWriter:
        number = self._listing.next_segment + len(self._added)
        self._written.append(SegmentWriter(self._folder, number, self._storage))
        return self._written[-1]

    def add(self, conversation: Conversation) -> None:
        """Take a conversation; it is merged into what is known of it (``merge.py``)."""
        home = self._fingerprints.home(conversation.provider_id, conversation.source_id)
        columns = Columns.of(conversation.messages)
        digest = self._fingerprints.digest(conversation, columns)
        if home in self._met:
            self._put_late(self._shown(home, conversation, columns, digest))
            return
        self._met.add(home)
        if home not in self._live and home not in self._bumped:
            self._insert(home, conversation, self._kept(columns), digest)
        elif self._live.digest(home) == digest:
            self._see(home, conversation)
        else:
            self._put_waiting(self._shown(home, conversation, columns, digest))

    def finish(self) -> Change:
        """Write what is left and say what to commit."""
        self._end_generation()
        while self._late:
            self._next_generation()
            self._end_generation()
        self._snapshot.close()
        superseded = {number: packed(keys) for number, keys in self._superseded.items() if keys}
        return Change(add=tuple(self._added), supersede=superseded, bumped=tuple(self._new_bumped))

    def abandon(self) -> None:
        """Remove what was written. What stays all the same is an orphan, which the next writer removes."""
        self._snapshot.close()
        for segment in self._written:
            segment.abandon(self._listing.names)

    def _shown(self, home: int, conversation: Conversation, columns: Columns, digest: bytes) -> _Shown:
        messages = self._fingerprints.messages(columns.ids)
        lean = Messages(
            messages,
            columns.authors,
            array("q", columns.earliest),
            array("q", columns.latest),
            array("q", columns.sizes),
        )
        return _Shown(home, replace(conversation, messages=()), lean, digest)

    def _kept(self, columns: Columns) -> Messages:
        """The messages as they are kept, each once."""
        ids = self._fingerprints.messages(columns.ids)
        messages = Messages(ids, columns.authors, columns.earliest, columns.latest, columns.sizes)
        return merge_messages(NONE, messages)

    def _put_waiting(self, shown: _Shown) -> None:
        self._waiting.append(shown)
        self._weight += len(shown.messages.ids)
        if len(self._waiting) >= CONVERSATIONS_A_GROUP or self._weight >= MESSAGES_A_GROUP:
            self._merge_waiting()

    def _put_late(self, shown: _Shown) -> None:
        self._late.append(shown)
        self._late_weight += len(shown.messages.ids)
        if len(self._late) >= CONVERSATIONS_A_GROUP or self._late_weight >= MESSAGES_A_GROUP:
            self._end_generation()
            self._next_generation()

    def _insert(self, key: int, conversation: Conversation, messages: Messages, digest: bytes | None) -> None:
        self._seq += 1
        self.new_conversations += 1
        self.new_messages += len(messages.ids)
        if len(conversation.feedback) > 1:
            conversation = replace(conversation, feedback=merge_feedback((), conversation.feedback))
        self._put(key, self._seq, conversation, messages, digest)
        self._see(key, conversation)

    def _put(
        self, key: int, seq: int, conversation: Conversation, messages: Messages, digest: bytes | None
    ) -> None:
        self._group.add(key, seq, conversation, messages, digest)
        if self._group.full:
            self._segment.write(self._group.tables())

    def _see(self, key: int, conversation: Conversation) -> None:
        if key not in self._sighted:
            self._sighted.add(key)
            self._sightings.append(key)
        if conversation.deletion is not None:
            self.deletions.append((key, conversation.deletion))

    def _merge_waiting(self) -> None:
        """Look up what is known of those that wait, all at once, and merge them."""
        waiting, self._waiting, self._weight = self._waiting, [], 0
        keys = {key for shown in waiting for key in (shown.home, *self._bumped.get(shown.home, ()))}
        known: dict[tuple[str, str], list[Found]] = defaultdict(list)
        for found in self._live.read(keys):
            c = found.row.conversation
            known[c.provider_id, c.source_id].append(found)
        for shown in waiting:
            c = shown.conversation
            same = _same(known[c.provider_id, c.source_id], c.account_ref)
            if same is None:
                messages = merge_messages(NONE, shown.messages)
                self._insert(self._free_key(shown), c, messages, shown.digest)
            else:
                self._update(same, shown)

    def _update(self, found: Found, shown: _Shown) -> None:
        row = found.row
        before = found.messages()
        merged = merge_conversation(row.conversation, shown.conversation)
        messages = merge_messages(before, shown.messages)
        messages = told_once(messages, merged.source_id, self._fingerprints)
        if merged != row.conversation or not _equal(messages, before):
            self._superseded[found.segment.id].add(row.key)
            named = shown.conversation.account_ref == merged.account_ref
            self._put(row.key, row.seq, merged, messages, shown.digest if named else None)
            self.new_messages += len(messages.ids) - len(before.ids)
        self._see(row.key, shown.conversation)

    def _free_key(self, shown: _Shown) -> int:
        """The home key, or another one where another conversation has it already."""
        if shown.home not in self._live:
            return shown.home
        for attempt in count(1):
            key = self._fingerprints.bumped(shown.conversation, attempt)
            if key not in self._live and key not in self._met:
                break
        self._met.add(key)
        self._bumped[shown.home].append(key)
        self._new_bumped.append((shown.home, key))
        return key

    def _end_generation(self) -> None:
        """Make the present segment whole."""
        self._merge_waiting()
        if len(self._group):
            self._segment.write(self._group.tables())
        if self._sightings:
            self._segment.write({"sightings": self._sighting_table()})
            self._sightings = array("q")
        segment = self._segment.finish(self._seq)
        if segment.files:
            self._added.append(segment)

    def _next_generation(self) -> None:
        """Go on over what has been written so far, with those that came a second time."""
        late, self._late, self._late_weight = self._late, [], 0
        self._snapshot.close()
        self._snapshot = Snapshot(self._folder, self._grown())
        self._live = Live(self._snapshot)
        self._met = set()
        self._segment = self._begin()
        for shown in late:
            if shown.home in self._met:
                self._late.append(shown)
                self._late_weight += len(shown.messages.ids)
            else:
                self._met.add(shown.home)
                self._waiting.append(shown)

    def _grown(self) -> Listing:
        """The listing as it will be after the commit."""
        superseded = dict(self._listing.superseded)
        for number, keys in self._superseded.items():
            superseded[number] = superseded.get(number, b"") + packed(keys)
        segments = (*self._listing.segments, *self._added)
        return replace(self._listing, segments=segments, superseded=superseded)

    def _sighting_table(self) -> pa.Table:
        sources = array("i", [self._source]) * len(self._sightings)
        arrays = [integers(self._sightings, pa.int64()), integers(sources, pa.int32())]
        return pa.Table.from_arrays(arrays, schema=schema("sightings"))


def _same(known: list[Found], ref: str | None) -> Found | None:
    """The row of this conversation: of its account, or the only one whose account is not known.

    A source that does not name the account, and one that does, may show the same conversation.
    """
    same = [found for found in known if found.row.conversation.account_ref == ref]
    if same:
        return same[0]
    other = known if ref is None else [f for f in known if f.row.conversation.account_ref is None]
    return other[0] if len(other) == 1 else None


def _equal(one: Messages, other: Messages) -> bool:
    return one.authors == other.authors and all(
        list(mine) == list(others)
        for mine, others in (
            (one.ids, other.ids),
            (one.earliest, other.earliest),
            (one.latest, other.latest),
            (one.sizes, other.sizes),
        )
    )


def _sighted(snapshot: Snapshot, source: int) -> set[int]:
    """Keys that an earlier import of the same source has seen."""
    seen: Iterable[int] = ()
    if any(segment.file("sightings") for segment in snapshot.listing.segments):
        import pyarrow.compute as pc

        table = snapshot.columns("sightings", "key", "source")
        seen = table.filter(pc.equal(table["source"], source))["key"].to_pylist()
    return set(seen)
