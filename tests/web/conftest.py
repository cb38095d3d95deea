"""A served page over a real state, and a real browser in front of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from withhold.app.accounts import account_named, add_account, attest_setting, list_accounts
from withhold.app.bootstrap import Services
from withhold.app.importing import import_paths
from withhold.app.ui import Desk
from withhold.controls.browser import OpenPage, open_page
from withhold.controls.driver import Page
from withhold.support.paths import StateHome
from withhold.web.serve import Running, running

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
EXPORT = SAMPLES / "claude-export"
CODE = SAMPLES / "claude-code" / ".claude"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@dataclass
class Clock:
    """Goes on by a moment with each look."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    """An empty state."""
    home = tmp_path / "person"
    home.mkdir()
    made = Services(home=StateHome(tmp_path / "state"), environ={}, user_home=home, clock=Clock())
    yield made
    made.close()


@pytest.fixture
def filled(services: Services) -> Services:
    """A state with conversations and three accounts: one private, one sharing, one never looked at."""
    import_paths(services, [EXPORT, CODE])
    own = list_accounts(services).accounts[0]
    attest_setting(services, own.id, "private", begins="2026-11-01", ends="2026-11-20")
    add_account(services, "openai", "work", tier="Plus", tier_from="2025-01-01")
    attest_setting(services, account_named(services, "work").id, "sharing", begins="2026-10-01")
    add_account(services, "lab", "<script>alert(1)</script>")
    return services


@pytest.fixture
def served(filled: Services) -> Iterator[Running]:
    """The page over ``filled``."""
    with running(Desk(filled)) as made:
        yield made


@pytest.fixture(scope="module")
def browser() -> Iterator[OpenPage]:
    with open_page(headless=True) as opened:
        yield opened


@pytest.fixture
def tab(browser: OpenPage) -> Iterator[Page]:
    """A page in a context of its own."""
    engine = browser.page.context.browser
    if engine is None:
        fresh = browser.page.context.new_page()
        yield fresh
        fresh.close()
        return
    context = engine.new_context()
    yield context.new_page()
    context.close()
