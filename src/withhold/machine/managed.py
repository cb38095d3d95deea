"""Settings that an organisation hands out to its computers, in the forms that device managers take.

Nothing is installed: the files are for the one who administers the computers. Whatever else such a source
would need (identifiers of an organisation) is asked for, not invented.
"""

import json
import plistlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from withhold.machine.changes import plain_value
from withhold.machine.verdicts import takes_switches
from withhold.packs.tools import Place, Rule, SettingFacts, ToolPack

PURPOSES = frozenset({"training", "feedback", "telemetry", "crash", "sharing", "route"})
_HIVES = {"HKLM": "HKEY_LOCAL_MACHINE", "HKCU": "HKEY_CURRENT_USER"}


@dataclass(frozen=True, slots=True)
class ManagedFile:
    """One file to hand out. ``goes_to`` is where a computer of ``system`` wants it."""

    tool: str
    system: str
    form: str
    name: str
    goes_to: str
    data: bytes = field(repr=False)
    settings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A setting that no file here sets, and why."""

    setting: str
    reason: str


@dataclass
class _Source:
    """What is collected for one file."""

    values: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, None] = field(default_factory=dict)


def managed(
    packs: Iterable[ToolPack], given: Mapping[str, str], unwanted: frozenset[str]
) -> tuple[tuple[ManagedFile, ...], tuple[LeftOut, ...]]:
    """The files for all ``packs``, and what they leave out.

    ``given`` holds what only the organisation knows (``organisation``, ``login``). ``unwanted`` are settings
    that have a price and are left to be chosen.
    """
    files: list[ManagedFile] = []
    left: list[LeftOut] = []
    for pack in packs:
        wanted = [s for s in pack.tool.settings if _fits(s) and s.id not in unwanted]
        rules = pack.rules.settings
        without = {name: rule.no_effect for name, rule in rules.items() if rule.no_effect is not None}
        left += [LeftOut(s.id, without[s.id]) for s in wanted if s.id in without]
        wanted = [s for s in wanted if s.id not in without]
        values = {s.id: _values(s, rules.get(s.id, Rule()), given) for s in wanted}
        for setting in wanted:
            if not values[setting.id] and any(p.scope == "managed" for p in setting.where):
                left.append(LeftOut(setting.id, "its value is a choice or an identifier of the organisation"))
        files += _files(pack, wanted, values)
    return tuple(files), tuple(left)


def _fits(setting: SettingFacts) -> bool:
    return setting.purpose in PURPOSES and setting.fix in {"edit-file", "admin-only"}


def _values(setting: SettingFacts, rule: Rule, given: Mapping[str, str]) -> dict[str, Any]:
    """The value to set, by the word of its place."""
    found: dict[str, Any] = {}
    for place in setting.where:
        if place.scope != "managed":
            continue
        text = rule.pins.get(place.word) if rule.pins else None
        if text is not None:
            if text.startswith("{") and text.strip("{}") not in given:
                continue
            found[place.word] = given[text.strip("{}")] if text.startswith("{") else text
        elif not rule.pins and (value := plain_value(setting, rule, place)) is not None:
            found[place.word] = value
    return found


def _files(
    pack: ToolPack, wanted: Sequence[SettingFacts], values: Mapping[str, Mapping[str, Any]]
) -> Iterator[ManagedFile]:
    texts, domains, keys = _collected(wanted, values)
    for (system, form, path), source in texts.items():
        data = _written(form, source.values)
        yield ManagedFile(pack.id, system, form, _name(path), path, data, tuple(source.settings))
    nested = {name: s.values for (_, _, name), s in texts.items()}
    for domain, source in domains.items():
        content = _like_file(source.values, nested.values())
        path = f"/Library/Managed Preferences/{domain}.plist"
        data = plistlib.dumps(content)
        yield ManagedFile(pack.id, "macos", "plist", f"{domain}.plist", path, data, tuple(source.settings))
    if keys:
        whole = next((s.values for (_, form, _), s in texts.items() if form == "json"), {})
        lines, settings = _registry(keys, whole)
        data = "\r\n".join(lines).encode("utf-16")
        yield ManagedFile(pack.id, "windows", "reg", f"{pack.id}.reg", "the registry", data, settings)


_Files = dict[tuple[str, str, str], _Source]
_Keys = dict[tuple[str, str], dict[str, tuple[Place, Any, list[str]]]]


def _collected(
    wanted: Sequence[SettingFacts], values: Mapping[str, Mapping[str, Any]]
) -> tuple[_Files, dict[str, _Source], _Keys]:
    """Values by file, by macOS domain and by registry key."""
    texts: _Files = {}
    domains: dict[str, _Source] = {}
    keys: _Keys = {}
    for setting in wanted:
        shared = list(values[setting.id].values())
        for place in setting.where:
            if place.scope != "managed":
                continue
            whole = place.kind == "registry" and place.name == "Settings" and place.type == "REG_SZ"
            value = shared[0] if whole and shared else values[setting.id].get(place.word)
            if value is None:
                continue
            if type(value) is int and takes_switches(setting, place):
                value = bool(value)
            if place.kind == "file":
                _into_files(texts, setting.id, place, value)
            elif place.kind == "plist-domain" and place.domain:
                source = domains.setdefault(place.domain, _Source())
                source.values[str(place.key)] = value
                source.settings[setting.id] = None
            elif place.kind == "registry":
                key = (place.hive or "HKLM", place.path or "")
                held = keys.setdefault(key, {})
                before = held[place.name or ""][2] if place.name in held else []
                held[place.name or ""] = (place, value, [*before, setting.id])
    return texts, domains, keys


def _into_files(texts: _Files, name: str, place: Place, value: Any) -> None:
    for system, path in (place.paths or {}).items():
        if not path or " or " in path or not isinstance(place.key, tuple):
            continue
        form = "toml" if place.format == "toml" else "json"
        source = texts.setdefault((system, form, path), _Source())
        at = source.values
        for part in place.key[:-1]:
            at = at.setdefault(part, {})
        at[place.key[-1]] = value
        source.settings[name] = None


def _like_file(flat: Mapping[str, Any], files: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Keys of a preference domain, in tables where the tool's own managed file has tables."""
    tables = {key for values in files for key, value in values.items() if isinstance(value, dict)}
    made: dict[str, Any] = {}
    for key, value in flat.items():
        first, dot, rest = key.partition(".")
        if dot and first in tables:
            made.setdefault(first, {})[rest] = value
        else:
            made[key] = value
    return made


def _written(form: str, values: Mapping[str, Any]) -> bytes:
    if form == "json":
        return (json.dumps(values, indent=2) + "\n").encode()
    import tomlkit

    return tomlkit.dumps(values).encode()


def _registry(keys: _Keys, whole: Mapping[str, Any]) -> tuple[list[str], tuple[str, ...]]:
    """Lines of an export, and the settings in it. A value ``Settings`` holds all of the tool's JSON."""
    lines = ["Windows Registry Editor Version 5.00", ""]
    settings: dict[str, None] = {}
    for (hive, path), values in keys.items():
        lines.append(f"[{_HIVES[hive]}\\{path.strip(chr(92))}]")
        for name, (place, value, named) in values.items():
            own = json.dumps(whole) if name == "Settings" and place.type == "REG_SZ" else value
            lines.append(f'"{name}"={_value(own, place.type)}')
            settings |= dict.fromkeys(named)
        lines.append("")
    return lines, tuple(settings)


def _value(value: Any, kind: str | None) -> str:
    if kind == "REG_DWORD" or isinstance(value, bool | int):
        return f"dword:{int(value):08x}"
    text = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


def _name(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2].replace("*", "withhold")
