"""The exposure ledger: totals, rows, and the explanation of one conversation."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from withhold.app.bootstrap import Services
from withhold.app.filters import EVERYTHING, Filter
from withhold.app.gone import Absences
from withhold.app.ledger import Judged, Ledger, look_for
from withhold.app.totals import totals_of
from withhold.model.account import Account
from withhold.model.conversation import Conversation
from withhold.model.terms import Source
from withhold.model.verdict import Reason, Verdict
from withhold.model.when import BEGINNING, END
from withhold.model.words import Author, Known
from withhold.report import documents as d
from withhold.support.errors import UsageProblem

if TYPE_CHECKING:
    from withhold.store.conversations import StoredConversation


def ledger_of(services: Services, now: datetime) -> tuple[Ledger, tuple[Account, ...]]:
    """The ledger over everything in the state."""
    accounts = services.store.accounts()
    evidence = {a.id: services.store.setting_evidence(a.id) for a in accounts}
    return Ledger(services.packs, accounts, evidence, now), accounts


def exposure(
    services: Services, *, as_of: datetime | None = None, wanted: Filter = EVERYTHING
) -> d.ExposureDocument:
    """Verdicts for all conversations in the index that match the filters, newest activity first."""
    stamp = services.stamp()
    now = as_of or stamp.generated_at
    ledger, accounts = ledger_of(services, now)
    wanted.check(services, accounts)
    services.progress.step("judging conversations")
    absences = Absences(accounts, services.store.sources())
    rows = [_row(ledger, absences, stored) for stored in services.store.conversations()]
    kept = wanted.keep(rows, accounts)
    kept.sort(key=lambda r: (r.last or BEGINNING, r.id), reverse=True)
    return d.ExposureDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        totals=totals_of(kept, {a.id: a.label for a in accounts}),
        left_out=len(rows) - len(kept),
        conversations=tuple(kept),
        as_of=_looks(services, accounts, {r.account for r in kept}, now),
    )


def explain(services: Services, id_: str, *, as_of: datetime | None = None) -> d.ExplainDocument:
    """The chain of reasons for one conversation, by our id (or the start of it)."""
    stamp = services.stamp()
    ledger, accounts = ledger_of(services, as_of or stamp.generated_at)
    stored = services.store.conversation(id_)
    judged = ledger.judge_one(stored)
    gone = Absences(accounts, services.store.sources()).since(stored, judged.account)
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
    )


def check(document: d.ExposureDocument) -> int:
    """Exit code of a check: 1 where anything is exposed or eligible, 3 where unknown, else 0."""
    past, future = document.totals.past, document.totals.future
    if past.exposed or future.eligible:
        return 1
    return 3 if past.unknown or future.unknown else 0


def _row(ledger: Ledger, absences: Absences, stored: "StoredConversation") -> d.ConversationRow:
    judged = ledger.judge_one(stored)
    return row_of(judged, absences.since(stored, judged.account))


def row_of(judged: Judged, gone: d.GoneSince | None = None) -> d.ConversationRow:
    """One conversation as a row. Where no pack knows the terms, both verdicts are unknown.

    ``gone`` says since when exports lack it: a fact beside the verdicts, which do not rest on it.
    """
    c, verdict = judged.conversation, judged.verdict
    first, last = _bounds(c)
    return d.ConversationRow(
        id=judged.id,
        source_id=c.source_id,
        provider=c.provider_id,
        product=None if judged.product is None else judged.product.id,
        account=None if judged.account is None else judged.account.id,
        kind=c.kind.value,
        first=first,
        last=last,
        resumed_at=resumed(c),
        human=c.human,
        model=c.model,
        past_exposure="unknown" if verdict is None else verdict.past.value,
        future_eligibility="unknown" if verdict is None else verdict.future.value,
        carve_outs=() if verdict is None else _carve_outs(verdict),
        clocks=() if verdict is None else _clocks(verdict),
        extent="none" if verdict is None else verdict.extent.value,
        marks=_marks(judged),
        causes=() if verdict is None else tuple(sorted(verdict.past_causes)),
        title=c.title,
        deleted=_deleted(c),
        as_of=None if verdict is None else verdict.as_of,
        project=c.project,
        gone_since=gone,
    )


def _deleted(conversation: Conversation) -> bool | Literal["unknown"]:
    if conversation.deletion is None:
        return False
    return True if conversation.deletion.known in (Known.OBSERVED, Known.ATTESTED) else "unknown"


def _bounds(conversation: Conversation) -> tuple[datetime | None, datetime | None]:
    """First and last instant over the person's messages and the answers; unknown times are left out."""
    times = [
        m.at
        for m in conversation.messages
        if m.author is not Author.OTHER and m.at.earliest > BEGINNING and m.at.latest < END
    ]
    if not times:
        return None, None
    return min(t.earliest for t in times), max(t.latest for t in times)


def resumed(conversation: Conversation) -> tuple[datetime, ...]:
    """When the person took it up again (``sources.resume`` says what counts)."""
    from withhold.sources.resume import resumed_at

    return tuple(at.earliest for at in resumed_at(conversation))


def _marks(judged: Judged) -> tuple[str, ...]:
    """Cautions that travel with the verdicts; a pack of the person's own is one of them."""
    if judged.verdict is None:
        return ("terms_unknown",)
    own = judged.provider is not None and judged.provider.own_file is not None
    return tuple(sorted({*judged.verdict.marks, *(("own_terms",) if own else ())}))


def _carve_outs(verdict: Verdict) -> tuple[d.CarveOutRow, ...]:
    return tuple(
        d.CarveOutRow(kind=c.kind.value, effect=c.effect.value, text=c.text, confidence=c.confidence.value)
        for c in verdict.carve_outs
    )


def _clocks(verdict: Verdict) -> tuple[d.ClockRow, ...]:
    return tuple(
        d.ClockRow(
            basis=c.basis.value, until=c.until, bound=None if c.bound is None else c.bound.value, note=c.note
        )
        for c in verdict.clocks
    )


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


def _looks(
    services: Services, accounts: tuple[Account, ...], held: set[str | None], now: datetime
) -> tuple[d.AsOf, ...]:
    rows = []
    for account in accounts:
        if account.id in held:
            look = look_for(services.store.setting_evidence(account.id), now)
            rows.append(
                d.AsOf(
                    account=account.label,
                    provider=account.provider_id,
                    at=look.at,
                    why=look.why,
                    look_again=look.due,
                )
            )
    return tuple(rows)
