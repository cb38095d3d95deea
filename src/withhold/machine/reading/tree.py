"""The computer's files as its own system would find them, although this program may run on another.

Paths of Windows and macOS are found whatever their letters' case. In a copy of a computer (``root`` is not
the root of this one) links that begin with ``/`` lead into the copy, and links never lead out of it.
"""

import fnmatch
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath, PureWindowsPath

from withhold.machine.interface import Machine, OsLayout

MOST_LINKS = 20
MOST_MATCHES = 200
_VARIABLE = re.compile(r"%([A-Za-z0-9_()]+)%|\$([A-Z][A-Z0-9_]*)")
_WINDOWS_FOLDERS = {
    "USERPROFILE": "~",
    "APPDATA": "~/AppData/Roaming",
    "LOCALAPPDATA": "~/AppData/Local",
    "PROGRAMDATA": "C:/ProgramData",
    "PROGRAMFILES": "C:/Program Files",
    "PROGRAMFILES(X86)": "C:/Program Files (x86)",
}
_ANY = re.compile(r"<[a-z ]+>")


@dataclass(frozen=True)
class Tree:
    """Files of one computer. ``moves`` maps a folder as documented to where a variable has moved it."""

    machine: Machine
    moves: dict[str, str] = field(default_factory=dict)

    @cached_property
    def copied(self) -> bool:
        """Whether ``root`` is a copy rather than this computer's own root."""
        return self.machine.root != Path(self.machine.root.anchor)

    @cached_property
    def folds(self) -> bool:
        """Whether names are told apart without regard to case."""
        return self.machine.os is not OsLayout.LINUX

    def find(self, documented: str, most: int = MOST_MATCHES) -> Iterator[Path]:
        """What exists at a path as documentation writes it. ``*`` and ``<word>`` stand for any name."""
        spelt = self._spelt(documented)
        if spelt is None:
            return
        base, parts = spelt
        if not any(_is_pattern(p) for p in parts):
            found = self._step(base, parts)
            if found is not None:
                yield found
            return
        for count, found in enumerate(self._matches(base, parts)):
            if count >= most:
                return
            yield found

    def one(self, documented: str) -> Path | None:
        """The first of :meth:`find`."""
        return next(self.find(documented), None)

    def wanted(self, documented: str) -> Path | None:
        """Where a path without patterns would lie, whether or not anything is there."""
        spelt = self._spelt(documented)
        if spelt is None or any(_is_pattern(p) for p in spelt[1]):
            return None
        return self.one(documented) or spelt[0].joinpath(*spelt[1])

    def lost(self, documented: str) -> bool:
        """Whether a link on the way, in a copy, ends nowhere in it: what stands there is then not known."""
        spelt = self._spelt(documented)
        return spelt is not None and not any(map(_is_pattern, spelt[1])) and self._lost(*spelt)

    def settled(self, path: Path) -> Path | None:
        """Where a path of this computer really lies; ``None`` where it is :meth:`lost`."""
        for base in (self.machine.home, self.machine.root) if self.copied else ():
            if path.is_relative_to(base):
                parts = path.relative_to(base).parts
                return None if self._lost(base, parts) else self._step(base, parts) or path
        return path

    def _lost(self, base: Path, parts: tuple[str, ...]) -> bool:
        at = base
        for part in parts if self.copied else ():
            found = self._child(at, part)
            if found is not None and found.is_symlink():
                found = self._through(found, (), MOST_LINKS)
                if found is None:
                    return True
            if found is None:
                return False
            at = found
        return False

    def _spelt(self, documented: str) -> tuple[Path, tuple[str, ...]] | None:
        """The folder to begin at and the names below it; ``None`` where a variable is not set."""
        text = documented
        for old, new in self.moves.items():
            if text == old or text.startswith((old + "/", old + "\\")):
                text = new + text[len(old) :]
                break
        expanded = self._expanded(text)
        if expanded is None:
            return None
        text = expanded
        if text.startswith("<project>"):
            project = self.machine.project
            return None if project is None else (project, _parts(text.removeprefix("<project>")))
        if text.startswith("~"):
            return self.machine.home, _parts(text[1:])
        return self._absolute(text)

    def _expanded(self, text: str) -> str | None:
        for match in _VARIABLE.finditer(text):
            name = (match.group(1) or match.group(2)).upper()
            value = self._variable(name)
            if value is None:
                return None
            text = text.replace(match.group(), value)
        return text

    def _variable(self, name: str) -> str | None:
        for known, value in self.machine.environment.items():
            if value and (known == name or (self.folds and known.upper() == name)):
                return value
        return _WINDOWS_FOLDERS.get(name) if self.machine.os is OsLayout.WINDOWS else None

    def _absolute(self, text: str) -> tuple[Path, tuple[str, ...]]:
        if self.machine.os is OsLayout.WINDOWS:
            windows = PureWindowsPath(text)
            return self.machine.root, windows.parts[1:] if windows.anchor else windows.parts
        path = PurePosixPath(text)
        return (self.machine.root, path.parts[1:]) if path.is_absolute() else (self.machine.home, path.parts)

    def _step(self, base: Path, parts: tuple[str, ...], links: int = MOST_LINKS) -> Path | None:
        """The path below ``base``, name by name, or ``None``."""
        at = base
        for index, part in enumerate(parts):
            if part in {"", "."}:
                continue
            found = self._child(at, part)
            if found is None:
                return None
            if self.copied and found.is_symlink():
                return self._through(found, parts[index + 1 :], links)
            at = found
        return at if present(at) else None

    def _through(self, link: Path, rest: tuple[str, ...], links: int) -> Path | None:
        """Follow a link inside the copy."""
        if links == 0:
            return None
        target = PurePosixPath(link.readlink().as_posix())
        if target.is_absolute():
            return self._step(self.machine.root, (*target.parts[1:], *rest), links - 1)
        flat: list[str] = list(link.parent.relative_to(link.parent.anchor).parts)
        for part in target.parts:
            flat = flat[:-1] if part == ".." else [*flat, part]
        inside = Path(link.anchor, *flat)
        for base in (self.machine.root, self.machine.home):
            if inside.is_relative_to(base):
                return self._step(base, (*inside.relative_to(base).parts, *rest), links - 1)
        return None

    def _child(self, folder: Path, name: str) -> Path | None:
        path = folder / name
        if name == "..":
            return None
        if path.is_symlink() or present(path):
            return path
        if not self.folds:
            return None
        return next((p for p in _children(folder) if p.name.casefold() == name.casefold()), None)

    def _matches(self, base: Path, parts: tuple[str, ...]) -> Iterator[Path]:
        if not parts:
            yield base
            return
        first, rest = parts[0], parts[1:]
        if not _is_pattern(first):
            found = self._step(base, (first,))
            if found is not None:
                yield from self._matches(found, rest)
            return
        pattern = _ANY.sub("*", first)
        for child in _children(base):
            if fnmatch.fnmatch(child.name, pattern) and (not self.copied or not child.is_symlink()):
                yield from self._matches(child, rest) if child.is_dir() or not rest else ()


def present(path: Path) -> bool:
    """Whether something is there. What may not be looked at counts as there: reading it then fails."""
    try:
        return path.exists()
    except OSError:
        return True


def file_at(path: Path) -> bool:
    """Whether a file is there; one that may not be looked at counts as one."""
    try:
        return path.is_file()
    except OSError:
        return True


def _is_pattern(part: str) -> bool:
    return "*" in part or "<" in part


def _parts(text: str) -> tuple[str, ...]:
    return tuple(p for p in re.split(r"[/\\]", text) if p)


def _children(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []
