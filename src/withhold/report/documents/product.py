"""``withhold state``, ``forget``, ``doctor`` and ``packs update``."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

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


class ForgetDocument(Document, kw_only=True, frozen=True):
    """What was forgotten. ``records`` lost their content and ``artifacts`` are gone; ``record`` says so in
    the log. ``kept_readable`` are records of the oldest format, whose content stays. ``still_there`` are
    copies in the state's own folder; ``commands`` make the system let go of the timer.
    """

    schema: Literal["withhold.forget/1"] = "withhold.forget/1"
    what: Literal["account", "all"]
    conversations: int | None
    records: int | None
    artifacts: int
    record: str | None
    kept_readable: tuple[str, ...]
    still_there: tuple[str, ...]
    not_touched: tuple[str, ...]
    commands: tuple[str, ...]


class CheckRow(Struct, kw_only=True, frozen=True):
    """``absent``: not here, and only needed for something that ``next`` names. ``unknown``: not looked at."""

    name: str
    state: Literal["good", "absent", "wrong", "unknown"]
    text: str
    next: str | None = None


class DoctorDocument(Document, kw_only=True, frozen=True):
    """``bundle`` is the support file, if one was written."""

    schema: Literal["withhold.doctor/1"] = "withhold.doctor/1"
    system: str
    python: str
    checks: tuple[CheckRow, ...]
    bundle: str | None


class CompletionDocument(Document, kw_only=True, frozen=True):
    schema: Literal["withhold.completion/1"] = "withhold.completion/1"
    shell: str
    script: str
