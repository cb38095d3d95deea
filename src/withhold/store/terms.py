"""Pages with terms as they were last seen, and the changes of them that matter."""

from datetime import datetime

from withhold.model.columns import instant, micros
from withhold.model.terms_change import TermsChange, TermsPage
from withhold.model.when import When
from withhold.store.sqlite import Database, Row
from withhold.support.errors import UsageProblem

_CHANGE = "id, provider_id, url, earliest, latest, topics, controls, products, entries, record, read_at"


class TermsWatched:
    """For one thread. Lists of ids are kept as words with spaces between: no id has one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def pages(self) -> dict[str, TermsPage]:
        """Every page that was ever asked for, by address."""
        rows = self._database.rows(
            "SELECT url, provider_id, tried_at, outcome, etag, last_modified, seen_at, record"
            " FROM terms_pages"
        )
        return {row[0]: _page(row) for row in rows}

    def put_page(self, page: TermsPage) -> None:
        """Make the page what is given here."""
        self._database.run(
            "INSERT OR REPLACE INTO terms_pages"
            " (url, provider_id, tried_at, outcome, etag, last_modified, seen_at, record)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            page.url,
            page.provider_id,
            micros(page.tried_at),
            page.outcome,
            page.etag,
            page.last_modified,
            None if page.seen_at is None else micros(page.seen_at),
            page.record,
        )

    def add_change(self, change: TermsChange, page: TermsPage) -> None:
        """Put down a change together with the page as it is now: both, or neither."""
        with self._database.transaction():
            self._database.run(
                f"INSERT INTO terms_changes ({_CHANGE}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - our words
                change.id,
                change.provider_id,
                change.url,
                micros(change.when.earliest),
                micros(change.when.latest),
                *(" ".join(ids) for ids in (change.topics, change.controls, change.products, change.entries)),
                change.record,
                None if change.read_at is None else micros(change.read_at),
            )
            self.put_page(page)

    def changes(self, provider_id: str | None = None) -> tuple[TermsChange, ...]:
        """Every change that matters, oldest first; of one provider, where one is given."""
        rows = self._database.rows(
            f"SELECT {_CHANGE} FROM terms_changes WHERE ? IS NULL OR provider_id = ? ORDER BY latest, id",  # noqa: S608
            provider_id,
            provider_id,
        )
        return tuple(_change(row) for row in rows)

    def mark_read(self, change_id: str, at: datetime) -> None:
        """The person has read what changed. Raises ``UsageProblem`` unless one change begins with that id."""
        found = [c.id for c in self.changes() if change_id and c.id.startswith(change_id)]
        if len(found) != 1:
            raise UsageProblem(
                f"{len(found) or 'no'} changes of terms have an id that begins with '{change_id}'",
                next_step="see 'withhold watch terms --list' for the ids",
            )
        self._database.run("UPDATE terms_changes SET read_at = ? WHERE id = ?", micros(at), found[0])


def _page(row: Row) -> TermsPage:
    url, provider, tried, outcome, etag, modified, seen, record = row
    seen_at = None if seen is None else instant(seen)
    return TermsPage(url, provider, instant(tried), outcome, etag, modified, seen_at, record)


def _change(row: Row) -> TermsChange:
    identity, provider, url, earliest, latest, topics, controls, products, entries, record, read = row
    return TermsChange(
        identity,
        provider,
        url,
        When(instant(earliest), instant(latest)),
        tuple(topics.split()),
        tuple(controls.split()),
        tuple(products.split()),
        tuple(entries.split()),
        record,
        None if read is None else instant(read),
    )
