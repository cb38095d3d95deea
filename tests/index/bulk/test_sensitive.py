"""``--sensitive``: the ledger of conversations in which ``findings`` has found something, totals included."""

from datetime import timedelta
from itertools import count
from pathlib import Path
from random import Random

import pytest

from tests.index.bulk import strangers
from tests.index.bulk.agreement import bulk, state
from tests.sizes import SIZES
from withhold.app.bootstrap import Services
from withhold.app.ledger.exposure import ledger
from withhold.app.ledger.filters import Filter
from withhold.app.ledger.totals import labels_of, totals_of
from withhold.app.ledger.whatif import Asked, what_if
from withhold.store.findings import FoundAt
from withhold.support.errors import UsageProblem

NOW = strangers.BEGAN + timedelta(days=900)
KINDS = ("api_key", "email")


def furnished(services: Services, random: Random) -> dict[str, set[str]]:
    """A state, and the kinds that are then found in some of its conversations, by their id."""
    strangers.furnish(services, random, 80)
    strangers.delete(services, random)
    there = list(services.store.conversations())
    numbers, rows, kinds = count(), [], dict[str, set[str]]()
    for stored in random.sample(there, 30):
        named = (stored.conversation.provider_id, stored.conversation.source_id)
        for kind in random.sample(KINDS, random.randint(1, 2)):
            rows.append(FoundAt("a", "b", next(numbers), kind, "-", "-", f"{next(numbers)}", *named, None))
            kinds.setdefault(stored.id, set()).add(kind)
    services.store.findings.replace("a", rows, NOW)
    return kinds


@pytest.mark.parametrize("number", range(SIZES.bulk.filtered))
def test_rows_and_totals_are_of_those_conversations_alone(number: int, tmp_path: Path) -> None:
    """Each kind and ``any``, deleted and rated conversations too; what another filter asks holds besides."""
    with state(tmp_path, NOW) as services:
        kinds = furnished(services, Random(number))
        labels = labels_of(services.store.accounts())
        for past in (None, "unknown"):
            every = bulk(services, NOW, Filter(past=past))[1]
            for asked in (*KINDS, "any"):
                want = [
                    r for r in every if kinds.get(r.id, set()) & ({asked} if asked != "any" else {*KINDS})
                ]
                totals, rows = bulk(services, NOW, Filter(past=past, sensitive=asked))
                assert rows == want
                assert totals == totals_of(want, labels)
                assert all(row.sensitivity == ", ".join(sorted(kinds[row.id])) for row in rows)


def test_the_rest_is_counted_as_left_out(tmp_path: Path) -> None:
    """Nobody takes the totals for those of everything."""
    with state(tmp_path, NOW) as services:
        kinds = furnished(services, Random(5))
        with ledger(services, as_of=NOW, wanted=Filter(sensitive="any")) as view:
            assert (view.count, view.head.left_out) == (len(kinds), services.store.count() - len(kinds))


def test_a_supposition_is_held_against_the_same_conversations(tmp_path: Path) -> None:
    """``whatif --sensitive`` counts no other conversation, before or after."""
    with state(tmp_path, NOW) as services:
        kinds = furnished(services, Random(6))
        document = what_if(services, Asked(off_today=True), as_of=NOW, wanted=Filter(sensitive="any"))
        for totals in (document.actual, document.supposed):
            past = totals.past
            assert past.exposed + past.not_exposed + past.unknown == len(kinds)


def test_a_kind_that_nobody_has_found_is_no_empty_ledger(tmp_path: Path) -> None:
    """Neither a mistyped kind nor a state in which nobody has looked answers with nothing."""
    with state(tmp_path, NOW) as services:
        with pytest.raises(UsageProblem, match="nobody has looked"):
            bulk(services, NOW, Filter(sensitive="any"))
        furnished(services, Random(7))
        with pytest.raises(UsageProblem, match="api-kye"):
            bulk(services, NOW, Filter(sensitive="api-kye"))
