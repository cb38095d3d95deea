"""The words of settings pages, compiled once: what a text of a page holds, by concept."""

import re
import tomllib
from functools import cache
from importlib.resources import files

from withhold.controls.phrases import normal


@cache
def _tables() -> dict[str, dict[str, list[str]]]:
    text = files("withhold.controls.finder").joinpath("lexicon.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def pattern(concept: str) -> re.Pattern[str]:
    """All expressions of ``concept`` in all languages as one."""
    parts = [part for parts in _tables()[concept].values() for part in parts]
    return re.compile("|".join(_from_word(part) for part in parts))


_SPACED = re.compile(r"[a-zà-ÿąćęłńóśźżğışа-яё]")
"""First letters of expressions in scripts that part words with spaces and put nothing before a stem."""


def _from_word(part: str) -> str:
    """An expression that begins with a letter begins a word: "ses" is not found in "uses"."""
    return rf"\b(?:{part})" if _SPACED.match(part) else f"(?:{part})"


@cache
def phrases(concept: str) -> frozenset[str]:
    """The texts of ``concept`` where it lists whole texts (``yes``, ``no``), in normal form."""
    return frozenset(normal(text) for texts in _tables()[concept].values() for text in texts)


def has(concept: str, text: str) -> bool:
    """Whether ``text``, in normal form, holds a word of ``concept``."""
    return pattern(concept).search(text) is not None


def count(concept: str, text: str) -> int:
    """How many separate words of ``concept`` ``text`` holds."""
    return sum(1 for _ in pattern(concept).finditer(text))
