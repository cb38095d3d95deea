"""``withhold optout`` and ``withhold controls inspect``."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from withhold.report.documents.base import Document, KnownWord, OnOff, PolarityWord


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
    attested: Literal["sharing", "private"] | None = None
    """What the person said on bringing proof in guide mode; nobody else saw it."""


SaidWord = Literal["known", "proved", "skipped", "stopped", "open", "no_control", "no_pack"]


class SittingRow(Struct, kw_only=True, frozen=True):
    """One control of one account in ``optout --all``. Counts are conversations of the account.

    ``setting`` is what was last seen or said of it, if that is not too old; ``said`` is what became of it.
    """

    provider: str
    name: str
    account: str | None
    control: str | None
    title: str
    exposed: int
    eligible: int
    unknown: int
    setting: Literal["sharing", "private", "unknown"]
    known: KnownWord
    at: datetime | None
    said: SaidWord
    url: str | None
    steps: tuple[str, ...]
    next: str


class OptOutAllDocument(Document, kw_only=True, frozen=True):
    """``optout --all``: most exposed first."""

    schema: Literal["withhold.optout-all/1"] = "withhold.optout-all/1"
    rows: tuple[SittingRow, ...]
    private: int
    sharing: int
    unknown: int
    unassigned: int
    """Conversations of no known account: no row speaks for them."""
    interrupted: bool = False


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
