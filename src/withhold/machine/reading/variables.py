"""Lines of variables, as shells and programs keep them in files: ``export NAME="value"  # why``."""

import re
from collections.abc import Mapping

_LINE = re.compile(
    r"^\s*(?:export\s+|(?:declare|typeset)\s+-\w+\s+|set\s+|\$env:)?([A-Za-z_][A-Za-z0-9_()]*)\s*=(.*)$",
    re.IGNORECASE,
)
_FISH = re.compile(r"^\s*set\s+(?:-\w+\s+|--\w+\s+)+([A-Za-z_]\w*)\s+(.*)$")
_CMD = re.compile(r'^\s*set\s+"([A-Za-z_][A-Za-z0-9_()]*)=(.*)"\s*$', re.IGNORECASE)
_CSH = re.compile(r"^\s*setenv\s+([A-Za-z_]\w*)\s+(.*)$")
_OTHER = re.compile(r"^\s*(?:[#;].*|export\s+[A-Za-z_]\w*)?\s*$")
_QUOTED = re.compile(r"""^(?:'([^']*)'|"((?:[^"\\]|\\.)*)")\s*(?:[#;].*)?$""")
_NAMED = re.compile(r"\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))")


def variables(text: str) -> dict[str, str]:
    """Every variable with its value: the last line for a name counts.

    ``$NAME`` stands for a variable of an earlier line. One that no line sets is left as it is written,
    because its value is not known.
    """
    found: dict[str, str] = {}
    for line in text.removeprefix("\ufeff").splitlines():
        match = _matched(line)
        if match:
            found[match.group(1)] = _value(match.group(2).strip(), found)
    return found


def not_understood(text: str) -> int:
    """How many lines set no variable that :func:`variables` sees, and are no comments."""
    lines = text.removeprefix("\ufeff").splitlines()
    return sum(1 for line in lines if not _matched(line) and not _OTHER.match(line))


def _matched(line: str) -> re.Match[str] | None:
    return next((m for way in (_CMD, _FISH, _CSH, _LINE) if (m := way.match(line))), None)


def _value(text: str, earlier: Mapping[str, str]) -> str:
    quoted = _QUOTED.match(text)
    if quoted and quoted.group(1) is not None:
        return quoted.group(1)
    if quoted:
        return _expanded(re.sub(r'\\(["\\])', r"\1", quoted.group(2)), earlier)
    return _expanded(re.split(r"(?:^|\s)#", text, maxsplit=1)[0].strip(), earlier)


def _expanded(text: str, earlier: Mapping[str, str]) -> str:
    return _NAMED.sub(lambda match: earlier.get(match.group(1) or match.group(2), match.group()), text)
