"""What the ledger would say under a supposition. Nothing is written: no state, no record.

The setting is supposed by replacing what is known of it from an instant on; the rules judge as ever. A word
of the person that was contradicted stays set aside, so a supposition never makes earlier times better.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from heapq import merge

from withhold.app.bootstrap import Services
from withhold.app.dates import certain_stretch
from withhold.app.ledger.filters import EVERYTHING, Filter, account_ids
from withhold.app.ledger.joining import Ledger
from withhold.app.ledger.narrowed import Narrowed
from withhold.app.ledger.opening import bulk_of, grid_of, odd_keys, snapshot_of
from withhold.app.ledger.sorts import newest
from withhold.app.ledger.sweep import Sweep
from withhold.app.ledger.totals import labels_of
from withhold.index.schema import key_of
from withhold.model.account import Account, SettingEvidence
from withhold.model.conversation import Conversation, Deletion
from withhold.model.stored import StoredConversation
from withhold.model.terms import Provider
from withhold.model.when import When
from withhold.model.words import Known, Setting
from withhold.policy.timeline import TICK, Timeline
from withhold.report import documents as d
from withhold.report.clocks import kept_until
from withhold.support.errors import UsageProblem

SUPPOSED = "supposed"
"""Id of supposed evidence within this one computation."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What to suppose: a day since which the setting stood at private, or now, and ids to delete now."""

    off_since: str | None = None
    off_today: bool = False
    delete: tuple[str, ...] = ()


def what_if(
    services: Services, asked: Asked, *, as_of: datetime | None = None, wanted: Filter = EVERYTHING
) -> d.WhatIfDocument:
    """Totals as they are and as they would be, and the rows that would change.

    ``wanted`` is held against the rows as they are; with ``account`` or ``provider`` the setting is supposed
    there alone. Raises ``UsageProblem`` where nothing is supposed, for a day that lies ahead, and for ids
    that name no conversation.
    """
    stamp = services.stamp()
    now = as_of or stamp.generated_at
    since = _since(asked, now)
    accounts = services.store.accounts()
    wanted.check(services, accounts)
    meant = _meant(accounts, wanted) if since is not None else ()
    gone = frozenset(services.store.conversation(prefix).id for prefix in asked.delete)
    services.progress.step("judging conversations as they are, and as supposed")
    ledgers = suppose(services, accounts, meant, since, now)
    with _sweeps(services, ledgers, gone, now) as both:
        actual, supposed = both
        kept = actual.narrowed(wanted, accounts)
        as_it_is = actual.tally(kept)
        as_supposed = supposed.tally(replace(supposed.narrowed(wanted, accounts), against=actual))
        _all_kept(gone, {row.id for row in actual.odd_rows(kept)})
        changes = tuple(_change(a, s) for a, s in _changed(actual, supposed, kept))
    labels = labels_of(accounts)
    return d.WhatIfDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        supposition=d.Supposition(
            text=_text(since, asked, len(gone)),
            private_since=since,
            deleted=tuple(sorted(gone)),
            accounts=tuple(a.label for a in meant),
        ),
        actual=as_it_is.totals(labels),
        supposed=as_supposed.totals(labels),
        changes=changes,
        unchanged=as_it_is.count - len(changes),
        not_supposed_for=as_it_is.of_no_account() if since is not None else 0,
    )


def _since(asked: Asked, now: datetime) -> datetime | None:
    """From when on the setting is supposed to be private; a day counts once it has begun everywhere."""
    if asked.off_since is not None and asked.off_today:
        raise UsageProblem("--off-since and --off-today are two suppositions", next_step="give one of them")
    if asked.off_since is not None:
        return certain_stretch(asked.off_since, None, now)[0]
    if asked.off_today:
        return now
    if not asked.delete:
        raise UsageProblem(
            "nothing is supposed", next_step="give --off-since DATE, --off-today or --delete ID"
        )
    return None


def _meant(accounts: Sequence[Account], wanted: Filter) -> tuple[Account, ...]:
    ids = None if wanted.account is None else account_ids(accounts, wanted.account)
    return tuple(
        a for a in accounts if (ids is None or a.id in ids) and wanted.provider in (None, a.provider_id)
    )


def suppose(
    services: Services,
    accounts: Sequence[Account],
    meant: Sequence[Account],
    since: datetime | None,
    now: datetime,
) -> tuple[Ledger, Ledger]:
    """The ledger as it is, and as it would be."""
    known = {a.id: services.store.setting_evidence(a.id) for a in accounts}
    told = dict(known)
    if since is not None:
        told |= {a.id: _private(known[a.id], services.packs.get(a.provider_id), since, now) for a in meant}
    seen = services.store.terms.changes()
    as_is = Ledger(services.packs, accounts, known, now, seen)
    return as_is, Ledger(services.packs, accounts, told, now, seen)


@contextmanager
def _sweeps(
    services: Services,
    ledgers: tuple[Ledger, Ledger],
    gone: frozenset[str],
    now: datetime,
) -> Iterator[tuple[Sweep, Sweep]]:
    """Both over one snapshot and in one grid, so that their groups are the same. Nothing is kept of it."""

    def without(stored: StoredConversation) -> StoredConversation:
        if stored.id not in gone:
            return stored
        return replace(stored, conversation=_deleted(stored.conversation, now))

    with snapshot_of(services) as snapshot:
        one, other = bulk_of(services, snapshot), bulk_of(services, snapshot)
        try:
            grid = grid_of(one, ledgers)
            odd = odd_keys(services, one) | {key_of(id_) for id_ in gone}
            read = services.store.with_keys
            kinds = services.store.findings.kinds()
            sweeping = partial(Sweep, grid=grid, now=now, odd=odd, read=read, keep=False, kinds=kinds)
            actual = sweeping(one, ledgers[0])
            supposed = sweeping(other, ledgers[1], change=without, base=one.base)
            yield actual, supposed
        finally:
            one.close()
            other.close()


Pair = tuple[d.ConversationRow, d.ConversationRow]


def _changed(actual: Sweep, supposed: Sweep, kept: Narrowed) -> Iterator[Pair]:
    """Rows that would change, newest activity first. Only groups that may hold such are looked into."""
    others = {row.id: row for _, row in supposed.odd}
    odd = ((row, others[row.id]) for row in actual.odd_rows(kept))
    pairs = merge(
        actual.pairs(supposed, kept, lambda grp: _may_change(actual, supposed, grp)),
        sorted(odd, key=_newest_of, reverse=True),
        key=_newest_of,
        reverse=True,
    )
    return ((a, s) for a, s in pairs if _words(a) != _words(s))


def _newest_of(pair: Pair) -> tuple[datetime, str]:
    return newest(pair[0])


def _may_change(actual: Sweep, supposed: Sweep, grp: int) -> bool:
    """Whether anything that a row shows could differ within a group."""
    one, other = actual.sorts[grp], supposed.sorts[grp]
    mine, theirs = ((s.past, s.future, s.plan, s.shared) for s in (one, other))
    return one.group.rated or mine != theirs


def _private(
    evidence: Iterable[SettingEvidence], provider: Provider | None, since: datetime, now: datetime
) -> tuple[SettingEvidence, ...]:
    """What is known before ``since``, then private until ``now``, for every control that decides."""
    controls = _controls(provider)
    held = tuple(evidence)
    void = frozenset[str]().union(
        *(Timeline(e for e in held if e.control_id == c).contradicted for c in controls)
    )
    before = [
        replace(e, ends=min(e.ends, since - TICK)) for e in held if e.begins < since and e.id not in void
    ]
    supposed = [
        SettingEvidence(f"{SUPPOSED}:{c}", c, since, now, Setting.PRIVATE, Known.ATTESTED)
        for c in sorted(controls)
    ]
    return (*before, *supposed)


def _controls(provider: Provider | None) -> frozenset[str]:
    """Controls that the terms name as deciding about training."""
    if provider is None:
        return frozenset()
    named = {t.training.control_id for p in provider.products for plan in p.plans for t in plan.terms}
    return frozenset(c for c in named if c is not None)


def _deleted(conversation: Conversation, now: datetime) -> Conversation:
    """Deleted now, unless it is known to be deleted already."""
    known = conversation.deletion
    if known is not None and known.known in (Known.OBSERVED, Known.ATTESTED):
        return conversation
    return replace(conversation, deletion=Deletion(When.at(now), Known.ATTESTED))


def _all_kept(gone: frozenset[str], kept: set[str]) -> None:
    lost = sorted(gone - kept)
    if lost:
        raise UsageProblem(
            f"the filters leave out {', '.join(lost)}, whose deletion is supposed",
            next_step="give --delete without filters",
        )


def _text(since: datetime | None, asked: Asked, deleted: int) -> str:
    parts = []
    if asked.off_today:
        parts.append("the setting were switched to private now")
    elif since is not None:
        parts.append(f"the setting had stood at private since {since:%Y-%m-%d %H:%M} UTC")
    if deleted:
        parts.append(f"{deleted} {'conversation' if deleted == 1 else 'conversations'} were deleted now")
    return f"Supposed that {' and '.join(parts)}. This is a supposition, not evidence."


def _change(actual: d.ConversationRow, supposed: d.ConversationRow) -> d.SupposedRow:
    return d.SupposedRow(
        id=actual.id,
        provider=actual.provider,
        account=actual.account,
        kind=actual.kind,
        first=actual.first,
        last=actual.last,
        actual=_words(actual),
        supposed=_words(supposed),
        carve_outs=supposed.carve_outs,
    )


def _words(row: d.ConversationRow) -> d.VerdictWords:
    return d.VerdictWords(
        past_exposure=row.past_exposure,
        future_eligibility=row.future_eligibility,
        kept_until=kept_until(row.clocks),
    )
