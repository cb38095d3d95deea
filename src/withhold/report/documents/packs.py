"""``withhold packs``."""

from typing import Literal

from msgspec import Struct

from withhold.report.documents.base import Document, PolarityWord
from withhold.report.documents.exposure import SourceRow


class PackRow(Struct, kw_only=True, frozen=True):
    id: str
    name: str
    stance: Literal["permitted", "restricted", "prohibited", "unknown"]
    products: int
    terms: int
    controls: int
    compiled_on: str | None
    last_checked: str | None
    age_days: int | None
    fictional: bool
    sha256: str
    own_file: str | None = None
    """Your own file that stands in for the pack that comes along."""


class PacksListDocument(Document, kw_only=True, frozen=True):
    schema: Literal["withhold.packs-list/1"] = "withhold.packs-list/1"
    packs: tuple[PackRow, ...]


class LintRow(Struct, kw_only=True, frozen=True):
    file: str
    line: int
    column: int
    level: Literal["error", "warning", "note"]
    code: str
    message: str


class PacksLintDocument(Document, kw_only=True, frozen=True):
    schema: Literal["withhold.packs-lint/1"] = "withhold.packs-lint/1"
    problems: tuple[LintRow, ...]
    files: int


class DifferenceRow(Struct, kw_only=True, frozen=True):
    path: str
    before: str | None
    after: str | None


class PacksDiffDocument(Document, kw_only=True, frozen=True):
    schema: Literal["withhold.packs-diff/1"] = "withhold.packs-diff/1"
    before: str
    after: str
    differences: tuple[DifferenceRow, ...]


class TermsRow(Struct, kw_only=True, frozen=True):
    id: str
    product: str
    plan: str
    tiers: tuple[str, ...]
    begins: str | None
    ends: str | None
    starts_on_acceptance: bool
    training: str
    control: str | None
    retention: dict[str, str]
    exceptions: tuple[str, ...]
    confidence: str
    last_checked: str


class PackControlRow(Struct, kw_only=True, frozen=True):
    id: str
    name: str
    kind: str
    polarity: PolarityWord
    labels: tuple[str, ...]
    menu_path: tuple[str, ...]
    url: str | None


class PackShowDocument(Document, kw_only=True, frozen=True):
    schema: Literal["withhold.packs-show/1"] = "withhold.packs-show/1"
    pack: PackRow
    stance: str | None
    terms: tuple[TermsRow, ...]
    controls: tuple[PackControlRow, ...]
    uncertainties: tuple[str, ...]
    sources: tuple[SourceRow, ...]
