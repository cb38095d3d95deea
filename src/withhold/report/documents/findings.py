"""``withhold findings``: kinds and places, never values."""

from typing import Literal

from msgspec import Struct

from withhold.report.documents.base import Document


class FindingRow(Struct, kw_only=True, frozen=True):
    """One secret. ``near`` is its offset in the unpacked file, rounded down to 4,096 bytes.

    ``conversation`` is the source's own id and ``message`` counts from 0; both are ``null`` where nothing
    tells. ``fingerprint`` is the same wherever the same secret stands, and means nothing on another machine.
    """

    kind: str
    issuer: str
    assurance: Literal["checked", "shaped", "named"]
    source: str
    place: str
    near: int
    provider: str | None
    conversation: str | None
    message: int | None
    fingerprint: str


class KindCount(Struct, kw_only=True, frozen=True):
    """How often a kind was found, how many different ones, in how many conversations."""

    kind: str
    issuer: str
    found: int
    different: int
    conversations: int
    source: str | None = None
    """What the form of the kind was compared with; null: nothing, it is from memory."""


class UnreadPlace(Struct, kw_only=True, frozen=True):
    place: str
    why: str


class FindingsDocument(Document, kw_only=True, frozen=True):
    schema: Literal["withhold.findings/1"] = "withhold.findings/1"
    findings: tuple[FindingRow, ...]
    kinds: tuple[KindCount, ...]
    files: int
    size: int
    """Bytes searched, unpacked."""
    rules: int
    """Kinds that were looked for."""
    engine: str
    placeholders: int
    """Candidates set aside since they are what documents write in place of a key."""
    allowed: int
    """Findings left out by the allow-list."""
    unread: tuple[UnreadPlace, ...]
    """Nothing is known of what these hold."""
