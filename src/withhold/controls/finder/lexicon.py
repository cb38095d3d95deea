"""The words of settings pages, compiled once: what a text of a page holds, by concept."""

import re
import tomllib
from functools import cache
from importlib.resources import files

from withhold.controls.phrases import folded, normal


@cache
def _tables() -> dict[str, dict[str, list[str]]]:
    text = files("withhold.controls.finder").joinpath("lexicon.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def pattern(concept: str) -> re.Pattern[str]:
    """All expressions of ``concept`` in all languages as one."""
    parts = [part for parts in _tables()[concept].values() for part in parts]
    return re.compile("|".join(_from_word(folded(part)) for part in parts))


_SPACED = re.compile(r"[a-zà-ÿąćęłńóśźżğışа-яё]")
"""First letters of expressions in scripts that part words with spaces and put nothing before a stem."""


def _from_word(part: str) -> str:
    """An expression that begins with a letter begins a word: "ses" is not found in "uses"."""
    return rf"\b(?:{part})" if _SPACED.match(part) else f"(?:{part})"


@cache
def phrases(concept: str) -> frozenset[str]:
    """The texts of ``concept`` where it lists whole texts (``yes``, ``no``), in normal form."""
    return frozenset(normal(text) for texts in _tables()[concept].values() for text in texts)


_CJK = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_IN_CJK = re.compile(f"[{_CJK}]")
_KNOWN = ("train", "model", "improve", "data", "permit", "product", "part")


@cache
def _plain_words() -> tuple[frozenset[str], re.Pattern[str]]:
    """Words that change nothing, of scripts with spaces, and of those without, longest first."""
    told: dict[str, str] = {name: str(words) for name, words in _tables()["plain"].items()}
    cjk = sorted(map(normal, told.pop("cjk").split()), key=len, reverse=True)
    spaced = frozenset(normal(word) for words in told.values() for word in words.split())
    return spaced, re.compile("|".join(re.escape(word) for word in cjk if word))


def unknown(text: str) -> str:
    """What is left of ``text``, in normal form, when every word that is known here is taken out."""
    for concept in _KNOWN:
        text = pattern(concept).sub(MARK, text)
    spaced, cjk = _plain_words()
    left = [word.strip(_PUNCTUATION) for word in re.split(r"[\s/'-]+", text)]
    words = [word for word in left if word and MARK not in word and word not in spaced]
    if _IN_CJK.search(text):
        words = [cjk.sub("", re.sub(r"[!-~\s]", "", text.replace(MARK, "")))]
    return " ".join(word for word in words if any(c.isalpha() for c in word))


MARK = "¤"
"""Stands for a word that is known, where texts are looked through for what is not."""
_PUNCTUATION = ".,:;!?()[]\"'،؛؟…&+*"


def begins_known(text: str) -> bool:
    """Whether the first word of ``text`` is a known one."""
    first = text.split(maxsplit=1)[0] if text.split() else ""
    if _IN_CJK.search(first):
        spaced_from = min((m.start() for c in _KNOWN if (m := pattern(c).search(first))), default=len(first))
        return not unknown(first[:spaced_from])
    return not unknown(first)


def has(concept: str, text: str) -> bool:
    """Whether ``text``, in normal form, holds a word of ``concept``."""
    return pattern(concept).search(text) is not None


def count(concept: str, text: str) -> int:
    """How many separate words of ``concept`` ``text`` holds."""
    return sum(1 for _ in pattern(concept).finditer(text))
