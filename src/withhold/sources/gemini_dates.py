"""Dates as Google Takeout prints them, in the language of the account.

A line is taken apart without guessing; what its month means is settled once the whole file is known, because
``lip`` is June in one language and July in another, and ``3/4`` is two days.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from itertools import product

from withhold.model.when import When
from withhold.sources.gemini_months import ABBREVIATIONS, month_of

ZONES = {
    "UTC": (0,), "GMT": (0,), "Z": (0,), "WET": (0,), "WEST": (60,), "BST": (60,), "WAT": (60,),
    "CET": (60,), "MEZ": (60,), "CEST": (120,), "MESZ": (120,), "SEČ": (60,), "SELČ": (120,), "CAT": (120,),
    "SAST": (120,), "EET": (120,), "OEZ": (120,), "EEST": (180,), "OESZ": (180,), "MSK": (180,),
    "TRT": (180,), "EAT": (180,), "IDT": (180,), "GST": (240,), "PKT": (300,), "WIB": (420,),
    "ICT": (420,), "SGT": (480,), "HKT": (480,), "AWST": (480,), "WITA": (480,), "PHT": (480,),
    "JST": (540,), "KST": (540,), "ACST": (570,), "ACDT": (630,), "AEST": (600,), "AEDT": (660,),
    "NZST": (720,), "NZDT": (780,), "BRT": (-180,), "ART": (-180,), "CLT": (-240,), "CLST": (-180,),
    "ADT": (-180,), "EST": (-300,), "EDT": (-240,), "CDT": (-300,), "MST": (-420,),
    "MDT": (-360,), "PST": (-480,), "PDT": (-420,), "AKST": (-540,), "AKDT": (-480,), "HST": (-600,),
}  # fmt: skip
"""Minutes ahead of UTC. Abbreviations with several meanings (CST, IST) are left out: any zone is possible."""
EVENING = frozenset({"pm", "下午", "午後", "오후", "晚上", "μμ", "م", "ch"})
MORNING = frozenset({"am", "上午", "午前", "오전", "凌晨", "早上", "πμ", "ص", "sa"})

_HALF = r"[ap]\.?\s?m\.?|[上下]午|午[前後]|오[전후]|凌晨|早上|晚上|[πμ]\.?μ\.?|[صم]|SA|CH"
_LINE = re.compile(
    rf"(?P<date>[^:]{{6,40}}?)[,،]?\s*(?P<early>{_HALF})?\s*"
    rf"(?P<h>\d{{1,2}})[:.](?P<m>\d\d)[:.](?P<s>\d\d)\s*(?P<late>{_HALF})?"
    r"\s*[\[(]?(?P<zone>[^\W\d_]{1,6}(?:[+\-−]\d{1,2}(?::?\d\d)?)?)?[\])]?",
    re.IGNORECASE,
)
_PARTS = re.compile(r"\d+|[^\W\d_]+(?:[.'][^\W\d_]+)*")
_FILLERS = frozenset(
    (
        "de",
        "del",
        "of",
        "г",
        "р",
        "год",
        "klo",
        "kl",
        "à",
        "a",
        "at",
        "um",
        "om",
        "o",
        "ve",
        "alle",
        "år",
        "m",
    )
)
_CJK = frozenset("年月日년월일")
_OFFSET = re.compile(r"(?:GMT|UTC)([+\-−])(\d{1,2})(?::?(\d\d))?", re.IGNORECASE)
_LONGEST = 80
NEARLY_ALL = 0.9
"""Of the dates of a file; the others may be lines that only look like dates."""
YEARS = range(2010, 2100)
"""Other years are of other calendars: 2569 is a Buddhist year, 1447 an Islamic one."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """A date line taken apart.

    ``month`` is a number, a word, or ``None`` where ``day`` and ``other`` may be day and month or swapped.
    """

    year: int
    month: int | str | None
    day: int
    other: int
    time: tuple[int, int, int]
    zone: str


def stamp_of(line: str) -> Stamp | None:
    """The date that makes up a line; ``None`` if the line is anything else."""
    text = " ".join(line.split())
    found = _LINE.fullmatch(text) if 12 <= len(text) <= _LONGEST else None
    if found is None:
        return None
    hour = _hour(int(found["h"]), found["early"] or found["late"])
    return _dated(found["date"], (hour, int(found["m"]), int(found["s"])), found["zone"] or "")


def _hour(hour: int, half: str | None) -> int:
    mark = (half or "").lower().replace(".", "").replace(" ", "")
    if mark in EVENING or mark in MORNING:
        return hour % 12 + (12 if mark in EVENING else 0)
    return hour


def _dated(text: str, time: tuple[int, int, int], zone: str) -> Stamp | None:
    tokens = _PARTS.findall(text.translate(dict.fromkeys(map(ord, _CJK), " ")))
    numbers = [(index, int(one)) for index, one in enumerate(tokens) if one.isdecimal() and len(one) <= 4]
    words = [one.lower() for one in tokens if not one.isdecimal() and one.lower().strip(".") not in _FILLERS]
    year = next((value for _, value in numbers if value >= 1000), None)
    rest = [value for _, value in numbers if value < 1000]
    if year is None or len(words) > 1 or len(numbers) != len(rest) + 1:
        return None
    if words:
        return Stamp(year, words[0], rest[0], 0, time, zone) if len(rest) == 1 else None
    if len(rest) != 2:
        return None
    if numbers[0][1] == year:
        return Stamp(year, rest[0], rest[1], 0, time, zone)
    if "/" in text or "-" in text:
        return Stamp(year, None, rest[0], rest[1], time, zone)
    return Stamp(year, rest[1], rest[0], 0, time, zone)


@dataclass(slots=True)
class Language:
    """What all the dates of one file say about their language."""

    _words: Counter[str] = field(default_factory=Counter)
    _day_first: bool = False
    _month_first: bool = False

    def see(self, stamp: Stamp) -> None:
        """Take one more date of the file."""
        if isinstance(stamp.month, str) and (stamp.month in self._words or len(self._words) < 500):
            self._words[stamp.month] += 1
        if stamp.month is None:
            self._day_first = self._day_first or stamp.day > 12
            self._month_first = self._month_first or stamp.other > 12

    def known_months(self) -> dict[str, frozenset[int]]:
        """What each month's word may mean, in the languages that know most of the words.

        Where no language knows nearly all of them, the file is in none that is known here: words of it that
        look familiar mean nothing then.
        """
        known = {lang: self._known_in(lang) for lang in ABBREVIATIONS}
        best = max(known.values())
        if best < NEARLY_ALL * self._words.total():
            return {}
        likely = [lang for lang, count in known.items() if count == best]
        return {
            word: frozenset(month for lang in likely if (month := month_of(lang, word)))
            for word in self._words
        }

    def _known_in(self, language: str) -> int:
        """Dates of the file whose month a language knows."""
        return sum(count for word, count in self._words.items() if month_of(language, word))

    def days(self, stamp: Stamp, months: dict[str, frozenset[int]]) -> Iterable[tuple[int, int]]:
        """The pairs of month and day that a date may mean; several where the file does not settle it."""
        if isinstance(stamp.month, str):
            return [(month, stamp.day) for month in months.get(stamp.month, frozenset())]
        if stamp.month is not None:
            return [(stamp.month, stamp.day)]
        both = [(stamp.day, stamp.other), (stamp.other, stamp.day)]
        if self._day_first and self._month_first:
            return both
        if self._month_first:
            return both[:1]
        return both[1:] if self._day_first else both


def instant(stamp: Stamp, days: Iterable[tuple[int, int]]) -> When | None:
    """When a date was; a span where several days or zones are possible, ``None`` where none is."""
    if stamp.year not in YEARS:
        return None
    found = []
    offsets = _offsets(stamp.zone)
    for (month, day), offset in product(days, offsets or (None,)):
        try:
            local = datetime(stamp.year, month, day, *stamp.time)  # noqa: DTZ001 - the zone is added below
            found.append(_zoned(local, offset))
        except (ValueError, OverflowError):
            continue
    if not found:
        return None
    return When(min(when.earliest for when in found), max(when.latest for when in found))


def _zoned(local: datetime, minutes: int | None) -> When:
    if minutes is None:
        return When.without_zone(local)
    return When.at(local.replace(tzinfo=UTC if not minutes else timezone(timedelta(minutes=minutes))))


def _offsets(zone: str) -> tuple[int, ...] | None:
    if found := _OFFSET.fullmatch(zone):
        minutes = int(found.group(2)) * 60 + int(found.group(3) or 0)
        return (minutes if found.group(1) == "+" else -minutes,) if minutes < 24 * 60 else None
    return ZONES.get(zone.upper())
