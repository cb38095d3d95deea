"""The keys of the evidence log, and what a person hands to others: checkpoints and proofs."""

from pathlib import Path

from withhold.app.bootstrap import Services
from withhold.evidence.opening import introduced
from withhold.report import documents as d
from withhold.support.errors import UsageProblem


def show_keys(services: Services) -> d.EvidenceKeyDocument:
    """The keys that sign the log, with what it takes to verify by them. Never their secret parts."""
    journal = services.journal
    current = journal.public_key
    now = services.stamp()
    found = [(record, introduced(record)) for record in journal.records(own=True)]
    return d.EvidenceKeyDocument(
        generated_at=now.generated_at,
        tool_version=now.tool_version,
        log=current.name,
        pem=current.pem.decode(),
        place=journal.key_place(),
        keys=tuple(
            d.KeyRow(
                id=key.id,
                fingerprint=key.fingerprint,
                vkey=key.vkey,
                current=key == current,
                introduced_by=record.id,
            )
            for record, key in found
            if key is not None
        ),
    )


def rotate_key(services: Services, *, lost: bool) -> d.EvidenceKeyDocument:
    """Let a new key sign from here on; the former one vouches for it unless it is ``lost``."""
    services.journal.rotate_key(lost=lost)
    return show_keys(services)


def hand_out(services: Services, record: str | None, out: Path | None) -> d.EvidenceHandoutDocument:
    """The newest checkpoint, or the ``.tlog-proof`` of the record whose id begins so; also to ``out``."""
    journal = services.journal
    data = journal.checkpoint() if record is None else journal.proof(journal.get(record).id)
    if out is not None:
        _write(out, data)
    now = services.stamp()
    return d.EvidenceHandoutDocument(
        generated_at=now.generated_at,
        tool_version=now.tool_version,
        kind="checkpoint" if record is None else "proof",
        text=data.decode(),
        file=None if out is None else str(out),
    )


def _write(out: Path, data: bytes) -> None:
    try:
        out.write_bytes(data)
    except OSError as problem:
        raise UsageProblem(f"{out} cannot be written: {problem.strerror}") from problem
