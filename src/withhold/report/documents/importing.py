"""``withhold import``."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from withhold.report.documents.base import Document


class UnrecognisedRow(Struct, kw_only=True, frozen=True):
    place: str
    reason: str


class ImportedSource(Struct, kw_only=True, frozen=True):
    path: str
    format: str
    account: str | None
    conversations: int
    human: int
    model: int
    first: datetime | None
    last: datetime | None
    feedback: int
    shared: int
    unrecognised: tuple[UnrecognisedRow, ...]
    warnings: tuple[str, ...]
    new_conversations: int = 0
    new_messages: int = 0


class ImportDocument(Document, kw_only=True, frozen=True):
    schema: Literal["withhold.import/1"] = "withhold.import/1"
    sources: tuple[ImportedSource, ...]
