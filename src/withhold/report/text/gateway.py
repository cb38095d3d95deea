"""The gateway's routes, tokens and audit in a terminal."""

from rich.console import Console
from rich.text import Text

from withhold.report.documents import (
    GatewayAuditDocument,
    GatewayAuditVerifyDocument,
    GatewayCheckDocument,
    GatewayEnvDocument,
    GatewayInitDocument,
    GatewayKeyDocument,
    GatewayRevokeDocument,
    GatewayTokensDocument,
)
from withhold.report.documents.gateway import AuditChainRow, AuditRow, GatewayRouteRow
from withhold.report.text.base import bullets, day, grid, minute, said

_TRAINS = {"no": "no", "yes": "yes", "unless_off": "unless switched off", "unknown": "unknown"}


def check(console: Console, document: GatewayCheckDocument) -> None:
    """Routes one by one, then the rules."""
    console.print(f"Configuration: {document.config}", soft_wrap=True)
    for route in document.routes:
        _route(console, route)
    console.print()
    console.print(Text("Rules", style="bold"))
    table = grid("Clients", "Projects", "Demands", "Secrets", "Personal", "Unread")
    for rule in document.rules:
        table.add_row(
            ", ".join(rule.clients),
            ", ".join(rule.projects),
            ", ".join(rule.require) or "none",
            rule.secrets,
            rule.personal,
            rule.unread,
        )
    console.print(table)
    if not document.usable:
        console.print("No route may carry a plain request under these rules.")
    console.print()
    console.print("Not seen by the gateway:")
    bullets(console, document.not_seen)


def _route(console: Console, route: GatewayRouteRow) -> None:
    console.print()
    console.print(Text(f"{route.id}: {route.terms}", style="bold"))
    facts = [
        f"goes to {route.upstream}",
        f"training: {_TRAINS[route.trains]}{_apart(route)}" + (f" ({route.why})" if route.why else ""),
        f"kept: {_days(route.retention_days)}; flagged or reviewed content: {_days(route.flagged_days)}"
        if route.terms != "local"
        else "what its server writes is not known here",
    ]
    facts += [f"exception: {': '.join(said(word) for word in text.split(': '))}" for text in route.exceptions]
    facts += [f"your word: {text}" for text in route.rests_on_your_word]
    if route.terms_compared:
        facts.append(f"terms last compared with their source on {route.terms_compared}")
    if not route.key_found:
        facts.append(f"its key is missing: withhold gateway key {route.id}")
    facts.append("a plain request may go here" if route.plain_request else "a plain request may not go here")
    bullets(console, facts)


def _apart(route: GatewayRouteRow) -> str:
    named = route.apart_from if route.trains == "no" else ()
    return ", apart from " + ", ".join(named).replace("_", " ") if named else ""


def _days(days: int | None) -> str:
    return "unknown" if days is None else "not at all" if days == 0 else f"up to {days} days"


def tokens(console: Console, document: GatewayTokensDocument) -> None:
    if not document.tokens:
        console.print("No tokens. A new one, with the lines to paste: withhold gateway env")
        return
    table = grid("Id", "Client", "Project", "Made", "Ends")
    for row in document.tokens:
        table.add_row(
            row.id, row.client, row.project, day(row.made), day(row.expires) if row.expires else "-"
        )
    console.print(table)


def audit(console: Console, document: GatewayAuditDocument) -> None:
    if not document.requests:
        console.print("The audit holds no requests.")
        return
    table = grid("When (UTC)", "Client", "Route", "Found", "Outcome")
    for row in document.requests:
        table.add_row(
            row.at[:19].replace("T", " "),
            f"{row.client}/{row.project}",
            row.route or "-",
            _found(row),
            _outcome(row),
        )
    console.print(table)
    if document.total > len(document.requests):
        console.print(f"{len(document.requests)} of {document.total}; more with --last.")


def _found(row: AuditRow) -> str:
    return ", ".join(f"{kind} x{number}" for kind, number in sorted(row.found.items())) or "nothing"


def _outcome(row: AuditRow) -> str:
    return row.outcome if row.status is None else f"{row.outcome} ({row.status})"


def verified(console: Console, document: GatewayAuditVerifyDocument) -> None:
    if not document.chains:
        console.print("There is no audit yet.")
    for chain in document.chains:
        bullets(console, _chain(chain), indent="")
    if document.chains:
        console.print(_holds(document))
    console.print(Text(f"Checked {minute(document.generated_at)}.", style="dim"))


def _holds(document: GatewayAuditVerifyDocument) -> str:
    if not document.holds:
        return "The audit does not hold."
    if any(chain.lines > chain.covered_up_to for chain in document.chains):
        return "Each line follows from the one before; those that no head covers could be rewritten unseen."
    return "The audit holds."


def _chain(chain: AuditChainRow) -> list[str]:
    said = [f"{chain.replica}: {chain.lines} lines, head {chain.head[:16]}"]
    said += chain.problems
    if chain.unknown_whether_answered:
        said.append(f"{chain.unknown_whether_answered} requests without an outcome: unknown whether answered")
    if chain.unfinished:
        said.append("its last line is not finished: the gateway runs now, or was ended by force")
    after = chain.lines - chain.covered_up_to
    said.append(
        f"compared with {chain.heads_in_evidence} heads in the evidence"
        + (f"; nothing outside the chain holds the last {after} lines" if after > 0 else "")
    )
    return said


def written(console: Console, document: GatewayInitDocument) -> None:
    """Where the configuration lies, and what comes next."""
    console.print(f"Written: {document.config}", soft_wrap=True)
    console.print("Next: withhold gateway key anthropic, then withhold gateway check")


def key(console: Console, document: GatewayKeyDocument) -> None:
    """Where the key lies."""
    console.print(f"The key of {document.route} lies in {document.kept_in}.", soft_wrap=True)


def env(console: Console, document: GatewayEnvDocument) -> None:
    """Lines for a shell, each whole, nothing else: they are made to be read by ``eval``."""
    lines = [f"export {name}={value}" for name, value in document.variables.items()]
    lines += [f"unset {name}" for name in document.unset]
    for line in lines:
        console.print(line, soft_wrap=True, markup=False, highlight=False)


def revoked(console: Console, document: GatewayRevokeDocument) -> None:
    """Whose token it was."""
    console.print(f"Revoked: the token of {document.client}.")
