"""Which tools are here: programs, folders, extensions, and keys or variables that only one tool has.

Programs are looked at and never started.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from withhold.machine.interface import Machine, OsLayout
from withhold.machine.places import shown
from withhold.machine.reading.registry import Registry
from withhold.machine.reading.tree import Tree
from withhold.machine.readings import EDITORS, OWN_EDITIONS, Reading, Sight
from withhold.packs.tools import Place, ToolPack

_EXTENSION = re.compile(r"^(.+?)(?:-\d+\.\d+.*)?$")
_COPY_PROGRAMS = ("/usr/bin", "/usr/local/bin", "/opt/homebrew/bin", "/snap/bin")
_HOME_PROGRAMS = (
    "~/.local/bin",
    "~/bin",
    "~/.npm-global/bin",
    "~/.cargo/bin",
    "~/.bun/bin",
    "~/AppData/Roaming/npm",
)
_SHARED = "conventions"


@dataclass(frozen=True)
class Surroundings:
    """What is looked up once for all tools."""

    machine: Machine
    tree: Tree
    registry: Registry
    extensions: Mapping[str, tuple[str, ...]]
    programs: Mapping[str, Path]
    single: Mapping[str, str]

    @classmethod
    def of(cls, machine: Machine, registry: Registry, packs: Mapping[str, ToolPack]) -> "Surroundings":
        """Look."""
        tree = Tree(machine)
        return cls(machine, tree, registry, _extensions(tree), _programs(machine, tree), _single(packs))

    def editors_with(self, pack: ToolPack) -> tuple[str, ...]:
        """Settings folders of editors that matter to a tool of the VS Code family."""
        if pack.id == "vscode":
            return tuple(e for e in OWN_EDITIONS if e == "Code" or self._has_settings(e))
        wanted = [name.casefold() for name in pack.tool.detect.extension_ids]
        holding = {e for name in wanted for e in self.extensions.get(name, ())}
        return tuple(e for e in EDITORS if e in holding) or ("Code",)

    def _has_settings(self, editor: str) -> bool:
        roots = ("~/.config/", "~/Library/Application Support/", "~/AppData/Roaming/")
        return any(self.tree.one(f"{root}{editor}/User") is not None for root in roots)


def found_by(pack: ToolPack, around: Surroundings, sight: Sight) -> tuple[str, ...]:
    """All signs of a tool, as paths or names; nothing where there is none."""
    return tuple(dict.fromkeys((*installed(pack, around, sight), *_own_keys(pack, around, sight))))


def installed(pack: ToolPack, around: Surroundings, sight: Sight) -> Iterator[str]:
    """Signs that the program itself leaves: folders, programs, extensions, keys of its installer."""
    detect, machine = pack.tool.detect, around.machine
    for documented in (*detect.config_dirs, *detect.app_paths):
        if documented.startswith(("JetBrains plugin", "Microsoft Store", "*")):
            continue
        for path in sight.tree.find(documented):
            yield shown(path, machine)
    for name in detect.binaries:
        if name in around.programs:
            yield shown(around.programs[name], machine)
    for name in detect.extension_ids:
        for editor in around.extensions.get(name.casefold(), ()):
            yield f"extension {name} ({editor})"
    for key in detect.registry:
        hive, _, inside = key.partition("\\")
        if around.registry.has_key(hive, inside):
            yield key
    if pack.tool.kind == "os" and _system(pack, machine):
        yield f"the layout of {machine.os.value}"


def _system(pack: ToolPack, machine: Machine) -> bool:
    return pack.id == machine.os.value and machine.root != Path(machine.root.anchor)


def _own_keys(pack: ToolPack, around: Surroundings, sight: Sight) -> Iterator[str]:
    for setting in pack.tool.settings:
        for place in setting.where:
            if place.kind in {"account", "cli-flag"} or not _only(pack, place, around):
                continue
            for reading in sight.readings(place):
                if reading.state == "set":
                    yield f"{place.word} ({reading.where})"


def _only(pack: ToolPack, place: Place, around: Surroundings) -> bool:
    owner = around.single.get(identity(place))
    return owner == pack.id or (owner is None and pack.id == _SHARED)


def identity(place: Place) -> str:
    """What tells one place from another, whichever system."""
    return "|".join(
        map(str, (place.kind, sorted((place.paths or {}).items()), place.word, place.path, place.domain))
    )


def _single(packs: Mapping[str, ToolPack]) -> Mapping[str, str]:
    """Places that only one tool has."""
    owners: dict[str, set[str]] = defaultdict(set)
    for pack in packs.values():
        for setting in pack.tool.settings:
            for place in setting.where:
                owners[identity(place)].add(pack.id)
    return {place: next(iter(tools)) for place, tools in owners.items() if len(tools) == 1}


def _extensions(tree: Tree) -> Mapping[str, tuple[str, ...]]:
    """Installed extensions, in small letters, with the editors that hold them."""
    held: dict[str, list[str]] = defaultdict(list)
    for editor, folders in EDITORS.items():
        for folder in folders:
            for path in tree.find(f"~/{folder}/extensions/*"):
                match = _EXTENSION.match(path.name.casefold())
                if match and editor not in held[match.group(1)]:
                    held[match.group(1)].append(editor)
    return {name: tuple(editors) for name, editors in held.items()}


def _programs(machine: Machine, tree: Tree) -> Mapping[str, Path]:
    """Programs by name: in the search path, or where they usually lie in a copy of a computer."""
    windows = machine.os is OsLayout.WINDOWS
    path = machine.environment.get("PATH")
    folders = path.split(";" if windows else ":") if path else []
    if not folders:
        folders = [*_HOME_PROGRAMS, *(_COPY_PROGRAMS if tree.copied else ())]
    found: dict[str, Path] = {}
    for folder in filter(None, folders):
        place = tree.one(folder)
        if place is None or not place.is_dir():
            continue
        try:
            entries = list(place.iterdir())
        except OSError:
            continue
        for entry in entries:
            name = entry.stem if entry.suffix.lower() in {".exe", ".cmd"} else entry.name
            found.setdefault(name, entry)
    return found


__all__ = ["Reading", "Surroundings", "found_by", "installed"]
