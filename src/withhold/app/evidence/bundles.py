"""Handing records to others: bundles, reports, and checking a bundle that somebody handed over."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from withhold.app.bootstrap import Services
from withhold.app.ledger.handing_out import write_file
from withhold.evidence.bundle.bag import bag
from withhold.evidence.bundle.check import Trust, check_bundle
from withhold.evidence.bundle.contents import Held, gather, refuse_unknown, renewals
from withhold.evidence.bundle.guide import guide
from withhold.evidence.bundle.packing import pack
from withhold.evidence.bundle.script import SCRIPT, script
from withhold.evidence.claims import Claim
from withhold.report import documents as d
from withhold.report.evidence.content import EvidenceReport
from withhold.support.errors import UsageProblem

GUIDE = "VERIFY.md"


@dataclass(frozen=True, slots=True)
class Handed:
    """What goes into a bundle: records, the report on them, and files of a dispute beside them."""

    held: tuple[Held, ...]
    report: EvidenceReport
    beside: tuple[tuple[str, bytes], ...] = ()
    renewals: tuple[Held, ...] = ()
    """Records of the log's own that hold the tokens of ``held``, and that newer tokens cover."""


def bundle(
    services: Services, prefixes: Sequence[str], out: str, *, left_out: Sequence[str] = ()
) -> d.EvidenceBundleDocument:
    """Write the records whose ids begin with ``prefixes`` into a bundle at ``out``.

    All other records stay out: of them the proofs show salted hashes only. ``left_out`` are names of
    artifacts that stay out as well. Raises ``UsageProblem``, and ``EvidenceBroken`` where a part does not
    verify.
    """
    return write_bundle(services, handed(services, prefixes, left_out), out)


def handed(services: Services, prefixes: Sequence[str], left_out: Sequence[str] = ()) -> Handed:
    """The records of a bundle or report, with the report on them."""
    from withhold.app.evidence.reporting import evidence_report

    held = held_records(services, prefixes, left_out)
    return Handed(held, evidence_report(held), renewals=renewals(services.journal, held))


def held_records(services: Services, prefixes: Sequence[str], left_out: Sequence[str]) -> tuple[Held, ...]:
    """The records by their ids, each once, in the order of the log."""
    if not prefixes:
        raise UsageProblem("no record is named", next_step="withhold evidence list shows their ids")
    found = {r.id: r for r in (services.journal.get(prefix) for prefix in prefixes)}
    records = sorted(found.values(), key=lambda r: r.seq)
    refuse_unknown(records, left_out)
    return tuple(gather(services.journal, record, left_out) for record in records)


def write_bundle(services: Services, what: Handed, out: str) -> d.EvidenceBundleDocument:
    """Write the ZIP. The same records give the same bytes."""
    data = packed(what)
    path = write_file(out, data)
    stamp = services.stamp()
    keys = {one.key.fingerprint for one in what.held}
    return d.EvidenceBundleDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        file=str(path),
        size=len(data),
        records=tuple(one.record.id for one in what.held),
        left_out=tuple(dict.fromkeys(name for one in what.held for name in one.left_out)),
        keys=tuple(sorted(keys)),
        unstamped=sum(not one.tokens for one in what.held),
    )


def packed(what: Handed) -> bytes:
    """The bundle's bytes."""
    from withhold.report.evidence.document import report_pdf
    from withhold.report.evidence.page import report_page

    every = (*what.held, *what.renewals)
    payload = {one.folder + path: data for one in every for path, data in one.files.items()}
    payload |= {"report.html": report_page(what.report), "report.pdf": report_pdf(what.report)}
    payload |= dict(what.beside)
    tags = {GUIDE: guide(what.held, what.renewals), SCRIPT: script()}
    info = {
        "Bag-Software-Agent": f"withhold {what.report.tool}",
        "External-Description": what.report.title,
        "External-Identifier": what.held[-1].key.name,
    }
    return pack(bag(payload, tags, info))


def report(
    services: Services, what: Handed, out: str, *, seal: str | None = None
) -> d.EvidenceReportDocument:
    """Write the report alone, as ``.html`` or ``.pdf`` by the ending of ``out``.

    ``seal`` names a configured authority whose time-stamp is put on the PDF (PAdES). Raises ``UsageProblem``.
    """
    from withhold.report.evidence.document import report_pdf
    from withhold.report.evidence.page import report_page

    ending = Path(out).suffix.lower()
    if ending not in (".html", ".pdf") or (seal is not None and ending != ".pdf"):
        raise UsageProblem(
            f"{out!r} names neither an .html nor a .pdf file, or is to be sealed and is no .pdf"
        )
    data = report_page(what.report) if ending == ".html" else report_pdf(what.report)
    if seal is not None:
        from withhold.app.evidence.sealing import sealed

        data = sealed(services, data, seal)
    path = write_file(out, data)
    stamp = services.stamp()
    return d.EvidenceReportDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        file=str(path),
        size=len(data),
        records=tuple(one.record.id for one in what.held),
        sealed_by=seal,
    )


def verify_bundle(
    services: Services, path: Path, *, keys: Sequence[str] = (), roots: Sequence[Path] = ()
) -> d.EvidenceVerifyDocument:
    """Check a bundle by what the person trusts: keys and roots given here, and those of their own state."""
    checked = check_bundle(path.read_bytes(), _trust(services, keys, roots))
    stamp = services.stamp()
    whole = d.VerifiedFile(path=str(path), kind="bundle", claims=tuple(map(_claim, checked.whole)))
    return d.EvidenceVerifyDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        records=tuple(
            d.VerifiedRecord(id=r.id, claims=tuple(map(_claim, r.claims))) for r in checked.records
        ),
        files=(whole,),
    )


def _trust(services: Services, keys: Sequence[str], roots: Sequence[Path]) -> Trust:
    from withhold.evidence.authorities import Authorities, authority

    named = [authority("given", "https://given.invalid/", root.read_bytes()).root for root in roots]
    folder = services.home.root
    known = Authorities(folder).all() if folder.is_dir() else ()
    own = services.journal.public_keys() if (services.home.evidence / "checkpoint").is_file() else ()
    told = {key.replace(":", "").lower() for key in keys}
    return Trust(
        frozenset(told | {key.fingerprint for key in own}),
        (*named, *(a.root for a in known)),
        tuple(a.crl for a in known if a.crl is not None),
    )


def _claim(claim: Claim) -> d.Claim:
    return d.Claim(name=claim.name, result=claim.result.value, why=claim.why)
