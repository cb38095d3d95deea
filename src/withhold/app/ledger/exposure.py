"""The exposure ledger: totals, rows, and the explanation of one conversation."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from msgspec import structs

from withhold.app.bootstrap import Services
from withhold.app.ledger.filters import EVERYTHING, Filter
from withhold.app.ledger.gone import NO_SHOWING, Absences
from withhold.app.ledger.joining import Ledger
from withhold.app.ledger.rows import row_of
from withhold.app.ledger.totals import labels_of
from withhold.model.account import Account, SettingEvidence
from withhold.model.terms import Provider, Source
from withhold.model.terms_change import TermsChange
from withhold.model.verdict import Reason
from withhold.model.words import Known
from withhold.policy.looks import look_for
from withhold.report import documents as d
from withhold.support.errors import UsageProblem

if TYPE_CHECKING:
    from withhold.app.ledger.gone import Shows
    from withhold.app.ledger.narrowed import Narrowed
    from withhold.app.ledger.sweep import Sweep
    from withhold.model.stored import StoredConversation

__all__ = [
    "View",
    "check",
    "explain",
    "exposure",
    "ledger",
    "ledger_of",
    "looks_of",
    "reason_row",
    "row_of",
    "source_row",
    "view",
]


def ledger_of(services: Services, now: datetime) -> tuple[Ledger, tuple[Account, ...]]:
    """The ledger over everything in the state."""
    accounts = services.store.accounts()
    evidence = {a.id: services.store.setting_evidence(a.id) for a in accounts}
    return Ledger(services.packs, accounts, evidence, now, services.store.terms.changes()), accounts


@dataclass(frozen=True)
class View:
    """The ledger as far as a filter keeps it. Valid within the block of :func:`ledger` only.

    ``head`` is the document without rows.
    """

    head: d.ExposureDocument
    sweep: "Sweep"
    narrowed: "Narrowed"
    member: Callable[[int], str | None] | None = None
    """Whose conversation a key is, in the ledger of an organisation."""

    @property
    def count(self) -> int:
        """How many conversations are kept."""
        past = self.head.totals.past
        return past.exposed + past.not_exposed + past.unknown

    def rows(self, limit: int | None = None) -> Iterator[d.ConversationRow]:
        """Rows, newest activity first; some ten thousand are in memory at a time."""
        from withhold.index.schema import key_of

        for row in self.sweep.rows(self.narrowed, limit):
            key = key_of(row.id)
            kinds = self.sweep.sensitive.get(key)
            member = None if self.member is None else self.member(key)
            if kinds is not None or member is not None:
                yield structs.replace(row, sensitivity=kinds and ", ".join(kinds), member=member)
            else:
                yield row

    def page(self, limit: int | None) -> d.LedgerPage:
        """The totals, the newest rows, and the carve-outs of everything that the totals count."""
        rows = tuple(self.rows(limit))
        document = structs.replace(self.head, conversations=rows)
        return d.LedgerPage(document=document, carve_outs=self.sweep.carve_outs(self.narrowed))


@contextmanager
def ledger(
    services: Services, *, as_of: datetime | None = None, wanted: Filter = EVERYTHING
) -> Iterator[View]:
    """Verdicts for all conversations that match the filters: totals at once, rows as asked for."""
    from withhold.app.ledger.opening import sweep

    now = as_of or services.stamp().generated_at
    judges, accounts = ledger_of(services, now)
    wanted.check(services, accounts)
    services.progress.step("judging conversations")
    with sweep(services, judges, accounts, now) as found:
        evidence = services.store.setting_evidence
        seen = services.store.terms.changes()
        looks = partial(looks_of, services.packs, evidence, services.store.sources(), now, seen)
        yield view(services, found, accounts, wanted, looks)


Looks = Callable[[tuple[Account, ...], frozenset[str | None]], tuple[d.AsOf, ...]]


def view(
    services: Services,
    found: "Sweep",
    accounts: tuple[Account, ...],
    wanted: Filter,
    looks: Looks,
) -> View:
    """The ledger over a sweep, counted. ``looks`` says what future eligibility stands for, by account."""
    stamp = services.stamp()
    narrowed = found.narrowed(wanted, accounts)
    tally = found.tally(narrowed)
    head = d.ExposureDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        totals=tally.totals(labels_of(accounts)),
        left_out=found.bulk.total() - tally.count,
        conversations=(),
        as_of=looks(accounts, tally.accounts),
    )
    return View(head, found, narrowed)


def exposure(
    services: Services, *, as_of: datetime | None = None, wanted: Filter = EVERYTHING
) -> d.ExposureDocument:
    """:func:`ledger` as one document with all rows."""
    with ledger(services, as_of=as_of, wanted=wanted) as view:
        return structs.replace(view.head, conversations=tuple(view.rows()))


def explain(services: Services, id_: str, *, as_of: datetime | None = None) -> d.ExplainDocument:
    """The chain of reasons for one conversation, by our id (or the start of it)."""
    stamp = services.stamp()
    judges, accounts = ledger_of(services, as_of or stamp.generated_at)
    stored = services.store.conversation(id_)
    judged = judges.judge_one(stored)
    absences = Absences(accounts, services.store.sources())
    gone = absences.since(stored.sources, stored.conversation.kind, judged.account)
    if judged.verdict is None:
        raise UsageProblem(
            f"no pack knows the terms for {judged.conversation.provider_id}: nothing can be said about it",
            next_step="withhold packs list",
        )
    sources = judged.provider.sources if judged.provider is not None else {}
    return d.ExplainDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        conversation=row_of(judged, gone),
        reasons=tuple(reason_row(r, sources) for r in judged.verdict.reasons),
        would_settle=judged.verdict.would_settle,
        facts=_facts(stored),
    )


def _facts(stored: "StoredConversation") -> d.FactsRow:
    c = stored.conversation
    return d.FactsRow(
        other=len(c.messages) - c.human - c.model,
        characters=sum(message.size for message in c.messages),
        incognito=c.incognito,
        shared=c.shared,
        feedback=tuple(f.kind for f in c.feedback),
        feedback_visible=c.feedback_visible,
        sent_again=len(stored.sent_again),
        sources=len(stored.sources),
        attachments=c.attachments,
        tool_outputs=c.tool_outputs,
    )


def check(document: d.ExposureDocument) -> int:
    """Exit code of a check: 1 where anything is exposed or eligible, 3 where unknown, else 0."""
    past, future = document.totals.past, document.totals.future
    if past.exposed or future.eligible:
        return 1
    return 3 if past.unknown or future.unknown else 0


def reason_row(reason: Reason, sources: Mapping[str, Source]) -> d.ReasonRow:
    """One link of the chain with its first source and the observation behind it."""
    source = next((sources[s] for s in reason.sources if s in sources), None)
    seen = reason.evidence is not None or reason.known is not None
    return d.ReasonRow(
        rule=reason.rule,
        text=reason.text,
        source=None if source is None else source_row(source),
        observation=d.ObservationRow(
            id=reason.evidence,
            known=Known.UNKNOWN.value if reason.known is None else reason.known.value,
            at=reason.at,
            record=reason.evidence,
        )
        if seen
        else None,
        at=reason.at,
        terms=reason.terms,
    )


def source_row(source: Source) -> d.SourceRow:
    """A source as people cite it."""
    day = source.published or source.copy_date
    return d.SourceRow(
        url=source.url,
        date=None if day is None else day.isoformat(),
        summary=source.title,
        quote=source.quote,
    )


def looks_of(
    packs: Mapping[str, Provider],
    evidence: Callable[[str], tuple[SettingEvidence, ...]],
    sources: "Iterable[Shows]",
    now: datetime,
    seen_terms: tuple[TermsChange, ...],
    accounts: tuple[Account, ...],
    held: frozenset[str | None],
) -> tuple[d.AsOf, ...]:
    """For each account of ``held``: what future eligibility is said for, and how far files show."""
    rows, sources = [], tuple(sources)
    for account in accounts:
        if account.id in held:
            look = look_for(evidence(account.id), now, packs.get(account.provider_id), account, seen_terms)
            rows.append(
                d.AsOf(
                    account=account.label,
                    provider=account.provider_id,
                    at=look.at,
                    why=look.why,
                    look_again=look.due,
                    shown_until=_shown_until(account, sources),
                )
            )
    return tuple(rows)


def _shown_until(account: Account, sources: "Iterable[Shows]") -> datetime | None:
    """When the newest source of the account was made, at the latest: one that does not tell, as imported."""
    refs = (account.id, *account.source_account_ids)
    made = (
        s.imported_at if s.exported_at is None else s.exported_at.latest
        for s in sources
        if s.account_ref in refs and s.format != NO_SHOWING
    )
    return max(made, default=None)
