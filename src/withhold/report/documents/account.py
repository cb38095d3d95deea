"""``withhold account`` and ``withhold status``."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from withhold.report.documents.base import Document, KnownWord


class SpanRow(Struct, kw_only=True, frozen=True):
    """An instant known to lie between ``earliest`` and ``latest``; ``null`` leaves a side open."""

    earliest: datetime | None
    latest: datetime | None


class PlanRow(Struct, kw_only=True, frozen=True):
    tier: str
    begins: SpanRow
    ends: SpanRow | None
    known: KnownWord


class AcceptanceRow(Struct, kw_only=True, frozen=True):
    when: SpanRow
    known: KnownWord


class SettingEvidenceRow(Struct, kw_only=True, frozen=True):
    id: str
    control: str
    setting: Literal["sharing", "private"]
    begins: datetime
    ends: datetime
    known: KnownWord
    record: str | None


class AccountRow(Struct, kw_only=True, frozen=True):
    id: str
    provider: str
    label: str
    region: str | None
    plans: tuple[PlanRow, ...]
    acceptances: tuple[AcceptanceRow, ...]
    settings: tuple[SettingEvidenceRow, ...]
    conversations: int


class AccountDocument(Document, kw_only=True, frozen=True):
    schema: Literal["withhold.account/1"] = "withhold.account/1"
    accounts: tuple[AccountRow, ...]


class PostureRow(Struct, kw_only=True, frozen=True):
    account: str
    provider: str
    label: str
    control: str
    title: str
    """What the provider calls the control."""
    setting: Literal["sharing", "private", "unknown"]
    since: datetime | None
    last_seen: datetime | None
    known: KnownWord
    text: str
    next: str


class StatusDocument(Document, kw_only=True, frozen=True):
    schema: Literal["withhold.status/1"] = "withhold.status/1"
    posture: tuple[PostureRow, ...]
    conversations: int
    records: int
    home: str
    next: str
