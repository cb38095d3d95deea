"""``withhold apply``."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from withhold.report.documents.base import Document


class ApplyChange(Struct, kw_only=True, frozen=True):
    """One setting. ``backup`` is the run that holds the old bytes; ``verdict_after`` was read anew."""

    id: str
    file: str
    diff: tuple[str, ...]
    sets: str | None = None
    """The key and its value, as they are written."""
    backup: str | None
    written: bool
    problem: str | None = None
    verdict_after: str | None = None


class ApplyRefused(Struct, kw_only=True, frozen=True):
    id: str
    file: str | None
    reason: str


class ApplyGuided(Struct, kw_only=True, frozen=True):
    """A setting that only the account decides."""

    id: str
    url: str | None


class ApplyDocument(Document, kw_only=True, frozen=True):
    schema: Literal["withhold.apply/1"] = "withhold.apply/1"
    run: str | None
    changes: tuple[ApplyChange, ...]
    already: tuple[str, ...]
    refused: tuple[ApplyRefused, ...]
    guided: tuple[ApplyGuided, ...]


class ManagedFileRow(Struct, kw_only=True, frozen=True):
    """A file to hand out. ``goes_to`` is where a computer wants it."""

    tool: str
    system: str
    file: str
    goes_to: str
    settings: tuple[str, ...]


class ManagedDocument(Document, kw_only=True, frozen=True):
    schema: Literal["withhold.apply-mdm/1"] = "withhold.apply-mdm/1"
    folder: str
    files: tuple[ManagedFileRow, ...]
    left_out: tuple[ApplyRefused, ...]


class UndoneFile(Struct, kw_only=True, frozen=True):
    file: str
    problem: str | None


class UndoDocument(Document, kw_only=True, frozen=True):
    schema: Literal["withhold.apply-undo/1"] = "withhold.apply-undo/1"
    run: str
    files: tuple[UndoneFile, ...]


class ApplyRunRow(Struct, kw_only=True, frozen=True):
    id: str
    at: datetime
    undone: datetime | None
    settings: tuple[str, ...]


class ApplyRunsDocument(Document, kw_only=True, frozen=True):
    schema: Literal["withhold.apply-runs/1"] = "withhold.apply-runs/1"
    runs: tuple[ApplyRunRow, ...]
