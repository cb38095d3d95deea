"""What was imported: one source for each export or transcript folder as it was at one time."""

from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from withhold.model.columns import instant, micros
from withhold.model.conversation import Conversation, Unrecognised
from withhold.model.when import When
from withhold.model.words import Author, Kind
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
        self.human += sum(m.author is Author.HUMAN for m in conversation.messages)
        self.model += sum(m.author is Author.MODEL for m in conversation.messages)
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

    def begin(self, source: NewSource, now: datetime) -> int:
        """The row of this source, made now or by an earlier import of the same bytes."""
        self._database.run(
            "INSERT OR IGNORE INTO sources"
            " (label, sha256, format, imported_at, counts, unrecognised, warnings)"
            " VALUES (?, ?, ?, ?, '{}', '[]', '[]')",
            source.label,
            source.sha256,
            source.format,
            micros(now),
        )
        row = self._database.first(
            "SELECT id FROM sources WHERE sha256 = ? AND format = ?", source.sha256, source.format
        )
        assert row is not None  # noqa: S101 - it was inserted or was there
        return int(row[0])

    def finish(
        self,
        source_id: int,
        source: NewSource,
        counts: Counts,
        unrecognised: tuple[Unrecognised, ...],
        warnings: tuple[str, ...],
    ) -> None:
        """Put down what the import found; it replaces what an earlier one of the same bytes found."""
        self._database.run(
            "UPDATE sources SET label = ?, exported_earliest = ?, exported_latest = ?, account_ref = ?,"
            " covers = ?, counts = ?, unrecognised = ?, warnings = ? WHERE id = ?",
            source.label,
            *maybe_bounds(source.exported_at),
            source.account_ref,
            msgspec.json.encode(sorted(source.covers)).decode(),
            msgspec.json.encode(counts),
            msgspec.json.encode(unrecognised),
            msgspec.json.encode(warnings),
            source_id,
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
