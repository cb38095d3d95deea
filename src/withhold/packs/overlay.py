"""Which file speaks for a provider or a tool, where several do.

In this order, each over the ones before it, whole: built in, installed packages, the update that was taken,
the person's own folder. One exception: a pack of an update that was compiled before the one beneath it stays
silent, so that an update that was good once never hides what a newer program brings along.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from withhold.packs.installed import InstalledPack
from withhold.packs.loader import builtin_dir, builtin_ids, load
from withhold.packs.tools.loader import builtin_tool_ids, read_tool, tools_dir
from withhold.packs.updates import UpdatePack


@dataclass(slots=True)
class InForce:
    """Files by id, beneath the person's own folder; ``silent`` are ids whose pack in the update is older."""

    files: dict[str, Path]
    silent: set[str] = field(default_factory=set)


def providers_in_force(installed: Iterable[InstalledPack], update: Mapping[str, Path]) -> InForce:
    """``update`` holds the files of an update by id."""
    found = InForce({i: builtin_dir() / f"{i}.yaml" for i in builtin_ids()})
    if not update:
        return found
    found.files.update({load(pack.path).id: pack.path for pack in installed})
    for id_, path in update.items():
        beneath = found.files.get(id_)
        days = load(path).compiled_on, None if beneath is None else load(beneath).compiled_on
        _lay(found, id_, path, older=None not in days and days[0] < days[1])  # type: ignore[operator]
    return found


def tools_in_force(update: Mapping[str, Path]) -> InForce:
    """The same for packs of tools."""
    found = InForce({i: tools_dir() / f"{i}.yaml" for i in builtin_tool_ids()})
    for id_, path in update.items():
        beneath = found.files.get(id_)
        older = beneath is not None and read_tool(path).compiled_on < read_tool(beneath).compiled_on
        _lay(found, id_, path, older=older)
    return found


def by_id(packs: Iterable[UpdatePack]) -> dict[str, Path]:
    """Files of an update by id: a bundle is taken only where each is named after its id."""
    return {pack.path.stem: pack.path for pack in packs}


def _lay(found: InForce, id_: str, path: Path, *, older: bool) -> None:
    if older:
        found.silent.add(id_)
    else:
        found.files[id_] = path
