"""``withhold index``."""

from typing import Literal

from msgspec import Struct

from withhold.report.documents.base import Document


class IndexFileRow(Struct, kw_only=True, frozen=True):
    table: str
    path: str
    rows: int
    bytes: int


class IndexExportDocument(Document, kw_only=True, frozen=True):
    schema: Literal["withhold.index-export/1"] = "withhold.index-export/1"
    folder: str
    member: str | None
    files: tuple[IndexFileRow, ...]


class IndexProblemRow(Struct, kw_only=True, frozen=True):
    file: str | None
    what: str


class IndexCheckDocument(Document, kw_only=True, frozen=True):
    schema: Literal["withhold.index-check/1"] = "withhold.index-check/1"
    segments: int
    conversations: int
    bytes: int
    problems: tuple[IndexProblemRow, ...]
