"""States to back up, with a clock that goes on."""

import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyrage
import pytest

from withhold.app.accounts import add_account, attest_setting
from withhold.app.bootstrap import Services
from withhold.app.imports.importing import import_paths
from withhold.app.state.archive import Key, Lock
from withhold.support.paths import OVERRIDE, StateHome

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
EXPORT = SAMPLES / "claude-export"
PASSPHRASE = "correct horse battery staple"
IDENTITY = pyrage.x25519.Identity.generate()
RECIPIENT = str(IDENTITY.to_public())
LOCK, KEY = Lock(recipients=(RECIPIENT,)), Key(identities=(str(IDENTITY),))
"""A key pair: a passphrase is made slow to try on purpose, by about a second."""

MakeServices = Callable[[Path], Services]


class Clock:
    """Goes on by a second with each look."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def make(tmp_path: Path) -> Iterator[MakeServices]:
    """Services on a state in the folder given; all are closed at the end."""
    clock, made = Clock(), []

    def services(home: Path) -> Services:
        one = Services(
            home=StateHome(home), environ={OVERRIDE: str(home)}, user_home=tmp_path, clock=clock, stamps=False
        )
        made.append(one)
        return one

    yield services
    for one in made:
        one.close()


@pytest.fixture
def filled(make: MakeServices, tmp_path: Path) -> Services:
    """A state with conversations, an account and evidence."""
    services = make(tmp_path / "state")
    import_paths(services, [EXPORT])
    add_account(services, "openai", "work", tier="Plus", tier_from="2025-01-01")
    attest_setting(services, "work", "private", begins="2026-01-01", ends="2026-02-01")
    return services


PROGRAM = [sys.executable, "-m", "withhold"]
