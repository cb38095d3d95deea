"""The exports of many people's indexes, judged together by DuckDB and by Spark: as each of them alone."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import msgspec
import pytest

from tests.index.bulk import strangers
from tests.index.bulk.agreement import Answer, assert_same, bulk, state
from tests.sizes import SIZES, TIER
from withhold.app.bootstrap import Services
from withhold.app.ledger.filters import EVERYTHING, Filter
from withhold.app.ledger.index import export_index
from withhold.app.ledger.members import ENGINES, ledger_of_members
from withhold.report import documents as d
from withhold.support.errors import UsageProblem

pytestmark = [pytest.mark.seeded, pytest.mark.filterwarnings("ignore")]
ON_EACH = [pytest.param(e, marks=pytest.mark.cluster if e == "spark" else ()) for e in ENGINES]

PEOPLE = ("ada", "bo", "cy")
KEY = 1 << 48


Furnish = Callable[[str], tuple[Services, datetime]]


@pytest.fixture(autouse=True)
def where_it_is_needed(request: pytest.FixtureRequest) -> None:
    """The cluster is made for the tests that run on it alone: it takes half a minute."""
    if request.node.get_closest_marker("cluster"):
        request.getfixturevalue("cluster")


@pytest.fixture
def furnished(tmp_path: Path) -> Iterator[Furnish]:
    """The state of somebody of whom nothing has to fit together, by a seed; and when it is looked at."""
    with ExitStack() as open_states:

        def furnish(seed: str) -> tuple[Services, datetime]:
            random = Random(seed)
            now = strangers.moment(random) + timedelta(days=400)
            services = open_states.enter_context(state(tmp_path, now))
            strangers.furnish(services, random, SIZES.bulk.members)
            strangers.delete(services, random)
            strangers.again(services, random)
            return services, now

        yield furnish


def judged(
    services: Services, places: list[str], engine: str, now: datetime, wanted: Filter = EVERYTHING
) -> Answer:
    """What an engine says of exports."""
    with ledger_of_members(services, places, engine=engine, as_of=now, wanted=wanted) as view:
        return view.head.totals, list(view.rows())


def of_member(row: d.ConversationRow, number: int, name: str) -> d.ConversationRow:
    """A row of somebody's own ledger, as the ledger of many names it."""
    account = None if row.account is None else f"{name}/{row.account}"
    identity = f"{number * KEY + int(row.id, 16):012x}"
    return msgspec.structs.replace(row, id=identity, account=account, member=name)


@pytest.mark.timeout(400)
@pytest.mark.parametrize("engine", ON_EACH if TIER != "check" else ON_EACH[:1])
def test_one_person_s_export_is_judged_as_the_state_is(
    engine: str, seed: int, tmp_path: Path, furnished: Furnish
) -> None:
    """Every row and every total, with and without a filter."""
    services, now = furnished(f"{seed}")
    export_index(services, tmp_path / "out")
    days = (now, now - timedelta(days=500), now + timedelta(days=300))
    for day in days[: 1 if engine == "spark" else None]:
        assert_same(judged(services, [str(tmp_path / "out")], engine, day), bulk(services, day))
    filters = (Filter(past="unknown", project="shop"), Filter(kind="chat", resumed=True))
    for wanted in filters[: 1 if engine == "spark" else None]:
        said = judged(services, [str(tmp_path / "out")], engine, now, wanted)
        assert_same(said, bulk(services, now, wanted))


@pytest.mark.timeout(400)
@pytest.mark.parametrize("engine", ON_EACH)
def test_many_people_are_judged_as_each_of_them_alone(
    engine: str, seed: int, tmp_path: Path, furnished: Furnish
) -> None:
    """Their rows are those of their own ledgers, and no evidence of one clears another."""
    alone: list[d.ConversationRow] = []
    people = [furnished(f"{seed}/{name}") for name in PEOPLE]
    day = max(now for _, now in people)
    for number, (name, (services, _)) in enumerate(zip(PEOPLE, people, strict=True)):
        export_index(services, tmp_path / "all" / name, member=name)
        alone += [of_member(row, number, name) for row in bulk(services, day)[1]]
    _, together = judged(people[0][0], [str(tmp_path / "all")], engine, day)
    assert {r.id: r for r in together} == {r.id: r for r in alone}
    assert len(together) == len(alone)


def test_the_same_member_twice_is_refused(seed: int, tmp_path: Path, furnished: Furnish) -> None:
    """Two exports of one index would count everything twice."""
    services, now = furnished(f"{seed}")
    for place in ("one", "two"):
        export_index(services, tmp_path / "all" / place, member="ada")
    with pytest.raises(UsageProblem, match="of one member"):
        judged(services, [str(tmp_path / "all")], "duckdb", now)


def test_an_export_without_a_name_stands_alone(seed: int, tmp_path: Path, furnished: Furnish) -> None:
    """Beside others nobody could tell whose it is."""
    services, now = furnished(f"{seed}")
    export_index(services, tmp_path / "all" / "one", member="ada")
    export_index(services, tmp_path / "all" / "two")
    with pytest.raises(UsageProblem, match="whose they are"):
        judged(services, [str(tmp_path / "all")], "duckdb", now)


def test_a_place_without_an_export_is_named(tmp_path: Path) -> None:
    """An empty folder is no ledger in which nothing was exposed."""
    with state(tmp_path, strangers.BEGAN) as services, pytest.raises(UsageProblem, match="no export"):
        judged(services, [str(tmp_path)], "duckdb", strangers.BEGAN)
