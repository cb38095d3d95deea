"""Personal data in bytes: which kind, where, and a keyed fingerprint of each; never the value.

Numbers count only with their check digits, or with a word before them that says what they are. Names of
people are not looked for: nothing tells them from other words without guessing.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from withhold.sensitive.engines import Engine, engine_for
from withhold.sensitive.finder import fingerprint
from withhold.sensitive.personal.checks import CERTAIN, CHECKS, tables
from withhold.sensitive.personal.rules import BEFORE, NEAR, REACH, Rule, all_rules
from withhold.sensitive.streams import Aside, Assurance, Finding, apart, through


@dataclass(frozen=True, slots=True)
class _Span:
    start: int
    end: int
    rule: Rule
    value: bytes

    def order(self) -> tuple[int, int, int, int]:
        return _RANK[_assurance(self.rule)], self.start, -self.end, self.rule.number


class PersonalFinder:
    """Finds personal data. ``key`` makes the fingerprints; it is the state's own. For one thread."""

    def __init__(self, key: bytes, engine: Engine | None = None) -> None:
        self._key = key
        self._engine = engine or personal_engine()
        self._rules = all_rules()
        self._phone = _phone_check()
        self.aside = Aside()

    def in_text(self, text: bytes) -> list[Finding]:
        """Everything in a text that is in memory as a whole."""
        return self._among(text, 0, 0, len(text))

    def in_stream(self, read: Callable[[int], bytes]) -> Iterator[Finding]:
        """Everything in a stream, in order. ``read`` hands out at most as many bytes as it is asked for."""
        return through(read, self._among, before=2 * BEFORE, reach=2 * REACH)

    def _among(self, text: bytes, base: int, first: int, last: int) -> list[Finding]:
        spans = {span for number, end in self._engine.hits(text) for span in self._fitting(text, number, end)}
        return [
            Finding(
                span.rule.kind,
                span.rule.issuer,
                _assurance(span.rule),
                base + span.start,
                base + span.end,
                fingerprint(self._key, span.value),
            )
            for span in apart(spans, _Span.order)
            if first <= span.start < last
        ]

    def _fitting(self, text: bytes, number: int, end: int) -> Iterator[_Span]:
        rule = self._rules[number]
        for match in _matches(rule, text, end):
            shown = match["value"].decode("utf-8", "replace")
            bare = re.sub(rule.strip, "", shown).upper() if rule.strip else shown
            if not _holds(rule, bare) or (rule.near and not _beside(rule.near, text, match)):
                continue
            if not self._real(rule, shown, bare):
                self.aside.placeholders += 1
                continue
            yield _Span(*match.span("value"), rule, bare.encode())

    def _real(self, rule: Rule, shown: str, bare: str) -> bool:
        """Whether a value may be somebody's: not an example of documents."""
        if rule.kind == "email-address":
            return _is_mail(shown.lower())
        if rule.check == "phone":
            return self._phone(bare)
        return bare not in tables().documented


def finder(key: bytes) -> PersonalFinder:
    """A finder on the engine that this process compiled."""
    return PersonalFinder(key)


@cache
def personal_engine() -> Engine:
    """The fastest engine that is installed, compiled for these rules once a process."""
    return engine_for(all_rules())


def _matches(rule: Rule, text: bytes, end: int) -> Iterator[re.Match[bytes]]:
    if rule.back is not None:
        match = rule.pattern.match(text, end - rule.back, end + REACH)
        if match is not None:
            yield match
        return
    for match in rule.pattern.finditer(text, max(0, end - rule.lead), end + REACH):
        if match.start() >= end:
            return
        if end <= match.end():
            yield match


def _holds(rule: Rule, bare: str) -> bool:
    try:
        return CHECKS[rule.check](bare)
    except (ValueError, IndexError):
        return False  # letters where the check wants digits, or the other way round


def _beside(near: re.Pattern[bytes], text: bytes, match: re.Match[bytes]) -> bool:
    start, end = match.span()
    return near.search(text, max(0, start - NEAR), end + NEAR) is not None


def _is_mail(address: str) -> bool:
    name, _, domain = address.rpartition("@")
    known = tables()
    dull = name in known.not_mail_names or domain in known.not_mail_domains or ".." in name
    return not dull and domain.rpartition(".")[2] not in known.not_mail_endings


def _phone_check() -> Callable[[str], bool]:
    """The numbering plans of all countries where the extra ``pii`` is installed; else nothing more."""
    try:
        import phonenumbers
    except ImportError:
        return lambda _number: True

    def valid(number: str) -> bool:
        try:
            return bool(phonenumbers.is_valid_number(phonenumbers.parse(number)))
        except phonenumbers.NumberParseException:
            return False

    return valid


_RANK = {"checked": 0, "shaped": 1, "named": 2}


def _assurance(rule: Rule) -> Assurance:
    if rule.check in CERTAIN:
        return "checked"
    return "named" if rule.named else "shaped"
