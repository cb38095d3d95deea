"""What ``--json`` prints: one versioned document per command. Fixed keys; more may be added.

Times are RFC 3339 in UTC. Unknown is ``null``, or the word ``unknown`` where a list of words is given.
"""

from datetime import datetime
from typing import Literal

from msgspec import Struct, field

Trainable = bool | Literal["unknown"]
KnownWord = Literal["observed", "attested", "inferred", "assumed", "unknown"]
PastWord = Literal["exposed", "not_exposed", "unknown"]
FutureWord = Literal["eligible", "not_eligible", "unknown"]
OnOff = Literal["on", "off", "unknown"]
PolarityWord = Literal["on_trains", "on_private", "choice_list", "not_training", "unknown"]


class Document(Struct, kw_only=True, frozen=True):
    """Head of every document."""

    schema: str
    generated_at: datetime
    tool_version: str


class ErrorDocument(Struct, kw_only=True, frozen=True):
    schema: Literal["withhold.error/1"] = "withhold.error/1"
    code: str
    message: str
    next: str | None = None


class Tool(Struct, kw_only=True, frozen=True):
    id: str
    found_by: tuple[str, ...]
    version: str | None = None


class Route(Struct, kw_only=True, frozen=True):
    tool: str
    kind: str
    trainable: Trainable
    signals: tuple[str, ...]


class SettingRow(Struct, kw_only=True, frozen=True):
    id: str
    tool: str
    purpose: str
    verdict: Literal["good", "bad", "partly", "unknown", "not-applicable"]
    effective_value: str | None
    decided_by: str | None
    fix: str | None
    why: str


class Placebo(Struct, kw_only=True, frozen=True):
    tool: str
    where: str
    why: str


class Transcripts(Struct, kw_only=True, frozen=True):
    tool: str
    sessions: int
    first: datetime | None
    last: datetime | None
    resumed: int
    """Sessions taken up again since the terms changed."""
    resumed_since: datetime | None = None
    continued: int = 0
    """Sessions begun before the terms changed in which something was sent afterwards."""
    unrecognised: int = 0


class Unseen(Struct, kw_only=True, frozen=True):
    what: str
    why: str


class ScanDocument(Document, kw_only=True, frozen=True):
    schema: Literal["withhold.scan/1"] = "withhold.scan/1"
    tools: tuple[Tool, ...]
    routes: tuple[Route, ...]
    settings: tuple[SettingRow, ...]
    placebos: tuple[Placebo, ...]
    transcripts: tuple[Transcripts, ...]
    unseen: tuple[Unseen, ...]
    next: str


class UnrecognisedRow(Struct, kw_only=True, frozen=True):
    place: str
    reason: str


class ImportedSource(Struct, kw_only=True, frozen=True):
    path: str
    format: str
    account: str | None
    conversations: int
    human: int
    model: int
    first: datetime | None
    last: datetime | None
    feedback: int
    shared: int
    unrecognised: tuple[UnrecognisedRow, ...]
    warnings: tuple[str, ...]
    new_conversations: int = 0
    new_messages: int = 0


class ImportDocument(Document, kw_only=True, frozen=True):
    schema: Literal["withhold.import/1"] = "withhold.import/1"
    sources: tuple[ImportedSource, ...]


class CarveOutRow(Struct, kw_only=True, frozen=True):
    kind: str
    effect: str
    text: str
    confidence: str


class ClockRow(Struct, kw_only=True, frozen=True):
    basis: str
    until: datetime | None
    bound: str | None
    note: str


class ConversationRow(Struct, kw_only=True, frozen=True):
    id: str
    source_id: str
    provider: str
    product: str | None
    account: str | None
    kind: Literal["chat", "coding"]
    first: datetime | None
    last: datetime | None
    resumed_at: tuple[datetime, ...]
    human: int
    model: int
    past_exposure: PastWord
    future_eligibility: FutureWord
    carve_outs: tuple[CarveOutRow, ...]
    clocks: tuple[ClockRow, ...]
    sensitivity: str | None = None
    extent: Literal["whole", "since", "none"] = "none"
    marks: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()
    title: str | None = None
    deleted: bool | Literal["unknown"] = False
    as_of: datetime | None = None


class PastTotals(Struct, kw_only=True, frozen=True):
    exposed: int
    not_exposed: int
    unknown: int


class FutureTotals(Struct, kw_only=True, frozen=True):
    eligible: int
    not_eligible: int
    unknown: int


class Totals(Struct, kw_only=True, frozen=True):
    past: PastTotals
    future: FutureTotals


class ExposureDocument(Document, kw_only=True, frozen=True):
    schema: Literal["withhold.exposure/1"] = "withhold.exposure/1"
    totals: Totals
    conversations: tuple[ConversationRow, ...]
    as_of: tuple["AsOf", ...] = ()


class AsOf(Struct, kw_only=True, frozen=True):
    """The instant for which future eligibility is said, per account."""

    account: str | None
    provider: str
    at: datetime
    why: str


class SourceRow(Struct, kw_only=True, frozen=True):
    url: str
    date: str | None
    summary: str
    quote: str | None = None


class ObservationRow(Struct, kw_only=True, frozen=True):
    id: str | None
    known: KnownWord
    at: datetime | None
    record: str | None


class ReasonRow(Struct, kw_only=True, frozen=True):
    rule: str
    text: str
    source: SourceRow | None
    observation: ObservationRow | None
    at: datetime | None = None
    terms: str | None = None


class ExplainDocument(Document, kw_only=True, frozen=True):
    schema: Literal["withhold.explain/1"] = "withhold.explain/1"
    conversation: ConversationRow
    reasons: tuple[ReasonRow, ...]
    would_settle: tuple[str, ...]


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


class Claim(Struct, kw_only=True, frozen=True):
    name: str
    result: Literal["verified", "failed", "not_checkable"]
    why: str


class VerifiedRecord(Struct, kw_only=True, frozen=True):
    id: str
    claims: tuple[Claim, ...]


class EvidenceVerifyDocument(Document, kw_only=True, frozen=True):
    schema: Literal["withhold.evidence-verify/1"] = "withhold.evidence-verify/1"
    records: tuple[VerifiedRecord, ...]
    notes: tuple[str, ...] = ()


class ArtifactRow(Struct, kw_only=True, frozen=True):
    name: str
    media_type: str
    sha256: str
    size: int


class RecordRow(Struct, kw_only=True, frozen=True):
    id: str
    seq: int
    type: str
    at: datetime
    summary: str
    artifacts: tuple[ArtifactRow, ...]
    missing: tuple[str, ...]


class EvidenceListDocument(Document, kw_only=True, frozen=True):
    schema: Literal["withhold.evidence-list/1"] = "withhold.evidence-list/1"
    records: tuple[RecordRow, ...]


class SpanRow(Struct, kw_only=True, frozen=True):
    """An instant known to lie between ``earliest`` and ``latest``; ``null`` leaves a side open."""

    earliest: datetime | None
    latest: datetime | None


class PlanRow(Struct, kw_only=True, frozen=True):
    tier: str
    begins: SpanRow
    ends: SpanRow | None
    known: KnownWord


class AcceptanceRow(Struct, kw_only=True, frozen=True):
    when: SpanRow
    known: KnownWord


class SettingEvidenceRow(Struct, kw_only=True, frozen=True):
    id: str
    control: str
    setting: Literal["sharing", "private"]
    begins: datetime
    ends: datetime
    known: KnownWord
    record: str | None


class AccountRow(Struct, kw_only=True, frozen=True):
    id: str
    provider: str
    label: str
    region: str | None
    plans: tuple[PlanRow, ...]
    acceptances: tuple[AcceptanceRow, ...]
    settings: tuple[SettingEvidenceRow, ...]
    conversations: int


class AccountDocument(Document, kw_only=True, frozen=True):
    schema: Literal["withhold.account/1"] = "withhold.account/1"
    accounts: tuple[AccountRow, ...]


class PostureRow(Struct, kw_only=True, frozen=True):
    account: str
    provider: str
    label: str
    control: str
    setting: Literal["sharing", "private", "unknown"]
    since: datetime | None
    last_seen: datetime | None
    known: KnownWord
    text: str
    next: str


class StatusDocument(Document, kw_only=True, frozen=True):
    schema: Literal["withhold.status/1"] = "withhold.status/1"
    posture: tuple[PostureRow, ...]
    conversations: int
    records: int
    home: str
    next: str


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


class DemoDocument(Document, kw_only=True, frozen=True):
    schema: Literal["withhold.demo/1"] = "withhold.demo/1"
    held: bool
    steps: tuple[DemoStep, ...]
    comparison: tuple[DemoComparison, ...]
    page: str | None
    seconds: float
    not_run: tuple[str, ...] = field(default=())


DOCUMENTS: dict[str, type[Struct]] = {
    "scan": ScanDocument,
    "import": ImportDocument,
    "exposure": ExposureDocument,
    "explain": ExplainDocument,
    "optout": OptOutDocument,
    "evidence-verify": EvidenceVerifyDocument,
    "evidence-list": EvidenceListDocument,
    "account": AccountDocument,
    "status": StatusDocument,
    "packs-list": PacksListDocument,
    "packs-lint": PacksLintDocument,
    "packs-show": PackShowDocument,
    "demo": DemoDocument,
    "error": ErrorDocument,
}
"""Every document by the name in its ``schema`` key. The JSON Schemas in the docs come from it."""
