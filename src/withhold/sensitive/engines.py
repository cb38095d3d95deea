"""Ways of finding anchors in bulk: Hyperscan or Vectorscan, or Python's own ``re``.

RE2's sets answer the same for "nothing there" and "gave up", so they are not used.

All of them say the same: for each rule, every place where a match of its anchor ends. Which one runs is a
question of speed alone; ``tests/sensitive/test_engines.py`` holds them to it.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Protocol

from withhold.sensitive.rules import all_rules

Hit = tuple[int, int]
"""Number of a rule, and where a match of its anchor ends."""


class Anchored(Protocol):
    """What an engine needs to know of a rule. ``word`` is in every anchor, in lower case; it may be empty."""

    @property
    def number(self) -> int: ...
    @property
    def anchor(self) -> str: ...
    @property
    def word(self) -> bytes: ...


class Engine(Protocol):
    """Finds anchors. For one thread."""

    @property
    def name(self) -> str: ...

    def hits(self, text: bytes) -> Iterable[Hit]:
        """Every end of every anchor in ``text``, in any order, each once or more."""


class Hyperscan:
    """Hyperscan, or Vectorscan where the processor is another."""

    name = "hyperscan"

    def __init__(self, rules: Sequence[Anchored]) -> None:
        import hyperscan

        self._database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        self._database.compile(
            expressions=[rule.anchor.encode() for rule in rules],
            ids=[rule.number for rule in rules],
            elements=len(rules),
            flags=[0] * len(rules),
        )

    def hits(self, text: bytes) -> list[Hit]:
        found: list[Hit] = []

        def take(number: int, _start: int, end: int, _flags: int, _context: object) -> None:
            found.append((number, end))

        self._database.scan(text, match_event_handler=take)
        return found


class Plain:
    """Python's ``re``, after a look whether the word of an anchor is there at all."""

    name = "re"

    def __init__(self, rules: Sequence[Anchored]) -> None:
        self._rules = [(rule.number, rule.word, _overlapping(rule.anchor)) for rule in rules]

    def hits(self, text: bytes) -> list[Hit]:
        low = text.lower()
        return [
            (number, match.end(1))
            for number, word, anchor in self._rules
            if word in low
            for match in anchor.finditer(text)
        ]


def _overlapping(anchor: str) -> re.Pattern[bytes]:
    """Finds an anchor at every place, also where two of them share bytes."""
    return re.compile(f"(?=({anchor}))".encode())


ENGINES: tuple[Callable[[Sequence[Anchored]], Engine], ...] = (Hyperscan, Plain)
"""The fastest first."""


@cache
def best_engine() -> Engine:
    """The fastest engine that is installed, for the rules on secrets. The last one always is."""
    return engine_for(all_rules())


def engine_for(rules: Sequence[Anchored]) -> Engine:
    """The fastest engine that is installed, for ``rules``."""
    for make in ENGINES[:-1]:
        try:
            return make(rules)
        except ImportError:
            continue
    return Plain(rules)
