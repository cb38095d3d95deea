"""What the rules say about one conversation, with the chain of reasons."""

from dataclasses import dataclass
from datetime import datetime

from withhold.model.words import (
    Basis,
    Bound,
    Cause,
    Confidence,
    Effect,
    ExceptionKind,
    Extent,
    FutureEligibility,
    Known,
    Mark,
    PastExposure,
)


@dataclass(frozen=True, slots=True)
class Reason:
    """One step of the chain: a rule, our words, the provider's source, the person's evidence."""

    rule: str
    text: str
    sources: tuple[str, ...] = ()
    terms: str | None = None
    at: datetime | None = None
    evidence: str | None = None
    known: Known | None = None


@dataclass(frozen=True, slots=True)
class CarveOut:
    """Something nobody outside can know and that may hold in spite of the verdict."""

    kind: ExceptionKind
    effect: Effect
    text: str
    sources: tuple[str, ...]
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class Clock:
    """Kept on this basis at most until ``until`` (UTC); ``None`` where no end is stated or known."""

    basis: Basis
    until: datetime | None
    bound: Bound | None
    note: str
    sources: tuple[str, ...]
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class Verdict:
    """Both answers for one conversation as of ``as_of``. They never stand without ``carve_outs``."""

    past: PastExposure
    future: FutureEligibility
    extent: Extent
    past_causes: frozenset[Cause]
    future_causes: frozenset[Cause]
    reasons: tuple[Reason, ...]
    carve_outs: tuple[CarveOut, ...]
    clocks: tuple[Clock, ...]
    marks: frozenset[Mark]
    would_settle: tuple[str, ...]
    as_of: datetime
