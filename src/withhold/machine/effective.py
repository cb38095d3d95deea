"""Which value of a setting takes effect, and which file or variable decides.

Order of the tool: managed files, the project's own, then the user's file, then the environment; a variable
in a file's ``env`` block wins over the same variable in the shell, and an empty one cancels it.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from withhold.machine.facts import Check, Placebo
from withhold.machine.interface import Machine
from withhold.machine.places import JsonFile, shown

_SHORT = 5
ENVIRONMENT = "environment"
_UNEXPANDED = re.compile(r"\$\{?[A-Za-z_]|\$\(|`")
TRUE, FALSE = frozenset({"1", "true"}), frozenset({"0", "false"})
"""Words of a switch that the vendor documents. Others (``yes``, ``TRUE``, blanks around) are not known."""
_WORDS = TRUE | FALSE | {"yes", "no", "on", "off"}


@dataclass(frozen=True, slots=True)
class Value:
    """A value and where it stands. ``from_file`` is false for a variable of the environment."""

    name: str
    value: Any = field(repr=False)
    where: str
    from_file: bool


@dataclass(frozen=True, slots=True)
class Effective:
    """The settings of one profile: its files, strongest first, and the environment."""

    machine: Machine
    managed: tuple[JsonFile, ...]
    user: JsonFile
    project: tuple[JsonFile, ...] = ()
    delivered: bool = False
    """Whether an organisation's server delivers settings, which win and are not read."""

    @property
    def files(self) -> tuple[JsonFile, ...]:
        return (*self.managed, *self.project, self.user)

    @property
    def broken(self) -> tuple[JsonFile, ...]:
        """Files that exist and cannot be read: what they set is not known."""
        return tuple(file for file in self.files if file.broken)

    @property
    def rejected(self) -> tuple[str, ...]:
        """Places of values that the program does not take; it may then leave out the whole file."""
        return tuple(
            f"{shown(file.path, self.machine)} ({key})"
            for file in self.files
            for key in _TYPES
            if key in file.settings and not _TYPES[key](file.settings[key])
        )

    def variable(self, name: str) -> Value | None:
        """The variable as the tool sees it; ``None`` if unset or empty."""
        for file in self.files:
            block = file.settings.get("env")
            if isinstance(block, dict) and name in block:
                return self._set(Value(name, block[name], shown(file.path, self.machine), from_file=True))
        value = self.machine.environment.get(name)
        return self._set(Value(name, value, ENVIRONMENT, from_file=False))

    def setting(self, key: Sequence[str], files: Sequence[JsonFile] | None = None) -> Value | None:
        """The value under a path of keys in the strongest file that has it."""
        for file in self.files if files is None else files:
            found: Any = file.settings
            for part in key:
                found = found.get(part) if isinstance(found, dict) else None
            if found is not None:
                return Value(".".join(key), found, shown(file.path, self.machine), from_file=True)
        return None

    def values(self, check: Check | Placebo, files: Sequence[JsonFile] | None = None) -> Iterator[Value]:
        """The value that a check asks about, if it is set."""
        found = None
        if check.variable is not None:
            found = self.variable(check.variable)
        elif check.setting is not None:
            own = isinstance(check, Check) and check.user_only
            found = self.setting(check.setting, (self.user,) if own else files)
        if found is not None:
            yield found

    @staticmethod
    def _set(value: Value) -> Value | None:
        return None if value.value in (None, "") else value


def _is_switch(value: object) -> bool:
    return isinstance(value, bool)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_days(value: object) -> bool:
    whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    return isinstance(value, int | float) and not isinstance(value, bool) and whole and value >= 1


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_environment(value: object) -> bool:
    """What the program makes of a value that is no text is not documented."""
    return isinstance(value, dict) and all(isinstance(each, str) for each in value.values())


_TYPES: Mapping[str, Callable[[object], bool]] = {
    "autoMemoryEnabled": _is_switch,
    "disableArtifact": _is_switch,
    "disableRemoteControl": _is_switch,
    "enableArtifact": _is_switch,
    "remoteControlAtStartup": _is_switch,
    "skipWebFetchPreflight": _is_switch,
    "cleanupPeriodDays": _is_days,
    "feedbackSurveyRate": _is_number,
    "forceLoginMethod": _is_text,
    "apiKeyHelper": _is_text,
    "env": _is_environment,
}
"""What the program takes under a key of its settings."""


def unexpanded(value: object) -> bool:
    """Whether a shell or program would still put something else in this text's place."""
    return isinstance(value, str) and _UNEXPANDED.search(value) is not None


def known(value: object, check: Check) -> bool:
    """Whether it can be told if a value passes a check: of the right type, and one of the switch's words."""
    if unexpanded(value) or isinstance(value, dict | list):
        return False
    if check.test == "presence":
        return isinstance(value, str) and (check.setting is None or value.strip() != "")
    if check.test == "number":
        return True
    return isinstance(value, bool) if check.setting is not None else value in TRUE | FALSE


def fits(value: object, check: Check | Placebo) -> bool:
    """Whether a value passes a check's test."""
    word = str(value).lower() if isinstance(value, bool) else str(value)
    match check.test:
        case "presence":
            return value not in (None, "")
        case "true":
            return word in TRUE
        case "false":
            return word in FALSE
        case "number":
            return _is_number(value) and check.low <= float(word) <= check.high


def printable(value: object, known: Collection[object] = ()) -> str:
    """A setting's value for people: a switch, a small number or a word in ``known``.

    Anything else may be a secret that was put into the wrong place: it is only said to be set.
    """
    text = str(value).lower() if isinstance(value, bool) else str(value)
    small = text.isascii() and text.isdecimal() and len(text) <= _SHORT
    if isinstance(value, str | int) and (small or text.lower() in _WORDS or value in known):
        return text
    return "(set)"
