"""Secrets in a stream of bytes: which kind, where, and a keyed fingerprint of each; never the value.

Text goes through in chunks; a match that lies across two of them is found like any other, and memory stays
bounded. Where findings overlap, the one that says more stays.
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from withhold.sensitive.checks import CERTAIN, CHECKS, is_placeholder, plain
from withhold.sensitive.engines import Engine, best_engine
from withhold.sensitive.rules import BEFORE, REACH, Rule, all_rules
from withhold.sensitive.streams import CHUNK, Aside, Assurance, Finding, apart, through

_HELD = BEFORE + 600
"""Bytes before a chunk that are kept, so that what begins in it sees what stands before."""


@dataclass(frozen=True, slots=True)
class _Span:
    start: int
    end: int
    rule: Rule
    value: bytes

    def order(self) -> tuple[int, int, int, str]:
        return self.rule.rank, self.start, -self.end, self.rule.kind


class Finder:
    """Finds secrets. ``key`` makes the fingerprints; it is the state's own. For one thread."""

    def __init__(self, key: bytes, engine: Engine | None = None) -> None:
        self._key = key
        self._engine = engine or best_engine()
        self._rules = all_rules()
        self.aside = Aside()

    def in_text(self, text: bytes) -> list[Finding]:
        """Everything in a text that is in memory as a whole."""
        return self._among(text, 0, 0, len(text))

    def in_stream(self, read: Callable[[int], bytes]) -> Iterator[Finding]:
        """Everything in a stream, in order. ``read`` hands out at most as many bytes as it is asked for."""
        return through(read, self._among, before=_HELD, reach=REACH)

    def _among(self, text: bytes, base: int, first: int, last: int) -> list[Finding]:
        """Those whose value begins in ``text[first:last]``."""
        spans = {span for number, end in self._engine.hits(text) for span in self._fitting(text, number, end)}
        return [self._finding(span, base) for span in apart(spans, _Span.order) if first <= span.start < last]

    def _fitting(self, text: bytes, number: int, end: int) -> Iterator[_Span]:
        rule = self._rules[number]
        starts = (end - rule.back,) if rule.back is not None else _starts(rule, text, end)
        for match in (rule.pattern.match(text, start) for start in starts):
            if match is None:
                continue
            value = match["value"] if "value" in rule.pattern.groupindex else match[0]
            if not CHECKS[rule.check](match):
                continue
            if is_placeholder(value):
                self.aside.placeholders += 1
                continue
            start, stop = match.span("value") if "value" in rule.pattern.groupindex else match.span()
            yield _Span(start, stop, rule, value)

    def _finding(self, span: _Span, base: int) -> Finding:
        return Finding(
            span.rule.kind,
            span.rule.issuer,
            _assurance(span.rule),
            base + span.start,
            base + span.end,
            fingerprint(self._key, span.value),
        )


def _starts(rule: Rule, text: bytes, end: int) -> tuple[int, ...]:
    """Where matches of an anchor that end at ``end`` begin; patterns begin there too."""
    found = _lookahead(rule.anchor).finditer(text, max(0, end - BEFORE), end)
    return tuple(match.start() for match in found if match.end(1) == end)


@lru_cache(maxsize=1024)
def _lookahead(anchor: str) -> re.Pattern[bytes]:
    return re.compile(f"(?=({anchor}))".encode())


def fingerprint(key: bytes, value: bytes) -> str:
    """Which secret it is, for whoever has ``key``: 128 bits of HMAC-SHA-256 of the bare value."""
    return hmac.new(key, b"finding\0" + plain(value), hashlib.sha256).hexdigest()[:32]


@lru_cache(maxsize=1024)
def _assurance(rule: Rule) -> Assurance:
    if rule.check in CERTAIN:
        return "checked"
    return "shaped" if rule.rank == 0 else "named"


__all__ = ["CHUNK", "Aside", "Finder", "Finding", "fingerprint"]
