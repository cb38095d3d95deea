"""What would be is found in bulk as it is found one by one."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest

from tests.index.bulk import strangers
from tests.index.bulk.agreement import state
from tests.policy.drawing import randoms
from tests.shards import shared
from tests.sizes import SIZES
from withhold.app.bootstrap import Services
from withhold.app.ledger.filters import Filter
from withhold.app.ledger.rows import row_of
from withhold.app.ledger.totals import labels_of, totals_of
from withhold.app.ledger.whatif import Asked, suppose, what_if
from withhold.model.conversation import Deletion
from withhold.model.when import BEGINNING, When
from withhold.model.words import Known
from withhold.report import documents as d
from withhold.report.clocks import kept_until

pytestmark = pytest.mark.laws


@shared(SIZES.bulk.states, randoms())
def test_what_if_is_what_the_pure_engine_says(random: Random) -> None:
    """Totals as they are and as supposed, and every row that would change, also under a filter."""
    now = strangers.EDGES[-1]
    with TemporaryDirectory() as folder, state(Path(folder), now) as services:
        strangers.furnish(services, random, conversations=40)
        strangers.steady(services, random, now)
        ids = [s.id for s in services.store.conversations()]
        for asked, wanted in (
            (Asked(off_today=True), Filter()),
            (Asked(off_since="2025-09-01"), Filter()),
            (Asked(delete=tuple(random.sample(ids, 3))), Filter()),
            (Asked(off_since="2025-01-01"), Filter(past=random.choice(("exposed", "unknown")))),
        ):
            check(services, asked, wanted, now)


def check(services: Services, asked: Asked, wanted: Filter, now: datetime) -> None:
    said = what_if(services, asked, as_of=now, wanted=wanted)
    accounts = services.store.accounts()
    pairs = list(judged(services, said.supposition, now))
    kept = {r.id for r in wanted.keep([a for a, _ in pairs], accounts)}
    pairs = [pair for pair in pairs if pair[0].id in kept]
    pairs.sort(key=lambda pair: (pair[0].last or BEGINNING, pair[0].id), reverse=True)
    labels = labels_of(accounts)
    assert said.actual == totals_of((a for a, _ in pairs), labels)
    assert said.supposed == totals_of((s for _, s in pairs), labels)
    changed = [(a.id, words(a), words(s)) for a, s in pairs if words(a) != words(s)]
    assert [(c.id, c.actual, c.supposed) for c in said.changes] == changed
    assert said.unchanged == len(pairs) - len(changed)


def judged(
    services: Services, supposition: d.Supposition, now: datetime
) -> Iterator[tuple[d.ConversationRow, d.ConversationRow]]:
    """Each conversation by the pure engine, as it is and as supposed."""
    accounts = services.store.accounts()
    meant = [a for a in accounts if a.label in supposition.accounts]
    actual, supposed = suppose(services, accounts, meant, supposition.private_since, now)
    for stored in services.store.conversations():
        other = stored
        gone = stored.conversation.deletion
        sure = gone is not None and gone.known in (Known.OBSERVED, Known.ATTESTED)
        if stored.id in supposition.deleted and not sure:
            deleted = Deletion(When.at(now), Known.ATTESTED)
            other = replace(stored, conversation=replace(stored.conversation, deletion=deleted))
        yield row_of(actual.judge_one(stored)), row_of(supposed.judge_one(other))


def words(row: d.ConversationRow) -> d.VerdictWords:
    return d.VerdictWords(
        past_exposure=row.past_exposure,
        future_eligibility=row.future_eligibility,
        kept_until=kept_until(row.clocks),
    )
