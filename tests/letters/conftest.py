"""A person with an account, a clock that is moved, and the packs that come along."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from withhold.app.accounts import add_account, attest_setting
from withhold.app.bootstrap import Services
from withhold.model.words import Setting
from withhold.support.paths import StateHome


class Clock:
    """Goes on by a moment with each look, and further when moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def services(tmp_path: Path, clock: Clock) -> Iterator[Services]:
    made = Services(home=StateHome(tmp_path / "state"), environ={}, user_home=tmp_path, clock=clock)
    add_account(made, "anthropic", "robin.roe@example.org", region="EEA", tier="Pro")
    attest_setting(made, "robin.roe@example.org", Setting.PRIVATE, begins="2026-10-01", ends=None)
    yield made
    made.close()
