"""Which files on this machine are one coding session each, by the packs of tools."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from withhold.app.bootstrap import Services
from withhold.app.machine.scan import SYSTEMS, tool_packs
from withhold.support.errors import UsageProblem

_NAMES = re.compile(r"<[^>]+>|YYYY|MM|DD")
_HOMES = ("~/", "%USERPROFILE%\\")
_WILD = re.compile(r"[*?\[]")


@dataclass(frozen=True, slots=True)
class Session:
    """Files of one session, its own first, each as ``lstat`` told it. Beside it may lie a folder of its name:
    its sub-agents' transcripts and outputs of tools.
    """

    path: Path
    files: tuple[tuple[Path, os.stat_result], ...]

    @property
    def last(self) -> float:
        """When any of it was last written to, in seconds since 1970."""
        return max(told.st_mtime for _, told in self.files)


@dataclass(slots=True)
class Found:
    """``links``: how many were left since a link leads there. ``beside``: places of the same tools that hold
    words of sessions and are not touched, as their packs state them.
    """

    sessions: list[Session] = field(default_factory=list)
    links: int = 0
    beside: list[str] = field(default_factory=list)


def sessions(services: Services, tools: tuple[str, ...]) -> Found:
    """All sessions of these tools, or of all. Raises ``UsageProblem`` for an unknown tool."""
    packs = tool_packs(services)
    unknown = set(tools) - set(packs)
    if unknown:
        raise UsageProblem(f"no tool is called {min(unknown)!r}", next_step="withhold scan")
    system = SYSTEMS.get(services.system, "linux")
    found, seen = Found(), set[Path]()
    for name in tools or tuple(packs):
        before, stated = len(found.sessions), []
        for place in packs[name].tool.transcripts:
            said = place.get("paths", {}).get(system)
            pattern = _pattern(said)
            if pattern is None:
                stated += [said] if said is not None and _is_there(services.user_home, said) else []
                continue
            for path in sorted(services.user_home.glob(pattern)):
                if path not in seen:
                    seen.add(path)
                    _take(found, path, services.user_home, pattern)
        if len(found.sessions) > before:
            found.beside += stated
    return found


def _take(found: Found, path: Path, home: Path, pattern: str) -> None:
    if path.stem == path.parent.name:  # what is called as its folder lists the others
        return
    if _linked(path, home, pattern):
        found.links += 1
    elif path.is_file():
        found.sessions.append(Session(path, tuple(_files(path))))


def _linked(path: Path, home: Path, pattern: str) -> bool:
    """Whether a link stands where the pattern leaves the name open. The tool's own folder may be one."""
    fixed = next(n for n, part in enumerate(pattern.split("/")) if _WILD.search(part))
    parts = path.relative_to(home).parts
    return any(home.joinpath(*parts[: n + 1]).is_symlink() for n in range(fixed, len(parts)))


def _files(path: Path) -> Iterator[tuple[Path, os.stat_result]]:
    yield path, path.lstat()
    folder = path.with_suffix("")
    if folder.is_symlink() or not folder.is_dir():
        return
    for at, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            file = Path(at) / name
            if file.is_file() and not file.is_symlink():
                yield file, file.lstat()


def _pattern(stated: str | None) -> str | None:
    """A pattern below the home folder for files of one session each; ``None`` for anything else."""
    if stated is None or not stated.startswith(_HOMES) or "..." in stated:
        return None
    pattern = _NAMES.sub("*", stated.removeprefix(_HOMES[0]).removeprefix(_HOMES[1]).replace("\\", "/"))
    name = pattern.rpartition("/")[2]
    several = "*" in name and name.endswith((".jsonl", ".json"))
    return pattern if several and "**" not in pattern and "$" not in pattern else None


def _is_there(home: Path, stated: str) -> bool:
    """Whether the first of the places that a pack states in words is there."""
    first = re.split(r", | \(", stated)[0].replace("\\", "/")
    inside = first.removeprefix("~/").removeprefix("%USERPROFILE%/").rstrip("/")
    if inside == first or "$" in inside or "..." in inside:
        return False
    return any(home.glob(_NAMES.sub("*", inside)))
