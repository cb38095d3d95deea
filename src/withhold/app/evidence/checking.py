"""Listing and verifying the evidence."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

from withhold.app.bootstrap import Services
from withhold.evidence.verification import Claim, Result, VerifyReport
from withhold.model.evidence import Record
from withhold.report import documents as d
from withhold.support.errors import EnvironmentProblem, UsageProblem

_ZIP = b"PK\x03\x04"
_MOST = 576 * 1024 * 1024
"""Bytes of a file that may be checked: what a bundle may unfold to, and the ZIP around it."""


def list_evidence(services: Services, *, own: bool = False) -> d.EvidenceListDocument:
    """All records, oldest first; with ``own`` the log's own ones as well."""
    stamp = services.stamp()
    journal = services.journal
    return d.EvidenceListDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        records=tuple(record_row(services, r) for r in journal.records(own=own)),
        unstamped=journal.bare(),
    )


def verify_evidence(services: Services, record: str | None = None) -> d.EvidenceVerifyDocument:
    """Check everything; with ``record`` only that one's claims are listed (all are checked).

    A record on which the state of an account rests and that the journal lacks is a failed claim ``present``:
    a journal that was taken away whole leaves no trace in itself.
    """
    stamp = services.stamp()
    report = services.journal.verify()
    rows = [
        d.VerifiedRecord(id=r.id, claims=tuple(_claim(c) for c in r.claims))
        for r in report.records
        if record is None or r.id.startswith(record)
    ]
    rows += [r for r in _absent(services, report) if record is None or r.id.startswith(record)]
    rows += _unplaced(report)
    if record is not None and not rows:
        raise UsageProblem(f"no record begins with {record!r}", next_step="withhold evidence list")
    return d.EvidenceVerifyDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        records=tuple(rows),
        notes=report.notes,
    )


def verify_file(
    services: Services, path: Path, *, keys: Sequence[str] = (), roots: Sequence[Path] = ()
) -> d.EvidenceVerifyDocument:
    """Hold a checkpoint or a ``.tlog-proof`` that somebody kept against this log, or check a bundle.

    ``keys`` and ``roots`` say whom to believe in a bundle. Raises ``UsageProblem`` for another file.
    """
    data = _limited(path)
    if data.startswith(_ZIP) or path.suffix.lower() == ".zip":
        from withhold.app.evidence.bundles import verify_bundle

        return verify_bundle(services, path, keys=keys, roots=roots)
    kind, checkpoint = _kind_of(data, path)
    stamp = services.stamp()
    report = services.journal.verify([checkpoint])
    claims = [*report.kept, *(_inclusion(services, data) if kind == "proof" else ())]
    return d.EvidenceVerifyDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        records=(),
        files=(d.VerifiedFile(path=str(path), kind=kind, claims=tuple(_claim(c) for c in claims)),),
        notes=report.notes,
    )


def check_store(services: Services) -> d.EvidenceFsckDocument:
    """Read everything again, from the first byte to the last, and say what does not hold."""
    stamp = services.stamp()
    began = time.perf_counter()
    report = services.journal.verify()
    seconds = time.perf_counter() - began
    document = verify_rows(services, report)
    claims = [claim for row in document for claim in row.claims]
    counted = Counter(claim.result for claim in claims)
    kinds = Counter(claim.name.partition(":")[0] for claim in claims if claim.result != "not_checkable")
    return d.EvidenceFsckDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        sound=counted["failed"] == 0,
        records=len(report.records),
        artifacts=kinds["blob"],
        tokens=sum(c.name.startswith("token:") for c in claims),
        verified=counted["verified"],
        failed=counted["failed"],
        not_checkable=counted["not_checkable"],
        seconds=round(seconds, 3),
        problems=tuple(
            d.ProblemRow(record=row.id, claim=claim.name, why=claim.why)
            for row in document
            for claim in row.claims
            if claim.result == "failed"
        ),
        notes=report.notes,
    )


def verify_rows(services: Services, report: VerifyReport) -> list[d.VerifiedRecord]:
    """Every record with its claims, those that are missing included."""
    rows = [d.VerifiedRecord(id=r.id, claims=tuple(_claim(c) for c in r.claims)) for r in report.records]
    return [*rows, *_absent(services, report), *_unplaced(report)]


def failed(document: d.EvidenceVerifyDocument) -> bool:
    """Whether any claim of any listed record or file does not hold."""
    rows = [row.claims for row in document.records] + [file.claims for file in document.files]
    return any(claim.result == "failed" for claims in rows for claim in claims)


def _unplaced(report: VerifyReport) -> Iterator[d.VerifiedRecord]:
    """A failed head or checkpoint that no record could take."""
    held = {(c.name, c.why) for r in report.records for c in r.claims}
    for claim in (report.head, report.checkpoint):
        if claim.result is Result.FAILED and (claim.name, claim.why) not in held:
            yield d.VerifiedRecord(id="", claims=(_claim(claim),))


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


def _limited(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(_MOST + 1)
    except (OSError, MemoryError) as problem:
        raise EnvironmentProblem(
            f"{path} cannot be read: {getattr(problem, 'strerror', None) or 'there is not enough memory'}",
            next_step="mend its permissions, or copy it elsewhere, and run the command again",
        ) from problem
    if len(data) > _MOST:
        raise UsageProblem(
            f"{path} is no evidence to be checked: it is longer than {_MOST >> 20} MB",
            next_step="give the id of a record, a checkpoint, a .tlog-proof file or a bundle (.zip)",
        )
    return data


def _kind_of(data: bytes, path: Path) -> tuple[Literal["checkpoint", "proof"], bytes]:
    """What a kept file is, and the checkpoint in it."""
    from withhold.evidence.checkpoints import read_checkpoint, read_proof
    from withhold.evidence.notes import BadNote

    try:
        if data.startswith(b"c2sp.org/tlog-proof"):
            return "proof", read_proof(data).checkpoint
        read_checkpoint(data)
    except BadNote as problem:
        raise UsageProblem(
            f"{path} is neither a checkpoint nor a proof, nor a bundle: {problem}",
            next_step="give the id of a record, a checkpoint, a .tlog-proof file or a bundle (.zip)",
        ) from problem
    return "checkpoint", data


def _inclusion(services: Services, data: bytes) -> Iterator[Claim]:
    """Whether a kept proof is of the record that stands at its place here."""
    from withhold.evidence.checkpoints import read_proof
    from withhold.evidence.claims import judged

    proof = read_proof(data)
    leaf = services.journal.leaf_at(proof.index)
    problem = (
        None if leaf is not None and proof.includes(leaf) else "it is of another record than the one here"
    )
    yield judged("log", problem, f"it proves record {proof.index + 1} of the log")


def _claim(claim: Claim) -> d.Claim:
    return d.Claim(name=claim.name, result=claim.result.value, why=claim.why)


def record_row(services: Services, record: Record) -> d.RecordRow:
    """One record as it is listed."""
    standing = services.journal.status(record)
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
        stamped=standing.word.value,
        authorities=standing.authorities,
        not_later_than=standing.not_later_than,
    )


def _summary(record: Record) -> str:
    """One line from the fields that most records have."""
    picked = (record.body.get(k) for k in ("outcome", "setting", "url", "provider", "file", "tier", "when"))
    return ", ".join(str(v) for v in picked if isinstance(v, str) and v)
