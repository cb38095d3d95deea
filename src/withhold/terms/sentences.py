"""Text into sentences, and sentences into a form in which what does not matter is the same."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from withhold.terms import lexicon

_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_URL = re.compile(r"<?\b(?:https?://|www\.|mailto:)[^\s>)\]]*>?")
_MAIL = re.compile(r"\b[\w.+-]+@[\w-]+\.[\w.-]+\b")
_TAG = re.compile(r"</?[a-z][^>]*>")
_ID = re.compile(
    r"\b(?:[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{16,}|(?=[a-z0-9_-]*\d)(?=[a-z0-9_-]*[a-z])[a-z0-9_-]{20,})\b"
)
_MARKS = re.compile(r"[*_`~#|>\\]+")
_QUOTES = str.maketrans(
    dict.fromkeys("‘’‚‛", "'")
    | dict.fromkeys("“”„«»", '"')
    | dict.fromkeys("–—‑−", "-")
    | dict.fromkeys("\xad\u200b\ufeff", "")
)
_NUMBERING = re.compile(
    r"^\s*(?:(?:[-•·◦*+]|\d{1,2}(?:\.\d{1,2})*[.)]|\(?[a-z]\)|\(?[ivx]{1,4}\)|§+ ?\d+)\s+)+"
)
_BULLET = re.compile(r"^\s*(?:[-*+•]|\d{1,2}[.)])\s+")
_SPACE = re.compile(r"\s+")
_CJK = r"\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_TOKEN = re.compile(rf"[{_CJK}]|[^\W_{_CJK}]+")
_END = re.compile(r"[.!?:;。！？：；]['\")\]]*$")
_HEADING_LENGTH = 90
LONGEST = 4_000
"""Characters of one sentence; a longer one is cut between words: work on one grows by its square."""

_NUMERIC_DATE = re.compile(
    r"\b(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})\b"
    r"|\d{4} ?年 ?\d{1,2} ?月(?: ?\d{1,2} ?日)?"
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence as the page has it, with the heading and the sentence that it stands after.

    ``bare`` is its normal form without days, ``key`` the words of that: equal keys are the same sentence as
    far as days do not count.
    """

    text: str
    normal: str
    bare: str
    key: str
    heading: str = ""
    before: str = ""


def sentences(text: str, lang: str) -> tuple[Sentence, ...]:
    """The sentences of an extracted page (Markdown or plain) in their order; headings are sentences too."""
    made: list[Sentence] = []
    heading = before = ""
    for line, is_heading in _lines(text):
        for part in _split(line, lang):
            plain = normal(part)
            if not _TOKEN.search(plain):
                continue
            bare = _undated(plain, lang)
            key = " ".join(tokens(bare))
            above = ("", "") if is_heading else (heading, before)
            made.append(Sentence(part, plain, bare, key, *above))
            before = plain
        if is_heading:
            heading = normal(line)
    return tuple(made)


def normal(text: str) -> str:
    """NFKC, case folded, straight quotes; without markup, addresses of links, ids and numbering."""
    text = _LINK.sub(r"\1", text)
    text = unicodedata.normalize("NFKC", text).translate(_QUOTES).casefold()
    text = _TAG.sub(" ", _URL.sub(" ", text))
    text = _ID.sub(" ", _MARKS.sub(" ", text))
    text = _SPACE.sub(" ", text).strip()
    return _NUMBERING.sub("", text).strip(" .;:,")


def tokens(text: str) -> tuple[str, ...]:
    """Words of a normal text; in Chinese and Japanese, characters."""
    return tuple(_TOKEN.findall(text))


def language_of(text: str, said: str | None) -> str | None:
    """The language of a page by its small words, or as it says; ``None``: not one of ours.

    What a page says of itself (``lang``) is believed only where the words do not speak against it.
    """
    declared = (said or "").split("-")[0].casefold()
    counted = _by_script(text) or _by_words(text)
    if counted is not None:
        return counted
    return declared if declared in lexicon.languages() else None


def _by_script(text: str) -> str | None:
    letters = sum(c.isalpha() for c in text) or 1
    kana = sum("\u3040" <= c <= "\u30ff" for c in text)
    han = sum("\u4e00" <= c <= "\u9fff" for c in text)
    if kana > letters * 0.05:
        return "ja"
    return "zh" if han > letters * 0.3 else None


def _by_words(text: str) -> str | None:
    seen = tokens(normal(text[:20_000]))
    if not seen:
        return None
    shares = {
        lang: sum(word in lexicon.words("common", lang) for word in seen) / len(seen)
        for lang in lexicon.languages()
        if lexicon.words("common", lang)
    }
    best = max(shares, key=lambda lang: shares[lang])
    return best if shares[best] > 0.06 else None


def _lines(text: str) -> Iterator[tuple[str, bool]]:
    """Blocks of the text, each with whether it is a heading: marked as one, or short and without an end."""
    for raw in text.splitlines():
        for cell in raw.split(" | ") if raw.lstrip().startswith("|") else (raw,):
            line = cell.strip(" |\t")
            if not line or set(line) <= set("-=*_|: "):
                continue
            marked = line.startswith("#")
            bullet = _BULLET.match(line) is not None
            plain = line.lstrip("#").strip()
            short = len(plain) <= _HEADING_LENGTH and not _END.search(plain) and not bullet
            yield plain, marked or (short and len(plain.split()) <= 10)


def _split(line: str, lang: str) -> Iterator[str]:
    from sentencex import segment  # type: ignore[import-untyped]  # has neither annotations nor stubs

    for part in segment(lang, line):
        yield from _cut(part.strip())


def _cut(text: str) -> Iterator[str]:
    while len(text) > LONGEST:
        at = text.rfind(" ", 0, LONGEST)
        end = at if at > 0 else LONGEST
        yield text[:end]
        text = text[end:].strip()
    if text:
        yield text


def _undated(text: str, lang: str) -> str:
    without = _NUMERIC_DATE.sub(" ", _MAIL.sub(" ", text))
    return _SPACE.sub(" ", _worded_date(lang).sub(" ", without)).strip()


@cache
def _worded_date(lang: str) -> re.Pattern[str]:
    months = "|".join(
        sorted(lexicon.words("months", lang) | lexicon.words("months", "en"), key=len, reverse=True)
    )
    day = r"\d{1,2}(?:st|nd|rd|th|er|º|\.)?"
    year = r"(?:de )?\d{4}"
    forms = (
        rf"{day} (?:de |di )?(?:{months})\.?,?(?: {year})?",
        rf"(?:{months})\.? {day},? ?(?:\d{{4}})?",
        rf"(?:{months})\.? {year}",
    )
    return re.compile(rf"\b(?:{'|'.join(forms)})\b")
