"""What tables an SQLite file has, asked once a file although several readers want to know."""

from collections.abc import Mapping
from functools import lru_cache

from withhold.sources.interface import Damaged, Entry, Limits
from withhold.sources.sqlite_files import columns, opened_db

MOST_TABLES = 500


def tables_of(entry: Entry) -> Mapping[str, frozenset[str]]:
    """The columns of each plain table; none where the file cannot be read.

    A database of many gigabytes with a journal has to be copied to be read, so the answer is kept while the
    readers ask in turn.
    """
    return _tables(entry)


@lru_cache(maxsize=2)
def _tables(entry: Entry) -> Mapping[str, frozenset[str]]:
    try:
        with opened_db(entry, Limits()) as connection:
            listing = "SELECT name FROM sqlite_master WHERE type = 'table' LIMIT ?"
            names = [str(row[0]) for row in connection.execute(listing, (MOST_TABLES,))]
            return {table: columns(connection, table) for table in names}
    except Damaged:
        return {}


def has_tables(entry: Entry, wanted: Mapping[str, frozenset[str]]) -> bool:
    """Whether a database has these tables with at least these columns."""
    found = tables_of(entry)
    return all(needed <= found.get(table, frozenset()) for table, needed in wanted.items())
