"""Writes the packs of tools from the collected facts: ``convert_tools.py FACTS_DIR [RULES_FILE]``.

Facts are taken over word for word. ``rules`` are written by hand in the packs; those of a pack that exists
are kept, unless ``RULES_FILE`` (YAML, by tool) holds others.
"""

import json
import sys
from pathlib import Path
from typing import Any

import yaml

from withhold.packs.tools.loader import parsed, tools_dir

HEAD = "# {name}: facts as collected, and the rules a program follows (see docs/adr/0021).\n"


class Writer(yaml.SafeDumper):
    """No anchors, lists below their key."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        """Writes everything out."""
        return True


def main(arguments: list[str]) -> int:
    """Write all packs."""
    facts = json.loads((Path(arguments[0]) / "local-tools.json").read_text("utf-8"))
    rules = yaml.safe_load(Path(arguments[1]).read_text("utf-8")) if len(arguments) > 1 else {}
    for tool in facts["tools"]:
        target = tools_dir() / f"{tool['id']}.yaml"
        kept = parsed(target) if target.exists() else {}
        assert isinstance(kept, dict)  # noqa: S101 - our own files
        pack = {"compiled_on": facts["compiled_on"], "tool": tool}
        pack["rules"] = rules.get(tool["id"]) or kept.get("rules") or {}
        ids = {s["id"] for s in tool["settings"]}
        pack["traps"] = [trap for trap in facts["traps"] if ids & set(trap["settings"])]
        used = set(named(tool))
        pack["sources"] = {key: value for key, value in facts["sources"].items() if key in used}
        text = yaml.dump(pack, Dumper=Writer, sort_keys=False, allow_unicode=True, width=110)
        target.write_text(HEAD.format(name=tool["name"]) + text, "utf-8")
    return 0


def named(value: Any) -> list[str]:
    """Ids of sources that a piece of the facts names."""
    if isinstance(value, list):
        return [name for part in value for name in named(part)]
    if isinstance(value, dict):
        own = value.get("sources") or []
        return [*own, *(name for key, part in value.items() if key != "sources" for name in named(part))]
    return []


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
