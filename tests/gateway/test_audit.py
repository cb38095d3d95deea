"""The audit: durable before the first byte leaves, chained, and honest about what a crash left open."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.gateway.conftest import HOSTS, RULES, Running, gateway_running, routes
from tests.gateway.raw import post, talk
from tests.gateway.test_bypass import plain, said
from tests.gateway.upstream import FakeUpstream
from tests.sizes import SIZES
from withhold.app.gateway.auditing import list_audit, verify_audit
from withhold.gateway.chain import Chain

CANARY = "jane.roe@clinic.example.org"


def lines_of(home: Path) -> list[dict[str, object]]:
    text = (home / "gateway" / "audit" / "gateway.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def test_intent_and_outcome(tmp_path: Path, upstream: FakeUpstream) -> None:
    """Each request leaves an intent and an outcome; each refusal a line; none of them holds any text."""
    with gateway_running(tmp_path, routes(upstream.url) + RULES) as gateway:
        talk(gateway, post(gateway, said(f"Write to {CANARY}, unlike anybody")))
        talk(gateway, post(gateway, plain(model="busy")))
        talk(gateway, post(gateway, said([{"type": "text", CANARY: "x"}])))
        services = gateway.services
    document = list_audit(services, 10)
    assert [row.outcome for row in document.requests] == ["answered", "answered", "refused"]
    assert [row.status for row in document.requests] == [200, 429, None]
    first = document.requests[0]
    assert (first.client, first.project, first.route, first.trains) == ("laptop", "thesis", "claude", "no")
    assert first.found == {"email-address": 1}
    assert first.terms
    everything = b"".join(p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())
    assert CANARY.encode() not in everything
    assert b"unlike anybody" not in everything
    assert verify_audit(services).holds


def test_heads_are_in_the_evidence(tmp_path: Path, upstream: FakeUpstream) -> None:
    """A chain that is rewritten whole, and so holds by itself, does not match the evidence any more."""
    with gateway_running(tmp_path, routes(upstream.url) + RULES) as gateway:
        talk(gateway, post(gateway, plain()))
        services = gateway.services
    found = verify_audit(services)
    assert found.holds
    assert found.chains[0].heads_in_evidence >= 1
    path = tmp_path / "gateway" / "audit" / "gateway.jsonl"
    lines = lines_of(tmp_path)
    path.unlink()
    chain = Chain.open(path.parent, "gateway")
    chain.append(
        [
            {k: v for k, v in line.items() if k not in {"v", "replica", "seq", "prev"}} | {"client": "x"}
            for line in lines
        ]
    )
    again = verify_audit(services)
    assert not again.holds
    assert "the evidence holds another line" in again.chains[0].problems[0]
    path.unlink()
    assert not verify_audit(services).holds


@pytest.mark.parametrize("change", ["edit", "drop", "swap", "cut"])
def test_changes_are_seen(tmp_path: Path, upstream: FakeUpstream, change: str) -> None:
    """A line that was edited, taken out, moved, or cut off at the end before the last head, is noticed."""
    with gateway_running(tmp_path, routes(upstream.url) + RULES) as gateway:
        for _ in range(3):
            talk(gateway, post(gateway, plain()))
        services = gateway.services
    path = tmp_path / "gateway" / "audit" / "gateway.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    if change == "edit":
        lines[2] = lines[2].replace(b"laptop", b"lapdog")
        lines[1] = lines[1].replace(b"laptop", b"lapdog")
    elif change == "drop":
        del lines[2]
    elif change == "swap":
        lines[1], lines[2] = lines[2], lines[1]
    else:
        del lines[-1]
    path.write_bytes(b"".join(lines))
    assert not verify_audit(services).holds


def test_without_an_audit_nothing_is_sent(gateway: Running, upstream: FakeUpstream) -> None:
    """When the audit's file is gone, or somebody else writes to it, requests are refused."""
    path = gateway.gateway.auditor._ledger.path  # type: ignore[attr-defined]
    moved = path.with_suffix(".moved")
    path.rename(moved)
    for _ in range(2):
        answer = talk(gateway, post(gateway, plain()))
        assert (answer.status, answer.code) == (503, "withhold_unavailable")
    assert upstream.seen == []
    moved.rename(path)
    assert talk(gateway, post(gateway, plain())).status == 200
    with path.open("ab") as file:
        file.write(b'{"forged":1}\n')
    assert talk(gateway, post(gateway, plain())).status == 503
    assert len(upstream.seen) == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_refuses(gateway: Running, upstream: FakeUpstream) -> None:
    """A disk that takes no more bytes refuses requests."""
    chain = gateway.gateway.auditor._ledger
    real = chain.path  # type: ignore[attr-defined]
    chain.path = Path("/dev/full")  # type: ignore[attr-defined]
    size, chain._size = chain._size, 0  # type: ignore[attr-defined]
    assert talk(gateway, post(gateway, plain())).status == 503
    assert upstream.seen == []
    chain.path, chain._size = real, size  # type: ignore[attr-defined]
    assert talk(gateway, post(gateway, plain())).status == 200


def started(home: Path, config: str) -> tuple[subprocess.Popen[bytes], str]:
    """The command itself, in a process of its own, and where it listens."""
    (home / "packs" / "routes").mkdir(parents=True, exist_ok=True)
    (home / "packs" / "routes" / "hosts.yaml").write_text(HOSTS, encoding="utf-8")
    (home / "gateway").mkdir(exist_ok=True)
    (home / "gateway" / "gateway.toml").write_text(config, encoding="utf-8")
    environ = os.environ | {"WITHHOLD_HOME": str(home), "UPSTREAM_KEY": "upstream-secret"}
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "withhold", "gateway", "run", "--port", str(port)],
        env=environ,
        stderr=subprocess.PIPE,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if b"listens on" in line:
            break
    return process, f"http://127.0.0.1:{port}"


def test_killed_under_load(tmp_path: Path, upstream: FakeUpstream) -> None:
    """Ended by force at any moment: every request that the provider saw has its intent; those without an
    outcome read 'unknown whether answered'; the chain holds, also after the next start.
    """
    from withhold.app.bootstrap import Services, system_clock
    from withhold.app.gateway.places import Places
    from withhold.support.paths import StateHome

    home = tmp_path / "state"
    services = Services(StateHome(home), {"WITHHOLD_HOME": str(home)}, home, clock=system_clock, stamps=False)
    places = Places(services)
    places.prepare()
    token = places.tokens.make("laptop", "thesis", now=system_clock())
    for turn in range(SIZES.gateway.kills):
        process, url = started(home, routes(upstream.url) + RULES)
        sent = _load(url, token)
        wanted = len(upstream.seen) + 3 + 3 * (turn % 5)
        until = time.monotonic() + 40
        while len(upstream.seen) < wanted and time.monotonic() < until:
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL) if os.name != "nt" else process.kill()
        _ended(process)
        sent()
    lines = lines_of(home)
    document = list_audit(services, 100_000)
    intents = [line for line in lines if line["type"] == "intent"]
    assert len(intents) >= len(upstream.seen) > 0
    assert "unknown whether answered" in {row.outcome for row in document.requests}
    found = verify_audit(services)
    assert found.holds
    assert found.chains[0].unknown_whether_answered >= 1
    process, _ = started(home, routes(upstream.url) + RULES)
    process.terminate()
    _ended(process)
    assert verify_audit(services).holds


def _ended(process: subprocess.Popen[bytes]) -> None:
    process.wait(20)
    assert process.stderr is not None
    process.stderr.close()


def _load(url: str, token: str) -> Callable[[], object]:
    """Requests from some threads until they fail, one of them to a model that does not answer."""

    def ask(model: str) -> None:
        with httpx.Client(timeout=40) as client:
            while True:
                try:
                    client.post(url + "/v1/messages", json=plain(model=model), headers={"x-api-key": token})
                except httpx.HTTPError:
                    return

    threads = [
        threading.Thread(target=ask, args=(m,)) for m in ("silent", "claude-a", "claude-b", "claude-c")
    ]
    for thread in threads:
        thread.start()
    return lambda: [thread.join(10) for thread in threads]
