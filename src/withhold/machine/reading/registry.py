"""The Windows registry: this computer's own, or exports (``.reg``) that lie in a copy of another.

Exports are looked for beside and just below the root, and in the home directory. Where two exports
contradict each other, the value is :data:`CONFLICT`.
"""

import os
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from withhold.machine.interface import Machine, OsLayout
from withhold.machine.reading.documents import LARGEST

CONFLICT: Final = object()
UNREADABLE: Final = object()
_HIVES = {
    "HKEY_LOCAL_MACHINE": "HKLM",
    "HKEY_CURRENT_USER": "HKCU",
    "HKLM": "HKLM",
    "HKCU": "HKCU",
}
_VALUE = re.compile(r'^(?:"((?:[^"\\]|\\.)*)"|@)\s*=\s*(.*)$', re.DOTALL)
_PEOPLE = re.compile(r"^\[-?HKEY_USERS\\(S-1-(?:5-21|12-1)-[0-9-]+)[\\\]]", re.IGNORECASE | re.MULTILINE)
_SID = re.compile(r"^HKEY_USERS\\S-1-(?:5-21|12-1)-[0-9-]+\\", re.IGNORECASE)

Values = dict[tuple[str, str], tuple[Any, str]]


@dataclass(slots=True)
class Registry:
    """Values by hive and path (any case) and name. ``places`` are the exports that were read."""

    values: Values = field(default_factory=dict, repr=False)
    keys: set[str] = field(default_factory=set, repr=False)
    places: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
    live: bool = False
    people: set[str] = field(default_factory=set, repr=False)
    """Users whose own parts (``HKEY_USERS``) the exports hold. Of several none is known to be the one."""

    def get(self, hive: str, path: str, name: str) -> tuple[Any, str] | None:
        """A value with the place it stands in; ``None`` if it is not set."""
        if self.live:
            return _live(hive, path.strip("\\"), name)
        if hive == "HKCU" and len(self.people) > 1:
            return CONFLICT, "parts of several users"
        return self.values.get((f"{hive}\\{path}".strip("\\").casefold(), name.casefold()))

    def has_key(self, hive: str, path: str) -> bool:
        """Whether there is such a key."""
        return f"{hive}\\{path}".strip("\\").casefold() in self.keys


def registry(machine: Machine) -> Registry:
    """The registry of the computer that is looked at; an empty one where it has none."""
    if machine.os is not OsLayout.WINDOWS:
        return Registry()
    if os.name == "nt" and machine.root == Path(machine.root.anchor):
        return Registry(live=True)
    found = Registry()
    for path in exports(machine):
        try:
            _take(found, path)
        except (OSError, ValueError):
            found.broken = (*found.broken, path.name)
    return found


def exports(machine: Machine) -> Iterator[Path]:
    """Exports in the copy, each once."""
    seen: set[Path] = set()
    folders = [machine.home]
    if machine.root != Path(machine.root.anchor):
        folders += [machine.root, *_folders(machine.root)]
    for folder in folders:
        try:
            inside = sorted(p for p in folder.iterdir() if p.suffix.lower() == ".reg" and p.is_file())
        except OSError:
            continue
        yield from (p for p in inside if p not in seen)
        seen.update(inside)


def _folders(root: Path) -> list[Path]:
    try:
        return sorted(p for p in root.iterdir() if p.is_dir() and not p.is_symlink())
    except OSError:
        return []


def _take(found: Registry, path: Path) -> None:
    if path.stat().st_size > LARGEST:
        raise ValueError("too large")
    text = _decoded(path.read_bytes())
    found.places = (*found.places, path.name)
    found.people |= {match.group(1).casefold() for match in _PEOPLE.finditer(text)}
    for (key, name), value in parse(text, found.keys).items():
        known = found.values.get((key, name))
        if known is not None and known[0] != value:
            found.values[key, name] = (CONFLICT, path.name)
        else:
            found.values[key, name] = (value, path.name)


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16")
    return data.removeprefix(b"\xef\xbb\xbf").decode("utf-8")


def parse(text: str, keys: set[str] | None = None) -> Mapping[tuple[str, str], Any]:
    """Values of an export. A DWORD is a whole number, text a string, anything else :data:`UNREADABLE`."""
    lines = re.sub(r"\\\r?\n\s*", "", text).splitlines()
    if not lines or not lines[0].startswith(("Windows Registry Editor", "REGEDIT4")):
        raise ValueError("no registry export")
    found: dict[tuple[str, str], Any] = {}
    key: str | None = None
    for line in (part.strip() for part in lines[1:]):
        if line.startswith("[") and line.endswith("]"):
            key = _key(line[1:-1])
            if key is not None and keys is not None:
                keys.add(key)
            continue
        match = _VALUE.match(line)
        if match is None or key is None:
            continue
        name = re.sub(r"\\(.)", r"\1", match.group(1) or "")
        value = _value(match.group(2).strip())
        if value is None:
            found.pop((key, name.casefold()), None)
        else:
            found[key, name.casefold()] = value
    return found


def _key(text: str) -> str | None:
    if text.startswith("-"):
        return None
    text = _SID.sub(r"HKEY_CURRENT_USER\\", text)
    hive, _, rest = text.partition("\\")
    short = _HIVES.get(hive.upper())
    return None if short is None else f"{short}\\{rest}".strip("\\").casefold()


def _value(text: str) -> Any:
    if text == "-":
        return None
    if match := re.fullmatch(r"dword:([0-9a-fA-F]{1,8})", text):
        return int(match.group(1), 16)
    if match := re.fullmatch(r'"((?:[^"\\]|\\.)*)"', text):
        return re.sub(r"\\(.)", r"\1", match.group(1))
    return UNREADABLE


def _live(hive: str, path: str, name: str) -> tuple[Any, str] | None:
    if sys.platform == "win32":
        import winreg

        root = winreg.HKEY_LOCAL_MACHINE if hive == "HKLM" else winreg.HKEY_CURRENT_USER
        try:
            with winreg.OpenKey(root, path) as key:
                value, _ = winreg.QueryValueEx(key, name)
        except FileNotFoundError:
            return None
        except OSError:
            return UNREADABLE, "the registry"
        return (value if isinstance(value, int | str) else UNREADABLE), "the registry"
    return None
