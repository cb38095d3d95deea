"""Refuses every socket that leaves this machine, in this interpreter, and remembers what was refused.

An audit hook sees what Python's own socket module does, however it is reached; nothing can take the hook
out again. It does not see what native programs do (a browser, git): those are kept on loopback by how
the tests start them.
"""

import ipaddress
import socket
import sys
from typing import Any

NAMES_OF_LOOPBACK = ("localhost", "localhost.localdomain", "ip6-localhost")

refused: list[str] = []
"""What was refused since the last time somebody cleared the list, as ``event target``."""

_installed = False


class NetworkRefused(RuntimeError):
    """Something tried to leave this machine. No ``OSError``: it must not pass for a host that is down."""


def install() -> None:
    """Starts refusing, for the rest of this interpreter's life."""
    global _installed
    if not _installed:
        sys.addaudithook(_audit)
        _installed = True


def is_loopback(host: str | bytes | bytearray | None) -> bool:
    """Whether a host, given by name or number, is this machine's loopback. The wildcard address is not."""
    if host is None:
        return (
            True  # getaddrinfo's word for "this machine"; a bind or connect that follows is looked at itself
        )
    name = host if isinstance(host, str) else bytes(host).decode("ascii", "replace")
    if name.lower().rstrip(".") in NAMES_OF_LOOPBACK:
        return True
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    look = _WATCHED.get(event)
    if look is not None:
        look(event, arguments)


def _socket_event(event: str, arguments: tuple[Any, ...]) -> None:
    sock, address = arguments[0], arguments[1]
    if address is not None and sock.family in (socket.AF_INET, socket.AF_INET6):
        _require(event, address[0])


def _name_event(event: str, arguments: tuple[Any, ...]) -> None:
    _require(event, arguments[0])


def _require(event: str, host: Any) -> None:
    if is_loopback(host):
        return
    refused.append(f"{event} {host!r}")
    raise NetworkRefused(f"tests stay on this machine: {event} to {host!r} refused")


_WATCHED = {
    "socket.bind": _socket_event,
    "socket.connect": _socket_event,
    "socket.sendto": _socket_event,
    "socket.sendmsg": _socket_event,
    "socket.getaddrinfo": _name_event,
    "socket.gethostbyname": _name_event,
    "socket.gethostbyaddr": _name_event,
}
