"""What the words of a sign-up or terms page ask for. About training the finder's lexicon is asked."""

import re
import tomllib
from functools import cache
from importlib.resources import files

from withhold.controls.finder.lexicon import has as finder_has
from withhold.controls.finder.wording import SURE, Sense, sense
from withhold.controls.phrases import normal

TRAINING = "training"
PURPOSES = ("terms", "marketing", "sharing", "ads", "analytics", "personal")
"""Purposes besides training, in the order in which they are told."""
_NAMED = 0.75
"""From here on, a sentence in prose names training or improving, and not just a model and some data."""


@cache
def _tables() -> dict[str, dict[str, list[str]]]:
    text = files("withhold.controls.spotter").joinpath("phrases.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def _pattern(concept: str) -> re.Pattern[str]:
    parts = [part for parts in _tables()[concept].values() for part in parts]
    return re.compile("|".join(f"(?:{part})" for part in parts))


def has(concept: str, text: str) -> bool:
    """Whether ``text``, in any form, holds a phrase of ``concept``."""
    return _pattern(concept).search(normal(text)) is not None


def purposes(text: str) -> tuple[str, ...]:
    """What ``text`` asks for besides training."""
    return tuple(purpose for purpose in PURPOSES if has(purpose, text))


def refuses(text: str) -> bool:
    """Whether ``text`` says no to what it speaks of ("Do not send me offers")."""
    return finder_has("refuse", normal(text))


def trains(text: str) -> Sense | None:
    """The sense of a sentence in prose that names training and the person's content, else ``None``."""
    found = about_training(text)
    return found if found is not None and found.topic >= _NAMED else None


def about_training(label: str, beside: str = "") -> Sense | None:
    """The sense of a control's words, where they are about training.

    A sentence that also asks for something else is taken apart: the part about training counts.
    """
    found = sense(label, tuple(beside.split("\n")) if beside else ())
    if found.topic >= SURE:
        return found
    if not purposes(label):
        return None
    parts = (sense(part) for part in _CLAUSES.split(label))
    return next((part for part in parts if part.topic >= _NAMED), None)


_CLAUSES = re.compile(r"[,;、，；·•]|\b(?:and|und|sowie|et|y|e|ed)\b|以及|并且|および|그리고")
