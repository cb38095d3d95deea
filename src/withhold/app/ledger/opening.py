"""Opening the index to judge all of it: one moment of index and database, one grid, what is judged apart."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from withhold.app.bootstrap import Services
from withhold.app.ledger.gone import Absences
from withhold.app.ledger.joining import Ledger
from withhold.app.ledger.sweep import Sweep
from withhold.index.bulk.bulk import Bulk
from withhold.index.bulk.grid import Grid
from withhold.index.bulk.kept import Shelf
from withhold.model.account import Account

if TYPE_CHECKING:
    from withhold.index.snapshot import Snapshot

DERIVED = "derived"
"""Folder of the state for what can be made again from the rest of it."""


@contextmanager
def snapshot_of(services: Services) -> "Iterator[Snapshot]":
    """The index and the database as of one moment."""
    with services.store.reading():
        snapshot = services.store.snapshot()
        try:
            yield snapshot
        finally:
            snapshot.close()


@contextmanager
def sweep(
    services: Services, ledger: Ledger, accounts: tuple[Account, ...], now: datetime
) -> Iterator[Sweep]:
    """Everything in the state, judged as of ``now``."""
    with snapshot_of(services) as snapshot:
        bulk = bulk_of(services, snapshot)
        try:
            yield Sweep(
                bulk,
                ledger,
                grid_of(bulk, (ledger,)),
                now,
                odd=odd_keys(services, bulk),
                read=services.store.with_keys,
                absences=Absences(accounts, services.store.sources()),
                kinds=services.store.findings.kinds(),
            )
        finally:
            bulk.close()


def bulk_of(services: Services, snapshot: "Snapshot") -> Bulk:
    """The bulk room over a snapshot, with what it has kept in the state."""
    return Bulk(snapshot, Shelf(services.home.root / DERIVED), services.progress)


def grid_of(bulk: Bulk, ledgers: Iterable[Ledger]) -> Grid:
    """One grid for all regime tables that conversations of the index are judged by."""
    placed = (ledger.place(*part) for ledger in ledgers for part in bulk.parts())
    return Grid.of({id(p.judge.table): p.judge.table for p in placed if p.judge is not None}.values())


def odd_keys(services: Services, bulk: Bulk) -> frozenset[int]:
    """Conversations of which the database knows something that no group carries."""
    facts = services.store.facts
    return frozenset(facts.deletions()) | bulk.keys_of(facts.sent_again())
