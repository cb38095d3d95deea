"""``withhold packs show TOOL``."""

from typing import Literal

from msgspec import Struct

from withhold.report.documents.base import Document


class ToolSettingRow(Struct, kw_only=True, frozen=True):
    """One setting as the pack states it. ``places`` are keys, variables and policies, with their scope."""

    id: str
    purpose: str
    title: str
    private_value: str | None
    default: str | None
    absent_means: str
    authority: str
    applies_when: str | None
    fix: str
    how_known: str
    places: tuple[str, ...]
    sources: tuple[str, ...]
    notes: str | None


class ToolCopiesRow(Struct, kw_only=True, frozen=True):
    """Where copies of what is said are kept, and how long."""

    what: str
    paths: dict[str, str | None]
    kept: str | None
    how_known: str


class ToolShowDocument(Document, kw_only=True, frozen=True):
    schema: Literal["withhold.packs-show-tool/1"] = "withhold.packs-show-tool/1"
    id: str
    name: str
    vendor: str
    kind: str
    training: str
    compiled_on: str
    settings: tuple[ToolSettingRow, ...]
    copies: tuple[ToolCopiesRow, ...]
    traps: tuple[str, ...]
    sources: dict[str, str]
