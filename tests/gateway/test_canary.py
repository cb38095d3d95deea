"""Nothing of a prompt, an answer or a secret is in any file, on stderr or in the audit."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.gateway.conftest import RULES, private_key, routes
from tests.gateway.raw import read_answer
from tests.gateway.scripted import Scripted
from tests.gateway.test_audit import started
from tests.gateway.test_bypass import plain, said
from withhold.app.bootstrap import Services, system_clock
from withhold.app.gateway.places import Places
from withhold.support.paths import StateHome

CANARY = "quinoa-zebra-7741"
MAIL = f"{CANARY}@clinic.example.org"
ANSWERS = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 21\r\n\r\n"
    + json.dumps({"a": CANARY}).ljust(21).encode()[:21],
    b"HTTP/1.1 500 " + CANARY.encode() + b"\r\nX-" + CANARY.encode() + b": 1\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nX " + CANARY.encode() + b"\r\n\r\n",
    b"HTTP/9.9 " + CANARY.encode() + b" nonsense\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + CANARY.encode() + b"\r\n",
    b"HTTP/1.1 307 Away\r\nLocation: http://" + CANARY.encode() + b"/\r\nContent-Length: 0\r\n\r\n",
    b"",
)


@contextmanager
def serving(home: Path, upstream: str) -> Iterator[tuple[int, str, "subprocess.Popen[bytes]"]]:
    """The command in a process of its own: its port, a token and itself."""
    services = Services(StateHome(home), {"WITHHOLD_HOME": str(home)}, home, clock=system_clock, stamps=False)
    places = Places(services)
    places.prepare()
    token = places.tokens.make("laptop", "thesis", now=system_clock())
    process, url = started(home, routes(upstream) + RULES)
    try:
        yield int(url.rpartition(":")[2]), token, process
    finally:
        process.kill()
        process.wait(20)
        assert process.stderr is not None
        process.stderr.close()


def asked(port: int, data: bytes) -> bytes:
    """What comes back for ``data``, of which the gateway may read as much as it likes."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(data)
        answer = read_answer(connection)
        return answer.head + answer.body


def request(port: int, token: str, body: bytes, *more: str, target: str = "/v1/messages") -> bytes:
    lines = [f"POST {target} HTTP/1.1", f"Host: 127.0.0.1:{port}", f"x-api-key: {token}", *more]
    lines += ["Content-Type: application/json", f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode() + body


def oddities(port: int, token: str) -> list[bytes]:
    """Requests with the canary wherever something could be logged."""
    good = json.dumps(plain()).encode()
    canary = CANARY.encode()
    return [
        request(port, token, json.dumps(said(f"write to {MAIL} about {CANARY}")).encode()),
        request(port, token, json.dumps(said(private_key() + CANARY)).encode()),
        request(port, token, json.dumps(plain(model=f"claude-{MAIL}")).encode()),
        request(port, token, b'{"model": "' + canary),
        request(port, token, b'{"model":"m","' + canary + b'":1,"' + canary + b'":2}'),
        request(port, token, good, f"X-Note: {MAIL}"),
        request(port, token, good, f"X {CANARY}"),
        request(port, token, good, f"X-Note: a\x00{CANARY}"),
        request(port, token, good, target=f"/v1/{CANARY}"),
        request(port, token, good, target=f"http://{CANARY}:99999999/"),
        request(port, f"wh-{CANARY}", good),
        canary + b" / HTTP/1.1\r\n\r\n",
        b"GET /" + canary * 4000 + b" HTTP/1.1\r\n\r\n",
        request(port, token, good, "Transfer-Encoding: chunked") + canary,
        request(port, token, b"", "Transfer-Encoding: chunked").replace(b"Content-Length: 0\r\n", b"")
        + b"zz"
        + canary
        + b"\r\n",
    ]


def test_nothing_is_written_of_what_is_said(tmp_path: Path) -> None:
    """Plain, refused, malformed and broken exchanges, with the canary in each: it is found nowhere."""
    with Scripted(ANSWERS) as upstream, serving(tmp_path, upstream.url) as (port, token, process):
        for odd in oddities(port, token):
            asked(port, odd)
        for _ in ANSWERS:
            asked(port, request(port, token, json.dumps(said(CANARY)).encode()))
        assert any(CANARY.encode() in seen for seen in upstream.seen)
        process.send_signal(signal.SIGTERM) if os.name != "nt" else process.terminate()
        process.wait(20)
        assert process.stderr is not None
        said_aloud = process.stderr.read()
    assert CANARY.encode() not in said_aloud
    held = [p for p in tmp_path.rglob("*") if p.is_file() and CANARY.encode() in p.read_bytes()]
    assert held == []
    lines = (tmp_path / "gateway" / "audit" / "gateway.jsonl").read_text("utf-8").splitlines()
    assert sum('"type":"intent"' in line for line in lines) >= len(ANSWERS)


@pytest.mark.skipif(sys.platform != "linux", reason="another process's limits are set on Linux alone")
def test_a_disk_that_fills_up(tmp_path: Path) -> None:
    """Half a line fits: refused, nothing is sent; with room again the chain goes on and holds."""
    import resource

    from withhold.app.gateway.auditing import verify_audit

    answer = ANSWERS[0].replace(CANARY.encode(), b"x" * len(CANARY))
    with Scripted([answer] * 3) as upstream, serving(tmp_path, upstream.url) as (port, token, process):
        path = tmp_path / "gateway" / "audit" / "gateway.jsonl"
        plainly = request(port, token, json.dumps(plain()).encode())
        assert asked(port, plainly).startswith(b"HTTP/1.1 200")
        sent = len(upstream.seen)
        before = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (path.stat().st_size + 100, before[1]))
        for _ in range(2):
            assert b"the audit cannot be written" in asked(port, plainly)
        assert len(upstream.seen) == sent
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, before)
        assert asked(port, plainly).startswith(b"HTTP/1.1 200")
        process.send_signal(signal.SIGTERM)
        process.wait(20)
    services = Services(
        StateHome(tmp_path), {"WITHHOLD_HOME": str(tmp_path)}, tmp_path, clock=system_clock, stamps=False
    )
    assert verify_audit(services).holds
