"""No test leaves this machine, and no test can do so unnoticed."""

import ipaddress
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import loopback_only
import pytest
from hypothesis import given
from hypothesis import strategies as st
from loopback_only import NetworkRefused

ELSEWHERE = "192.0.2.1"  # set aside for documentation (RFC 5737): nobody is there
NAME_ELSEWHERE = "example.invalid"  # a name that never resolves (RFC 2606)


def connect() -> None:
    """A TCP connection."""
    with socket.socket() as sock:
        sock.connect((ELSEWHERE, 443))


def connect_six() -> None:
    """A TCP connection over IPv6."""
    with socket.socket(socket.AF_INET6) as sock:
        sock.connect(("2001:db8::1", 443))


def connect_politely() -> None:
    """A connection that reports its outcome as a number, never as an exception of its own."""
    with socket.socket() as sock:
        sock.connect_ex((ELSEWHERE, 443))


def send_datagram() -> None:
    """A UDP datagram, as a DNS client of one's own would send it."""
    with socket.socket(type=socket.SOCK_DGRAM) as sock:
        sock.sendto(b"?", (ELSEWHERE, 53))


def resolve() -> None:
    """A question to the name service."""
    socket.getaddrinfo(NAME_ELSEWHERE, 443)


def resolve_the_old_way() -> None:
    """The older question to the name service."""
    socket.gethostbyname(NAME_ELSEWHERE)


def listen_to_everyone() -> None:
    """A server that the whole network could reach."""
    with socket.socket() as sock:
        sock.bind(("", 0))


WAYS_OUT = [
    connect,
    connect_six,
    connect_politely,
    send_datagram,
    resolve,
    resolve_the_old_way,
    listen_to_everyone,
]


@pytest.mark.parametrize("leave", WAYS_OUT, ids=lambda way: way.__name__)
def test_each_way_out_is_refused(leave: Callable[[], None], refused_network: list[str]) -> None:
    """Whatever way a test takes to leave this machine, it is stopped and the attempt is recorded."""
    with pytest.raises(NetworkRefused):
        leave()
    assert len(refused_network) == 1
    refused_network.clear()


def test_loopback_is_open() -> None:
    """A server and a client on loopback talk as ever."""
    server = socket.create_server(("127.0.0.1", 0))
    with server, socket.create_connection(("localhost", server.getsockname()[1])) as client:
        answering, _ = server.accept()
        with answering:
            answering.sendall(b"yes")
        assert client.recv(3) == b"yes"


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="this system has no Unix sockets")
def test_unix_sockets_are_open(tmp_path: Path) -> None:
    """A socket in the file system never leaves the machine and is not refused."""
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind(str(tmp_path / "s"))
        server.listen()
        client.connect(str(tmp_path / "s"))


def test_a_python_that_a_test_starts_is_guarded() -> None:
    """Programs in Python that a test starts are refused as the test itself is."""
    code = f"import socket; socket.create_connection(({ELSEWHERE!r}, 443), timeout=1)"
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert child.returncode != 0
    assert "NetworkRefused" in child.stderr


def test_an_attempt_that_is_swallowed_fails_the_test(
    run_pytest: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    """A test whose code hides the refusal is reported all the same."""
    given_test = f"""
import contextlib, socket

def test_hides_it():
    with contextlib.suppress(Exception):
        socket.getaddrinfo({NAME_ELSEWHERE!r}, 443)
"""
    done = run_pytest(given_test)
    assert done.returncode == 1
    assert "tried to leave this machine" in done.stdout


@given(st.ip_addresses(v=4))
def test_only_net_127_is_loopback(address: ipaddress.IPv4Address) -> None:
    """Of all IPv4 addresses those of 127.0.0.0/8 alone are loopback, also when written as IPv6."""
    expected = int(address) >> 24 == 127
    assert loopback_only.is_loopback(str(address)) is expected
    assert loopback_only.is_loopback(f"::ffff:{address}") is expected


@pytest.mark.parametrize(
    "host",
    ["", "0.0.0.0", "::", "localhost.example", "127.0.0.1.example", "not a host", b"\xff"],  # noqa: S104
)
def test_what_only_looks_like_loopback_is_refused(host: str | bytes) -> None:
    """The wildcard address and names that merely contain loopback's are not loopback."""
    assert not loopback_only.is_loopback(host)


@pytest.mark.parametrize("host", [None, "localhost", "LOCALHOST", b"localhost", "127.0.0.1", "::1", "::1%lo"])
def test_the_ways_to_write_loopback(host: str | bytes | None) -> None:
    """Loopback is known by name and by number."""
    assert loopback_only.is_loopback(host)
