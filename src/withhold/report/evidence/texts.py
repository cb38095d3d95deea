"""The long texts of reports: limits, notes on the law, and a declaration to be filled in."""

import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import Any

from withhold.report.evidence.content import Pairs


def limits() -> Pairs:
    """What evidence does not prove."""
    return _pairs("limits")


def notes() -> Pairs:
    """What rules of evidence say of such records. No advice, and not complete."""
    return _pairs("notes")


def declaration(tool: str) -> tuple[str, ...]:
    """Sentences for the person to complete; ``tool`` is this program's version."""
    return tuple(line.format(tool=tool) for line in _texts()["declaration"]["sentences"])


def _pairs(part: str) -> Pairs:
    return tuple((row["head"], row["text"]) for row in _texts()[part])


@lru_cache(maxsize=1)
def _texts() -> dict[str, Any]:
    found = files("withhold.report").joinpath("evidence/texts.toml")
    return tomllib.loads(found.read_text(encoding="utf-8"))
