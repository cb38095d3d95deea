"""Two gateways with one PostgreSQL, which is ended by force under load."""

import asyncio
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.gateway.conftest import RULES, gateway_running, routes
from tests.gateway.postgres import BIN, Postgres
from tests.gateway.test_bypass import plain
from tests.gateway.upstream import FakeUpstream
from tests.sizes import SIZES
from withhold.app.gateway.auditing import list_audit, verify_audit
from withhold.app.gateway.places import Places
from withhold.gateway.database import chains

pytestmark = pytest.mark.skipif(BIN is None, reason="PostgreSQL is not installed")


@pytest.fixture
def postgres() -> Iterator[Postgres]:
    with Postgres() as server:
        yield server


def test_no_line_lost_and_none_without_one(
    tmp_path: Path, upstream: FakeUpstream, postgres: Postgres
) -> None:
    """Whatever happens to the database: each request that the provider saw has its intent in it, and
    keeps it, and the chains of both gateways hold.
    """

    def config(name: str) -> str:
        return f'replica = "{name}"\ndatabase = "{postgres.address}"\n' + routes(upstream.url) + RULES

    with (
        gateway_running(tmp_path / "a", config("a")) as one,
        gateway_running(tmp_path / "b", config("b")) as two,
    ):
        stop, answered = threading.Event(), []
        threads = [
            threading.Thread(target=_ask, args=(g.url, one.token, f"claude-{n}", stop, answered))
            for n, g in enumerate((one, two, one, two))
        ]
        for thread in threads:
            thread.start()
        for _ in range(SIZES.gateway.database_kills):
            _wait(answered, len(answered) + 10)
            postgres.kill()
            time.sleep(0.3)
            postgres.start()
            _wait(answered, len(answered) + 10)
        stop.set()
        for thread in threads:
            thread.join(30)
        services = one.services
    places = Places(services)
    lines = asyncio.run(chains(places.database or ""))
    assert set(lines) == {"a", "b"}
    intents = sum(line.count(b'"type":"intent"') for chain in lines.values() for line in chain)
    assert intents >= len(upstream.seen) >= len(answered) > 0
    assert sum(row.outcome == "answered" for row in list_audit(services, 100_000).requests) > 0
    found = verify_audit(services)
    assert found.holds, found


def _ask(url: str, token: str, model: str, stop: threading.Event, answered: list[int]) -> None:
    with httpx.Client(timeout=20) as client:
        while not stop.is_set():
            done = client.post(url + "/v1/messages", json=plain(model=model), headers={"x-api-key": token})
            assert done.status_code in {200, 503}, done.text
            if done.status_code == 200:
                answered.append(1)
            else:
                time.sleep(0.02)


def _wait(answered: list[int], number: int) -> None:
    until = time.monotonic() + 30
    while len(answered) < number and time.monotonic() < until:
        time.sleep(0.01)
    assert len(answered) >= number, "no request passes any more"
