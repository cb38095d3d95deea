"""What holds for every test: its tier and seed, a home of its own, and no way off this machine."""

import os
import secrets
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from tests.draw import PART, VARIABLE, costs_of, drawn, read_costs, resolve_draw
from tests.sharing import Sharing, group
from tests.sizes import SIZES, TIER, Sizes
from tests.soak import FOLDER_VARIABLE, SoakSummary

NETGUARD = Path(__file__).with_name("netguard")
SEED_VARIABLE = "WITHHOLD_SEED"
FRESH = "fresh"
HOMES = ("HOME", "USERPROFILE", "APPDATA")
FOREIGN = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "CLAUDE_CONFIG_DIR")

sys.path.insert(0, str(NETGUARD))
import loopback_only  # noqa: E402 - stands on the path that programs started by tests get as well

loopback_only.install()
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(NETGUARD), os.environ.get("PYTHONPATH"))))


def playwrights_own_browsers() -> Path:
    """Where Playwright keeps what it fetched; it would look under each test's home otherwise."""
    if os.name == "nt":
        return Path(os.environ["LOCALAPPDATA"]) / "ms-playwright"
    cache = Path("Library/Caches") if sys.platform == "darwin" else Path(".cache")
    return Path.home() / cache / "ms-playwright"


os.environ.setdefault("PLAYWRIGHT_BROWSERS_PATH", str(playwrights_own_browsers()))


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Sets seed, sizes and limits before the plugins read them."""
    config.addinivalue_line("markers", "seeded: draws from the fixture `seed`; run again with a fresh seed")
    seed = resolve_seed()
    hypothesis.settings.register_profile(
        TIER,
        max_examples=SIZES.hypothesis.max_examples,
        derandomize=seed is None,
        database=None,
        deadline=None,
        print_blob=True,
        suppress_health_check=[hypothesis.HealthCheck.too_slow],
    )
    hypothesis.settings.load_profile(TIER)
    if seed is not None:
        config.option.hypothesis_seed = str(seed)
    if config.getoption("timeout", None) is None:
        config.option.timeout = SIZES.pytest.timeout_seconds
    if os.environ.get(FOLDER_VARIABLE) and not hasattr(config, "workerinput"):
        config.pluginmanager.register(SoakSummary(config, tier=TIER, seed=seed))


def resolve_seed() -> int | None:
    """The seed asked for, ``None`` for the fixed one. A fresh one is drawn once, for all workers."""
    asked = os.environ.get(SEED_VARIABLE)
    if not asked:
        return None
    if asked == FRESH:
        asked = os.environ[SEED_VARIABLE] = str(secrets.randbelow(2**32))
    return int(asked)


def pytest_report_header() -> str:
    """Names what is needed to run the same again."""
    seed = resolve_seed()
    shown = "fixed" if seed is None else f"{seed} (again: {SEED_VARIABLE}={seed} make {TIER})"
    draw = resolve_draw()
    tests = "" if draw is None else f"; a draw of the slow tests (again: {VARIABLE}={draw} make check)"
    return f"withhold: tier {TIER}, seed {shown}{tests}"


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker tells the process that reports how many tests were drawn."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["drawn"] = session.config.stash.get(PART, None)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Takes it from the worker; all of them drew the same."""
    told = getattr(node, "workeroutput", {}).get("drawn")
    if told:
        node.config.stash[PART] = tuple(told)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Prints how many tests were drawn, and the figures that tests gave to `soak_report`, in every tier."""
    if PART in terminalreporter.config.stash:
        kept, found = terminalreporter.config.stash[PART]
        terminalreporter.write_line(f"{kept} of {found} tests were drawn; make check-all runs them all")
    figures = [
        f"{report.nodeid.partition('::')[2].partition('@')[0]}: {name} {value}"
        for report in terminalreporter.stats.get("passed", [])
        for name, value in report.user_properties
    ]
    if figures:
        terminalreporter.write_sep("-", "figures")
        terminalreporter.write_line("\n".join(sorted(figures)))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keeps what is drawn; what shares a browser or a cluster begins, as it takes longest."""
    draw = resolve_draw()
    if draw is not None:
        keep_drawn(config, items, draw)
    items.sort(key=lambda item: not group(item.nodeid.partition("::")[0]))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> object:
    """Hands out the tests, where workers share them."""
    return Sharing(config, log)


def keep_drawn(config: pytest.Config, items: list[pytest.Item], draw: str) -> None:
    """Leave the tests in place that the draw holds."""
    kinds = {item.nodeid: "browser" if item.get_closest_marker("browser") else "" for item in items}
    size = SIZES.draw
    kept = drawn(kinds, costs_of(kinds, read_costs()), draw, cases=size.cases, seconds=size.seconds)
    config.stash[PART] = (len(kept), len(items))
    config.hook.pytest_deselected(items=[item for item in items if item.nodeid not in kept])
    items[:] = [item for item in items if item.nodeid in kept]


@pytest.fixture(scope="session")
def sizes() -> Sizes:
    """The sizes of this tier: ``sizes.laws.histories``."""
    return SIZES


@pytest.fixture(scope="session")
def seed() -> int:
    """The seed for tests that draw by themselves (mark them ``seeded``): 0 where it is the fixed one."""
    return resolve_seed() or 0


@pytest.fixture
def soak_report(record_property: Callable[[str, object], None]) -> Callable[..., None]:
    """Puts figures of this test into the summary of a soak run: ``soak_report(histories=10_000)``."""

    def add(**figures: object) -> None:
        for name, value in figures.items():
            record_property(name, value)

    return add


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder of the test's own, for withhold's state and for all else that looks for one."""
    own = tmp_path_factory.mktemp("home")
    for variable in HOMES:
        monkeypatch.setenv(variable, str(own))
    monkeypatch.setenv("WITHHOLD_HOME", str(own / "withhold"))
    monkeypatch.delenv(VARIABLE, raising=False)  # a draw is for this run, not for those that a test starts
    for variable in FOREIGN:
        monkeypatch.delenv(variable, raising=False)
    return own


@pytest.fixture(autouse=True)
def refused_network() -> Iterator[list[str]]:
    """What the guard refused in this test. The test fails if anything is left in it at the end."""
    loopback_only.refused.clear()
    yield loopback_only.refused
    left = loopback_only.refused.copy()
    loopback_only.refused.clear()
    assert not left, f"the test tried to leave this machine: {left}"
