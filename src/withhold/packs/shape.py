"""Checks a tree against the schema and builds the typed pack, keeping the place of every value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, TypeAlias, Union, get_args, get_origin, get_type_hints

import msgspec

from withhold.packs.leaves import Duration, Edge, Language, LooseDate
from withhold.packs.problem import START, Mark, Reports
from withhold.packs.schema import Pack, Shape
from withhold.packs.tree import Items, Node, Table, Text

Path: TypeAlias = tuple[str | int, ...]

_WRONG: Final = object()
"""Stands for a value that was refused; its reason has been reported."""


@dataclass(slots=True)
class Places:
    """Where each value of the pack stands: of an entry its key, of a list item its start."""

    marks: dict[Path, Mark] = field(default_factory=dict)

    def __getitem__(self, path: Path) -> Mark:
        """The place of a value, or of the nearest thing around it if it was left out."""
        while path and path not in self.marks:
            path = path[:-1]
        return self.marks.get(path, START)


def shape(root: Node, reports: Reports) -> tuple[Pack | None, Places]:
    """The pack, or ``None`` if values are missing or wrong. Every deviation goes to ``reports``."""
    places = Places({(): root.mark})
    value = _Shaper(reports, places).read(root, Pack, ())
    return (value if isinstance(value, Pack) else None), places


@cache
def _hints(cls: type[Shape]) -> Mapping[str, Any]:
    return get_type_hints(cls, include_extras=True)


@cache
def _required(cls: type[Shape]) -> frozenset[str]:
    return frozenset(f.name for f in msgspec.structs.fields(cls) if f.required)


class _Shaper:
    def __init__(self, reports: Reports, places: Places) -> None:
        self.reports = reports
        self.places = places

    def read(self, node: Node, kind: Any, path: Path) -> Any:
        """``node`` as a value of type ``kind``, or ``_WRONG``."""
        kind, optional = _without_none(kind)
        if isinstance(node, Text) and node.is_null:
            return None if optional else self._refuse(path, "missing_value", f"expected {_expected(kind)}")
        origin = get_origin(kind)
        if isinstance(kind, type) and issubclass(kind, Shape):
            return self._struct(node, kind, path)
        if origin is tuple:
            return self._items(node, get_args(kind)[0], path)
        if origin is dict:
            key_kind, value_kind = get_args(kind)
            return self._table(node, key_kind, value_kind, path)
        return self._leaf(node, kind, path)

    def _struct(self, node: Node, cls: type[Shape], path: Path) -> Any:
        if not isinstance(node, Table):
            return self._refuse(path, "wrong_shape", "expected keys with values")
        hints = _hints(cls)
        self._unknown_keys(node, hints, path)
        values = {k: self._child(node, k, hints[k], path) for k in node.entries if k in hints}
        missing = _required(cls) - node.entries.keys()
        for key in sorted(missing):
            self._refuse(path, "missing_key", f"{key!r} is missing: expected {_expected(hints[key])}")
        if missing or any(v is _WRONG for v in values.values()):
            return _WRONG
        return cls(**values)

    def _unknown_keys(self, node: Table, hints: Mapping[str, Any], path: Path) -> None:
        for key in node.entries.keys() - hints.keys():
            known = ", ".join(hints)
            self.reports.add(node.marks[key], "unknown_key", f"{_name(path)}{key!r} is not one of: {known}")

    def _items(self, node: Node, kind: Any, path: Path) -> Any:
        if not isinstance(node, Items):
            return self._refuse(path, "wrong_shape", "expected a list")
        values = []
        for index, child in enumerate(node.items):
            self.places.marks[(*path, index)] = child.mark
            values.append(self.read(child, kind, (*path, index)))
        return _WRONG if any(v is _WRONG for v in values) else tuple(values)

    def _table(self, node: Node, key_kind: Any, kind: Any, path: Path) -> Any:
        if not isinstance(node, Table):
            return self._refuse(path, "wrong_shape", "expected keys with values")
        values = {}
        for key in node.entries:
            value = self._child(node, key, kind, path)
            values[self._key(key, key_kind, (*path, key))] = value
        return _WRONG if _WRONG in values or any(v is _WRONG for v in values.values()) else values

    def _child(self, node: Table, key: str, kind: Any, path: Path) -> Any:
        self.places.marks[(*path, key)] = node.marks[key]
        return self.read(node.entries[key], kind, (*path, key))

    def _key(self, key: str, kind: Any, path: Path) -> Any:
        try:
            return _convert(key, kind)
        except ValueError:
            return self._refuse(path, "unknown_key", f"expected {_expected(kind)}")

    def _leaf(self, node: Node, kind: Any, path: Path) -> Any:
        if not isinstance(node, Text):
            return self._refuse(path, "wrong_shape", f"expected {_expected(kind)}")
        try:
            return _convert(node.value, kind)
        except ValueError:
            shown = node.value if len(node.value) <= 60 else node.value[:57] + "..."
            return self._refuse(path, _code(kind), f"{shown!r}: expected {_expected(kind)}")

    def _refuse(self, path: Path, code: str, message: str) -> object:
        self.reports.add(self.places[path], code, f"{_name(path)}{message}")
        return _WRONG


def _without_none(kind: Any) -> tuple[Any, bool]:
    if get_origin(kind) not in (Union, UnionType):
        return kind, False
    rest = [k for k in get_args(kind) if k is not NoneType]
    return rest[0], True


def _convert(text: str, kind: Any) -> Any:
    """Raises ``ValueError`` where the text is not of that kind."""
    if kind is Edge:
        return Edge.parse(text)
    if kind is bool:
        return {"true": True, "false": False}[text] if text in ("true", "false") else _no(text)
    if kind is date and len(text) != len("2025-08-28"):
        _no(text)
    return msgspec.convert(text, kind)


def _no(text: str) -> Any:
    raise ValueError(text)


def _code(kind: Any) -> str:
    if kind in (date, Edge, LooseDate):
        return "bad_date"
    return {Duration: "bad_duration", Language: "bad_language"}.get(kind, "wrong_word")


def _expected(kind: Any) -> str:
    """What may stand there, for people."""
    kind, _ = _without_none(kind)
    if get_origin(kind) is Annotated:
        return next(str(m.description) for m in get_args(kind)[1:] if m.description)
    if get_origin(kind) is Literal:
        return "one of: " + ", ".join(get_args(kind))
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return "one of: " + ", ".join(kind)
    if get_origin(kind) is tuple:
        return "a list"
    return _PLAIN.get(kind, "keys with values")


_PLAIN: Final[Mapping[Any, str]] = {
    bool: "true or false",
    date: "a date as YYYY-MM-DD",
    Edge: "a date as YYYY-MM-DD, an instant with zone, or unknown",
}


def _name(path: Path) -> str:
    """``products[0].plans[1].id: ``, or nothing for the file itself."""
    out = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in path)
    return f"{out[1:]}: " if out else ""
