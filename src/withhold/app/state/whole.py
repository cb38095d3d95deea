"""The whole state: the database, which is the truth, and the index, whose segments the database lists."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

from withhold.app.imports.batch import Batch
from withhold.model.columns import micros
from withhold.model.conversation import Deletion
from withhold.model.ports import Catalogue, Clock
from withhold.model.segments import Change
from withhold.model.stored import StoredConversation
from withhold.model.words import Kind
from withhold.store.database import Store
from withhold.store.sources import NewSource, Source
from withhold.store.sqlite import BUSY_SECONDS
from withhold.support.errors import Undetermined, UsageProblem
from withhold.support.paths import StateHome

if TYPE_CHECKING:
    from withhold.index.conversations import Kept, Wanted
    from withhold.index.index import Index
    from withhold.index.snapshot import Snapshot
    from withhold.support.storage import Storage


class State(Store):
    """Everything that is known, in the types of ``model``. For one thread; any number of processes at once.

    All methods may raise ``StateBusy`` or ``EnvironmentProblem``. Each write is durable when it returns;
    readers never wait and see whole imports only.
    """

    index: "Index"

    @classmethod
    def open(
        cls,
        home: StateHome,
        clock: Clock,
        tool_version: str,
        *,
        busy_seconds: float = BUSY_SECONDS,
        storage: "Storage | None" = None,
    ) -> Self:
        """Open the state in ``home``, which must be prepared; make it if there is none.

        An older state is migrated after a backup. Raises ``StateTooNew`` for a newer one. Tests hand in
        their own ``storage``.
        """

        def index_of(catalogue: Catalogue, key: bytes) -> "Index":
            from withhold.index.index import Index
            from withhold.sources.resume import resumed_in

            return Index(home.index, catalogue, key, resumed_in, storage=storage, busy_seconds=busy_seconds)

        def mover(stored: Iterable[StoredConversation], key: bytes, catalogue: Catalogue) -> Change:
            return index_of(catalogue, key).moved(stored)

        state = cls.open_with(home, clock, tool_version, mover=mover, busy_seconds=busy_seconds)
        state.index = index_of(state.catalogue, state.key)
        return state

    def snapshot(self) -> "Snapshot":
        """The live rows of the index as of now, for work in bulk; close it when done."""
        return self.index.snapshot()

    @contextmanager
    def importing(self, source: NewSource) -> Iterator[Batch]:
        """Import one source: ``with state.importing(source) as batch: batch.add(conversation)``.

        Nothing is visible to others, or kept, until the block ends well. Nobody else can import meanwhile.
        """
        with self.index.writing():
            number, imported_at = self.reserve_source(source)
            with self.index.taking(number) as writer:
                batch = Batch(source, writer, number, imported_at)
                yield batch
                batch.commit(self, batch.finish())
            self.index.tidy()

    def conversations(
        self, account: str | None = None, provider: str | None = None, kind: Kind | None = None
    ) -> Iterator[StoredConversation]:
        """Conversations in the order in which they were first read, one in memory at a time.

        ``account`` is an account's id. All are as of the first, whatever is imported meanwhile.
        """
        from withhold.index.conversations import Wanted

        refs = None if account is None else self.refs(account)
        return self._read(Wanted(refs, provider, kind))

    def with_keys(self, keys: Sequence[int]) -> Iterator[StoredConversation]:
        """The conversations of these keys (``index.schema.key_of``), as :meth:`conversations` gives them."""
        if not keys:
            return iter(())
        from withhold.index.conversations import Wanted

        return self._read(Wanted(keys=keys))

    def count(self, account: str | None = None) -> int:
        """How many conversations there are, or how many an account has."""
        with self.reading():
            refs = None if account is None else self.refs(account)
            snapshot = self.snapshot()
        try:
            if refs is None:
                return snapshot.count()
            from withhold.index.conversations import Wanted, matching

            return matching(snapshot, Wanted(refs))
        finally:
            snapshot.close()

    def lost_files(self) -> int:
        """Files that the index counts on and that are not there as they were; their bytes are not read."""
        files = [file for segment in self.catalogue.listing().segments for file in segment.files]
        return sum(not _is_as_it_was(self.index.folder / file.name, file.size) for file in files)

    def conversation(self, prefix: str) -> StoredConversation:
        """The conversation whose id begins with ``prefix``; ``UsageProblem`` unless there is exactly one."""
        from withhold.index.conversations import Wanted

        found = list(self._read(Wanted(prefix=prefix)))
        if len(found) == 1:
            return found[0]
        many = f"{len(found)} conversations have ids that begin with '{prefix}'"
        what = many if found else f"no conversation has an id that begins with '{prefix}'"
        raise UsageProblem(what, next_step="see 'withhold exposure' for the ids")

    def absent_since(self, account: str, newer_source: int) -> Iterator[StoredConversation]:
        """Conversations of an account that older exports show and ``newer_source`` does not.

        Only those whose every source was surely made before it: what may be as new is left out. Nothing
        here tells *why* one is missing, and one that the reader could not read is missing too: look at
        ``source(newer_source).unrecognised`` first. Raises ``Undetermined`` where the source does not claim
        to be complete, is of another or an unknown account, or does not tell when it was made.
        """
        refs, newer = self.refs(account), self.source(newer_source)
        _require_telling(refs, newer)
        return self._absent(account, newer)

    def _absent(self, account: str, newer: Source) -> Iterator[StoredConversation]:
        assert newer.exported_at is not None  # noqa: S101 - asked for before
        made = {
            s.id: micros(s.imported_at if s.exported_at is None else s.exported_at.latest)
            for s in self.sources()
        }
        before = micros(newer.exported_at.earliest)
        for stored in self.conversations(account):
            if stored.conversation.kind not in newer.covers or newer.id in stored.sources:
                continue
            if max(made.get(source, before + 1) for source in stored.sources) <= before:
                yield stored

    def add_deletion(self, conversation: str, deletion: Deletion, record: str | None = None) -> None:
        """Put down that a conversation (id or prefix) was deleted; ``record`` is the evidence of it."""
        from withhold.index.schema import key_of

        self.facts.add_deletion(key_of(self.conversation(conversation).id), deletion, record)

    def _read(self, wanted: "Wanted") -> Iterator[StoredConversation]:
        from withhold.index.conversations import read

        with self.reading():
            snapshot = self.snapshot()
            whole = _Whole(self)
        try:
            for kept in read(snapshot, wanted):
                yield whole(kept)
        finally:
            snapshot.close()


def _is_as_it_was(path: Path, size: int) -> bool:
    return path.is_file() and path.stat().st_size == size


class _Whole:
    """Puts what the database knows, as of one moment, to conversations of the index."""

    def __init__(self, store: Store) -> None:
        self._exports = {s.id: s.exported_at for s in store.sources() if s.exported_at is not None}
        self._deletions = store.facts.deletions()
        self._repeats = store.facts.sent_again()

    def __call__(self, kept: "Kept") -> StoredConversation:
        from withhold.index.schema import id_of

        c = kept.conversation
        exports = [self._exports[source] for source in kept.sources if source in self._exports]
        return StoredConversation(
            id=id_of(kept.key),
            conversation=replace(c, deletion=self._deletions.get(kept.key)),
            sources=kept.sources,
            first_seen=min(exports, default=None),
            last_seen=max(exports, key=lambda at: (at.latest, at.earliest), default=None),
            sent_again=self._repeats.get((c.provider_id, c.source_id), ()),
        )


def _require_telling(refs: Sequence[str], newer: Source) -> None:
    if newer.account_ref not in refs:
        raise Undetermined(f"{newer.label} is not known to be an export of this account")
    if not newer.covers:
        raise Undetermined(f"{newer.label} does not claim to be complete: what it lacks may still be there")
    if newer.exported_at is None:
        raise Undetermined("the source does not tell when it was made, so nothing is missing from it")
