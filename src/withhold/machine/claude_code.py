"""Claude Code on a computer: is it there, which profiles has it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from withhold.machine.effective import Effective
from withhold.machine.facts import ToolFacts
from withhold.machine.interface import Machine, OsLayout, ToolRow
from withhold.machine.places import JsonFile, read_json, resolve, shown
from withhold.machine.routes import Account

TOOL = "claude-code"
ACCOUNT_FIELDS = frozenset({"oauthAccount", "customApiKeyResponses"})
"""The account file also holds keys: the rest of it is dropped as soon as it is parsed."""
_VERSION = re.compile(r"\d+\.\d+\.\d+")


@dataclass(frozen=True, slots=True)
class Profile:
    """One configuration folder with its account file and settings."""

    config: Path
    account: Account
    effective: Effective


def found(facts: ToolFacts, machine: Machine) -> ToolRow | None:
    """The tool with all signs of it; ``None`` where there is no sign."""
    signs = tuple(dict.fromkeys(_signs(facts, machine)))
    return ToolRow(facts.tool, signs, _version(facts, machine)) if signs else None


def _signs(facts: ToolFacts, machine: Machine) -> Iterator[str]:
    for path in (*_config_dirs(facts, machine), resolve(facts.account_file, machine)):
        if path.exists():
            yield shown(path, machine)
    for text in facts.programs:
        path = resolve(text, machine)
        if path.exists() or path.is_symlink():
            yield shown(path, machine)
    for path in _on_path(facts.command, machine):
        yield shown(path, machine)


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
    inside = read_json(config / Path(facts.account_file).name, ACCOUNT_FIELDS)
    account = inside if inside.exists else read_json(resolve(facts.account_file, machine), ACCOUNT_FIELDS)
    user = read_json(_in(config, facts.files.user))
    return Profile(config, Account(account), Effective(machine, _managed(facts, machine), user))


def _in(config: Path, text: str) -> Path:
    return config / text.removeprefix("<config>/")


def _managed(facts: ToolFacts, machine: Machine) -> tuple[JsonFile, ...]:
    """The managed file and the pieces beside it. Of pieces, the last in the alphabet wins."""
    main = resolve(facts.files.managed[machine.os], machine)
    folder = main.parent / "managed-settings.d"
    pieces = sorted(folder.glob("*.json"), reverse=True) if folder.is_dir() else []
    return tuple(file for file in map(read_json, (*pieces, main)) if file.exists)


def server_managed(profile: Profile, facts: ToolFacts) -> bool:
    """Whether an organisation delivers settings to this profile."""
    return _in(profile.config, facts.files.server_managed).is_file()
