"""Whether packs still state everything that was collected: field by field, nothing lost, nothing added."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from withhold.model.terms import Provider
from withhold.packs.as_facts import as_facts, filled, leaves, source_as_facts

_INDEX = re.compile(r"\[\d+\]")


@dataclass(frozen=True, slots=True)
class FieldCoverage:
    """One field of the collected facts over all providers.

    ``stated`` counts its values that say something, ``carried`` those of them that the packs state alike.
    ``lost`` names where a pack says otherwise or nothing.
    """

    field: str
    stated: int
    carried: int
    lost: tuple[str, ...]


def coverage(packs: Mapping[str, Provider], facts: Mapping[str, Any]) -> tuple[FieldCoverage, ...]:
    """Every field of ``facts`` (the whole of ``providers.json``), in alphabetical order.

    A provider without a pack has lost all of its values. ``null`` says nothing and is not counted.
    """
    stated: Counter[str] = Counter()
    lost: dict[str, list[str]] = defaultdict(list)
    for provider in facts["providers"]:
        pack = packs.get(provider["id"])
        for place, field, carried in _compared(pack, provider, facts["sources"]):
            stated[field] += 1
            if not carried:
                lost[field].append(place)
    return tuple(
        FieldCoverage(field, count, count - len(lost[field]), tuple(lost[field]))
        for field, count in sorted(stated.items())
    )


def _compared(
    pack: Provider | None, provider: dict[str, Any], sources: Mapping[str, Any]
) -> Iterator[tuple[str, str, bool]]:
    """Each value with its place, its field, and whether the pack states it."""
    found = dict(leaves(as_facts(pack))) if pack is not None else {}
    yield from _laid_beside(leaves(filled(provider)), found, provider["id"], "")
    for name in sorted(set(_source_ids(provider))):
        known = pack.sources.get(name) if pack is not None else None
        held = dict(leaves(source_as_facts(known))) if known is not None else {}
        yield from _laid_beside(leaves(sources[name]), held, f"{provider['id']}.sources.{name}", "sources")


def _laid_beside(
    stated: Iterable[tuple[str, Any]], found: Mapping[str, Any], place: str, field: str
) -> Iterator[tuple[str, str, bool]]:
    for path, value in stated:
        if value is not None:
            name = f"{field}{_INDEX.sub('[]', path)}".removeprefix(".")
            yield f"{place}{path}", name, path in found and found[path] == value


def _source_ids(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from item if key == "sources" else _source_ids(item)
    elif isinstance(value, list):
        for item in value:
            yield from _source_ids(item)
