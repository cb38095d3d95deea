"""The rule pack of personal data: which kinds are known, how each is told, and where its form comes from."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import msgspec
import yaml

from withhold.sensitive.personal.checks import CHECKS

LEFT = r"(?:(?<![A-Za-z0-9_])|(?<=\\[nrtbf]))"
"""Where a value may begin: not within a word, unless the letter before is the tail of an escape."""
_LOOKS_BACK = re.compile(r"^\(\?<!\[[^\]]*\]\)")
_LEFT_OF_WORD = r"(?:\b|\\[nrtbf])"
GAP = (
    r"""(?:[ "'.:=#(\\-]|\xc2\xa0){1,10}"""
    r"""(?:(?:is|ist|no|nr|number|nummer|numero|of|en|es)[ "'.:=#(]{1,4}){0,2}"""
)
REACH = 512
"""Bytes after the end of an anchor within which a match ends."""
BEFORE = 512
"""Bytes before the end of an anchor that a match, or the words near it, may need."""
NEAR = 60


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A rule as its data file has it. Either ``anchor`` with ``lead``, or ``words`` that stand before."""

    kind: str
    region: str
    source: str
    value: str
    check: str
    anchor: str = ""
    lead: int = 0
    words: tuple[str, ...] = ()
    gap: str = GAP
    strip: str = r"[^A-Za-z0-9+@]"


@dataclass(frozen=True, slots=True)
class Rule:
    """One way of telling one kind.

    ``back`` is how long the anchor is where the match begins with it; else the match begins within ``lead``
    bytes before the anchor's end. ``near`` has to stand around a match, where it is given.
    """

    number: int
    kind: str
    issuer: str
    anchor: str
    word: bytes
    back: int | None
    lead: int
    pattern: re.Pattern[bytes]
    check: str
    strip: str
    named: bool
    near: re.Pattern[bytes] | None = None


@lru_cache(maxsize=1)
def all_rules() -> tuple[Rule, ...]:
    """Every rule. Raises ``ValueError`` for a row that is malformed or names a check that there is not."""
    made: list[Rule] = []
    for row in rows():
        if row.check not in CHECKS or bool(row.anchor) is bool(row.words):
            raise ValueError(f"a rule on {row.kind} is malformed")
        made += _by_words(row, len(made)) if row.words else [_by_anchor(row, len(made))]
    return (*made, *_health(len(made)))


@lru_cache(maxsize=1)
def rows() -> tuple[Row, ...]:
    """The rules as written, with their sources."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return msgspec.convert(yaml.load(_text("rules.yaml"), loader), tuple[Row, ...])  # noqa: S506 - a safe loader


def kinds() -> frozenset[str]:
    """All kinds that can be found."""
    return frozenset(rule.kind for rule in all_rules())


def _text(name: str) -> str:
    return (files("withhold.sensitive.personal") / "data" / name).read_text(encoding="utf-8")


def _by_anchor(row: Row, number: int) -> Rule:
    value = _LOOKS_BACK.sub(lambda found: rf"(?:{found[0]}|(?<=\\[nrtbf]))", row.value.replace("~", LEFT))
    pattern = re.compile(f"(?P<value>{value})".encode())
    word = b"@" if row.kind == "email-address" else b""
    return Rule(
        number,
        row.kind,
        row.region,
        row.anchor,
        word,
        None,
        row.lead,
        pattern,
        row.check,
        row.strip,
        named=False,
    )


def _by_words(row: Row, first: int) -> list[Rule]:
    return [
        Rule(
            number=first + index,
            kind=row.kind,
            issuer=row.region,
            anchor=rf"{_LEFT_OF_WORD}(?i:{re.escape(word)})" + r"""[ "'.:=#(\\-]""",
            word=word.split()[0].lower().encode() if word.isascii() else b"",
            back=len(word.encode()) + 1,
            lead=0,
            pattern=re.compile(rf"(?i:{re.escape(word)}){row.gap}(?P<value>{row.value})".encode()),
            check=row.check,
            strip=row.strip,
            named=True,
        )
        for index, word in enumerate(row.words)
    ]


def _health(first: int) -> Iterator[Rule]:
    near = re.compile(rf"(?i:(?:(?<![a-z])|(?<=\\[nrt]))(?:{_near_words()})(?![a-z]))".encode())
    for index, term in enumerate(_listed("health.txt")):
        escaped = re.escape(term)
        yield Rule(
            number=first + index,
            kind="health-term",
            issuer="any",
            anchor=rf"{_LEFT_OF_WORD}(?i:{escaped})",
            word=term.split()[0].lower().encode() if term.isascii() else b"",
            back=len(term.encode()),
            lead=0,
            pattern=re.compile(rf"(?P<value>(?i:{escaped}))(?![A-Za-z0-9_])".encode()),
            check="-",
            strip=r"[^\w]",
            named=True,
            near=near,
        )


def _near_words() -> str:
    return "|".join(map(re.escape, _listed("health_near.txt")))


def _listed(name: str) -> list[str]:
    lines = (line for line in _text(name).splitlines() if not line.startswith("#"))
    return [term.strip() for line in lines for term in line.split("|") if term.strip()]
