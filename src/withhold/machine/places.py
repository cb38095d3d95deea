"""Paths and small files of the computer that is looked at. Read-only."""

from dataclasses import dataclass, field
from pathlib import Path, PureWindowsPath
from typing import Any, TypeAlias

from withhold.machine.interface import Machine, OsLayout
from withhold.machine.reading.documents import Broken, content, understood
from withhold.machine.reading.tree import present

Settings: TypeAlias = "dict[str, Any]"


def resolve(text: str, machine: Machine) -> Path:
    """Where a path, as documentation writes it, lies on the computer that is looked at."""
    if text.startswith("~"):
        return machine.home / text[1:].lstrip("/\\")
    if machine.os is OsLayout.WINDOWS:
        windows = PureWindowsPath(text)
        return machine.root.joinpath(*windows.relative_to(windows.anchor).parts)
    path = Path(text)
    return machine.root.joinpath(*path.parts[1:]) if path.is_absolute() else machine.home / path


def shown(path: Path, machine: Machine) -> str:
    """A path as a person writes it."""
    for base, prefix in ((machine.home, "~/"), (machine.root, "/")):
        if path.is_relative_to(base):
            return prefix + path.relative_to(base).as_posix()
    return path.as_posix()


@dataclass(frozen=True, slots=True)
class JsonFile:
    """A settings file. ``settings`` is empty where the file is absent or ``broken``."""

    path: Path
    exists: bool
    broken: bool
    settings: Settings = field(repr=False)


def read_json(path: Path, only: frozenset[str] | None = None) -> JsonFile:
    """Read a file of settings; never raises for its content. Members not in ``only`` are dropped at once.

    It is broken where it is not strict JSON of one reading: a mark of the byte order before it, a key that
    stands twice, a number that only some programs take.
    """
    if not present(path):
        return JsonFile(path, exists=False, broken=False, settings={})
    try:
        data = content(path)
        value = understood(data, "json", marked=False) if data.strip() else None
    except Broken:
        value = None
    if not isinstance(value, dict):
        return JsonFile(path, exists=True, broken=True, settings={})
    kept = value if only is None else {key: part for key, part in value.items() if key in only}
    return JsonFile(path, exists=True, broken=False, settings=kept)
