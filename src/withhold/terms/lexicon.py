"""The words of terms pages, compiled once: of what a sentence speaks, by language."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

TOPICS = ("training", "retention", "deletion", "opt_out", "human_review", "automated_access")
"""What an alarm may be about, in the order in which alarms name them."""


@cache
def _tables() -> dict[str, Any]:
    text = files("withhold.terms").joinpath("lexicon.toml").read_text(encoding="utf-8")
    return tomllib.loads(text.replace("ß", "ss"))  # as case folding does with the pages


@cache
def languages() -> tuple[str, ...]:
    """Codes (ISO 639-1) of the languages that the lexicon holds."""
    return tuple(_tables()["languages"]["covered"])


@cache
def _pattern(lang: str, *place: str) -> re.Pattern[str]:
    table: Any = _tables()
    for name in place:
        table = table[name]
    return re.compile("|".join(f"(?:{part})" for part in table[lang]))


@cache
def words(kind: str, lang: str) -> frozenset[str]:
    """The words of ``kind`` (``weighty``, ``cue``, ``neutral``, ``months``, ``common``) in a language."""
    return frozenset(_tables()[kind].get(lang, ()))


def found(text: str, lang: str) -> Mapping[str, tuple[tuple[int, int], ...]]:
    """The topics of a sentence in normal form, each with the places of what makes it one."""
    core = _pattern(lang, "core").search(text) is not None
    spans: dict[str, tuple[tuple[int, int], ...]] = {}
    for topic in TOPICS:
        places = tuple(m.span() for m in _pattern(lang, "topics", topic).finditer(text))
        if places and not _excepted(topic, text, lang, core=core):
            spans[topic] = places
    return spans


def _excepted(topic: str, text: str, lang: str, *, core: bool) -> bool:
    if topic in _tables()["never"] and _pattern(lang, "never", topic).search(text) is not None:
        return True
    return not core and _pattern(lang, "except", topic).search(text) is not None
