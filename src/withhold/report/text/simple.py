"""Short documents: import, account, status, opt-out, packs."""

from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from withhold.report.documents import (
    AccountDocument,
    AccountRow,
    ImportDocument,
    OptOutDocument,
    PackControlRow,
    PacksCoverageDocument,
    PacksDiffDocument,
    PackShowDocument,
    PacksLintDocument,
    PacksListDocument,
    SpanRow,
    StatusDocument,
)
from withhold.report.text.base import bullets, day, grid, minute, plural, said, word
from withhold.support.messages import _, ngettext, spoken

SHOWN = 10


def importing(console: Console, document: ImportDocument) -> None:
    for source in document.sources:
        console.print(Text(source.path, style="bold"), Text(f"({source.format})"))
        console.print(
            f"  {plural(source.conversations, 'conversation')},"
            f" {plural(source.human, 'message of yours', 'messages of yours')},"
            f" {plural(source.model, 'answer')}, {day(source.first)} to {day(source.last)}"
        )
        for a in source.apart:
            console.print(
                f"  counted apart, {spoken(a.what)}: {plural(a.conversations, 'conversation')},"
                f" {plural(a.human, 'message of yours', 'messages of yours')}, {plural(a.model, 'answer')}"
            )
        if source.other_files:
            others = ", ".join(f"{o.count:,} {spoken(o.what)}" for o in source.other_files)
            console.print(f"  also read, without a conversation of its own: {others}")
        console.print(
            f"  the index has {plural(source.new_conversations, 'conversation')} and"
            f" {plural(source.new_messages, 'message')} more than before"
        )
        console.print(f"  account: {source.account or 'not named by this source'}")
        if source.feedback or source.shared:
            console.print(f"  feedback marks: {source.feedback:,}, shared links: {source.shared:,}")
        bullets(console, source.warnings)
        if source.unrecognised:
            console.print(Text(f"  not recognised: {len(source.unrecognised):,}", style="yellow"))
            bullets(console, (f"{u.place}: {u.reason}" for u in source.unrecognised[:SHOWN]))
            if len(source.unrecognised) > SHOWN:
                console.print(f"  ... and {len(source.unrecognised) - SHOWN:,} more (see --json)")
    console.print("Next: withhold exposure")


def accounts(console: Console, document: AccountDocument) -> None:
    if not document.accounts:
        console.print("No accounts are known yet. Next: withhold account add PROVIDER LABEL")
    for account in document.accounts:
        _account(console, account)


def _account(console: Console, account: AccountRow) -> None:
    console.print(
        Text(account.label, style="bold"),
        Text(f"({account.provider}, id {account.id}, region {account.region or 'unknown'})"),
    )
    console.print(f"  {plural(account.conversations, 'conversation')} in the index")
    for plan in account.plans:
        ends = "now" if plan.ends is None else _span(plan.ends)
        console.print(f"  plan {plan.tier}: {_span(plan.begins)} to {ends} ({plan.known})")
    if not account.plans:
        console.print(
            Text("  plan: unknown. Tell it: withhold account plan ID TIER --from DATE", style="yellow")
        )
    for accepted in account.acceptances:
        console.print(f"  accepted the terms: {_span(accepted.when)} ({accepted.known})")
    for s in account.settings:
        console.print(
            Text(f"  {s.control}: "),
            word(s.setting),
            Text(f" {minute(s.begins)} - {minute(s.ends)} ({s.known})"),
        )
    if not account.settings:
        console.print(Text("  setting: never looked at", style="yellow"))


def _span(span: SpanRow) -> str:
    if span.earliest == span.latest:
        return minute(span.earliest)
    if span.earliest is None:
        return f"by {day(span.latest)}"
    return f"between {day(span.earliest)} and {day(span.latest) if span.latest else 'an unknown day'}"


def status(console: Console, document: StatusDocument) -> None:
    table = grid(_("provider"), _("account"), _("control"), _("setting"), _("last look"), _("how known"))
    for row in document.posture:
        seen = minute(row.last_seen)
        table.add_row(row.provider, row.label, row.title, word(row.setting), seen, said(row.known))
    if document.posture:
        console.print(table)
        for row in document.posture:
            bullets(
                console, (f"{row.provider} {row.label}, {row.title}: {row.text} {_('Next:')} {row.next}",)
            )
    talks, records = document.conversations, document.records
    held = {
        "talks": ngettext("%(count)s conversation", "%(count)s conversations", talks)
        % {"count": f"{talks:,}"},
        "records": ngettext("%(count)s evidence record", "%(count)s evidence records", records)
        % {"count": f"{records:,}"},
        "home": document.home,
    }
    console.print(_("%(talks)s in the index, %(records)s; state in %(home)s") % held)
    console.print(f"{_('Next:')} {document.next}")


OUTCOMES = {
    "changed": "The control is private now; a fresh load of the page confirmed it.",
    "already_private": "The control was private already; a fresh load of the page confirmed it.",
    "not_persisted": "The control did NOT stay private after a fresh load.",
    "blocked": "The control is locked and not private.",
    "no_control": "No control that decides about training was found on this page.",
    "needs_human": "A person has to act or look.",
}


def optout(console: Console, document: OptOutDocument) -> None:
    console.print(Text("outcome: "), word(document.outcome), Text(f"({document.mode})"))
    console.print(f"  {OUTCOMES[document.outcome]}")
    if document.why:
        console.print(f"  {document.why}")
    if document.attested:
        console.print(f"  On your word it is {document.attested}; nothing of it was seen by this program.")
    for control in document.controls:
        console.print(
            f"  {control.label}: before {control.before}, after {control.after or 'not read'},"
            f" after a fresh load {control.after_reload or 'not read'}"
        )
    for number, step in enumerate(document.steps, 1):
        console.print(f"  {number}. {step}")
    if document.overrode_terms:
        console.print(
            Text("  The provider's terms were overridden on your word; the record says so.", style="yellow")
        )
    if document.record:
        console.print(f"  evidence: {document.record[:16]} (withhold evidence list)")


def packs_list(console: Console, document: PacksListDocument) -> None:
    table = grid("id", "provider", "automation", "terms", "controls", "last checked")
    for pack in document.packs:
        name = pack.name + (" (fictional)" if pack.fictional else "")
        name += f" ({pack.origin})" if pack.origin != "built in" else ""
        checked = pack.last_checked or "unknown"
        table.add_row(pack.id, name, pack.stance, str(pack.terms), str(pack.controls), checked)
    console.print(table)
    if document.tools:
        console.print()
        tools = grid("id", "tool on a computer", "kind", "settings", "compiled")
        for tool in document.tools:
            name = tool.name + (f" ({tool.origin})" if tool.origin != "built in" else "")
            tools.add_row(tool.id, name, tool.kind, str(tool.settings), tool.compiled_on)
        console.print(tools)
    if document.update is not None:
        update = document.update
        console.print(
            f"\nUpdate in force: version {update.version} of {update.name}, compiled {update.compiled_on},"
            f" from {update.source}, signed by {update.key[:16]}",
            soft_wrap=True,
        )
    bullets(console, [f"{id_}: the update's pack is older than the one shown" for id_ in document.silent])


def packs_lint(console: Console, document: PacksLintDocument) -> None:
    for p in document.problems:
        console.print(f"{p.file}:{p.line}:{p.column}: {p.level} {p.code}: {p.message}", soft_wrap=True)
    counts = Counter(p.level for p in document.problems)
    console.print(
        f"{plural(document.files, 'file')}: {plural(counts['error'], 'error')},"
        f" {plural(counts['warning'], 'warning')}, {plural(counts['note'], 'note')}"
    )


def packs_coverage(console: Console, document: PacksCoverageDocument) -> None:
    table = grid("field", "stated", "carried")
    for row in document.fields:
        table.add_row(row.field, str(row.stated), str(row.carried))
    console.print(table)
    lost = [place for row in document.fields for place in row.lost]
    bullets(console, [f"lost: {place}" for place in lost])
    stated, carried = sum(r.stated for r in document.fields), sum(r.carried for r in document.fields)
    console.print(f"{plural(document.providers, 'provider')}: {carried:,} of {stated:,} values carried")


def packs_diff(console: Console, document: PacksDiffDocument) -> None:
    for row in document.differences:
        console.print(Text(row.path, style="bold"), soft_wrap=True)
        if row.before is not None:
            console.print(Text(f"  - {row.before}", style="red"), soft_wrap=True)
        if row.after is not None:
            console.print(Text(f"  + {row.after}", style="green"), soft_wrap=True)
    console.print(
        f"{plural(len(document.differences), 'difference')} from {document.before} to {document.after}"
    )


def packs_show(console: Console, document: PackShowDocument) -> None:
    pack = document.pack
    console.print(
        Text(pack.name, style="bold"), Text(f"({pack.id}, last checked {pack.last_checked or 'unknown'})")
    )
    console.print(f"automated access: {pack.stance}. {document.stance or ''}")
    console.print()
    table = grid("product", "plan", "from", "to", "training", "control")
    for t in document.terms:
        begins = (t.begins or "unknown") + (" *" if t.starts_on_acceptance else "")
        table.add_row(t.product, t.plan, begins, t.ends or "in force", t.training, t.control or "-")
    console.print(table)
    if any(t.starts_on_acceptance for t in document.terms):
        console.print(Text("* for each account from its acceptance", style="dim"))
    for control in document.controls:
        console.print()
        _control(console, control)
    spite = [_said(said(e.kind), said(e.effect), e.note) for e in document.exceptions]
    _aside(console, "In spite of the setting", spite)
    _aside(
        console, "Other routes", [_said(r.kind, r.what_it_does, r.target, r.note) for r in document.routes]
    )
    rights = [_said(r.right.replace("_", " "), r.how, r.url, r.format, r.note) for r in document.rights]
    _aside(console, "Exporting and deleting", rights)
    _aside(console, "Open or conflicting points", document.uncertainties)


def _control(console: Console, control: PackControlRow) -> None:
    console.print(Text(control.name, style="bold"), Text(f"({control.kind}, {control.polarity})"))
    console.print(f"  path: {' > '.join(control.menu_path) or 'unknown'}")
    if control.mobile_menu_path:
        console.print(f"  phone: {' > '.join(control.mobile_menu_path)}")
    console.print(f"  page: {control.url or 'unknown'}")
    console.print(f"  labels: {'; '.join(control.labels) or 'none known'}")
    known = (("default", control.default), ("scope", control.scope), ("to finish", control.confirm_step))
    for name, value in (*known, ("note", control.note)):
        if value:
            console.print(Text(f"  {name}: {value}"))


def _said(head: str, *parts: str | None) -> str:
    return f"{head}: {'; '.join(part.rstrip('.') for part in parts if part)}"


def _aside(console: Console, title: str, lines: Sequence[str]) -> None:
    if lines:
        console.print()
        console.print(Text(title, style="bold"))
        bullets(console, lines)
