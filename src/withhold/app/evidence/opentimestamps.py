"""OpenTimestamps beside the authorities, where the person has installed its program and asks for it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import structs

from withhold.app.bootstrap import Services
from withhold.report import documents as d
from withhold.support.errors import EnvironmentProblem

if TYPE_CHECKING:
    from withhold.model.evidence import Record

CLAIM = "token:opentimestamps"


def stamp_by_ots(services: Services, calendars: Sequence[str] = ()) -> d.EvidenceStampDocument:
    """Have ``ots`` commit to the newest checkpoint, and log the proof.

    Raises ``EnvironmentProblem`` where the program is not installed. What it refuses stands in the document.
    """
    from withhold.evidence import opentimestamps
    from withhold.evidence.checkpoints import read_checkpoint
    from withhold.evidence.timestamps import NoToken

    ots = _program()
    journal = services.journal
    journal.mend()
    checkpoint = journal.checkpoint()
    refused: tuple[d.RefusalRow, ...] = ()
    record = None
    services.progress.step("ots asks the calendars")
    try:
        proof = opentimestamps.ask(ots, checkpoint, calendars)
        record = journal.append_own(opentimestamps.draft(checkpoint, proof, services.clock()))
    except NoToken as problem:
        refused = (d.RefusalRow(authority="opentimestamps", why=str(problem)),)
    now = services.stamp()
    return d.EvidenceStampDocument(
        generated_at=now.generated_at,
        tool_version=now.tool_version,
        size=read_checkpoint(checkpoint)[0].size,
        tokens=(),
        refused=refused,
        record=None if record is None else record.id,
        unstamped=journal.bare(),
        why=None if record is None else _taken(record.id),
    )


def asked_ots(services: Services, document: d.EvidenceVerifyDocument) -> d.EvidenceVerifyDocument:
    """``document`` with what ``ots verify`` says of each proof that it could not check itself."""
    ots = _program()
    records = {r.id: r for r in services.journal.records(own=True)}
    judged = tuple(
        structs.replace(row, claims=tuple(_asked(services, ots, records[row.id], c) for c in row.claims))
        if row.id in records
        else row
        for row in document.records
    )
    return structs.replace(document, records=judged)


def _asked(services: Services, ots: str, record: "Record", claim: d.Claim) -> d.Claim:
    from withhold.evidence.opentimestamps import ANSWER, confirmed
    from withhold.evidence.rounds import CHECKPOINT

    if claim.name != CLAIM or claim.result != "not_checkable":
        return claim
    services.progress.step("ots looks at a proof")
    journal = services.journal
    good, said = confirmed(ots, journal.artifact(record, ANSWER), journal.artifact(record, CHECKPOINT))
    return structs.replace(claim, result="verified" if good else claim.result, why=f"ots says: {said}")


def _taken(record: str) -> str:
    return (
        f"The calendars of OpenTimestamps took the checkpoint; record {record[:12]} holds the proof."
        " A block of Bitcoin confirms it within some hours: withhold evidence verify --ots asks the program."
    )


def _program() -> str:
    from withhold.evidence.opentimestamps import program

    found = program()
    if found is None:
        raise EnvironmentProblem(
            "OpenTimestamps needs its program ots, and it is not installed",
            next_step="pipx install opentimestamps-client",
        )
    return found
