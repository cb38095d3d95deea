"""``withhold optout`` and ``withhold controls inspect``."""

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


class ControlBox(Struct, kw_only=True, frozen=True):
    """Size in CSS px of what a person sees of a control."""

    width: float
    height: float


class InspectedControl(Struct, kw_only=True, frozen=True):
    label: str
    role: str
    section: str | None
    state: OnOff
    polarity: PolarityWord
    setting: Literal["sharing", "private"] | None
    confidence: float
    box: ControlBox
    preset: bool | None
    locked: bool
    shown: bool
    why: tuple[str, ...]


class InspectDocument(Document, kw_only=True, frozen=True):
    """``controls inspect``: likeliest about training first; one row for each choice of several."""

    schema: Literal["withhold.controls-inspect/1"] = "withhold.controls-inspect/1"
    controls: tuple[InspectedControl, ...]
    loaded: bool
    notes: tuple[str, ...] = ()
