"""A person at the lab with some chats, known by their export; and a browser, where asked for."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.app.conftest import clock
from tests.app.conftest import services as fresh
from withhold.app.bootstrap import Services
from withhold.app.imports.importing import import_paths
from withhold.controls.browser import OpenPage, find_browser, open_page
from withhold.lab.core import Lab
from withhold.lab.export import export_name, export_zip
from withhold.lab.server import RunningLab, running_lab
from withhold.packs.loader import load_all

__all__ = ["clock", "fresh"]

START = datetime(2026, 6, 1, 9, tzinfo=UTC)


@dataclass
class Robin:
    """One person: an account at the lab with chats, and a state that goes by the lab's clock."""

    lab: Lab
    services: Services
    folder: Path
    account: str = ""
    chats: list[str] = field(default_factory=list)

    def now(self) -> datetime:
        """Later by a moment with every look, as clocks are."""
        self.lab.advance(self.lab.now + timedelta(milliseconds=1))
        return self.lab.now

    def join(self, chats: int) -> None:
        self.account = self.lab.create_account("Pro", sharing=True, email="robin@lumen.example")
        self._talk(chats)

    def talk_more(self, chats: int) -> None:
        self._talk(chats)
        self.read_in()

    def _talk(self, chats: int) -> None:
        for number in range(chats):
            at = self.lab.now + timedelta(minutes=1)
            self.chats.append(self.lab.start_conversation(self.account, "chat", at, text=f"chat {number}"))

    def export(self, *, days: float = 2) -> Path:
        """The provider's export of some days from now: its name tells its day only roughly."""
        self.lab.advance(self.lab.now + timedelta(days=days))
        path = self.folder / export_name(self.lab, self.account)
        path.write_bytes(export_zip(self.lab, self.account))
        os.utime(path, (self.lab.now.timestamp(),) * 2)
        self.lab.advance(self.lab.now + timedelta(seconds=2))
        return path

    def read_in(self) -> None:
        """Import the export of now, which makes the account known. It is one at the lab."""
        from withhold.model.account import Account

        if not self.services.store.accounts():
            self.services.store.save_account(
                Account("robin", "lab", "robin", source_account_ids=(self.account,))
            )
        import_paths(self.services, [self.export()])

    def id_of(self, chat: str) -> str:
        """Our id of a chat."""
        return next(s.id for s in self.services.store.conversations() if s.conversation.source_id == chat)

    def deletions(self) -> list[str]:
        """What the lab was asked to delete and deleted, in order."""
        return [e.conversation or "" for e in self.lab.events if e.what == "delete"]


@pytest.fixture(scope="session")
def packs() -> object:
    return load_all(())


@pytest.fixture
def robin(fresh: Services, packs: object, tmp_path: Path) -> Robin:
    """Robin with five chats, all imported; no web, no browser."""
    return robin_at(Lab(START), fresh, packs, tmp_path)


def robin_at(lab: Lab, services: Services, packs: object, folder: Path) -> Robin:
    services.packs = packs  # type: ignore[assignment]
    services.stamps = False
    made = Robin(lab, services, folder)
    services.clock = made.now
    made.join(5)
    made.read_in()
    return made


@pytest.fixture(scope="module")
def browser() -> Iterator[OpenPage]:
    with open_page(browser=find_browser(), headless=True, locale="en-US") as opened:
        yield opened


@dataclass
class Desk:
    """Robin at a served lab, signed in."""

    robin: Robin
    running: RunningLab
    opened: OpenPage

    def sign_in(self, email: str = "robin@lumen.example") -> None:
        page = self.opened.page
        page.context.clear_cookies()
        page.goto(self.running.url)
        enter = page.get_by_role("region", name="Sign in")
        enter.get_by_label("E-mail").fill(email)
        enter.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/chats**")


@pytest.fixture
def desk(fresh: Services, packs: object, tmp_path: Path, browser: OpenPage) -> Iterator[Desk]:
    with running_lab(start=START) as running:
        made = Desk(robin_at(running.lab, fresh, packs, tmp_path), running, browser)
        made.sign_in()
        yield made
