"""``withhold spot``."""

from typing import Literal

from msgspec import Struct

from withhold.report.documents.base import Document, OnOff


class SpotRow(Struct, kw_only=True, frozen=True):
    label: str
    kind: str
    covers_training: bool
    purposes: tuple[str, ...]
    state: OnOff
    preset: bool
    consents_when: str
    small: bool
    low_contrast: bool
    contrast: float | None
    after_primary_button: bool
    collapsed: bool
    hidden: str | None
    bundled: bool
    implied_text: bool
    accept_all_button: bool
    width: float
    height: float


class SpotDocument(Document, kw_only=True, frozen=True):
    schema: Literal["withhold.spot/1"] = "withhold.spot/1"
    url: str
    primary_button: str | None
    findings: tuple[SpotRow, ...]
    accepting_now: tuple[str, ...]
    unseen: tuple[str, ...]
