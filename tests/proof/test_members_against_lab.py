"""Random people of the lab, exported and judged on a cluster: the ledger that each of them has at home."""

from pathlib import Path
from random import Random

import msgspec
import pytest

from tests.proof.people import people
from tests.proof.state import RANDOM, Told, imported, levels, services_in, told
from tests.sizes import SIZES
from withhold.app.ledger.exposure import exposure
from withhold.app.ledger.index import export_index
from withhold.app.ledger.members import ENGINES, ledger_of_members

pytestmark = [
    pytest.mark.laws,
    pytest.mark.seeded,
    pytest.mark.timeout(600),
    pytest.mark.usefixtures("cluster"),
    pytest.mark.cluster,
    pytest.mark.filterwarnings("ignore"),
]
MEMBERS = 2


def test_a_cluster_says_what_one_computer_says(seed: int, tmp_path: Path) -> None:
    """Row by row: verdicts, carve-outs, clocks, absences, and every total, on DuckDB and on Spark."""
    size = min(500, SIZES.proof.conversations) // MEMBERS
    alone, days = [], []
    for number in range(MEMBERS):
        random = Random(f"{seed}/member {number}")
        found = people(seed, number, size, tmp_path / f"files-{number}")
        days.append(found.lab.now)
        services = services_in(tmp_path / f"home-{number}", max(days))
        imported(services, found, found.written)
        told(services, levels(found, random)[RANDOM], found, facts=_half(random))
        export_index(services, tmp_path / "members" / f"{number}", member=f"m{number}")
        alone.append(services)
    rows = {
        (f"m{number}", row.source_id): row
        for number, services in enumerate(alone)
        for row in exposure(services, as_of=max(days)).conversations
    }
    for engine in ENGINES:
        with ledger_of_members(alone[0], [str(tmp_path / "members")], engine=engine, as_of=max(days)) as view:
            together = list(view.rows())
            assert view.count == len(rows)
        assert len(together) == len(rows)
        for row in together:
            mine = rows[row.member or "", row.source_id]
            same = {"id": row.id, "member": row.member, "account": f"{row.member}/{mine.account}"}
            assert row == msgspec.structs.replace(mine, **same)
    for services in alone:
        services.close()


def _half(random: Random) -> Told:
    """Every other fact is told."""
    return lambda _: random.random() < 0.5
