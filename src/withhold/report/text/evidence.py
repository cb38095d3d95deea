"""The evidence log: what is in it, whether it verifies, its time-stamps and its keys."""

import re

from rich.console import Console
from rich.text import Text

from withhold.report.documents import (
    EvidenceAuthoritiesDocument,
    EvidenceBundleDocument,
    EvidenceFsckDocument,
    EvidenceHandoutDocument,
    EvidenceKeyDocument,
    EvidenceListDocument,
    EvidenceReportDocument,
    EvidenceStampDocument,
    EvidenceVerifyDocument,
)
from withhold.report.text.base import bullets, grid, minute, plural, word

_ADDRESS = re.compile(r"https?://([^\s,/]+)[^\s,]*")
_STAMPED = {"stamped": "yes", "by_one": "by one", "unstamped": "no"}


def hosts_only(text: str) -> str:
    """``text`` with each address cut down to its host, so that a row fits on a line. JSON has it whole."""
    return _ADDRESS.sub(r"\1", text)


def one_line(text: str) -> str:
    """Words of others on one line: what follows a break in them would pass for words of this program."""
    return " ".join(text.split())


def listing(console: Console, document: EvidenceListDocument) -> None:
    if not document.records:
        console.print("The journal is empty. Records are made by optout and other acts.")
        return
    table = grid("no.", "record", "when (UTC)", "type", "stamped", "what")
    for column in table.columns[:5]:
        column.no_wrap = True
    for r in document.records:
        when = minute(r.at).removesuffix(" UTC")
        table.add_row(str(r.seq), r.id[:12], when, r.type, _STAMPED[r.stamped], hosts_only(r.summary))
    console.print(table)
    if document.unstamped:
        bare = plural(document.unstamped, "record has", "records have")
        console.print(f"{bare} no time-stamp. Next: withhold evidence stamp")


def verified(console: Console, document: EvidenceVerifyDocument) -> None:
    failed = [r for r in document.records if any(c.result == "failed" for c in r.claims)]
    for record in failed:
        console.print(Text(f"record {record.id[:16]}", style="bold"))
        for claim in (c for c in record.claims if c.result == "failed"):
            console.print(Text("  "), word("failed"), Text(" " + one_line(f"{claim.name}: {claim.why}")))
    for file in document.files:
        console.print(Text(f"{file.kind} {file.path}", style="bold"))
        for claim in file.claims:
            console.print(Text("  "), word(claim.result), Text(" " + one_line(f"{claim.name}: {claim.why}")))
    bullets(console, map(one_line, document.notes))
    unchecked = sorted(
        {(c.name, c.why) for r in document.records for c in r.claims if c.result == "not_checkable"}
    )
    bullets(console, (one_line(f"not checkable: {name}: {why}") for name, why in unchecked))
    good = len(document.records) - len(failed)
    if any(file.kind == "bundle" for file in document.files):
        left = sum(c.result == "not_checkable" for r in document.records for c in r.claims)
        console.print(
            f"{plural(good, 'record')} without a failed claim, {len(failed):,} failed;"
            f" {plural(left, 'claim')} not checkable"
        )
    elif document.records or not document.files:
        console.print(f"{plural(good, 'record')} verified, {len(failed):,} failed")


def checked(console: Console, document: EvidenceFsckDocument) -> None:
    for problem in document.problems:
        whose = f"record {problem.record[:16]}" if problem.record else "the log"
        console.print(
            Text(whose, style="bold"), word("failed"), Text(one_line(f"{problem.claim}: {problem.why}"))
        )
    bullets(console, map(one_line, document.notes))
    console.print(
        f"{plural(document.records, 'record')}, {plural(document.artifacts, 'artifact')} and"
        f" {plural(document.tokens, 'time-stamp token')} read again in {document.seconds:.1f} s:"
        f" {plural(document.verified, 'claim')} verified, {document.failed:,} failed,"
        f" {document.not_checkable:,} not checkable"
    )


def stamped(console: Console, document: EvidenceStampDocument) -> None:
    for token in document.tokens:
        console.print(f"{token.authority}: {plural(document.size, 'record')} stamped {minute(token.time)}")
    for refusal in document.refused:
        console.print(Text(f"{refusal.authority}: no time-stamp: {refusal.why}", style="yellow"))
    if document.why:
        console.print(document.why)
    if document.unstamped:
        bare = plural(document.unstamped, "record has", "records have")
        console.print(f"{bare} no time-stamp yet. They are complete without it; stamp them later.")


def authorities(console: Console, document: EvidenceAuthoritiesDocument) -> None:
    if not document.authorities:
        console.print("No timestamp authority is configured, so nobody is asked for time-stamps.")
        console.print("Next: withhold evidence authorities add URL --root FILE")
        return
    for row in document.authorities:
        policy = f", policy {row.policy}" if row.policy else ""
        console.print(Text(row.name, style="bold"), Text(f"{row.url}{policy}"))
        bullets(console, (f"root SHA-256 {root}" for root in row.roots))


def handed_out(console: Console, document: EvidenceHandoutDocument) -> None:
    """To the byte on stdout, or where it was written."""
    if document.file is None:
        console.print(Text(document.text), end="", soft_wrap=True)
    else:
        console.print(f"{document.kind} written to {document.file}", soft_wrap=True)


def bundled(console: Console, document: EvidenceBundleDocument) -> None:
    count = plural(len(document.records), "record")
    console.print(f"{count}, {document.size:,} bytes: {document.file}", soft_wrap=True)
    if document.left_out:
        console.print(f"left out, with their hashes kept: {', '.join(document.left_out)}", soft_wrap=True)
    if document.unstamped:
        bare = plural(document.unstamped, "record has", "records have")
        console.print(f"{bare} no time-stamp. A bundle made after 'withhold evidence stamp' shows more.")
    for key in document.keys:
        console.print("Tell whoever checks it this fingerprint of your key by another way:")
        console.print(f"  {key}")


def reported(console: Console, document: EvidenceReportDocument) -> None:
    sealed = f", time-stamped by {document.sealed_by}" if document.sealed_by else ""
    console.print(
        f"report on {plural(len(document.records), 'record')}{sealed}: {document.file}", soft_wrap=True
    )


def keys(console: Console, document: EvidenceKeyDocument) -> None:
    console.print(Text(document.log, style="bold"))
    for row in document.keys:
        console.print(
            f"  key {row.id}{' (signs now)' if row.current else ''}, record {row.introduced_by[:16]}"
        )
        console.print(f"    fingerprint (SHA-256) {row.fingerprint}")
        console.print(f"    verifier key          {row.vkey}", soft_wrap=True)
    lost = "gone: new records stay unsigned. Next: withhold evidence key rotate --lost"
    console.print(f"  secret part: {document.place or lost}", soft_wrap=True)
    console.print(document.pem.rstrip())
