"""Long and slow answers, clients that leave, large bodies: bytes as they are."""

import socket
import time
from pathlib import Path

import httpx

from tests.gateway.conftest import RULES, Running, gateway_running, routes
from tests.gateway.raw import post, talk
from tests.gateway.test_bypass import plain
from tests.gateway.upstream import PING, FakeUpstream, anthropic_stream
from withhold.app.gateway.auditing import list_audit


def stream(gateway: Running, model: str, content: str = "hi") -> httpx.Response:
    body = plain(model=model, stream=True, messages=[{"role": "user", "content": content}])
    return httpx.post(
        gateway.url + "/v1/messages", json=body, headers={"x-api-key": gateway.token}, timeout=30
    )


def test_streams_are_byte_exact(gateway: Running) -> None:
    """Pings, spaces, line ends: what the provider sent is what arrives, also with values to put back."""
    assert stream(gateway, "claude-x").content == b"".join(anthropic_stream("claude-x", "hi"))
    stream(gateway, "claude-x", "to jane.roe@clinic.example.org")
    assert stream(gateway, "claude-x").content == b"".join(anthropic_stream("claude-x", "hi"))


def test_bytes_arrive_when_they_come(gateway: Running) -> None:
    """The first event is handed on at once, not when the answer is over."""
    with httpx.stream(
        "POST",
        gateway.url + "/v1/messages",
        json=plain(model="silent", stream=True),
        headers={"x-api-key": gateway.token},
        timeout=30,
    ) as answer:
        assert next(answer.iter_raw()) == PING


def test_a_client_that_leaves(tmp_path: Path, upstream: FakeUpstream) -> None:
    """When the client closes, the provider is let go at once, and the audit says so."""
    with gateway_running(tmp_path, routes(upstream.url) + RULES) as gateway:
        with socket.create_connection(("127.0.0.1", gateway.port), timeout=30) as connection:
            connection.sendall(post(gateway, plain(model="silent", stream=True)))
            while PING not in connection.recv(65536):
                pass
        until = time.monotonic() + 5
        while upstream.gone != ["silent"] and time.monotonic() < until:
            time.sleep(0.02)
        services = gateway.services
        assert upstream.gone == ["silent"]
    assert list_audit(services, 1).requests[0].outcome == "client went away"


def test_back_pressure(gateway: Running, upstream: FakeUpstream) -> None:
    """A client that does not read stops the provider; nothing piles up in the gateway."""
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=30) as connection:
        connection.sendall(post(gateway, plain(model="endless", stream=True)))
        connection.recv(1024)
        last, until = -1, time.monotonic() + 8
        while upstream.written != last and time.monotonic() < until:
            last = upstream.written
            time.sleep(0.5)
        assert upstream.written == last
        assert upstream.written < 40 << 20


def test_large_bodies(gateway: Running, upstream: FakeUpstream) -> None:
    """20 MB go through unchanged."""
    words = "".join(f"word{n:x} " for n in range(2_300_000))[: 20 << 20]
    data = post(gateway, plain(messages=[{"role": "user", "content": words}], model="busy"))
    assert talk(gateway, data, timeout=60).status == 429
    assert upstream.seen[0].json["messages"][0]["content"] == words


def test_an_answer_that_breaks_off(gateway: Running) -> None:
    """The client sees that it is not whole: an error event, and no last chunk."""
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=30) as connection:
        connection.sendall(post(gateway, plain(model="broken", stream=True)))
        got = b""
        while part := connection.recv(65536):
            got += part
    assert b"event: error" in got
    assert not got.endswith(b"0\r\n\r\n")


def test_an_upstream_that_is_not_there(tmp_path: Path) -> None:
    """It is said in the client's format, without a way to be tried elsewhere."""
    with gateway_running(tmp_path, routes("http://127.0.0.1:1") + RULES) as gateway:
        answer = talk(gateway, post(gateway, plain()))
        assert (answer.status, answer.code) == (502, "withhold_upstream_failed")
