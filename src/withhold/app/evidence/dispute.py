"""A dispute bundle: what is known of one account over a period, with the records that it rests on."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from msgspec import structs

from withhold.app.accounts import account_named, provider_of
from withhold.app.bootstrap import Services
from withhold.app.evidence.bundles import Handed, held_records
from withhold.app.evidence.kept_terms import kept_terms_table
from withhold.app.evidence.period import period_of
from withhold.app.evidence.reporting import evidence_report
from withhold.app.ledger.exposure import exposure
from withhold.app.ledger.filters import Filter
from withhold.evidence.bundle.contents import renewals
from withhold.evidence.mask import mask_email
from withhold.model.account import Account, SettingEvidence
from withhold.model.conversation import Deletion
from withhold.model.terms import Provider, Terms
from withhold.model.when import BEGINNING, EASTMOST, END, WESTMOST, When
from withhold.model.words import Known
from withhold.policy.timeline import Timeline
from withhold.report import documents as d
from withhold.report.evidence.content import Attachment, Table
from withhold.report.evidence.strip import Span, spans, strip
from withhold.report.evidence.texts import declaration, notes
from withhold.report.json_out import encode
from withhold.support.errors import UsageProblem

_NO_CARVE_OUTS = "feedback and safety flags"
_LASTING = ("attestation.plan", "attestation.acceptance", "observation.acceptance")
"""Told once, and of weight for any period."""


def dispute(
    services: Services,
    account: str,
    begins: str,
    ends: str | None,
    *,
    left_out: Sequence[str] = (),
    recheck_days: int = 30,
) -> Handed:
    """All records on ``account`` in the period, and what the ledger says of it.

    Raises ``UsageProblem`` for an unknown account, an empty period, or one without any record.
    """
    owner = account_named(services, account)
    period = period_of(begins, ends, services.clock())
    first, last = period.first, period.last
    evidence = services.store.setting_evidence(owner.id)
    ids = tuple(_record_ids(services, owner, evidence, first, last))
    if all(services.journal.get(id_).type in _LASTING for id_ in ids):
        raise UsageProblem(
            f"nothing is on record of {owner.label!r} in that time", next_step="withhold evidence list"
        )
    held = held_records(services, ids, left_out)
    ledger = exposure(services, as_of=last, wanted=Filter(account=owner.id, since=first, until=last))
    ledger = _handed_out(ledger, last)
    provider = provider_of(services, owner.provider_id)
    rows = _named(provider, _strips(evidence, first, last, timedelta(days=recheck_days)))
    document = encode(ledger)
    report = evidence_report(held, title="One account, one period: settings, terms, exposure")
    told = replace(
        report,
        subtitle=f"{provider.name}, {period.said} · {report.subtitle}",
        made_at=max(report.made_at, last),
        drawing=strip(rows, first, last) if rows else None,
        tables=(
            _setting_table(rows, recheck_days),
            _terms_table(provider, first, last),
            _source_table(provider, first, last),
            kept_terms_table(services, provider, period),
            _verdict_table(ledger, last),
            _deletion_table(services, ledger),
        ),
        declaration=declaration(report.tool),
        notes=notes(),
        attachments=(
            *report.attachments,
            Attachment("exposure.json", "application/json", "the ledger of the period, row by row", document),
        ),
    )
    beside = [("dispute/exposure.json", document)]
    if told.drawing is not None:
        beside.append(("dispute/setting.svg", told.drawing.encode()))
    text = "\n\n".join(f"{n}. {line}" for n, line in enumerate(told.declaration, 1)) + "\n"
    beside.append(("dispute/declaration.txt", text.encode()))
    return Handed(held, told, tuple(beside), renewals(services.journal, held))


def _handed_out(ledger: d.ExposureDocument, last: datetime) -> d.ExposureDocument:
    """The ledger as others may see it: no titles, no folders, labels masked as in the records.

    ``generated_at`` is the end of the period, so that equal evidence gives equal bytes.
    """
    return structs.replace(
        ledger,
        generated_at=last,
        conversations=tuple(structs.replace(row, title=None, project=None) for row in ledger.conversations),
        as_of=tuple(
            structs.replace(row, account=None if row.account is None else mask_email(row.account))
            for row in ledger.as_of
        ),
    )


def _record_ids(
    services: Services, owner: Account, evidence: Iterable[SettingEvidence], first: datetime, last: datetime
) -> Iterator[str]:
    """Records that the account's settings rest on, and those that name the account themselves."""
    resting = {e.record for e in evidence if e.record and e.begins <= last and e.ends >= first}
    gone = {
        s.conversation.source_id
        for s in services.store.conversations()
        if s.conversation.account_ref in (owner.id, *owner.source_account_ids)
    }
    for record in services.journal.records():
        named = record.body.get("account") == owner.id or record.body.get("conversation") in gone
        if record.id in resting or (named and (first <= record.at <= last or record.type in _LASTING)):
            yield record.id


def _named(
    provider: Provider, rows: Iterable[tuple[str, tuple[Span, ...]]]
) -> list[tuple[str, tuple[Span, ...]]]:
    """By the names that the pack gives the controls."""
    names = {control.id: control.name for control in provider.controls}
    return [(names.get(control, control), held) for control, held in rows]


def _strips(
    evidence: Sequence[SettingEvidence], first: datetime, last: datetime, recheck: timedelta
) -> list[tuple[str, tuple[Span, ...]]]:
    credible = [e for e in evidence if e.known in (Known.OBSERVED, Known.ATTESTED)]
    controls = sorted({e.control_id for e in credible})
    return [(c, spans(tuple(_seen(credible, c)), first, last, recheck)) for c in controls]


def _seen(evidence: Iterable[SettingEvidence], control: str) -> Iterator[Span]:
    """By the rule that judges: a word against what was observed is set aside, a contradiction is unknown."""
    for stretch in Timeline(e for e in evidence if e.control_id == control).stretches:
        setting = None if stretch.setting is None else stretch.setting.value
        yield Span(stretch.begins, stretch.ends, stretch.known.value, setting)


def _setting_table(rows: Sequence[tuple[str, Sequence[Span]]], days: int) -> Table:
    note = (
        "Observed: captured by the program at that instant. Attested: the person's word. Inferred: two"
        f" looks that agree and lie at most {days} days apart; the setting may have moved in between. Not"
        " known: nothing says where it stood."
    )
    told = tuple(
        (name, _second(s.begins), _second(s.ends), _known(s), s.said) for name, held in rows for s in held
    )
    columns = ("Control", "From (UTC)", "To (UTC)", "How known", "It meant")
    return Table("The setting, stretch by stretch", note, columns, told)


def _known(span: Span) -> str:
    return "not known" if span.known == "unknown" else span.known


def _in_force(provider: Provider, first: datetime, last: datetime) -> Iterator[tuple[str, str, Terms]]:
    for product in provider.products:
        for plan in product.plans:
            for terms in plan.terms:
                begun = terms.begins is None or terms.begins.earliest <= last
                if begun and (terms.ends is None or terms.ends.latest >= first):
                    yield product.name, plan.name, terms


def _terms_table(provider: Provider, first: datetime, last: datetime) -> Table:
    note = (
        f"As the pack '{provider.id}' states them, SHA-256 of its file {provider.sha256}. All plans that it"
        " knows: which one this account was on is told by its records. They held from the first day up to the"
        " second one; a day stands as the provider gave it, without a zone."
    )
    rows = tuple(
        (
            f"{product}, {plan}",
            _stretch(t),
            t.training.allowed.value.replace("_", " "),
            f"{t.confidence.value}, checked {t.last_checked}",
        )
        for product, plan, t in _in_force(provider, first, last)
    )
    return Table("Terms in force then", note, ("Plan", "In force", "Training allowed", "Confidence"), rows)


def _stretch(terms: Terms) -> str:
    """Without a begin they held before all that the pack knows; without an end they still do."""
    begins, ends = _edge(terms.begins), _edge(terms.ends)
    if terms.begins is None:
        return "no dates in the pack" if terms.ends is None else f"until {ends}"
    return f"since {begins}" if terms.ends is None else f"{begins} to {ends}"


def _source_table(provider: Provider, first: datetime, last: datetime) -> Table:
    used = dict.fromkeys(s for _, _, t in _in_force(provider, first, last) for s in t.sources)
    rows = tuple(
        (source.title, source.url, str(source.copy_date or source.published or "not dated"))
        for source in (provider.sources[s] for s in used if s in provider.sources)
    )
    return Table("Sources of these terms", "Where the pack read them.", ("Title", "Address", "Copy of"), rows)


def _verdict_table(ledger: d.ExposureDocument, last: datetime) -> Table:
    past, future = ledger.totals.past, ledger.totals.future
    kinds = sorted({c.kind.replace("_", " ") for row in ledger.conversations for c in row.carve_outs})
    note = (
        "Conversations on file that were touched in the period, by what the terms and the setting allowed."
        f" Not inside these numbers, since nobody outside can know it: {', '.join(kinds) or _NO_CARVE_OUTS}."
        f" Each conversation is listed in exposure.json. Judged as of {_second(last)} UTC."
    )
    rows = (
        ("Open to training before", str(past.exposed), str(past.not_exposed), str(past.unknown)),
        ("May enter later runs", str(future.eligible), str(future.not_eligible), str(future.unknown)),
    )
    return Table("Exposure", note, ("Question", "Yes", "No", "Not known"), rows)


def _deletion_table(services: Services, ledger: d.ExposureDocument) -> Table:
    listed = {row.id for row in ledger.conversations}
    found = [
        (s.conversation.source_id, s.conversation.deletion)
        for s in services.store.conversations()
        if s.id in listed and s.conversation.deletion is not None
    ]
    rows = tuple(_deletion(source_id, deletion) for source_id, deletion in found if deletion is not None)
    note = "Deleting takes a conversation out of later runs, not out of models that were trained."
    return Table("Deletions", note, ("Conversation", "Deleted", "How known"), rows)


def _deletion(source_id: str, deletion: Deletion) -> tuple[str, str, str]:
    return source_id, f"{_edge(deletion.when)}", deletion.known.value


def _edge(when: When | None) -> str:
    """A day as it was given, an instant, or how far it is known."""
    if when is None or when.earliest <= BEGINNING or when.latest >= END:
        return "not known"
    if when.exact:
        return f"{_second(when.earliest)} UTC"
    early, late = when.earliest.astimezone(EASTMOST), when.latest.astimezone(WESTMOST)
    if early.time() != time() or late.time() != time():
        return f"{_second(when.earliest)} … {_second(when.latest)} UTC"
    begins, ends = early.date(), (late - timedelta(microseconds=1)).date()
    return f"{begins}" if ends <= begins else f"{begins} … {ends}"


def _second(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
