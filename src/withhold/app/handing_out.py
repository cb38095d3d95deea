"""The ledger as files for other programs."""

from datetime import datetime
from pathlib import Path

from withhold.report import documents as d
from withhold.support.errors import UsageProblem
from withhold.support.files import write_atomic


def as_csv(document: d.ExposureDocument) -> bytes:
    """Rows as CSV; columns as in :data:`withhold.report.spreadsheet.COLUMNS`."""
    from withhold.report.spreadsheet import exposure_csv

    return exposure_csv(document)


def as_calendar(document: d.ExposureDocument, now: datetime | None = None) -> bytes:
    """Ends of keeping times and re-checks of the setting from ``now`` on (default: the document's time)."""
    from withhold.report.due_dates import due_dates

    return due_dates(document, (now or document.generated_at).date())


def write_file(target: str, data: bytes) -> Path:
    """Write a file that its owner alone can read, whole or not at all; returns its path.

    Raises ``UsageProblem`` where there cannot be such a file.
    """
    path = Path(target).expanduser()
    if path.is_dir() or not path.parent.is_dir():
        why = "it is a folder" if path.is_dir() else f"there is no folder {path.parent}"
        raise UsageProblem(
            f"{path} cannot be written: {why}", next_step="name a file in a folder that is there"
        )
    try:
        write_atomic(path, data)
    except OSError as problem:
        raise UsageProblem(
            f"{path} cannot be written: {problem.strerror}", next_step="name a file that you may write"
        ) from problem
    return path
