"""Texts in the person's language, through gettext. The source is English, which is therefore always whole.

A text that has no translation is shown in English; documents for programs (``--json``) always are.

Two ways lead here. A room that speaks to people and keeps nothing marks its texts with ``_`` or ``ngettext``.
Rules, use cases and errors say English everywhere, so that records and documents never change with a
language; where such a text leaves for a terminal, :func:`spoken` finds the text or template it was made from.
"""

import gettext
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, cached_property, lru_cache
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


def catalogue() -> "Catalogue | None":
    """The catalogue in use; none where English is spoken."""
    found = _current.get()
    return found if isinstance(found, Catalogue) else None


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


def spoken(text: str) -> str:
    """An English text that is on its way to a person, in the language in use.

    ``text`` may be filled in already: the template is found by what stands around the values. What is in no
    catalogue stays English, sentence by sentence. Single words of data (a label, a name) are never touched: a
    value is translated only where it is itself a known text of two words or more.
    """
    found = catalogue()
    return text if found is None else found.spoken(text)


def spoken_phrase(text: str) -> str:
    """The same for what may be data: a single word stays as it is."""
    found = catalogue()
    return text if found is None else found.phrase(text)


def of_help(text: str, environ: Mapping[str, str]) -> str:
    """One paragraph or line of a help text, in the language that ``environ`` asks for.

    Its lines may be wrapped. What click shortens or puts behind it (``[required]``) is minded.
    """
    with using(language_of(environ)):
        found = catalogue()
        return text if found is None else found.of_help(text)


class Catalogue(gettext.GNUTranslations):
    """A catalogue that also knows filled-in templates (``{name}``) again."""

    def spoken(self, text: str) -> str:
        """:func:`spoken` in this catalogue's language."""
        held: dict[str, str] = self._remembered
        if text not in held:
            if len(held) >= REMEMBERED:
                held.clear()
            held[text] = self._whole(text) or self._in_parts(text)
        return held[text]

    def phrase(self, text: str) -> str:
        """:func:`spoken_phrase` in this catalogue's language."""
        if PHRASE.search(text) or COUNTED.fullmatch(text):
            return self.spoken(text)
        return self.texts.get(text, text) if text in OWN_WORDS else text

    def of_help(self, text: str) -> str:
        """:func:`of_help` in this catalogue's language."""
        head, mark, rest = text.partition("  [")
        plain = " ".join(head.split())
        if plain.startswith(EXAMPLE):
            return text.replace(EXAMPLE, self.gettext(EXAMPLE), 1)
        said = self.texts.get(plain) or self._shortened(plain) or self._filled(plain)
        return text if said is None else f"{said}{mark}{rest}"

    def _shortened(self, text: str) -> str | None:
        """The first sentence of a text, which a list of commands shows without its stop or cut off."""
        start = text.removesuffix("...")
        sentence = f"{text}." if start == text else start
        for known, said in self.texts.items():
            if known.startswith(sentence):
                return FIRST.split(said, maxsplit=1)[0].rstrip(".")
        return None

    @cached_property
    def _remembered(self) -> dict[str, str]:
        return {}

    @cached_property
    def texts(self) -> dict[str, str]:
        """Every text of one form, with its translation."""
        held: dict[object, str] = getattr(self, "_catalog", {})
        return {key: said for key, said in held.items() if isinstance(key, str) and key and said}

    @cached_property
    def _templates(self) -> list[tuple[str, str, str, str]]:
        """The templates, those with most words of their own first: how each begins and ends, and its longest
        piece, which tells most of the others apart without matching them."""
        held = [text for text in self.texts if HOLE.search(text)]
        held.sort(key=lambda text: (-len(HOLE.sub("", text)), text))
        own = [HOLE.split(text)[::2] for text in held]
        return [(text, p[0], p[-1], max(p, key=len)) for text, p in zip(held, own, strict=True)]

    def _whole(self, text: str) -> str | None:
        """``text`` as one text or template of the catalogue, with the blanks around it as they were."""
        core = NUMBER.sub("", text.strip())
        if not core:
            return text
        said = self.texts.get(core) or self._filled(core)
        return None if said is None else text.replace(core, said, 1)

    def _filled(self, text: str) -> str | None:
        if not (PHRASE.search(text) or COUNTED.fullmatch(text)):
            return None
        for template, begins, ends, within in self._templates:
            if within in text and text.startswith(begins) and text.endswith(ends):
                match = pattern_of(template).fullmatch(text)
                if match is not None and _fits(template, match):
                    values = {name: self.phrase(value) for name, value in match.groupdict().items()}
                    return _with(self.texts[template], values)
        return None

    def _in_parts(self, text: str) -> str:
        """Sentences and clauses by themselves, as many together as are known together."""
        parts, said = [part for part in BETWEEN.split(text) if part], []
        while parts:
            for count in range(min(len(parts), MOST_PARTS), 0, -1):
                piece = "".join(parts[:count])
                found = self._clause(piece)
                if found is not None or count == 1:
                    said.append(found or piece)
                    del parts[:count]
                    break
        return "".join(said)

    def _clause(self, text: str) -> str | None:
        """A known text within others, with or without the sign that ends it there."""
        for core in (text, text.rstrip(";,:.")):
            if PHRASE.search(core) or COUNTED.fullmatch(core):
                said = self._whole(core)
                if said is not None:
                    return said + text[len(core) :]
        return None


def _with(template: str, values: Mapping[str, str]) -> str:
    return HOLE.sub(lambda hole: values[hole[1]], template)


def _fits(template: str, match: re.Match[str]) -> bool:
    """Whether a template may stand for a text. One of few words may only where its values are short, too."""
    own = len(WORD.findall(HOLE.sub(" ", template)))
    return own > FEW or bool(LABEL.match(template)) or all(len(v.split()) <= SHORT for v in match.groups())


EXAMPLE = "Example:"
FIRST = re.compile(r"(?<=[.])\s")

HOLE = re.compile(r"\{([a-z][a-z0-9_]*)\}")
"""A place to fill in."""

PHRASE = re.compile(r"[A-Za-z]{2,}.*\s.*[A-Za-z]{2,}", re.DOTALL)
FIGURE = r"[\d.,]*\d"
COUNTED = re.compile(FIGURE + r" [A-Za-z ]+")
"""``3 files``: one word is enough, since a figure says that it is counted."""

NUMBER = re.compile(r"^\d+\. (?=\D)")
"""Of an item in a list of steps: no part of what it says."""

OWN_WORDS = frozenset({"unknown"})
"""Single words that are ours where they stand for a value."""

BETWEEN = re.compile(r"((?<=[.;:!?,])\s+|\s*[()]\s*|[;,:.]$)")
WORD = re.compile(r"[A-Za-z]{2,}")
LABEL = re.compile(r"[A-Za-z][A-Za-z ]*: ")
FEW, SHORT, MOST_PARTS = 2, 4, 12
REMEMBERED = 4096


@cache
def pattern_of(template: str) -> re.Pattern[str]:
    """What every text made from ``template`` looks like; a place that occurs twice holds the same both times.

    ``{count}`` stands for figures alone.
    """
    pieces: list[str] = []
    seen: set[str] = set()
    for i, piece in enumerate(HOLE.split(template)):
        if i % 2 == 0:
            pieces.append(re.escape(piece))
        else:
            any_of = FIGURE if piece == "count" else ".*?"
            pieces.append(f"(?P={piece})" if piece in seen else f"(?P<{piece}>{any_of})")
            seen.add(piece)
    return re.compile("".join(pieces), re.DOTALL)


@lru_cache(maxsize=8)
def _translations(language: str) -> gettext.NullTranslations:
    if language == SOURCE:
        return gettext.NullTranslations()
    return gettext.translation(DOMAIN, LOCALES, [language], class_=Catalogue, fallback=True)
