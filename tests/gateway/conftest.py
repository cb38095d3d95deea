"""A gateway and a provider, both real and on loopback."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.gateway.upstream import FakeUpstream
from withhold.app.bootstrap import Services, system_clock
from withhold.app.gateway.places import Places
from withhold.app.gateway.running import prepared
from withhold.app.gateway.tokens import make_token
from withhold.gateway.server import Gateway
from withhold.support.paths import StateHome

RULES = """
[[rule]]
require = ["no-training", "retention <= 30d"]
found = { secrets = "refuse", personal = "redact", unread = "refuse" }
"""


def routes(upstream: str, *, terms: str = "anthropic/claude-api-direct", more: str = "") -> str:
    """Two routes to the fake provider, under the terms of the API's paid plans."""
    return f"""
port = 0
[[route]]
id = "claude"
upstream = "{upstream}"
terms = "{terms}"
speaks = ["anthropic"]
key = "env:UPSTREAM_KEY"
[[route]]
id = "gpt"
upstream = "{upstream}/v1"
terms = "openai/openai-api-paid"
speaks = ["openai"]
key = "env:UPSTREAM_KEY"
{more}
"""


HOSTS = """
- host: 127.0.0.1
  terms: [anthropic/claude-api-direct, openai/openai-api-paid]
  source: the test
  checked: 2026-11-22
"""


@cache
def private_key() -> str:
    """A real private key, made for the test."""
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


@dataclass
class Running:
    """A gateway that serves. ``token`` is a client's."""

    url: str
    token: str
    services: Services
    gateway: Gateway

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])


@contextmanager
def gateway_running(
    home: Path, config: str, *, hosts: str = HOSTS, clock: Callable[[], datetime] = system_clock
) -> Iterator[Running]:
    """A gateway with its own state, in a thread of its own."""
    services = Services(
        StateHome(home),
        {"UPSTREAM_KEY": "upstream-secret", "WITHHOLD_HOME": str(home)},
        home,
        clock=clock,
        stamps=False,
    )
    places = Places(services)
    places.prepare()
    (home / "packs" / "routes").mkdir(parents=True, exist_ok=True)
    (home / "packs" / "routes" / "hosts.yaml").write_text(hosts, encoding="utf-8")
    places.config_path.write_text(config, encoding="utf-8")
    token = make_token(services, "laptop", "thesis", None, None).token
    ready, box = threading.Event(), {}

    async def serve() -> None:
        box["serving"] = await prepared(services, places, places.config.replica or "gateway", None)
        box["loop"] = asyncio.get_running_loop()
        await box["serving"].run(ready.set)

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert ready.wait(15), "the gateway did not start"
    try:
        yield Running(box["serving"].url, token, services, box["serving"].gateway)
    finally:
        box["loop"].call_soon_threadsafe(box["serving"].stop)
        thread.join(15)
        assert not thread.is_alive()


@pytest.fixture
def upstream() -> Iterator[FakeUpstream]:
    with FakeUpstream() as fake:
        yield fake


@pytest.fixture
def gateway(upstream: FakeUpstream, tmp_path: Path) -> Iterator[Running]:
    """A gateway in front of the fake provider: nobody trains, personal data is replaced."""
    with gateway_running(tmp_path / "state", routes(upstream.url) + RULES) as running:
        yield running
