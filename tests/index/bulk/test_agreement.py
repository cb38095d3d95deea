"""The bulk path says of every conversation exactly what the pure engine says."""

from datetime import timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest

from tests.index.bulk.agreement import assert_same, bulk, people, pure, put, state
from tests.policy.drawing import any_history, randoms
from tests.policy.histories import History
from tests.shards import shared
from tests.sizes import SIZES

pytestmark = pytest.mark.laws


@shared(SIZES.bulk.states, any_history(), randoms())
def test_every_history_of_the_lab(history: History, random: Random) -> None:
    """Several accounts with different evidence, losses of every kind, deletions, feedback: all rows
    and totals are equal, also on another day, from what is kept, and without it."""
    now = history.lab.now
    with TemporaryDirectory() as folder, state(Path(folder), now) as services:
        put(services, people(history, random))
        assert_same(bulk(services, now), pure(services, now))
        for _ in range(2):
            day = now + timedelta(days=random.randint(-900, 900), microseconds=random.randint(0, 1))
            assert_same(bulk(services, day), pure(services, day))
