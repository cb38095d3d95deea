"""Texts in the person's language, through gettext. The source is English, which is therefore always whole.

A text that has no translation is shown in English; documents for programs (``--json``) always are.
"""

import gettext
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path

DOMAIN = "withhold"
LOCALES = Path(__file__).resolve().parent.parent / "locale"
SOURCE = "en"
OWN_VARIABLE = "WITHHOLD_LANG"
VARIABLES = (OWN_VARIABLE, "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
"""Where a language is looked for, in this order: ours, and then as gettext does."""

_current: ContextVar[gettext.NullTranslations | None] = ContextVar("translations", default=None)


def languages() -> tuple[str, ...]:
    """Languages there are texts in, English first."""
    folders = LOCALES.iterdir() if LOCALES.is_dir() else ()
    return (SOURCE, *sorted(f.name for f in folders if (f / "LC_MESSAGES" / f"{DOMAIN}.mo").is_file()))


def language_of(environ: Mapping[str, str]) -> str:
    """The first language that ``environ`` asks for and that there are texts in; else English."""
    asked = next((environ[name] for name in VARIABLES if environ.get(name)), "")
    return best_of(asked.split(":"))


def best_of(wanted: Sequence[str]) -> str:
    """The first of ``wanted`` (``de_AT.UTF-8``, ``de-AT``) that there are texts in; else English."""
    held = languages()
    for tag in wanted:
        short = tag.replace("-", "_").split("_")[0].split(".")[0].strip().lower()
        if short in held:
            return short
    return SOURCE


def use(language: str) -> None:
    """Speak ``language`` from here on, in this thread or task and those that it starts."""
    _current.set(_translations(language))


@contextmanager
def using(language: str) -> Iterator[None]:
    """Speak ``language`` within the block."""
    before = _current.set(_translations(language))
    try:
        yield
    finally:
        _current.reset(before)


def language() -> str:
    """The language in use."""
    found = _current.get()
    return SOURCE if found is None else found.info().get("language", SOURCE)


def _(text: str) -> str:
    """``text`` in the language in use."""
    found = _current.get()
    return text if found is None or not text else found.gettext(text)


def ngettext(one: str, many: str, count: int) -> str:
    """The form of a text that goes with ``count``, in the language in use."""
    found = _current.get()
    if found is None:
        return one if count == 1 else many
    return found.ngettext(one, many, count)


@lru_cache(maxsize=8)
def _translations(language: str) -> gettext.NullTranslations:
    if language == SOURCE:
        return gettext.NullTranslations()
    return gettext.translation(DOMAIN, LOCALES, [language], fallback=True)
