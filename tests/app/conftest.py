"""Use cases on a state of their own, with a clock that a test moves."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from withhold.app.bootstrap import Services
from withhold.support.paths import StateHome


@dataclass
class Clock:
    """Goes on by a moment with each look, and further when moved: no two things happen at once."""

    now: datetime = datetime(2026, 11, 22, 12, tzinfo=UTC)

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
    home = tmp_path / "person"
    home.mkdir()
    made = Services(home=StateHome(tmp_path / "state"), environ={}, user_home=home, clock=clock)
    yield made
    made.close()
