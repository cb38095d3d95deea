"""``withhold scan``."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from withhold.report.documents.base import Document, Trainable


class Tool(Struct, kw_only=True, frozen=True):
    id: str
    found_by: tuple[str, ...]
    version: str | None = None


class Route(Struct, kw_only=True, frozen=True):
    tool: str
    kind: str
    trainable: Trainable
    signals: tuple[str, ...]


class SettingRow(Struct, kw_only=True, frozen=True):
    id: str
    tool: str
    purpose: str
    verdict: Literal["good", "bad", "partly", "unknown", "not-applicable"]
    effective_value: str | None
    decided_by: str | None
    fix: str | None
    why: str
    applies_when: str | None = None
    """What the setting applies to, in words; null where it always does."""


class Placebo(Struct, kw_only=True, frozen=True):
    tool: str
    where: str
    why: str


class Transcripts(Struct, kw_only=True, frozen=True):
    tool: str
    sessions: int
    first: datetime | None
    last: datetime | None
    resumed: int
    """Sessions begun before the terms changed in which the person went on after it."""
    resumed_since: datetime | None = None
    resumed_after_pause: int = 0
    """Those of them taken up again after a pause of a day or more."""
    unrecognised: int = 0
    account: str | None = None
    """The account, as the files name it; null where they do not."""
    shared: int = 0
    """Sessions that the files show to be shared by a link."""
    feedback: int = 0
    """Sessions that the person rated or reported."""


class LocalCopies(Struct, kw_only=True, frozen=True):
    """A place with copies of what was said. ``kept`` is how long the tool keeps them by its own documents."""

    tool: str
    what: str
    where: str
    files: int
    size: int
    newest: datetime | None
    kept: str | None
    more: bool = False


class SecretsHeld(Struct, kw_only=True, frozen=True):
    """Conversations that hold something `findings` has found; tools that were never searched are absent."""

    tool: str
    conversations: int
    personal: int = 0


class Unseen(Struct, kw_only=True, frozen=True):
    what: str
    why: str


class PolicyViolation(Struct, kw_only=True, frozen=True):
    """A requirement of the policy that does not hold. ``verdict`` is ``unknown`` where nothing tells."""

    rule: str
    id: str
    verdict: str
    why: str


class HomeScan(Struct, kw_only=True, frozen=True):
    """One home directory of a computer; ``scan`` is null where it may not be looked at."""

    home: str
    scan: "ScanDocument | None"


class ScanHomesDocument(Document, kw_only=True, frozen=True):
    """Every home directory of a computer, as an administrator sees them."""

    schema: Literal["withhold.scan-homes/1"] = "withhold.scan-homes/1"
    homes: tuple[HomeScan, ...]


class ScanDocument(Document, kw_only=True, frozen=True):
    schema: Literal["withhold.scan/1"] = "withhold.scan/1"
    tools: tuple[Tool, ...]
    routes: tuple[Route, ...]
    settings: tuple[SettingRow, ...]
    placebos: tuple[Placebo, ...]
    transcripts: tuple[Transcripts, ...]
    unseen: tuple[Unseen, ...]
    copies: tuple[LocalCopies, ...] = ()
    secrets: tuple[SecretsHeld, ...] = ()
    violations: tuple[PolicyViolation, ...] = ()
    next: str
