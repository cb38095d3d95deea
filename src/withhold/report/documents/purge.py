"""``withhold purge``: what to delete first, what was deleted, and what later exports say of it."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from withhold.report.documents.base import Document, FutureWord, KnownWord, PastWord


class PurgeRow(Struct, kw_only=True, frozen=True):
    """One conversation, the higher the more pressing. ``score`` orders the rows and means nothing else."""

    id: str
    source_id: str
    provider: str
    account: str
    kind: Literal["chat", "coding"]
    first: datetime | None
    last: datetime | None
    past_exposure: PastWord
    future_eligibility: FutureWord
    sensitivity: str | None
    kept_until: datetime | None
    score: int
    why: str
    achieves: str
    at_provider: bool
    """Whether it can be deleted in the provider's page; a coding session on this machine cannot."""
    title: str | None = None
    project: str | None = None


class SurvivorRow(Struct, kw_only=True, frozen=True):
    """What outlives a deletion. ``until``: the latest stated end; ``null`` where none is stated or known."""

    what: str
    conversations: int | None
    until: datetime | None
    text: str


class BackEndRow(Struct, kw_only=True, frozen=True):
    """Until when the provider's terms let the back-end keep what is deleted now."""

    provider: str
    until: datetime | None
    text: str


class PurgePlanDocument(Document, kw_only=True, frozen=True):
    schema: Literal["withhold.purge-plan/1"] = "withhold.purge-plan/1"
    rows: tuple[PurgeRow, ...]
    listed: int
    """How many conversations the plan holds; ``rows`` may be the first of them."""
    kept: int
    """Left out by the keep-list or a rule."""
    not_open: int
    """Left out since deleting them would change nothing about training."""
    already: int
    """Left out since they are deleted already."""
    achieves: tuple[str, ...]
    survives: tuple[SurvivorRow, ...]
    back_end: tuple[BackEndRow, ...]
    notices: tuple[str, ...]
    next: str


class PurgeItemRow(Struct, kw_only=True, frozen=True):
    """``state``: chosen (nothing was done), intended (cut off in the middle), requested (asked for, and still
    shown), deleted, skipped. ``gone_*`` bound when it left the history."""

    id: str
    source_id: str
    state: Literal["chosen", "intended", "requested", "deleted", "skipped"]
    gone_earliest: datetime | None
    gone_latest: datetime | None
    known: KnownWord
    back_end_until: datetime | None
    record: str | None


class PurgeRunDocument(Document, kw_only=True, frozen=True):
    """``outcome``: done (every one is dealt with), stopped at the first surprise, needs_human."""

    schema: Literal["withhold.purge-run/1"] = "withhold.purge-run/1"
    purge: int
    account: str
    provider: str
    mode: Literal["guide", "assist"]
    outcome: Literal["done", "stopped", "needs_human"]
    why: str
    items: tuple[PurgeItemRow, ...]
    steps: tuple[str, ...]
    beside: tuple[str, ...]
    """What deleting a conversation leaves: shared links, memories, project files; archives."""
    next: str


class PurgeListDocument(Document, kw_only=True, frozen=True):
    schema: Literal["withhold.purge-list/1"] = "withhold.purge-list/1"
    purges: tuple[PurgeRunDocument, ...]


class VerifyRow(Struct, kw_only=True, frozen=True):
    """What one export says of one conversation. ``absent`` speaks of that export and of nothing else.

    ``purge`` is ``None`` for one that was in no set: the person said that they deleted it.
    """

    purge: int | None
    id: str
    source_id: str
    result: Literal["absent", "still_there", "reappeared", "unknown"]
    why: str
    back_end_until: datetime | None
    back_end: Literal["running", "over", "unknown"]


class PurgeVerifyDocument(Document, kw_only=True, frozen=True):
    schema: Literal["withhold.purge-verify/1"] = "withhold.purge-verify/1"
    export: str
    made_earliest: datetime | None
    made_latest: datetime | None
    rows: tuple[VerifyRow, ...]
    missing: tuple[str, ...]
    """Ids of conversations that nobody deleted, that older exports show and this one lacks."""
    unread: int
    record: str
    notices: tuple[str, ...]
    next: str


class LocalFileRow(Struct, kw_only=True, frozen=True):
    path: str
    last: datetime
    size: int
    done: bool
    problem: str | None = None


class PurgeLocalDocument(Document, kw_only=True, frozen=True):
    """Transcripts on this machine. ``provider_copy`` says that the provider's are untouched."""

    schema: Literal["withhold.purge-local/1"] = "withhold.purge-local/1"
    files: tuple[LocalFileRow, ...]
    kept: int
    shredded: bool
    written: bool
    provider_copy: str
    notices: tuple[str, ...]
    record: str | None
    next: str


class ChecklistRow(Struct, kw_only=True, frozen=True):
    step: str
    text: str
    commands: tuple[str, ...]
    done_at: datetime | None


class PurgeAccountDocument(Document, kw_only=True, frozen=True):
    """Deleting a whole account, step by step. What is done is the person's word."""

    schema: Literal["withhold.purge-account/1"] = "withhold.purge-account/1"
    provider: str
    account: str
    steps: tuple[ChecklistRow, ...]
    re_check: datetime | None
    survives: tuple[SurvivorRow, ...]
    next: str


class ExportRequestDocument(Document, kw_only=True, frozen=True):
    schema: Literal["withhold.export-request/1"] = "withhold.export-request/1"
    provider: str
    url: str | None
    steps: tuple[str, ...]
    source: str | None
    next: str


class ExportKeptDocument(Document, kw_only=True, frozen=True):
    schema: Literal["withhold.export-kept/1"] = "withhold.export-kept/1"
    file: str
    size: int
    sha256: str
    verified: bool
    """Whether it was decrypted again and compared; with public keys alone that cannot be done here."""
    notes: tuple[str, ...]
