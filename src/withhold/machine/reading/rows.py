"""Single values of a tool's SQLite file. Nothing on the disk changes: no lock, no journal, no shared memory.

A database whose latest writes still stand in its write-ahead log is put together in memory. One with a hot
rollback journal, or too large for that, is :class:`Broken`: what it says may be out of date.
"""

import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from withhold.machine.reading.documents import Broken

LARGEST_WITH_LOG = 512 << 20
"""Bytes of a database that is put together with its log in memory."""
_FRAME = 24
_HEAD = 32
_NAME = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")


def value(path: Path, table: str, key_column: str, value_column: str, key: str | int) -> Any:
    """The one value, ``None`` if there is no such row. Raises :class:`Broken`."""
    for name in (table, key_column, value_column):
        if not set(name) <= _NAME:
            raise Broken("its pack names a table that cannot be")
    query = f"SELECT {value_column} FROM {table} WHERE {key_column} = ? LIMIT 2"  # noqa: S608 - checked above
    try:
        with _opened(path) as database:
            rows = database.execute(query, (key,)).fetchall()
    except (sqlite3.Error, OSError, struct.error, MemoryError):
        raise Broken("its table cannot be read") from None
    if len(rows) > 1:
        raise Broken("a row stands in it twice")
    return rows[0][0] if rows else None


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    journal = path.with_name(path.name + "-journal")
    log = path.with_name(path.name + "-wal")
    if journal.is_file() and journal.stat().st_size > 0:
        raise Broken("another program is writing to it")
    if log.is_file() and log.stat().st_size > _HEAD:
        with closing(sqlite3.connect(":memory:")) as memory:
            memory.deserialize(bytes(_with_log(path, log)))
            yield memory
        return
    address = f"file:{quote(str(path.absolute()))}?mode=ro&immutable=1"
    with closing(sqlite3.connect(address, uri=True)) as database:
        yield database


def _with_log(path: Path, log: Path) -> bytearray:
    """The database after all committed frames of its log (https://sqlite.org/fileformat2.html#walformat)."""
    if path.stat().st_size + log.stat().st_size > LARGEST_WITH_LOG:
        raise Broken("it is too large to be read with its log")
    pages = bytearray(path.read_bytes())
    frames = log.read_bytes()
    magic, _, size, _, salt1, salt2 = struct.unpack_from(">6I", frames)
    if magic not in {0x377F0682, 0x377F0683}:
        raise Broken("its log cannot be read")
    order = ">" if magic & 1 else "<"
    sums = _checksum(order, frames[:24], (0, 0))
    if sums != struct.unpack_from(">2I", frames, 24):
        raise Broken("its log cannot be read")
    pending: list[tuple[int, bytes]] = []
    for at in range(_HEAD, len(frames) - _FRAME - size + 1, _FRAME + size):
        number, total, frame1, frame2 = struct.unpack_from(">4I", frames, at)
        body = frames[at + _FRAME : at + _FRAME + size]
        sums = _checksum(order, frames[at : at + 8] + body, sums)
        if (frame1, frame2) != (salt1, salt2) or sums != struct.unpack_from(">2I", frames, at + 16):
            break
        pending.append((number, body))
        if total:
            _put(pages, pending, size, total)
            pending.clear()
    pages[18:20] = b"\x01\x01"  # a database in memory has no log
    return pages


def _put(pages: bytearray, pending: list[tuple[int, bytes]], size: int, total: int) -> None:
    if total * size > LARGEST_WITH_LOG:
        raise Broken("its log cannot be read")
    pages.extend(bytes(max(0, total * size - len(pages))))
    for number, body in pending:
        if 0 < number <= total:
            pages[(number - 1) * size : number * size] = body
    del pages[total * size :]


def _checksum(order: str, data: bytes, start: tuple[int, int]) -> tuple[int, int]:
    first, second = start
    words = struct.unpack(f"{order}{len(data) // 4}I", data)
    for even, odd in zip(words[::2], words[1::2], strict=True):
        first = (first + even + second) & 0xFFFFFFFF
        second = (second + odd + first) & 0xFFFFFFFF
    return first, second
