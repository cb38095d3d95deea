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


class VerifiedFile(Struct, kw_only=True, frozen=True):
    """A file that somebody kept or was handed. Records of a bundle stand under ``records``."""

    path: str
    kind: Literal["checkpoint", "proof", "bundle"]
    claims: tuple[Claim, ...]


class EvidenceVerifyDocument(Document, kw_only=True, frozen=True):
    schema: Literal["withhold.evidence-verify/1"] = "withhold.evidence-verify/1"
    records: tuple[VerifiedRecord, ...]
    files: tuple[VerifiedFile, ...] = ()
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
    stamped: Literal["stamped", "by_one", "unstamped"] = "unstamped"
    authorities: tuple[str, ...] = ()
    not_later_than: datetime | None = None


class EvidenceListDocument(Document, kw_only=True, frozen=True):
    schema: Literal["withhold.evidence-list/1"] = "withhold.evidence-list/1"
    records: tuple[RecordRow, ...]
    unstamped: int = 0


class ProblemRow(Struct, kw_only=True, frozen=True):
    """A claim that failed; ``record`` is empty where it is of the log as a whole."""

    record: str
    claim: str
    why: str


class EvidenceFsckDocument(Document, kw_only=True, frozen=True):
    """Counts of what was read and checked again, from the first byte to the last."""

    schema: Literal["withhold.evidence-fsck/1"] = "withhold.evidence-fsck/1"
    sound: bool
    records: int
    artifacts: int
    tokens: int
    verified: int
    failed: int
    not_checkable: int
    seconds: float
    problems: tuple[ProblemRow, ...]
    notes: tuple[str, ...]


class TokenRow(Struct, kw_only=True, frozen=True):
    authority: str
    url: str
    time: datetime


class RefusalRow(Struct, kw_only=True, frozen=True):
    authority: str
    why: str


class EvidenceStampDocument(Document, kw_only=True, frozen=True):
    """One round of time-stamps over the checkpoint of ``size`` records. ``record`` is the one that holds the
    tokens; ``unstamped`` counts the records that no token of anybody covers now.
    """

    schema: Literal["withhold.evidence-stamp/1"] = "withhold.evidence-stamp/1"
    size: int
    tokens: tuple[TokenRow, ...]
    refused: tuple[RefusalRow, ...]
    record: str | None
    unstamped: int
    why: str | None = None


class EvidenceHandoutDocument(Document, kw_only=True, frozen=True):
    """A text to be kept elsewhere, to the byte: the newest checkpoint, or the proof of a record."""

    schema: Literal["withhold.evidence-handout/1"] = "withhold.evidence-handout/1"
    kind: Literal["checkpoint", "proof"]
    text: str
    file: str | None


class AuthorityRow(Struct, kw_only=True, frozen=True):
    name: str
    url: str
    policy: str | None
    roots: tuple[str, ...]
    revocations: bool


class EvidenceAuthoritiesDocument(Document, kw_only=True, frozen=True):
    """Whom the person named; ``roots`` are SHA-256 fingerprints of the certificates trusted for each."""

    schema: Literal["withhold.evidence-authorities/1"] = "withhold.evidence-authorities/1"
    authorities: tuple[AuthorityRow, ...]


class KeyRow(Struct, kw_only=True, frozen=True):
    id: str
    fingerprint: str
    vkey: str
    current: bool
    introduced_by: str


class EvidenceKeyDocument(Document, kw_only=True, frozen=True):
    """The keys that sign this log. ``place``: where the secret part lies; null: it is gone."""

    schema: Literal["withhold.evidence-key/1"] = "withhold.evidence-key/1"
    log: str
    pem: str
    place: str | None
    keys: tuple[KeyRow, ...]


class EvidenceBundleDocument(Document, kw_only=True, frozen=True):
    """A bundle that was written. ``keys`` are the fingerprints that whoever checks it must be told apart from
    it; ``unstamped`` counts its records that no authority has dated.
    """

    schema: Literal["withhold.evidence-bundle/1"] = "withhold.evidence-bundle/1"
    file: str
    size: int
    records: tuple[str, ...]
    left_out: tuple[str, ...]
    keys: tuple[str, ...]
    unstamped: int


class EvidenceReportDocument(Document, kw_only=True, frozen=True):
    """A report that was written. ``sealed_by``: the authority whose time-stamp is on the PDF."""

    schema: Literal["withhold.evidence-report/1"] = "withhold.evidence-report/1"
    file: str
    size: int
    records: tuple[str, ...]
    sealed_by: str | None
