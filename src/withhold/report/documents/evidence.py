"""``withhold evidence``."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from withhold.report.documents.base import Document


class Claim(Struct, kw_only=True, frozen=True):
    name: str
    result: Literal["verified", "failed", "not_checkable"]
    why: str


class VerifiedRecord(Struct, kw_only=True, frozen=True):
    id: str
    claims: tuple[Claim, ...]


class EvidenceVerifyDocument(Document, kw_only=True, frozen=True):
    schema: Literal["withhold.evidence-verify/1"] = "withhold.evidence-verify/1"
    records: tuple[VerifiedRecord, ...]
    notes: tuple[str, ...] = ()


class ArtifactRow(Struct, kw_only=True, frozen=True):
    name: str
    media_type: str
    sha256: str
    size: int


class RecordRow(Struct, kw_only=True, frozen=True):
    id: str
    seq: int
    type: str
    at: datetime
    summary: str
    artifacts: tuple[ArtifactRow, ...]
    missing: tuple[str, ...]


class EvidenceListDocument(Document, kw_only=True, frozen=True):
    schema: Literal["withhold.evidence-list/1"] = "withhold.evidence-list/1"
    records: tuple[RecordRow, ...]
