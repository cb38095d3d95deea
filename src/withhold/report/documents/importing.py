"""``withhold import``."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from withhold.report.documents.base import Document


class UnrecognisedRow(Struct, kw_only=True, frozen=True):
    place: str
    reason: str


class ApartRow(Struct, kw_only=True, frozen=True):
    """Conversations of another kind (group chats, cloud tasks ...): in the index, and in no other number."""

    what: str
    conversations: int
    human: int
    model: int
    first: datetime | None
    last: datetime | None


class OtherFilesRow(Struct, kw_only=True, frozen=True):
    """Files or parts that are understood and hold no conversation of their own."""

    what: str
    count: int


class ImportedSource(Struct, kw_only=True, frozen=True):
    """``new_conversations`` and ``new_messages`` count what the index lacked, ``apart`` included."""

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
    apart: tuple[ApartRow, ...] = ()
    other_files: tuple[OtherFilesRow, ...] = ()


class ImportDocument(Document, kw_only=True, frozen=True):
    schema: Literal["withhold.import/1"] = "withhold.import/1"
    sources: tuple[ImportedSource, ...]
