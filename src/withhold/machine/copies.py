"""Copies of conversations on this computer, by the places that packs name. They are counted, not opened."""

import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from withhold.machine.interface import CopyRow, Machine
from withhold.machine.places import shown
from withhold.machine.reading.tree import Tree, file_at
from withhold.packs.tools import ToolPack
from withhold.packs.tools.schema import Sessions

MOST_FILES = 20_000


def tree_of(pack: ToolPack, machine: Machine) -> Tree:
    """The computer with the folders of this tool where its variables have moved them."""
    environment = machine.environment
    return Tree(
        machine, {old: environment[name] for name, old in pack.rules.moves.items() if environment.get(name)}
    )


def kept_sessions(kept: Sessions, pack: ToolPack, machine: Machine) -> Sequence[Path]:
    """The folders with a tool's sessions that are here."""
    tree = tree_of(pack, machine)
    return tuple(path for text in kept.paths.get(machine.os.value, ()) for path in tree.find(text))


def copy_rows(pack: ToolPack, machine: Machine) -> Iterator[CopyRow]:
    """What lies at the places where a tool keeps copies of what was said."""
    tree = tree_of(pack, machine)
    for about in pack.tool.transcripts:
        documented = about["paths"].get(machine.os.value)
        for text in _places(documented or ""):
            files = size = 0
            newest = 0.0
            found = list(tree.find(text, MOST_FILES))
            for entry in (e for path in found for e in _files(path)):
                if files == MOST_FILES:
                    break
                files, size, newest = files + 1, size + entry.st_size, max(newest, entry.st_mtime)
            if files:
                yield CopyRow(
                    tool=pack.id,
                    what=about["content"],
                    where=shown(found[0], machine) if len(found) == 1 else text,
                    files=files,
                    size=size,
                    newest=datetime.fromtimestamp(newest, UTC),
                    kept=about["default_retention"],
                    more=files == MOST_FILES,
                    paths=tuple(found),
                )


def _places(documented: str) -> Iterator[str]:
    """The places of a line such as ``~/.claude/file-history/, paste-cache/``; other words are left out."""
    base = ""
    for part in documented.partition(" (")[0].split(", "):
        text = part.strip().replace("YYYY/MM/DD", "*/*/*").rstrip("/\\")
        if text.endswith("..."):
            text = text[:-4]
        if " " in text.replace("Application Support", "").replace("Group Containers", "") or not text:
            continue
        if text[0] in "~%/$":
            base = text.replace("\\", "/").rpartition("/")[0]
            yield text
        elif base:
            yield f"{base}/{text}"


def _files(path: Path) -> Iterator[os.stat_result]:
    """Sizes and times of the files at and below a path; links are not followed."""
    try:
        if not path.is_dir():
            if file_at(path):
                yield path.stat()
            return
        with os.scandir(path) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    yield from _files(Path(entry.path))
                elif entry.is_file(follow_symlinks=False):
                    yield entry.stat(follow_symlinks=False)
    except OSError:
        return  # a folder of someone else: it holds no copy that its owner's tool of this home wrote
