"""``withhold exposure`` and ``withhold exposure explain``."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from withhold.report.documents.base import Document, FutureWord, KnownWord, PastWord


class CarveOutRow(Struct, kw_only=True, frozen=True):
    kind: str
    effect: str
    text: str
    confidence: str


class ClockRow(Struct, kw_only=True, frozen=True):
    basis: str
    until: datetime | None
    bound: str | None
    note: str


class ConversationRow(Struct, kw_only=True, frozen=True):
    id: str
    source_id: str
    provider: str
    product: str | None
    account: str | None
    kind: Literal["chat", "coding"]
    first: datetime | None
    last: datetime | None
    resumed_at: tuple[datetime, ...]
    human: int
    model: int
    past_exposure: PastWord
    future_eligibility: FutureWord
    carve_outs: tuple[CarveOutRow, ...]
    clocks: tuple[ClockRow, ...]
    sensitivity: str | None = None
    extent: Literal["whole", "since", "none"] = "none"
    marks: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()
    title: str | None = None
    deleted: bool | Literal["unknown"] = False
    as_of: datetime | None = None


class PastTotals(Struct, kw_only=True, frozen=True):
    exposed: int
    not_exposed: int
    unknown: int


class FutureTotals(Struct, kw_only=True, frozen=True):
    eligible: int
    not_eligible: int
    unknown: int


class Totals(Struct, kw_only=True, frozen=True):
    past: PastTotals
    future: FutureTotals


class AsOf(Struct, kw_only=True, frozen=True):
    """The instant for which future eligibility is said, per account."""

    account: str | None
    provider: str
    at: datetime
    why: str


class ExposureDocument(Document, kw_only=True, frozen=True):
    schema: Literal["withhold.exposure/1"] = "withhold.exposure/1"
    totals: Totals
    conversations: tuple[ConversationRow, ...]
    as_of: tuple[AsOf, ...] = ()
    left_out: int = 0
    """Conversations in the index that the filters do not keep."""


class SourceRow(Struct, kw_only=True, frozen=True):
    url: str
    date: str | None
    summary: str
    quote: str | None = None


class ObservationRow(Struct, kw_only=True, frozen=True):
    id: str | None
    known: KnownWord
    at: datetime | None
    record: str | None


class ReasonRow(Struct, kw_only=True, frozen=True):
    rule: str
    text: str
    source: SourceRow | None
    observation: ObservationRow | None
    at: datetime | None = None
    terms: str | None = None


class ExplainDocument(Document, kw_only=True, frozen=True):
    schema: Literal["withhold.explain/1"] = "withhold.explain/1"
    conversation: ConversationRow
    reasons: tuple[ReasonRow, ...]
    would_settle: tuple[str, ...]
