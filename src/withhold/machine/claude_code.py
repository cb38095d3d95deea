"""Claude Code on a computer: is it there, which profiles has it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from withhold.machine.effective import Effective
from withhold.machine.facts import ToolFacts
from withhold.machine.interface import Machine, OsLayout, ToolRow
from withhold.machine.places import JsonFile, read_json, resolve, shown
from withhold.machine.reading.documents import Broken, read, understood
from withhold.machine.reading.registry import Registry, registry
from withhold.machine.reading.tree import Tree, present
from withhold.machine.routes import Account

TOOL = "claude-code"
_DOMAIN = "com.anthropic.claudecode"
_POLICY = "SOFTWARE/Policies/ClaudeCode"
ACCOUNT_FIELDS = frozenset({"oauthAccount", "customApiKeyResponses"})
"""The account file also holds keys: the rest of it is dropped as soon as it is parsed."""
_VERSION = re.compile(r"\d+\.\d+\.\d+")


@dataclass(frozen=True, slots=True)
class Profile:
    """One configuration folder with its account file and settings."""

    config: Path
    account: Account
    effective: Effective


def found(facts: ToolFacts, machine: Machine, others: Sequence[str] = ()) -> ToolRow | None:
    """The tool with all signs of it, ``others`` behind; ``None`` where there is no sign."""
    signs = tuple(dict.fromkeys((*_signs(facts, machine), *others)))
    return ToolRow(facts.tool, signs, _version(facts, machine)) if signs else None


def _signs(facts: ToolFacts, machine: Machine) -> Iterator[str]:
    for path in (*_config_dirs(facts, machine), resolve(facts.account_file, machine)):
        if path.exists():
            yield shown(path, machine)
    for file in _project(machine):
        yield shown(file.path, machine)
    for text in facts.programs:
        path = resolve(text, machine)
        if path.exists() or path.is_symlink():
            yield shown(path, machine)
    for path in _on_path(facts.command, machine):
        yield shown(path, machine)
    for file in managed_files(facts, machine):
        yield shown(file.path, machine)


def _on_path(command: str, machine: Machine) -> Iterator[Path]:
    """Programs of that name in the search path. They are looked at, never started."""
    windows = machine.os is OsLayout.WINDOWS
    names = [f"{command}{ending}" for ending in (".exe", ".cmd")] if windows else [command]
    for folder in machine.environment.get("PATH", "").split(";" if windows else ":"):
        for name in names if folder else []:
            path = resolve(folder, machine) / name
            if path.is_file():
                yield path


def _version(facts: ToolFacts, machine: Machine) -> str | None:
    """The native installer makes the program a link into a folder named by version."""
    for text in facts.programs:
        path = resolve(text, machine)
        if path.is_symlink() and (match := _VERSION.search(path.readlink().name)):
            return match.group()
    return None


def profiles(facts: ToolFacts, machine: Machine) -> tuple[Profile, ...]:
    """The profile that is active in this environment first, then the default one if it is another."""
    return tuple(_profile(config, facts, machine) for config in _config_dirs(facts, machine))


def _config_dirs(facts: ToolFacts, machine: Machine) -> tuple[Path, ...]:
    default = resolve(facts.config_dir, machine)
    named = machine.environment.get(facts.config_variable)
    if not named or resolve(named, machine) == default:
        return (default,)
    moved = resolve(named, machine)
    return (moved, default) if default.exists() else (moved,)


def _profile(config: Path, facts: ToolFacts, machine: Machine) -> Profile:
    inside = _json(config / Path(facts.account_file).name, machine, ACCOUNT_FIELDS)
    default = resolve(facts.account_file, machine)
    account = inside if inside.exists else _json(default, machine, ACCOUNT_FIELDS)
    user = _json(_in(config, facts.files.user), machine)
    tokens = _in(config, facts.files.credentials)
    delivered = present(_in(config, facts.files.server_managed))
    managed = managed_files(facts, machine)
    signed = Account(account, tokens if present(tokens) else None)
    return Profile(config, signed, Effective(machine, managed, user, _project(machine), delivered))


def _project(machine: Machine) -> tuple[JsonFile, ...]:
    """The project's own settings, those of one person first."""
    if machine.project is None:
        return ()
    folder = machine.project / ".claude"
    found = (_json(folder / name, machine) for name in ("settings.local.json", "settings.json"))
    return tuple(file for file in found if file.exists)


def _json(path: Path, machine: Machine, only: frozenset[str] | None = None) -> JsonFile:
    """A file of the computer; broken where it is a link that ends nowhere in a copy of one."""
    real = Tree(machine).settled(path)
    if real is None:
        return JsonFile(path, exists=True, broken=True, settings={})
    return replace(read_json(real, only), path=path)


def _in(config: Path, text: str) -> Path:
    return config / text.removeprefix("<config>/")


def managed_files(facts: ToolFacts, machine: Machine) -> tuple[JsonFile, ...]:
    """Managed settings, strongest first: those of a device manager, then files, then the user's registry.

    Sources are not merged: only the first that holds anything counts in full, of the others their ``env``.
    """
    hives = registry(machine)
    admin = [[*_from_plists(machine), *_from_registry(hives, "HKLM")], list(_from_files(facts, machine))]
    if not any(file for source in admin for file in source):
        admin.append(list(_from_registry(hives, "HKCU")))
    present = [source for source in admin if source]
    weaker = [_only_env(file) for source in present[1:] for file in source]
    return (*(present[0] if present else ()), *weaker)


def _only_env(file: JsonFile) -> JsonFile:
    env = file.settings.get("env")
    return JsonFile(file.path, file.exists, file.broken, {} if env is None else {"env": env})


def _from_files(facts: ToolFacts, machine: Machine) -> Iterator[JsonFile]:
    """The managed file and the pieces beside it. Of pieces, the last in the alphabet wins."""
    main = resolve(facts.files.managed[machine.os], machine)
    folder = main.parent / "managed-settings.d"
    pieces = sorted(folder.glob("*.json"), reverse=True) if folder.is_dir() else []
    yield from (file for path in (*pieces, main) if (file := _json(path, machine)).exists)


def _from_plists(machine: Machine) -> Iterator[JsonFile]:
    if machine.os is not OsLayout.MACOS:
        return
    tree = Tree(machine)
    for folder in (f"/Library/Managed Preferences/{machine.home.name}", "/Library/Managed Preferences"):
        path = tree.one(f"{folder}/{_DOMAIN}.plist")
        if path is not None:
            try:
                content = read(path, "plist")
            except Broken:
                content = None
            yield _as_file(path, content)


def _from_registry(hives: Registry, hive: str) -> Iterator[JsonFile]:
    """One text of JSON in the policies of the system, or of the user."""
    path = Path(f"{hive}/{_POLICY}")
    if hives.broken:
        yield JsonFile(path, exists=True, broken=True, settings={})
        return
    found = hives.get(hive, _POLICY.replace("/", "\\"), "Settings")
    if found is None:
        return
    try:
        content = understood(str(found[0]).encode(), "json") if isinstance(found[0], str) else None
    except Broken:
        content = None
    yield _as_file(path, content)


def _as_file(path: Path, content: object) -> JsonFile:
    if not isinstance(content, dict):
        return JsonFile(path, exists=True, broken=True, settings={})
    return JsonFile(path, exists=True, broken=False, settings=content)


def server_managed(profile: Profile, facts: ToolFacts) -> bool:
    """Whether an organisation delivers settings to this profile."""
    return _in(profile.config, facts.files.server_managed).is_file()
