"""What ``--json`` prints: one versioned document per command. Fixed keys; more may be added.

Times are RFC 3339 in UTC. Unknown is ``null``, or the word ``unknown`` where a list of words is given.
"""

from msgspec import Struct

from withhold.report.documents.account import (
    AcceptanceRow,
    AccountDocument,
    AccountRow,
    PlanRow,
    PostureRow,
    SettingEvidenceRow,
    SpanRow,
    StatusDocument,
)
from withhold.report.documents.base import (
    Document,
    ErrorDocument,
    FutureWord,
    KnownWord,
    OnOff,
    PastWord,
    PolarityWord,
    Trainable,
)
from withhold.report.documents.controls import (
    ControlRow,
    OptOutDocument,
)
from withhold.report.documents.demo import (
    DemoComparison,
    DemoDocument,
    DemoStep,
)
from withhold.report.documents.evidence import (
    ArtifactRow,
    Claim,
    EvidenceListDocument,
    EvidenceVerifyDocument,
    RecordRow,
    VerifiedRecord,
)
from withhold.report.documents.exposure import (
    AsOf,
    CarveOutRow,
    ClockRow,
    ConversationRow,
    ExplainDocument,
    ExposureDocument,
    FutureTotals,
    ObservationRow,
    PastTotals,
    ReasonRow,
    SourceRow,
    Totals,
)
from withhold.report.documents.importing import (
    ImportDocument,
    ImportedSource,
    UnrecognisedRow,
)
from withhold.report.documents.machine import (
    Placebo,
    Route,
    ScanDocument,
    SettingRow,
    Tool,
    Transcripts,
    Unseen,
)
from withhold.report.documents.packs import (
    DifferenceRow,
    LintRow,
    PackControlRow,
    PackRow,
    PacksDiffDocument,
    PackShowDocument,
    PacksLintDocument,
    PacksListDocument,
    TermsRow,
)

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
    "packs-diff": PacksDiffDocument,
    "packs-show": PackShowDocument,
    "demo": DemoDocument,
    "error": ErrorDocument,
}
"""Every document by the name in its ``schema`` key. The JSON Schemas in the docs come from it."""

__all__ = [
    "DOCUMENTS",
    "AcceptanceRow",
    "AccountDocument",
    "AccountRow",
    "ArtifactRow",
    "AsOf",
    "CarveOutRow",
    "Claim",
    "ClockRow",
    "ControlRow",
    "ConversationRow",
    "DemoComparison",
    "DemoDocument",
    "DemoStep",
    "DifferenceRow",
    "Document",
    "ErrorDocument",
    "EvidenceListDocument",
    "EvidenceVerifyDocument",
    "ExplainDocument",
    "ExposureDocument",
    "FutureTotals",
    "FutureWord",
    "ImportDocument",
    "ImportedSource",
    "KnownWord",
    "LintRow",
    "ObservationRow",
    "OnOff",
    "OptOutDocument",
    "PackControlRow",
    "PackRow",
    "PackShowDocument",
    "PacksDiffDocument",
    "PacksLintDocument",
    "PacksListDocument",
    "PastTotals",
    "PastWord",
    "Placebo",
    "PlanRow",
    "PolarityWord",
    "PostureRow",
    "ReasonRow",
    "RecordRow",
    "Route",
    "ScanDocument",
    "SettingEvidenceRow",
    "SettingRow",
    "SourceRow",
    "SpanRow",
    "StatusDocument",
    "TermsRow",
    "Tool",
    "Totals",
    "Trainable",
    "Transcripts",
    "UnrecognisedRow",
    "Unseen",
    "VerifiedRecord",
]
