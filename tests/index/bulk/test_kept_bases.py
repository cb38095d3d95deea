"""What is kept from one run to the next never changes an answer."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import strategies as st

from tests.index.bulk import strangers
from tests.index.bulk.agreement import assert_same, bulk, pure, state
from tests.policy.drawing import randoms
from tests.shards import shared
from tests.sizes import SIZES
from withhold.app.bootstrap import Services
from withhold.app.ledger.filters import Filter
from withhold.app.ledger.opening import DERIVED
from withhold.index.bulk import bulk as bulk_room

pytestmark = pytest.mark.laws
SEEDS = st.integers(0, 2**64 - 1)
"""For draws that depend on ids and files which are made anew each time: not to be drawn step by step."""


def kept_in(services: Services) -> Path:
    return services.home.root / DERIVED


@shared(SIZES.bulk.states, SEEDS)
def test_any_state_after_any_edits(seed: int) -> None:
    """After each edit of data, evidence or packs, on any day: what is kept, what is made anew, and
    the pure engine agree in all rows and totals."""
    random = Random(seed)
    now = strangers.moment(random)
    with TemporaryDirectory() as folder, state(Path(folder), now) as services:
        strangers.furnish(services, random)
        for _ in range(4):
            expected = pure(services, now)
            assert_same(bulk(services, now), expected)
            if random.random() < 0.5:
                shutil.rmtree(kept_in(services))
                assert_same(bulk(services, now), expected)
            random.choice(strangers.EDITS)(services, random)
            now += timedelta(days=random.choice((0, 0, 1, 40, -200)), microseconds=1)
        assert_same(bulk(services, now), pure(services, now))


@shared(SIZES.bulk.states, randoms())
def test_filters_keep_the_same(random: Random) -> None:
    """Whatever is asked for, the same rows are kept and counted."""
    now = strangers.moment(random)
    with TemporaryDirectory() as folder, state(Path(folder), now) as services:
        strangers.furnish(services, random)
        accounts = services.store.accounts()
        since, until = sorted((strangers.moment(random), strangers.moment(random)))
        for wanted in (
            Filter(provider=random.choice(strangers.PROVIDERS[:-1])),
            Filter(account=random.choice(accounts).label, kind=random.choice(("chat", "coding"))),
            Filter(past=random.choice(("exposed", "not_exposed", "unknown"))),
            Filter(future=random.choice(("eligible", "not_eligible", "unknown")), resumed=True),
            Filter(since=since, until=until),
        ):
            assert_same(bulk(services, now, wanted), pure(services, now, wanted))


@shared(SIZES.bulk.states, SEEDS)
def test_damage_is_told_from_what_was_written(seed: int) -> None:
    """Bytes changed, files cut or gone, files of another state: the answer is that of the pure engine."""
    random = Random(seed)
    now = strangers.moment(random)
    with TemporaryDirectory() as folder, state(Path(folder), now) as services:
        strangers.furnish(services, random)
        expected = pure(services, now)
        for _ in range(3):
            assert_same(bulk(services, now), expected)
            damage(random.choice(sorted(p for p in kept_in(services).iterdir())), random)
        assert_same(bulk(services, now), expected)


@shared(SIZES.bulk.states, randoms())
def test_many_uncertain_times_are_bounded_in_bulk(random: Random) -> None:
    """Where very many times reach beyond the evaluation, all are cut anew, bounded by it."""
    now = strangers.moment(random)
    with TemporaryDirectory() as folder, state(Path(folder), now) as services, few(-1):
        strangers.furnish(services, random)
        assert_same(bulk(services, now), pure(services, now))


@contextmanager
def few(number: int) -> Iterator[None]:
    """Another limit from which on conversations are not judged one by one."""
    before, bulk_room.FEW = bulk_room.FEW, number
    try:
        yield
    finally:
        bulk_room.FEW = before


def damage(file: Path, random: Random) -> None:
    data = bytearray(file.read_bytes())
    match random.randint(0, 3) if data else 0:  # of an empty file nothing is left to cut
        case 0:
            file.unlink()
        case 1:
            file.write_bytes(data[: random.randint(0, len(data) - 1)])
        case 2:
            file.write_bytes(b"")
        case _:
            data[random.randrange(len(data))] ^= 1 << random.randint(0, 7)
            file.write_bytes(data)


def test_the_newest_rows_are_the_first_of_all(tmp_path: Path) -> None:
    """A limit cuts the list and changes neither its order nor the totals."""
    from withhold.app.ledger.exposure import ledger

    random = Random(7)
    now = strangers.EDGES[-1]
    with state(tmp_path, now) as services:
        strangers.furnish(services, random, conversations=60)
        totals, rows = pure(services, now)
        with ledger(services, as_of=now) as view:
            for limit in (0, 1, 7, 59, 100):
                assert list(view.rows(limit)) == rows[:limit]
            page = view.page(10)
        assert page.document.totals == totals
        assert {r.carve_outs for r in rows} - {()} <= set(page.carve_outs)
