"""``withhold packs``."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from withhold.report.documents.base import Document, PolarityWord
from withhold.report.documents.exposure import SourceRow

Origin = Literal["built in", "package", "update", "own file"]
"""Where a pack comes from; each of these goes over the ones before it."""


class PackUpdateRow(Struct, kw_only=True, frozen=True):
    """A signed update of the packs. ``key`` is the fingerprint of who signed it."""

    name: str
    version: int
    compiled_on: str
    key: str
    taken_at: datetime | None
    source: str


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
    """The file that stands in for the pack that comes along, and whose it is."""
    origin: Origin = "built in"


class ToolPackRow(Struct, kw_only=True, frozen=True):
    """A tool that ``scan`` knows."""

    id: str
    name: str
    kind: str
    settings: int
    training: str
    compiled_on: str
    origin: Origin = "built in"


class PacksListDocument(Document, kw_only=True, frozen=True):
    schema: Literal["withhold.packs-list/1"] = "withhold.packs-list/1"
    packs: tuple[PackRow, ...]
    tools: tuple[ToolPackRow, ...] = ()
    update: PackUpdateRow | None = None
    silent: tuple[str, ...] = ()
    """Packs of the update that are older than what lies beneath, which speaks instead."""


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


class CoverageRow(Struct, kw_only=True, frozen=True):
    """One field of the collected facts: how many values are stated, and how many the packs carry."""

    field: str
    stated: int
    carried: int
    lost: tuple[str, ...]


class PacksCoverageDocument(Document, kw_only=True, frozen=True):
    schema: Literal["withhold.packs-coverage/1"] = "withhold.packs-coverage/1"
    facts: str
    providers: int
    fields: tuple[CoverageRow, ...]


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
    mobile_menu_path: tuple[str, ...] = ()
    default: str | None = None
    scope: str | None = None
    confirm_step: str | None = None
    note: str | None = None
    """What it governs beyond its name, and what not."""


class PackRouteRow(Struct, kw_only=True, frozen=True):
    """Another way to the same end: a form, an address, a variable, an administrator's setting."""

    id: str
    kind: str
    what_it_does: str
    target: str | None
    note: str | None


class PackRightRow(Struct, kw_only=True, frozen=True):
    """How to export or delete."""

    right: str
    how: str
    url: str | None
    format: str | None
    note: str | None


class PackExceptionRow(Struct, kw_only=True, frozen=True):
    """What holds in spite of the setting."""

    terms: str
    kind: str
    effect: str
    note: str | None


class PackShowDocument(Document, kw_only=True, frozen=True):
    schema: Literal["withhold.packs-show/1"] = "withhold.packs-show/1"
    pack: PackRow
    stance: str | None
    terms: tuple[TermsRow, ...]
    controls: tuple[PackControlRow, ...]
    uncertainties: tuple[str, ...]
    sources: tuple[SourceRow, ...]
    exceptions: tuple[PackExceptionRow, ...] = ()
    routes: tuple[PackRouteRow, ...] = ()
    rights: tuple[PackRightRow, ...] = ()
