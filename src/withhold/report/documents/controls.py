"""``withhold optout``."""

from typing import Literal

from msgspec import Struct

from withhold.report.documents.base import Document, OnOff, PolarityWord


class ControlRow(Struct, kw_only=True, frozen=True):
    label: str
    polarity: PolarityWord
    before: OnOff
    after: OnOff | None
    after_reload: OnOff | None
    confidence: float
    why: tuple[str, ...]


class OptOutDocument(Document, kw_only=True, frozen=True):
    schema: Literal["withhold.optout/1"] = "withhold.optout/1"
    outcome: Literal["changed", "already_private", "not_persisted", "blocked", "no_control", "needs_human"]
    controls: tuple[ControlRow, ...]
    record: str | None
    mode: Literal["guide", "witness", "assist"]
    steps: tuple[str, ...]
    why: str
    overrode_terms: bool = False
