"""``withhold state``, ``forget``, ``doctor`` and ``packs update``."""

from datetime import datetime
from typing import Literal

from withhold.report.documents.base import Document


class BackupDocument(Document, kw_only=True, frozen=True):
    """A backup that was written, opened again and compared. ``evidence_sound`` is ``null`` without a log."""

    schema: Literal["withhold.state-backup/1"] = "withhold.state-backup/1"
    file: str
    size: int
    files: int
    records: int
    evidence_sound: bool | None
    left_out: tuple[str, ...]


class RestoreDocument(Document, kw_only=True, frozen=True):
    """``forked`` says how the log that was here differs from the restored one; ``former`` is where the state
    that was here lies now; ``record`` notes the restoring in the restored log.
    """

    schema: Literal["withhold.state-restore/1"] = "withhold.state-restore/1"
    file: str
    made_at: datetime
    files: int
    records: int
    evidence_sound: bool | None
    forked: str | None
    record: str | None
    former: str
