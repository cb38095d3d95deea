"""The entrance to the index: one writer at a time, any number of readers that never wait."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from withhold.index.fingerprints import Fingerprints
from withhold.index.snapshot import Snapshot
from withhold.index.telling import told_of_writing
from withhold.model.ports import Catalogue
from withhold.model.segments import Change
from withhold.model.stored import StoredConversation
from withhold.support.locks import held
from withhold.support.storage import Disk, Storage

if TYPE_CHECKING:
    from withhold.index.groups import Resumed
    from withhold.index.writer import Writer

LOCK = "lock"
GRACE_SECONDS = 3600.0
"""How long files stay after they have ceased to count: whoever began to read before may go on so long."""


class Index:
    """Segments in ``folder``; the ``catalogue`` is the truth about which of them count."""

    def __init__(
        self,
        folder: Path,
        catalogue: Catalogue,
        key: bytes,
        resumed: "Resumed",
        *,
        storage: Storage | None = None,
        busy_seconds: float = 30.0,
    ) -> None:
        self.folder = folder
        self._catalogue = catalogue
        self._fingerprints = Fingerprints(key)
        self._resumed = resumed
        self._storage = storage or Disk()
        self._busy_seconds = busy_seconds

    def snapshot(self) -> Snapshot:
        """What counts now. Close it when done."""
        return Snapshot(self.folder, self._catalogue.listing())

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Be the one writer, and remove what an earlier one left. ``StateBusy`` if another stays it."""
        with told_of_writing(self.folder):
            self._storage.make_dir(self.folder)
        with held(self.folder / LOCK, doing="importing", timeout=self._busy_seconds):
            self.collect()
            yield

    def writer(self, source: int) -> "Writer":
        """Takes the conversations of a source. Only within :meth:`writing`."""
        from withhold.index.writer import Writer

        return Writer(
            self.folder,
            self._catalogue.listing(),
            source,
            fingerprints=self._fingerprints,
            resumed=self._resumed,
            storage=self._storage,
        )

    @contextmanager
    def taking(self, source: int) -> "Iterator[Writer]":
        """A :meth:`writer` whose files go if the block raises."""
        writer = self.writer(source)
        try:
            yield writer
        except BaseException:
            writer.abandon()
            raise

    def moved(self, stored: Iterable[StoredConversation]) -> Change:
        """Conversations that lay elsewhere, as one segment (``moving.py``); the caller commits it."""
        from withhold.index.moving import moved

        with self.writing():
            return moved(
                self.folder,
                stored,
                number=self._catalogue.listing().next_segment,
                fingerprints=self._fingerprints,
                resumed=self._resumed,
                storage=self._storage,
            )

    def tidy(self) -> None:
        """Compact what is worth it, in a commit of its own. Only within :meth:`writing`."""
        from withhold.index.compact import compacted, worth_compacting

        listing = self._catalogue.listing()
        chosen = worth_compacting(listing)
        if chosen:
            with told_of_writing(self.folder):
                self._catalogue.commit(compacted(self.folder, listing, chosen, self._storage))

    def forget(self, keys: frozenset[int]) -> None:
        """Write the segments that hold these conversations anew without them, and remove the old files at
        once.

        A reader that is at work meanwhile may miss a file; nothing of the conversations is kept for its sake.
        Only within :meth:`writing`.
        """
        from withhold.index.forgetting import holding

        held = holding(self.snapshot(), keys)
        if not held:
            return
        with told_of_writing(self.folder):
            self._catalogue.commit(Change(supersede=held))
            listing = self._catalogue.listing()
            chosen = tuple(s for s in listing.segments if s.id in held)
            from withhold.index.compact import compacted

            self._catalogue.commit(compacted(self.folder, listing, chosen, self._storage, without=keys))
        self.collect(grace=0)

    def also_held(
        self, keys: Collection[int], names: Collection[tuple[str, str]]
    ) -> frozenset[tuple[str, str]]:
        """Those of ``names`` (provider, its id) that a conversation other than those of ``keys`` has too."""
        from withhold.index.forgetting import also_held

        with closing(self.snapshot()) as snapshot:
            return also_held(snapshot, keys, names)

    def seen_in(self) -> frozenset[int]:
        """The sources that show a conversation which is still here."""
        from withhold.index.forgetting import seen_in

        with closing(self.snapshot()) as snapshot:
            return seen_in(snapshot)

    def collect(self, *, grace: float = GRACE_SECONDS) -> frozenset[str]:
        """Remove files that no commit names, and those that ceased to count long ago; returns their names.

        Only within :meth:`writing`: nobody else can be about to commit a file then.
        """
        listing = self._catalogue.listing()
        live = {file.name for segment in listing.segments for file in segment.files}
        over = self._catalogue.retired_before(grace)
        there = {path.name for path in self.folder.iterdir() if not path.name.startswith(LOCK)}
        gone = frozenset(there - live - (listing.retired - over))
        with told_of_writing(self.folder):
            for name in sorted(gone):
                self._storage.remove(self.folder / name)
        self._catalogue.forget(over)
        return gone
