"""What differs between two packs, fact by fact.

Entries of a list that have an id are matched by it, so that moving one is no difference; other lists are
compared as they stand.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import msgspec

from withhold.packs.schema import Pack
from withhold.packs.tools.schema import ToolPack


@dataclass(frozen=True, slots=True)
class Difference:
    """One fact that stands in one of the packs only, or differently. ``None``: not stated."""

    path: str
    before: str | None
    after: str | None


def compare(before: Pack | ToolPack, after: Pack | ToolPack) -> tuple[Difference, ...]:
    """All differences, in the order of their paths."""
    old, new = dict(_facts(msgspec.to_builtins(before), "")), dict(_facts(msgspec.to_builtins(after), ""))
    return tuple(
        Difference(path, old.get(path), new.get(path))
        for path in sorted(old.keys() | new.keys())
        if old.get(path) != new.get(path)
    )


def _facts(value: object, path: str) -> Iterator[tuple[str, str]]:
    """Every leaf with its path; what is not stated is left out."""
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from _facts(part, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list | tuple):
        for index, part in enumerate(value):
            name = part["id"] if isinstance(part, Mapping) and "id" in part else index
            yield from _facts(part, f"{path}[{name}]")
    elif value is not None:
        yield path, str(value)
