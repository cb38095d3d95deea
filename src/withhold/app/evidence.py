"""Listing and verifying the journal."""

from collections.abc import Iterator

from withhold.app.bootstrap import Services
from withhold.evidence.verification import VerifyReport
from withhold.model.evidence import Record
from withhold.report import documents as d
from withhold.support.errors import UsageProblem


def list_evidence(services: Services) -> d.EvidenceListDocument:
    """All records, oldest first."""
    stamp = services.stamp()
    return d.EvidenceListDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        records=tuple(_row(r) for r in services.journal.records()),
    )


def verify_evidence(services: Services, record: str | None = None) -> d.EvidenceVerifyDocument:
    """Check the whole journal; with ``record`` only that one's claims are listed (all are checked).

    A record on which the state of an account rests and that the journal lacks is a failed claim ``present``:
    a journal that was taken away whole leaves no trace in itself.
    """
    stamp = services.stamp()
    report = services.journal.verify()
    rows = [
        d.VerifiedRecord(
            id=r.id,
            claims=tuple(d.Claim(name=c.name, result=c.result.value, why=c.why) for c in r.claims),
        )
        for r in report.records
        if record is None or r.id.startswith(record)
    ]
    rows += [r for r in _absent(services, report) if record is None or r.id.startswith(record)]
    if not report.records and report.head.result.value == "failed":
        head = d.Claim(name="head", result="failed", why=report.head.why)
        rows.append(d.VerifiedRecord(id="", claims=(head,)))
    if record is not None and not rows:
        raise UsageProblem(f"no record begins with {record!r}", next_step="withhold evidence list")
    return d.EvidenceVerifyDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        records=tuple(rows),
        notes=report.notes,
    )


def _absent(services: Services, report: VerifyReport) -> Iterator[d.VerifiedRecord]:
    """Records that the accounts' settings name and that the journal does not hold."""
    held = {r.id for r in report.records}
    for account in services.store.accounts():
        for piece in services.store.setting_evidence(account.id):
            if piece.record is not None and piece.record not in held:
                held.add(piece.record)
                why = f"the setting known of account {account.label!r} rests on it; the journal lacks it"
                claim = d.Claim(name="present", result="failed", why=why)
                yield d.VerifiedRecord(id=piece.record, claims=(claim,))


def failed(document: d.EvidenceVerifyDocument) -> bool:
    """Whether any claim of any listed record does not hold."""
    return any(c.result == "failed" for r in document.records for c in r.claims)


def _row(record: Record) -> d.RecordRow:
    return d.RecordRow(
        id=record.id,
        seq=record.seq,
        type=record.type,
        at=record.at,
        summary=_summary(record),
        artifacts=tuple(
            d.ArtifactRow(name=a.name, media_type=a.media_type, sha256=a.sha256, size=a.size)
            for a in record.artifacts
        ),
        missing=tuple(f"{name}: {reason}" for name, reason in record.missing),
    )


def _summary(record: Record) -> str:
    """One line from the fields that most records have."""
    picked = (record.body.get(k) for k in ("outcome", "setting", "url", "provider", "file", "tier", "when"))
    return ", ".join(str(v) for v in picked if isinstance(v, str) and v)
