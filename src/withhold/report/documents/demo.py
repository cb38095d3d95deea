"""``withhold demo``."""

from typing import Literal

from msgspec import Struct, field

from withhold.report.documents.base import Document, FutureWord, PastWord


class DemoStep(Struct, kw_only=True, frozen=True):
    id: str
    title: str
    held: bool
    details: tuple[str, ...] = ()
    seconds: float = 0.0


class DemoComparison(Struct, kw_only=True, frozen=True):
    """One conversation: what was predicted, and what the lab's runs hold."""

    conversation: str
    title: str
    kind: str
    past_exposure: PastWord
    future_eligibility: FutureWord
    predicted_causes: tuple[str, ...]
    in_runs: tuple[str, ...]
    actual_causes: tuple[str, ...]
    purged: tuple[str, ...]
    clocks: tuple[str, ...]
    agrees: bool
    but_for: tuple[str, ...] = ()
    """Kinds of the carve-outs that stand beside both verdicts."""


class DemoDocument(Document, kw_only=True, frozen=True):
    schema: Literal["withhold.demo/1"] = "withhold.demo/1"
    held: bool
    steps: tuple[DemoStep, ...]
    comparison: tuple[DemoComparison, ...]
    page: str | None
    seconds: float
    not_run: tuple[str, ...] = field(default=())
