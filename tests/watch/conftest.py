"""One account at the lab, watched: a state, a clock that a test moves, and looks that see the lab."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from tests.app.conftest import clock
from tests.app.conftest import services as fresh
from withhold.app.bootstrap import Services
from withhold.app.watch.due import Watched
from withhold.app.watch.look import Looked
from withhold.app.watch.running import watch_run
from withhold.lab.core import Lab
from withhold.model.account import Account, SettingEvidence
from withhold.model.terms import Provider
from withhold.model.words import Known, Setting
from withhold.packs.loader import load_all
from withhold.report import documents as d

__all__ = ["clock", "fresh"]

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
CONTROL = "lumen-help-improve"


def here(services: Services) -> d.ScanDocument:
    """A machine without AI tools."""
    return d.ScanDocument(
        generated_at=services.clock(),
        tool_version="test",
        tools=(),
        routes=(),
        settings=(),
        placebos=(),
        transcripts=(),
        unseen=(),
        violations=(),
        next="",
    )


@dataclass
class Watcher:
    """What the person sees of the lab, and the runs of the watch."""

    lab: Lab
    services: Services
    account: str = ""
    network: bool = True
    looks: list[datetime] = field(default_factory=list)
    skew: timedelta = timedelta(0)
    """How far this computer's clock is off."""

    def now(self) -> datetime:
        self.lab.advance(self.lab.now + timedelta(milliseconds=1))
        return self.lab.now + self.skew

    def join(self) -> None:
        self.account = self.lab.create_account("Pro", sharing=False, email="robin@lumen.example")
        self.services.store.save_account(Account("robin", "lab", "robin", source_account_ids=(self.account,)))

    def look(self, services: Services, item: Watched) -> Looked:
        """As a signed-in browser would: what the lab stores now, kept as evidence before it returns."""
        if not self.network:
            return Looked("not_seen", "the page could not be reached")
        setting = Setting.SHARING if self.lab.account(self.account).setting else Setting.PRIVATE
        at = services.clock()
        seen = SettingEvidence(f"look-{len(self.looks)}", item.control.id, at, at, setting, Known.OBSERVED)
        services.store.add_setting_evidence(item.account.id, seen)
        self.looks.append(self.lab.now)
        return Looked(setting.value, "looked", at)

    def run(self) -> d.WatchRunDocument:
        return watch_run(self.services, looker=self.look, scanner=here)

    def sleep(self, **by: float) -> None:
        self.lab.advance(self.lab.now + timedelta(**by))


@pytest.fixture(scope="session")
def packs() -> Mapping[str, Provider]:
    return load_all(())


@pytest.fixture
def watcher(fresh: Services, packs: Mapping[str, Provider]) -> Watcher:
    """Robin's account, private, never looked at."""
    return watcher_of(fresh, packs)


def watcher_of(services: Services, packs: Mapping[str, Provider], start: datetime = START) -> Watcher:
    services.packs = packs
    services.stamps = False
    made = Watcher(Lab(start), services)
    services.clock = made.now
    made.join()
    return made
