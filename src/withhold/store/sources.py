"""What was imported: one source for each export or transcript folder as it was at one time."""

from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from withhold.model.columns import instant, micros
from withhold.model.conversation import Conversation, Unrecognised
from withhold.model.when import When
from withhold.model.words import Kind
from withhold.store.codec import maybe_bounds, maybe_when
from withhold.store.sqlite import Database, Row
from withhold.support.errors import UsageProblem


@dataclass(slots=True)
class Counts:
    """What a source holds. ``human`` and ``model`` count messages, the others conversations."""

    conversations: int = 0
    human: int = 0
    model: int = 0
    feedback: int = 0
    shared: int = 0

    def count(self, conversation: Conversation) -> None:
        self.conversations += 1
        self.human += conversation.human
        self.model += conversation.model
        self.feedback += bool(conversation.feedback)
        self.shared += conversation.shared is True


@dataclass(frozen=True, slots=True)
class NewSource:
    """A source about to be imported. ``sha256`` names its bytes: the same bytes are the same source.

    ``label`` is its path for people. ``covers`` are the kinds of which it claims to hold every conversation
    the account had at ``exported_at``; a source that claims nothing says nothing by what is not in it.
    """

    label: str
    sha256: str
    format: str
    account_ref: str | None = None
    exported_at: When | None = None
    covers: frozenset[Kind] = frozenset()


@dataclass(frozen=True, slots=True)
class Source:
    """An imported source. ``imported_at`` is when it was first imported (UTC)."""

    id: int
    label: str
    sha256: str
    format: str
    imported_at: datetime
    exported_at: When | None
    account_ref: str | None
    covers: frozenset[Kind]
    counts: Counts
    unrecognised: tuple[Unrecognised, ...] = field(repr=False)
    warnings: tuple[str, ...] = field(repr=False)


_COLUMNS = (
    "id, label, sha256, format, imported_at, exported_earliest, exported_latest, account_ref, covers,"
    " counts, unrecognised, warnings"
)


class Sources:
    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> tuple[Source, ...]:
        """All sources in the order of their first import."""
        return tuple(
            _source(row)
            for row in self._database.rows(f"SELECT {_COLUMNS} FROM sources ORDER BY id")  # noqa: S608
        )

    def get(self, source_id: int) -> Source:
        """Raises ``UsageProblem`` if there is no such source."""
        row = self._database.first(f"SELECT {_COLUMNS} FROM sources WHERE id = ?", source_id)  # noqa: S608
        if row is None:
            raise UsageProblem(f"there is no source {source_id}")
        return _source(row)

    def reserve(self, source: NewSource, now: datetime) -> tuple[int, datetime]:
        """The id of this source and when it was first imported: earlier, if these bytes were, or now.

        Nothing is written: only who holds the index's lock may take a new id.
        """
        row = self._database.first(
            "SELECT id, imported_at FROM sources WHERE sha256 = ? AND format = ?",
            source.sha256,
            source.format,
        )
        if row is not None:
            return int(row[0]), instant(row[1])
        last = self._database.first("SELECT ifnull(max(id), 0) FROM sources")
        assert last is not None  # noqa: S101 - an aggregate has one row
        return int(last[0]) + 1, now

    def put(self, new: Source) -> None:
        """Put down what an import found; it replaces what an earlier one of the same bytes found."""
        self._database.run(
            f"INSERT INTO sources ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
            " ON CONFLICT (id) DO UPDATE SET label = excluded.label,"
            " exported_earliest = excluded.exported_earliest, exported_latest = excluded.exported_latest,"
            " account_ref = excluded.account_ref, covers = excluded.covers, counts = excluded.counts,"
            " unrecognised = excluded.unrecognised, warnings = excluded.warnings",
            new.id,
            new.label,
            new.sha256,
            new.format,
            micros(new.imported_at),
            *maybe_bounds(new.exported_at),
            new.account_ref,
            msgspec.json.encode(sorted(new.covers)).decode(),
            msgspec.json.encode(new.counts),
            msgspec.json.encode(new.unrecognised),
            msgspec.json.encode(new.warnings),
        )


def _source(row: Row) -> Source:
    identity, label, sha256, form, imported, earliest, latest, ref, covers, counts, strange, warnings = row
    return Source(
        id=identity,
        label=label,
        sha256=sha256,
        format=form,
        imported_at=instant(imported),
        exported_at=maybe_when(earliest, latest),
        account_ref=ref,
        covers=msgspec.json.decode(covers, type=frozenset[Kind]),
        counts=msgspec.json.decode(counts, type=Counts),
        unrecognised=msgspec.json.decode(strange, type=tuple[Unrecognised, ...]),
        warnings=msgspec.json.decode(warnings, type=tuple[str, ...]),
    )
