"""The lab's terms: dates, tiers and how long things are kept, read from ``terms.toml`` beside this file."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import resources
from typing import Any, Self

_SPAN = re.compile(r"P(?:(?P<years>\d+)Y)?(?:(?P<days>\d+)D)?")


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time in calendar years and days."""

    years: int
    days: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``P5Y`` or ``P30D``. Raises ``ValueError`` for any other form."""
        found = _SPAN.fullmatch(text)
        if found is None or text == "P":
            raise ValueError(f"not a span in years or days: {text!r}")
        return cls(int(found["years"] or 0), int(found["days"] or 0))

    def after(self, instant: datetime) -> datetime:
        """``instant`` plus this span; 29 February falls back to the 28th in a year without it."""
        year = instant.year + self.years
        try:
            moved = instant.replace(year=year)
        except ValueError:
            moved = instant.replace(year=year, day=28)
        return moved + timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class Keep:
    """How long each thing is kept; where each clock starts stands in ``terms.toml``."""

    shared: Span
    deleted: Span
    incognito: Span
    feedback: Span
    feedback_old_terms_chat: Span
    feedback_old_terms_coding: Span
    flagged_content: Span
    flagged_scores: Span


@dataclass(frozen=True, slots=True)
class LabTerms:
    """Everything the lab goes by. ``new_terms_from <= binding_from``; between them lies the grace period."""

    new_terms_from: datetime
    binding_from: datetime
    consumer: tuple[str, ...]
    commercial: tuple[str, ...]
    keep: Keep

    @property
    def tiers(self) -> tuple[str, ...]:
        return (*self.consumer, *self.commercial)

    @classmethod
    def read(cls, table: Mapping[str, Any]) -> Self:
        """Build from a parsed terms file. Raises ``LookupError``, ``TypeError`` or ``ValueError``."""
        starts, binds = (table[key].astimezone(UTC) for key in ("new_terms_from", "binding_from"))
        if starts > binds:
            raise ValueError("terms cannot bind before they are on offer")
        return cls(
            new_terms_from=starts,
            binding_from=binds,
            consumer=tuple(table["tiers"]["consumer"]),
            commercial=tuple(table["tiers"]["commercial"]),
            keep=Keep(**{name: Span.parse(text) for name, text in table["keep"].items()}),
        )


@cache
def lab_terms() -> LabTerms:
    """The terms that come with the lab."""
    text = resources.files(__package__).joinpath("terms.toml").read_text(encoding="utf-8")
    return LabTerms.read(tomllib.loads(text))
