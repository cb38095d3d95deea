"""Connections to a provider: kept, and never with something of one exchange left for the next."""

import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.gateway.conftest import RULES, Running, gateway_running, routes
from tests.gateway.raw import post, talk
from tests.gateway.scripted import Scripted
from tests.gateway.test_bypass import plain, said
from withhold.app.gateway.auditing import list_audit


def whole(text: str, *more: str) -> bytes:
    head = [
        "HTTP/1.1 200 OK",
        "Content-Type: application/json",
        f"Content-Length: {len(text)}",
        *more,
        "",
        "",
    ]
    return "\r\n".join(head).encode() + text.encode()


@contextmanager
def before(upstream: Scripted, home: Path) -> Iterator[Running]:
    with gateway_running(home, routes(upstream.url) + RULES) as gateway:
        yield gateway


def test_a_connection_is_kept(tmp_path: Path) -> None:
    """Requests one after the other share a connection, also where an answer comes in chunks or is empty."""
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"
    empty = b"HTTP/1.1 204 Nothing\r\n\r\n"
    with (
        Scripted([whole("a"), chunked, empty, whole("b")]) as upstream,
        before(upstream, tmp_path) as gateway,
    ):
        statuses = [talk(gateway, post(gateway, plain())).status for _ in range(4)]
    assert statuses == [200, 200, 204, 200]
    assert upstream.connections == 1


@pytest.mark.parametrize(
    "first",
    [
        whole("first") + whole("left over"),
        whole("first", "Connection: close"),
        b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nfirst",
    ],
)
def test_nothing_of_one_answer_is_left_for_the_next(tmp_path: Path, first: bytes) -> None:
    """A second answer that nobody asked for is never handed to whoever asks next."""
    with Scripted([first, whole("second")]) as upstream, before(upstream, tmp_path) as gateway:
        assert talk(gateway, post(gateway, plain())).body == b"first"
        assert talk(gateway, post(gateway, plain())).body == b"second"
    assert upstream.connections == 2


def test_an_answer_that_is_announced(tmp_path: Path) -> None:
    """Interim answers are passed over; a change of protocol is none."""
    hint = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
    other = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
    with Scripted([hint + whole("real"), other]) as upstream, before(upstream, tmp_path) as gateway:
        assert talk(gateway, post(gateway, plain())).body == b"real"
        assert talk(gateway, post(gateway, plain())).status == 502


def test_an_answer_without_a_length(tmp_path: Path) -> None:
    """It lasts until the provider closes; the client gets it whole, with an end."""
    with (
        Scripted([b"HTTP/1.1 200 OK\r\n\r\nuntil the end"], closes=True) as upstream,
        before(upstream, tmp_path) as gateway,
        socket.create_connection(("127.0.0.1", gateway.port), timeout=10) as connection,
    ):
        connection.sendall(post(gateway, plain()))
        got = b""
        while not got.endswith((b"0\r\n\r\n", b"\r\n\r\nuntil the end")) and (part := connection.recv(65536)):
            got += part
    assert got.startswith(b"HTTP/1.1 200")
    assert b"until the end" in got


def test_an_answer_before_the_request_is_over(tmp_path: Path) -> None:
    """A provider that refuses a long request without reading it is heard."""
    long = said("word " * 2_000_000)
    early = b"HTTP/1.1 413 Too Long\r\nContent-Length: 2\r\n\r\nno"
    with Scripted([early], early=True) as upstream, before(upstream, tmp_path) as gateway:
        answer = talk(gateway, post(gateway, long), timeout=60)
    assert (answer.status, answer.body) == (413, b"no")


def test_no_header_becomes_two(tmp_path: Path) -> None:
    """A key with an end of line in it would smuggle a header; the gateway sends nothing."""
    with Scripted([whole("a")]) as upstream, before(upstream, tmp_path) as gateway:
        gateway.services.environ["UPSTREAM_KEY"] = "k\r\nX-Smuggled: 1"  # type: ignore[index]
        assert talk(gateway, post(gateway, plain())).status == 503
        services = gateway.services
    assert upstream.seen == []
    assert list_audit(services, 9).requests == ()


def test_a_certificate_of_somebody_else(tmp_path: Path) -> None:
    """TLS with a certificate that nobody vouches for is not spoken to; not a byte of the request leaves."""
    from tests.gateway.tls import self_signed

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path))
    got: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            made, _ = listening.accept()
            with made:
                try:
                    got.append(context.wrap_socket(made, server_side=True).recv(100))
                except OSError:
                    return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        url = f"https://127.0.0.1:{listening.getsockname()[1]}"
        with gateway_running(tmp_path / "state", routes(url) + RULES) as gateway:
            answer = talk(gateway, post(gateway, plain()))
        thread.join(10)
    assert (answer.status, answer.code) == (502, "withhold_upstream_failed")
    assert not any(got)


def test_clients_never_mix(gateway: Running) -> None:
    """The same value has another placeholder for each client, and one's placeholder tells another nothing."""
    other = gateway.gateway.tokens.file.make("phone", "thesis", now=gateway.services.clock())  # type: ignore[attr-defined]
    mail = "jane.roe@clinic.example.org"

    def asked(token: str, text: str) -> str:
        request = post(gateway, said(text), f"x-api-key: {token}", token=False)
        return str(json.loads(talk(gateway, request).body)["content"][0]["text"])

    vault = gateway.gateway.vault
    assert [asked(token, f"to {mail}") for token in (gateway.token, other)] == [f"to {mail}"] * 2
    mine, theirs = (vault.session(client, "thesis") for client in ("laptop", "phone"))
    assert not mine.values.keys() & theirs.values.keys()
    placeholder = next(iter(mine.values))
    assert asked(other, f"what is {placeholder}?") == f"what is {placeholder}?"
    assert asked(gateway.token, f"what is {placeholder}?") == f"what is {mail}?"


@pytest.mark.parametrize(
    "begun", [b"", b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n"]
)
def test_a_provider_that_falls_silent(tmp_path: Path, begun: bytes) -> None:
    """After the configured silence the client is told, before an answer began or within it."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        held: list[socket.socket] = []

        def serve() -> None:
            made, _ = listening.accept()
            held.append(made)
            made.recv(65536)
            made.sendall(begun)

        threading.Thread(target=serve, daemon=True).start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        config = "upstream_silence_seconds = 1\n" + routes(url) + RULES
        with gateway_running(tmp_path / "state", config) as gateway:
            with socket.create_connection(("127.0.0.1", gateway.port), timeout=20) as connection:
                connection.sendall(post(gateway, plain()))
                got = b""
                while b"error" not in got and (part := connection.recv(65536)):
                    got += part
            services = gateway.services
        for one in held:
            one.close()
    assert (b"HTTP/1.1 200" in got) == bool(begun)
    assert b"error" in got
    assert list_audit(services, 1).requests[0].outcome != "answered"
