"""Mutations that know the structure of a file: JSON values and lines, rows of tables, lines of text.

All choices come from ``pick``, so that Hypothesis, atheris and plain chance can each drive them.
"""

import json
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

Pick = Callable[[int], int]
"""``pick(n)`` gives a number from 0 to n - 1."""

MOST_SPOTS = 3000
DEEP = "[" * 100_000 + "]" * 100_000
_DEEP_MARK = "a very deep value goes here"

ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**63, -(2**70), 1e300, 0.5, float("nan"), float("inf"),
    "", " ", "\x00", "\ud800", "\u202e\u0007", "x" * 3000, "null", "undefined", _DEEP_MARK,
    [], {}, [[]], [None], [{}], {"": {}}, {"type": "text"}, [[[[[[[["x"]]]]]]]],
    "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999-14:00", "2026-13-45T99:99:99Z", "2026-01-01",
    "2026-01-01T00:00:00", 253402300799999, 1.7e18, -62135596800, "1e999", "human", "assistant", "user",
    {"$date": {"$numberLong": "99999999999999999999"}}, {"$date": 5}, {"$numberLong": "x"},
)  # fmt: skip
ODD_LINES = (
    b"", b"{", b"]", b"null", b"[]", b"3", b'"x"', b"\xff\xfe", b"\x00\x00", b'{"a":1}x', b"{}", b"#### ",
    b"# aider chat started at 2026-99-99 00:00:00", b'a,"b', b'<div class="outer-cell">', b"\r",
)  # fmt: skip


def mutated(data: bytes, pick: Pick) -> bytes:
    """``data`` with one to three changes."""
    for _ in range(1 + pick(3)):
        data = _once(data, pick)
    return data


def _once(data: bytes, pick: Pick) -> bytes:
    if data.startswith(b"SQLite format 3"):
        return _bytes(data, pick) if pick(4) == 0 else _table(data, pick)
    if pick(6) == 0:
        return _bytes(data, pick)
    value = _parsed(data)
    if value is not None:
        return _dumped(_json(value, pick), pick)
    return _lines(data, pick)


def _parsed(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def _dumped(value: Any, pick: Pick) -> bytes:
    try:
        text = json.dumps(value, ensure_ascii=bool(pick(2)), indent=None if pick(2) else 1)
    except (ValueError, RecursionError):
        return b"[" * 1000
    if pick(8) == 0:
        text = _key_twice(text, pick)
    text = text.replace(f'"{_DEEP_MARK}"', DEEP)
    return text.encode("utf-8", "surrogatepass")


def _key_twice(text: str, pick: Pick) -> str:
    """Duplicate the key of some member: decoders keep the last one."""
    places = [at for at in range(len(text)) if text.startswith('": ', at)][:MOST_SPOTS]
    if not places:
        return text
    end = places[pick(len(places))]
    start = text.rfind('"', 0, end)
    return f"{text[:start]}{text[start : end + 3]}null, {text[start:]}"


def spots(value: Any) -> list[tuple[Any, Any]]:
    """Containers and keys of all values inside."""
    found: list[tuple[Any, Any]] = []
    todo = [value]
    while todo and len(found) < MOST_SPOTS:
        here = todo.pop()
        for key, inner in _members(here):
            found.append((here, key))
            if isinstance(inner, dict | list):
                todo.append(inner)
    return found


def _members(value: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        yield from enumerate(value)


def _json(value: Any, pick: Pick) -> Any:
    places = spots(value)
    if not places:
        return ODD[pick(len(ODD))]
    here, key = places[pick(len(places))]
    there, other = places[pick(len(places))]
    what = pick(7)
    if what == 0:
        del here[key]
    elif what == 1 and isinstance(here, dict):
        here[f"{key}_renamed"] = here.pop(key)
    elif what == 2 and isinstance(here, list):
        here.insert(key, here[key])
    elif what == 3:
        here[key] = _copy(there[other])
    elif what == 4 and isinstance(here, list):
        here.reverse()
    elif what == 5 and isinstance(here, dict):
        here["unknown_member"] = ODD[pick(len(ODD))]
    else:
        here[key] = ODD[pick(len(ODD))]
    return value


def _copy(value: Any) -> Any:
    return json.loads(json.dumps(value))


def _lines(data: bytes, pick: Pick) -> bytes:
    rows = data.split(b"\n")
    at = pick(len(rows))
    what = pick(7)
    if what < 3 and (value := _parsed(rows[at])) is not None:
        rows[at] = _dumped(_json(value, pick), pick).replace(b"\n", b" ")
    elif what == 3:
        del rows[at]
    elif what == 4:
        rows.insert(pick(len(rows)), rows[at])
    elif what == 5:
        rows[at] = rows[at][: pick(len(rows[at]) + 1)]
    else:
        rows.insert(at, ODD_LINES[pick(len(ODD_LINES))])
    return b"\n".join(rows)


def _bytes(data: bytes, pick: Pick) -> bytes:
    if not data or pick(3) == 0:
        return data[: pick(len(data) + 1)]
    body = bytearray(data)
    for _ in range(1 + pick(4)):
        body[pick(len(body))] = pick(256)
    return bytes(body)


def _table(data: bytes, pick: Pick) -> bytes:
    """Change one cell of one table, or take a row out."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.db"
        path.write_bytes(data)
        connection = sqlite3.connect(path)
        try:
            _change_cell(connection, pick)
            connection.commit()
        except (sqlite3.Error, UnicodeDecodeError):
            return data[: len(data) // 2]  # damaged by an earlier change
        finally:
            connection.close()
        return path.read_bytes()


def _change_cell(connection: sqlite3.Connection, pick: Pick) -> None:
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    ((table,),) = [tables[pick(len(tables))]]
    columns = connection.execute("SELECT name FROM pragma_table_info(?)", (table,)).fetchall()
    rows = connection.execute(f"SELECT rowid FROM {table}").fetchall()  # noqa: S608 - a name of the corpus
    if not rows or not columns:
        return
    ((column,), (row,)) = columns[pick(len(columns))], rows[pick(len(rows))]
    if pick(6) == 0:
        connection.execute(f"DELETE FROM {table} WHERE rowid = ?", (row,))  # noqa: S608 - a name of the corpus
        return
    query = f"SELECT {column} FROM {table} WHERE rowid = ?"  # noqa: S608 - names of the corpus
    found = connection.execute(query, (row,)).fetchone()
    if found is None:
        return  # damaged by an earlier change
    query = f"UPDATE {table} SET {column} = ? WHERE rowid = ?"  # noqa: S608 - names of the corpus
    connection.execute(query, (_cell(found[0], pick), row))


def _cell(before: object, pick: Pick) -> object:
    value = _parsed(before.encode("utf-8", "replace")) if isinstance(before, str) else None
    if isinstance(value, dict | list) and pick(3):
        return _dumped(_json(value, pick), pick).decode("utf-8", "replace")
    odd = ODD[pick(len(ODD))]
    if isinstance(odd, dict | list):
        return json.dumps(odd)
    if isinstance(odd, int) and not -(2**63) <= odd < 2**63:
        return float(odd)
    return odd.encode("utf-8", "replace") if isinstance(odd, str) else odd
