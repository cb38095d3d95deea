"""Writes a value where a tool would keep it, in that place's own format."""

import json
import plistlib
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tomlkit
import yaml

from withhold.machine.interface import Machine, OsLayout, Scan
from withhold.machine.scan import scan
from withhold.packs.tools import Place, ToolPack

GARBAGE = b"\x00\xff{[not anything = : \xfe"


@dataclass
class Planted:
    """A copy of a computer that a test fills."""

    root: Path
    os: OsLayout = OsLayout.LINUX
    environment: dict[str, str] = field(default_factory=dict)
    registry: list[tuple[str, str, Any]] = field(default_factory=list)
    project: Path | None = None

    @property
    def home(self) -> Path:
        return self.root / {"linux": "home", "macos": "Users", "windows": "Users"}[self.os.value] / "ada"

    def scan(self, *packs: ToolPack) -> Scan:
        self.home.mkdir(parents=True, exist_ok=True)
        if self.registry:
            self._export()
        return scan(
            Machine(self.home, self.root, self.os, self.environment, self.project),
            packs={p.id: p for p in packs} or None,
        )

    def path(self, documented: str) -> Path:
        """Where a documented path lies in this copy."""
        first = documented.split(" or ", maxsplit=1)[0].replace("\\", "/")
        text = first.replace("prefs.js, user.js", "user.js")
        folders = {
            "%USERPROFILE%": "~",
            "%APPDATA%": "~/AppData/Roaming",
            "%LOCALAPPDATA%": "~/AppData/Local",
            "%ProgramData%": "/ProgramData",
            "%ProgramFiles%": "/Program Files",
            "C:": "",
            "*": "one",
            "<profile>": "abc.default",
            "<product>": "IntelliJIdea2026.2",
            "<id>": "one",
        }
        for old, new in folders.items():
            text = text.replace(old, new)
        if text.startswith("<project>"):
            self.project = self.root / "work"
            return self.project / text.removeprefix("<project>/")
        return self.home / text[2:] if text.startswith("~/") else self.root / text.lstrip("/")

    def write(self, documented: str, data: bytes | str) -> Path:
        path = self.path(documented)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        if "<id>" in documented:
            (path.parent / "_meta.json").write_text('{"appliedId": "one"}')
        return path

    def plant(self, pack: ToolPack, place: Place, value: Any) -> bool:
        """Put ``value`` into ``place``; whether this system has such a place."""
        match place.kind:
            case "env":
                self.environment[place.word] = str(value)
                return True
            case "registry" if self.os is OsLayout.WINDOWS:
                self.registry.append(
                    (f"{place.hive}\\{(place.path or '').strip(chr(92))}", place.name or "", value)
                )
                return True
            case "plist-domain" if self.os is OsLayout.MACOS:
                managed = (
                    "/Library/Managed Preferences" if place.scope == "managed" else "~/Library/Preferences"
                )
                needs = pack.rules.managed_needs
                content = {str(place.key): value, **({needs: True} if needs else {})}
                self.write(f"{managed}/{place.domain}.plist", plistlib.dumps(content))
                return True
            case "file" | "sqlite":
                documented = (place.paths or {}).get(self.os.value)
                if documented is None:
                    return False
                if place.kind == "sqlite":
                    self._row(self.path(documented), place, value)
                else:
                    self.write(documented, rendered(place, value))
                return True
        return False

    def spoil(self, place: Place) -> bool:
        """Leave something unreadable where a file or export should be."""
        if place.kind == "registry" and self.os is OsLayout.WINDOWS:
            (self.root / "machine.reg").parent.mkdir(parents=True, exist_ok=True)
            (self.root / "machine.reg").write_bytes(GARBAGE)
            return True
        if place.kind == "plist-domain" and self.os is OsLayout.MACOS:
            folder = "/Library/Managed Preferences" if place.scope == "managed" else "~/Library/Preferences"
            self.write(f"{folder}/{place.domain}.plist", GARBAGE)
            return True
        documented = (place.paths or {}).get(self.os.value) if place.kind in {"file", "sqlite"} else None
        if documented is None or place.format == "marker-file":
            return False
        self.write(documented, GARBAGE)
        return True

    def _row(self, path: Path, place: Place, value: Any) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        if place.value_format != "json" and not isinstance(value, str | int | float):
            raise TypeError
        held: Any = value
        for part in reversed(place.json_path or ()):
            held = {part: held}
        text = json.dumps(held) if place.value_format == "json" else held
        with closing(sqlite3.connect(path)) as base:
            columns = f"{place.key_column} PRIMARY KEY, {place.value_column}"
            base.execute(f"CREATE TABLE IF NOT EXISTS {place.table} ({columns})")
            base.execute(f"INSERT OR REPLACE INTO {place.table} VALUES (?, ?)", (place.key, text))  # noqa: S608
            base.commit()

    def _export(self) -> None:
        hives = {"HKLM": "HKEY_LOCAL_MACHINE", "HKCU": "HKEY_CURRENT_USER"}
        lines = ["Windows Registry Editor Version 5.00", ""]
        for key, name, value in self.registry:
            hive, _, path = key.partition("\\")
            text = f"dword:{int(value):08x}" if isinstance(value, int) else json.dumps(value)
            lines += [f"[{hives[hive]}\\{path}]", f'"{name}"={text}', ""]
        (self.root / "machine.reg").write_bytes("\r\n".join(lines).encode("utf-16"))


def rendered(place: Place, value: Any) -> str:
    """A whole file of the place's format that holds the one value."""
    key = place.key if isinstance(place.key, tuple) else (str(place.key),)
    nested: Any = value
    for part in reversed(key):
        nested = {part: nested}
    match place.format:
        case "json" | "jsonc":
            return json.dumps(nested)
        case "toml":
            return tomlkit.dumps(nested)
        case "yaml":
            return yaml.safe_dump(nested)
        case "ini":
            text = str(value).lower() if isinstance(value, bool) else str(value)
            return f"[{key[0]}]\n{key[1]}={text}\n"
        case "mozilla-prefs":
            return f'user_pref("{key[0]}", {json.dumps(value)});\n'
        case "jetbrains-consents":
            return f"{key[0]}:1.1:{value}:1690000000000"
        case _:
            return ""
