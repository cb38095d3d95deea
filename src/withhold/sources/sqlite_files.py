"""SQLite files of other programs, read without a trace.

A file whose journal holds something, or that lies in an archive, is copied with its journal to a private
folder and read there; any other one is opened in place as immutable. Neither way writes beside the original.
"""

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from withhold.model.conversation import Unrecognised
from withhold.sources.interface import Damaged, Entry, Limits, Shape, Stream
from withhold.sources.open import open_file
from withhold.support.temporary import claimed, delete_abandoned

MAGIC = b"SQLite format 3\x00"
JOURNALS = ("-wal", "-journal")
BESIDE = (*JOURNALS, "-shm")
_CHUNK = 1 << 20
STEPS_PER_BYTE = 8
"""Steps of SQLite that a statement may take for each byte of the file. A whole scan takes 1 to 2."""
STEPS = 5_000_000
"""Steps that it may take however small the file is."""
_LOOKED_AT = 10_000


class Bounded(sqlite3.Connection):
    """A connection whose statements end: in a damaged file, pages may lead in circles."""

    _most = _left = STEPS

    def bound(self, size: int) -> None:
        """Allow each statement as many steps as a file of ``size`` bytes can need."""
        self._most = STEPS + STEPS_PER_BYTE * size
        self.set_progress_handler(self._is_too_long, _LOOKED_AT)

    def execute(self, *arguments: Any) -> sqlite3.Cursor:
        self._left = self._most
        return super().execute(*arguments)

    def _is_too_long(self) -> int:
        self._left -= _LOOKED_AT
        return int(self._left < 0)


COPIES = "withhold-copy-"
"""Begins the names of temporary folders for databases."""
REFUSALS = (sqlite3.Error, UnicodeDecodeError)
"""What reading a damaged file ends in: a message of SQLite that quotes the file may itself be no text."""


def is_sqlite(shape: Shape) -> bool:
    """Whether an entry begins as every SQLite file does."""
    return shape.form == "other" and shape.head.startswith(MAGIC)


def is_beside(entry: Entry) -> bool:
    """Whether an entry has the name of a journal: it is read with its database."""
    return entry.name.endswith(BESIDE)


@contextmanager
def opened_db(entry: Entry, limits: Limits) -> Iterator[sqlite3.Connection]:
    """A database to read, with what its journal holds.

    Raises :class:`~withhold.sources.interface.Damaged` where it cannot be read.
    """
    with _own_folder() as folder:
        path, in_place = _placed(entry, folder)
        more = "mode=ro&immutable=1" if in_place else "mode=rw"
        connection = None
        try:
            connection = sqlite3.connect(f"file:{quote(path.as_posix())}?{more}", uri=True, factory=Bounded)
            connection.bound(_size_of(path))
            _harden(connection, limits)
            yield connection
        except REFUSALS as error:
            raise Damaged(f"this database cannot be read: {str(error)[:120]}") from error
        finally:
            if connection is not None:
                connection.close()


@contextmanager
def _own_folder() -> Iterator[Path]:
    """For copies of somebody's conversations: what a killed command left of one is deleted by the next."""
    where = Path(tempfile.gettempdir())
    delete_abandoned(COPIES, where)
    folder, lock = claimed(COPIES, where)
    try:
        yield folder
    finally:
        lock.release()
        shutil.rmtree(folder, ignore_errors=True)


def _size_of(path: Path) -> int:
    """Bytes of a database and its journals."""
    files = (path, *(path.with_name(path.name + ending) for ending in JOURNALS))
    return sum(file.stat().st_size for file in files if file.is_file())


def _placed(entry: Entry, folder: Path) -> tuple[Path, bool]:
    beside = _journals(entry)
    if entry.on_disk is not None and not beside:
        return entry.on_disk.absolute(), True
    if shutil.disk_usage(folder).free < 2 * entry.size:
        raise Damaged("there is no room to copy this database and its journal")
    _copy(entry.open, folder / "copy.db")
    for opener, ending in beside:
        _copy(opener, folder / f"copy.db{ending}")
    return folder / "copy.db", False


def _journals(entry: Entry) -> list[tuple[Callable[[], Stream], str]]:
    """Journals that hold something: beside the file on disk, given or not, else beside it in its archive."""
    if entry.on_disk is not None:
        named = [(entry.on_disk.with_name(entry.on_disk.name + ending), ending) for ending in JOURNALS]
        return [(partial(open_file, path), ending) for path, ending in named if _holds_something(path)]
    return [
        (journal.open, ending)
        for ending in JOURNALS
        for journal in entry.journals
        if journal.path == entry.path + ending and journal.size
    ]


def _holds_something(path: Path) -> bool:
    return not path.is_symlink() and path.is_file() and path.stat().st_size > 0


def _copy(opener: Callable[[], Stream], to: Path) -> None:
    stream = opener()
    try:
        with to.open("xb") as out:
            while chunk := stream.read(_CHUNK):
                out.write(chunk)
    except OSError as error:
        raise Damaged(f"this database cannot be copied: {error.strerror}") from error
    finally:
        stream.close()


def _harden(connection: sqlite3.Connection, limits: Limits) -> None:
    """A file of unknown origin may not run code, write, or fill the memory."""
    connection.execute("PRAGMA query_only = ON")
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, limits.item_bytes)
    connection.text_factory = lambda data: data.decode("utf-8", "replace")


def columns(connection: sqlite3.Connection, table: str) -> frozenset[str]:
    """The columns of a plain table; none for a view, a virtual table, or what is not there."""
    found = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name = ? AND sql NOT LIKE 'CREATE VIRTUAL%'",
        (table,),
    ).fetchone()
    if found is None:
        return frozenset()
    return frozenset(row[0] for row in connection.execute("SELECT name FROM pragma_table_info(?)", (table,)))


def has_columns(entry: Entry, wanted: dict[str, frozenset[str]], limits: Limits) -> bool:
    """Whether a database has these tables with at least these columns; ``False`` if it cannot be read."""
    try:
        with opened_db(entry, limits) as connection:
            return all(needed <= columns(connection, table) for table, needed in wanted.items())
    except Damaged:
        return False


def rows_of(
    connection: sqlite3.Connection,
    table: str,
    wanted: Sequence[str],
    place: str,
    *,
    where: tuple[str, object] | None = None,
) -> Iterator[dict[str, object] | Unrecognised]:
    """The rows of a table in their order, fetched one by one; a row that cannot be read costs itself.

    ``where`` is a column and its value. Names of tables and columns come from this code, never from the file.
    """
    names = ", ".join(f'"{column}"' for column in wanted)
    only, values = ("", ()) if where is None else (f' WHERE "{where[0]}" = ?', (where[1],))
    listing = f'SELECT rowid FROM "{table}"{only} ORDER BY rowid'  # noqa: S608 - names of this code
    one = f'SELECT {names} FROM "{table}" WHERE rowid = ?'  # noqa: S608 - names of this code
    before: int | None = None
    for (rowid,) in connection.execute(listing, values):
        if before is not None and rowid <= before:
            raise sqlite3.DatabaseError(f"the rows of {table} lead in circles")
        before = rowid
        try:
            row = connection.execute(one, (rowid,)).fetchone()
        except REFUSALS as error:
            yield Unrecognised(f"{place}: {table} {rowid}", f"a row that cannot be read: {str(error)[:120]}")
            continue
        if row is not None:
            yield dict(zip(wanted, row, strict=True))
