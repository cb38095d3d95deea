"""Lines of variables, as shells and programs keep them in files: ``export NAME="value"  # why``."""

import re
from collections.abc import Mapping

_LINE = re.compile(r"^\s*(?:export\s+|declare\s+-\w+\s+|set\s+)?([A-Za-z_][A-Za-z0-9_()]*)\s*=(.*)$")
_QUOTED = re.compile(r"""^(?:'([^']*)'|"((?:[^"\\]|\\.)*)")\s*(?:[#;].*)?$""")
_NAMED = re.compile(r"\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))")


def variables(text: str) -> dict[str, str]:
    """Every variable with its value: the last line for a name counts.

    ``$NAME`` stands for a variable of an earlier line. One that no line sets is left as it is written,
    because its value is not known.
    """
    found: dict[str, str] = {}
    for line in text.removeprefix("\ufeff").splitlines():
        match = _LINE.match(line)
        if match:
            found[match.group(1)] = _value(match.group(2).strip(), found)
    return found


def _value(text: str, earlier: Mapping[str, str]) -> str:
    quoted = _QUOTED.match(text)
    if quoted and quoted.group(1) is not None:
        return quoted.group(1)
    if quoted:
        return _expanded(re.sub(r'\\(["\\])', r"\1", quoted.group(2)), earlier)
    return _expanded(re.split(r"(?:^|\s)#", text, maxsplit=1)[0].strip(), earlier)


def _expanded(text: str, earlier: Mapping[str, str]) -> str:
    return _NAMED.sub(lambda match: earlier.get(match.group(1) or match.group(2), match.group()), text)
