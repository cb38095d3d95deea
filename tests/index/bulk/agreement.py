"""The same question put to the pure engine, one conversation after the other, and to the bulk path."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from itertools import count
from pathlib import Path
from random import Random
from types import ModuleType

from tests.policy.histories import History
from tests.policy.knowledge import Knowledge, all_there_is
from tests.policy.losses import lose, some
from withhold.app.bootstrap import Services
from withhold.app.ledger.exposure import ledger, ledger_of
from withhold.app.ledger.filters import EVERYTHING, Filter
from withhold.app.ledger.gone import Absences
from withhold.app.ledger.rows import row_of
from withhold.app.ledger.totals import labels_of, totals_of
from withhold.model.account import Account, SettingEvidence
from withhold.model.conversation import Conversation
from withhold.model.when import BEGINNING
from withhold.report import documents as d
from withhold.store.sources import NewSource
from withhold.support.paths import StateHome

Answer = tuple[d.Totals, list[d.ConversationRow]]
_numbers = count()


@contextmanager
def state(folder: Path, now: datetime) -> Iterator[Services]:
    """An empty state whose clock stands at ``now``."""
    home = folder / f"state-{next(_numbers)}"
    services = Services(home=StateHome(home), environ={}, user_home=folder, clock=lambda: now)
    try:
        yield services
    finally:
        services.close()


def take(services: Services, conversations: Iterable[Conversation], name: str = "source") -> None:
    """Import conversations as one source."""
    with services.store.importing(NewSource(name, name, "test")) as batch:
        for conversation in conversations:
            batch.add(conversation)


def know(services: Services, account: Account, settings: Sequence[SettingEvidence]) -> None:
    """Put down an account with all that is known of its settings."""
    own = replace(
        account,
        plans=tuple(replace(p, id=f"{account.id}-{p.id}") for p in account.plans),
        acceptances=tuple(replace(a, id=f"{account.id}-{a.id}") for a in account.acceptances),
    )
    services.store.save_account(own)
    for evidence in settings:
        services.store.add_setting_evidence(account.id, replace(evidence, id=f"{account.id}-{evidence.id}"))


def pure(services: Services, now: datetime, wanted: Filter = EVERYTHING) -> Answer:
    """What the pure engine says, conversation by conversation."""
    judges, accounts = ledger_of(services, now)
    absences = Absences(accounts, services.store.sources())
    rows = []
    for stored in services.store.conversations():
        judged = judges.judge_one(stored)
        gone = absences.since(stored.sources, stored.conversation.kind, judged.account)
        rows.append(row_of(judged, gone))
    kept = wanted.keep(rows, accounts)
    kept.sort(key=lambda r: (r.last or BEGINNING, r.id), reverse=True)
    return totals_of(kept, labels_of(accounts)), kept


def bulk(services: Services, now: datetime, wanted: Filter = EVERYTHING) -> Answer:
    """What the bulk path says, with whatever is kept in the state."""
    with ledger(services, as_of=now, wanted=wanted) as view:
        return view.head.totals, list(view.rows())


def bulk_of(sweeping: ModuleType, services: Services, now: datetime) -> Answer:
    """The same by any copy of ``withhold.app.ledger.opening``."""
    judges, accounts = ledger_of(services, now)
    with sweeping.sweep(services, judges, accounts, now) as found:
        everything = found.narrowed(EVERYTHING, accounts)
        totals = found.tally(everything).totals(labels_of(accounts))
        return totals, list(found.rows(everything))


def assert_same(one: Answer, other: Answer) -> None:
    """Row by row first: what differs is easier to read there."""
    assert [r.id for r in one[1]] == [r.id for r in other[1]]
    for mine, theirs in zip(one[1], other[1], strict=True):
        assert mine == theirs
    assert one[0] == other[0]


def people(history: History, random: Random) -> list[Knowledge]:
    """What is left of a history after losses, one for each account; some conversations name no account."""
    return [lose(t, some(random), random) for t in all_there_is(history)]


def put(services: Services, known: Iterable[Knowledge]) -> None:
    """Everything that is known, as a state holds it."""
    for t in known:
        named = []
        for c in t.conversations:
            ref = None if t.account is None else t.account.id
            named.append(replace(c, account_ref=ref))
        if t.account is not None:
            know(services, t.account, t.settings)
        take(services, named, name=f"source-{next(_numbers)}")
