"""A served page over a real state, and a real browser in front of it."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import Message
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from withhold.app.accounts import account_named, add_account, attest_setting, list_accounts
from withhold.app.bootstrap import Services
from withhold.app.imports.importing import import_paths
from withhold.app.ui import Desk
from withhold.controls.browser import OpenPage, open_page
from withhold.controls.driver import Page
from withhold.support.paths import OVERRIDE, StateHome
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


def _services(folder: Path) -> Services:
    environ = {OVERRIDE: str(folder)}
    return Services(home=StateHome(folder), environ=environ, user_home=folder, clock=Clock())


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    """An empty state."""
    made = _services(tmp_path / "state")
    yield made
    made.close()


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state with conversations and three accounts: one private, one sharing, one never looked at."""
    services = _services(tmp_path_factory.mktemp("template") / "state")
    import_paths(services, [EXPORT, CODE])
    own = list_accounts(services).accounts[0]
    attest_setting(services, own.id, "private", begins="2026-11-01", ends="2026-11-20")
    add_account(services, "openai", "work", tier="Plus", tier_from="2025-01-01")
    attest_setting(services, account_named(services, "work").id, "sharing", begins="2026-10-01")
    add_account(services, "lab", "<script>alert(1)</script>")
    services.close()
    return services.home.root


@pytest.fixture
def filled(template: Path, tmp_path: Path) -> Iterator[Services]:
    """A copy of that state."""
    shutil.copytree(template, tmp_path / "state")
    made = _services(tmp_path / "state")
    yield made
    made.close()


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


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Message
    body: bytes


class Visitor:
    """Speaks HTTP to the page as it likes, keeping the cookie that it is given."""

    def __init__(self, served: Running) -> None:
        self._served = served
        self._where = urlsplit(served.origin).netloc
        self._cookie: str | None = None

    def entered(self) -> "Visitor":
        """With the cookie, whoever had it before."""
        if self._served.gate.entrance.endswith("None"):
            raise AssertionError("the address was used already")
        assert self.get(self._served.gate.entrance).status == 303
        return self

    def get(self, path: str, *, host: str | None = None, **headers: str) -> Answer:
        return self._ask("GET", path, None, host, headers)

    def post(
        self, path: str, fields: dict[str, str], *, origin: str | None = "own", **headers: str
    ) -> Answer:
        if origin == "own":
            headers["Origin"] = self._served.origin
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        return self._ask("POST", path, urlencode(fields), None, headers)

    def _ask(
        self, method: str, path: str, body: str | None, host: str | None, headers: dict[str, str]
    ) -> Answer:
        base = self._served.gate.base
        connection = HTTPConnection(self._where, timeout=30)
        connection.putrequest(method, path if path.startswith(base) else base + path, skip_host=True)
        connection.putheader("Host", self._where if host is None else host)
        if self._cookie is not None:
            connection.putheader("Cookie", self._cookie)
        for name, value in headers.items():
            connection.putheader(name, value)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(None if body is None else body.encode())
        response = connection.getresponse()
        answer = Answer(response.status, response.headers, response.read())
        connection.close()
        given = answer.headers.get("set-cookie")
        if given is not None:
            self._cookie = given.partition(";")[0]
        return answer
