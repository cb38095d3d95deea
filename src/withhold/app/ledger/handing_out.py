"""The ledger as files for other programs."""

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from withhold.support.errors import UsageProblem
from withhold.support.files import PRIVATE_FILE

if TYPE_CHECKING:
    from withhold.app.ledger.exposure import View


def as_json(view: "View") -> Iterator[bytes]:
    """The document with all rows, piece by piece."""
    from withhold.report.json_out import encode_with_rows

    return encode_with_rows(view.head, "conversations", view.rows())


def as_json_lines(view: "View") -> Iterator[bytes]:
    """All rows, one a line."""
    from withhold.report.json_out import encode_row

    return map(encode_row, view.rows())


def as_csv(view: "View") -> Iterator[bytes]:
    """Rows as CSV; columns as in :data:`withhold.report.spreadsheet.COLUMNS`."""
    from withhold.report.spreadsheet import csv_lines

    return csv_lines(view.rows())


def as_calendar(view: "View", now: datetime | None = None) -> Iterator[bytes]:
    """Ends of keeping times and re-checks of the setting from ``now`` on (default: the document's time)."""
    from withhold.report.due_dates import due_dates

    yield due_dates(view.head, (now or view.head.generated_at).date(), counted=view.sweep.due(view.narrowed))


def write_parquet(view: "View", target: str) -> Path:
    """Rows as Parquet (:data:`withhold.report.columns.SCHEMA`). Errors as :func:`write_pieces`."""
    from withhold.report.columns import write

    return _written(target, lambda path: write(path, view.rows(), view.head.taken_at_word))


def write_file(target: str, data: bytes) -> Path:
    """Write a file that its owner alone can read, whole or not at all; returns its path.

    Raises ``UsageProblem`` where there cannot be such a file.
    """
    return write_pieces(target, (data,))


def write_pieces(target: str, pieces: Iterable[bytes]) -> Path:
    """:func:`write_file` piece by piece."""

    def fill(path: Path) -> None:
        with path.open("wb") as out:
            out.writelines(pieces)

    return _written(target, fill)


def _written(target: str, fill: Callable[[Path], None]) -> Path:
    path = Path(target).expanduser()
    if path.is_dir() or not path.parent.is_dir():
        why = "it is a folder" if path.is_dir() else f"there is no folder {path.parent}"
        raise UsageProblem(
            f"{path} cannot be written: {why}", next_step="name a file in a folder that is there"
        )
    try:
        _filled(path, fill)
    except OSError as problem:
        raise UsageProblem(
            f"{path} cannot be written: {problem.strerror}", next_step="name a file that you may write"
        ) from problem
    return path


def _filled(path: Path, fill: Callable[[Path], None]) -> None:
    """``path`` has its old bytes until all of the new ones are on the disk."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        fill(temporary)
        temporary.chmod(PRIVATE_FILE)
        with temporary.open("r+b") as written:
            os.fsync(written.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
