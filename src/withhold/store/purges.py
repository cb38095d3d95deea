"""Chosen sets of conversations to be deleted, and how far that has come."""

from dataclasses import dataclass
from datetime import datetime

from withhold.model.columns import instant, micros
from withhold.model.when import When
from withhold.model.words import Known
from withhold.store.codec import maybe_bounds, maybe_when
from withhold.store.sqlite import Database, Row
from withhold.support.errors import UsageProblem

OPEN = ("chosen", "intended", "requested")
"""States in which a conversation may still be shown by the provider."""


@dataclass(frozen=True, slots=True)
class PurgeItem:
    """One conversation of a purge. ``gone``: within which span it left the history, as ``known``.

    ``kept_until``: the latest day that the terms state for the back-end. ``absent_from`` names the export
    (its SHA-256) that was the first to lack it, made at ``absent_at`` at the latest.
    """

    purge: int
    place: int
    conversation: str
    source_id: str
    state: str
    gone: When | None = None
    known: Known | None = None
    record: str | None = None
    kept_until: datetime | None = None
    absent_from: str | None = None
    absent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Purge:
    """A set of conversations of one account. ``url`` is the provider's address where it was done."""

    id: int
    account_id: str
    begun: datetime
    mode: str
    url: str | None
    items: tuple[PurgeItem, ...]


_ITEM = (
    "purge, place, conversation, source_id, state, earliest, latest, known, record, kept_until, absent_from,"
    " absent_at"
)


class Purges:
    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(
        self, account_id: str, chosen: tuple[tuple[str, str], ...], at: datetime, mode: str, url: str | None
    ) -> Purge:
        """Put down a new set; ``chosen`` holds our id and the provider's of each, in order."""
        with self._database.transaction():
            row = self._database.first("SELECT ifnull(max(id), 0) + 1 FROM purges")
            assert row is not None  # noqa: S101 - an aggregate has one row
            number = int(row[0])
            self._database.run(
                "INSERT INTO purges VALUES (?, ?, ?, ?, ?)", number, account_id, micros(at), mode, url
            )
            for place, (conversation, source_id) in enumerate(chosen):
                self._database.run(
                    "INSERT INTO purge_items (purge, place, conversation, source_id, state)"
                    " VALUES (?, ?, ?, ?, 'chosen')",
                    number,
                    place,
                    conversation,
                    source_id,
                )
        return self.get(number)

    def all(self) -> tuple[Purge, ...]:
        """All sets, oldest first."""
        numbers = [n for (n,) in self._database.rows("SELECT id FROM purges ORDER BY id")]
        return tuple(self.get(n) for n in numbers)

    def get(self, number: int) -> Purge:
        """Raises ``UsageProblem`` if there is no such set."""
        row = self._database.first("SELECT id, account_id, begun, mode, url FROM purges WHERE id = ?", number)
        if row is None:
            raise UsageProblem(f"there is no purge {number}", next_step="withhold purge list")
        items = self._database.rows(
            f"SELECT {_ITEM} FROM purge_items WHERE purge = ? ORDER BY place",  # noqa: S608 - our words
            number,
        )
        return Purge(row[0], row[1], instant(row[2]), row[3], row[4], tuple(_item(i) for i in items))

    def put(self, item: PurgeItem) -> None:
        """The item is now what is given here."""
        self._database.run(
            "UPDATE purge_items SET state = ?, earliest = ?, latest = ?, known = ?, record = ?,"
            " kept_until = ?, absent_from = ?, absent_at = ? WHERE purge = ? AND place = ?",
            item.state,
            *maybe_bounds(item.gone),
            item.known,
            item.record,
            None if item.kept_until is None else micros(item.kept_until),
            item.absent_from,
            None if item.absent_at is None else micros(item.absent_at),
            item.purge,
            item.place,
        )


def _item(row: Row) -> PurgeItem:
    purge, place, ours, source_id, state, earliest, latest, known, record, until, absent, absent_at = row
    return PurgeItem(
        purge=purge,
        place=place,
        conversation=ours,
        source_id=source_id,
        state=state,
        gone=maybe_when(earliest, latest),
        known=None if known is None else Known(known),
        record=record,
        kept_until=None if until is None else instant(until),
        absent_from=absent,
        absent_at=None if absent_at is None else instant(absent_at),
    )
