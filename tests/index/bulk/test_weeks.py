"""Weeks and lanes of the timeline are found in bulk as they are found one by one."""

from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest

from tests.index.bulk import strangers
from tests.index.bulk.agreement import state
from tests.policy.drawing import randoms
from tests.shards import shared
from tests.sizes import SIZES
from withhold.app.ledger.exposure import ledger_of
from withhold.app.ledger.filters import Filter
from withhold.app.ledger.rows import row_of
from withhold.app.ledger.timeline import DATED, timeline
from withhold.app.ledger.totals import labels_of
from withhold.model.conversation import Conversation

pytestmark = pytest.mark.laws


@shared(SIZES.bulk.states, randoms())
def test_weeks_count_what_the_pure_engine_judges(random: Random) -> None:
    """Each week holds as many conversations of each verdict, and as many have no week."""
    now = strangers.EDGES[-1]
    with TemporaryDirectory() as folder, state(Path(folder), now) as services:
        strangers.furnish(services, random, conversations=40)
        strangers.steady(services, random, now)
        wanted = Filter(kind=random.choice((None, "chat")), past=random.choice((None, "unknown")))
        judges, accounts = ledger_of(services, now)
        judged = [judges.judge_one(s) for s in services.store.conversations()]
        kept = {r.id for r in wanted.keep([row_of(j) for j in judged], accounts)}
        count: Counter[tuple[date, str]] = Counter()
        lanes = set()
        for one in judged:
            if one.id in kept:
                row = row_of(one)
                count.update((week, row.past_exposure) for week in weeks(one.conversation))
                lanes.add((row.account, row.provider, row.product))
        said = timeline(services, as_of=now, wanted=wanted)
        assert said.undated == sum(j.id in kept and not weeks(j.conversation) for j in judged)
        for week in said.weeks:
            for word in ("exposed", "not_exposed", "unknown"):
                assert getattr(week, word) == count[week.begins, word]
        assert {w for w, _ in count if w <= now.date() - timedelta(days=7)} <= {w.begins for w in said.weeks}
        labels = labels_of(accounts)
        known = {(labels.get(a or ""), p, q) for a, p, q in lanes if q is not None}
        assert said.begins is None or {(w.account, w.provider, w.product) for w in said.lanes} == known


def weeks(conversation: Conversation) -> set[date]:
    days = [m.at.earliest.date() for m in conversation.messages if m.at.latest - m.at.earliest <= DATED]
    return {day - timedelta(days=day.weekday()) for day in days}
