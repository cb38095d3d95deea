"""From what the model says of each part of a word to findings in the text. Pure."""

import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

PERSON, ADDRESS = "person-name", "postal-address"
_KINDS = {
    "GIVEN_NAME": PERSON,
    "SURNAME": PERSON,
    "BUILDING_NUMBER": ADDRESS,
    "STREET_NAME": ADDRESS,
    "SECONDARY_ADDRESS": ADDRESS,
    "ZIP_CODE": ADDRESS,
    "CITY": ADDRESS,
    "STATE": ADDRESS,
    "EMAIL": "email-address",
    "PHONE": "phone-number",
    "TAX_ID": "tax-number",
    "BANK_ACCOUNT": "bank-account",
    "ROUTING_NUMBER": "bank-account",
    "GOVERNMENT_ID": "identity-document",
    "PASSPORT": "identity-document",
    "DRIVERS_LICENSE": "identity-document",
}
"""The model's labels. ``URL`` is left out: an address in the web is no person."""
KINDS = tuple(sorted(set(_KINDS.values())))
_WHERE = frozenset({"STREET_NAME", "SECONDARY_ADDRESS", "ZIP_CODE"})
"""What makes an address of a home of a town's name or a number beside it; alone these name nobody."""
_BETWEEN = {PERSON: " \t\r\n.'’-", ADDRESS: " \t\r\n,.;/-"}
_FARTHEST = 4
_WORD_MARKS = "'’-"
_OWNS = frozenset({"'s", "’s"})


class Labelled(NamedTuple):
    """A part of a word that the model takes for something. Offsets in characters."""

    start: int
    end: int
    label: str


class Span(NamedTuple):
    """A finding in characters of the text."""

    start: int
    end: int
    kind: str


def spans(text: str, parts: Sequence[Labelled]) -> list[Span]:
    """What ``parts`` come to, in order: whole words, neighbours of one kind joined."""
    known = [_whole_word(text, part) for part in sorted(parts) if part.label in _KINDS]
    found = [
        Span(run[0].start, _end(text, max(part.end for part in run)), _KINDS[run[0].label])
        for run in _runs(text, known)
    ]
    return [span for span in found if span.end > span.start]


def _runs(text: str, parts: Sequence[Labelled]) -> Iterator[list[Labelled]]:
    run: list[Labelled] = []
    for part in parts:
        if run and not _goes_on(text, run, part):
            if _says_something(run):
                yield run
            run = []
        run.append(part)
    if _says_something(run):
        yield run


def _goes_on(text: str, run: Sequence[Labelled], part: Labelled) -> bool:
    kind = _KINDS[part.label]
    if kind != _KINDS[run[0].label]:
        return False
    between = text[max(p.end for p in run) : part.start]
    return len(between) <= _FARTHEST and not between.strip(_BETWEEN.get(kind, " -"))


def _says_something(run: Sequence[Labelled]) -> bool:
    if not run:
        return False
    return _KINDS[run[0].label] != ADDRESS or any(part.label in _WHERE for part in run)


def _whole_word(text: str, part: Labelled) -> Labelled:
    """``part`` with the rest of its word: of a name that is known in part, no part may stay."""
    start, end = part.start, part.end
    while start > 0 and _joins(text, start - 1) and _joins(text, start):
        start -= 1
    while end < len(text) and _joins(text, end) and _joins(text, end - 1):
        end += 1
    return Labelled(start, end, part.label)


def _end(text: str, end: int) -> int:
    """Without the ``'s`` of who owns something."""
    return end - 2 if text[max(0, end - 2) : end] in _OWNS else end


def _joins(text: str, at: int) -> bool:
    """Whether the character belongs to a word, in scripts that leave space between words."""
    sign = text[at]
    if sign in _WORD_MARKS:
        return 0 < at < len(text) - 1 and text[at - 1].isalnum() and text[at + 1].isalnum()
    return (sign.isalnum() or unicodedata.combining(sign) > 0) and unicodedata.east_asian_width(sign) not in {
        "W",
        "F",
    }
