"""Whether packs of tools still state everything that was collected: value by value."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from withhold.packs.as_facts import leaves
from withhold.packs.coverage import FieldCoverage
from withhold.packs.tools.loader import parsed, tools_dir

_INDEX = re.compile(r"\[\d+\]")


def tool_coverage(facts: Mapping[str, Any]) -> tuple[FieldCoverage, ...]:
    """Every field of ``facts`` (the whole of ``local-tools.json``) under tools, traps and sources.

    A tool without a pack has lost all of its values. ``null`` says nothing and is not counted.
    """
    stated: Counter[str] = Counter()
    lost: dict[str, list[str]] = defaultdict(list)
    packs = {path.stem: parsed(path) for path in sorted(tools_dir().glob("*.yaml"))}
    for place, wanted, held in _pairs(facts, packs):
        found = dict(leaves(held))
        for path, value in leaves(wanted):
            if value is None:
                continue
            field = _INDEX.sub("[]", f"{place.partition(':')[0]}{path}")
            stated[field] += 1
            if path not in found or found[path] != value:
                lost[field].append(f"{place}{path}")
    return tuple(
        FieldCoverage(field, count, count - len(lost[field]), tuple(lost[field]))
        for field, count in sorted(stated.items())
    )


def _pairs(facts: Mapping[str, Any], packs: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
    """What was collected beside what the packs hold of it."""
    sources = {key: value for pack in packs.values() for key, value in pack["sources"].items()}
    traps = {trap["id"]: trap for pack in packs.values() for trap in pack["traps"]}
    tools = [(f"tools:{t['id']}", t, packs.get(t["id"], {}).get("tool", {})) for t in facts["tools"]]
    named = [(f"sources:{key}", value, sources.get(key, {})) for key, value in facts["sources"].items()]
    return [*tools, *named, *((f"traps:{t['id']}", t, traps.get(t["id"], {})) for t in facts["traps"])]
