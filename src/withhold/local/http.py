"""Talking HTTP with an engine: over a Unix socket, or to a port of this machine."""

import http.client
import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from withhold.local.peer import comes_from

PATIENCE = 600.0


class UnixConnection(http.client.HTTPConnection):
    """HTTP/1.1 over a Unix socket. :attr:`peer` is who listens there: process, user and group.

    With ``sealed_pid`` nothing is sent to a listener that does not come from that process.
    """

    def __init__(self, path: Path, timeout: float = PATIENCE, *, sealed_pid: int | None = None) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path
        self._sealed_pid = sealed_pid
        self._made: socket.socket | None = None
        self.peer: tuple[int, int, int] | None = None

    def connect(self) -> None:
        made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            made.settimeout(self.timeout)
            made.connect(str(self._path))
        except OSError:
            made.close()
            raise
        self.sock = self._made = made
        self.peer = _peer(made)
        if self._sealed_pid is not None and self.peer and not comes_from(self.peer[0], self._sealed_pid):
            self.close()
            raise ConnectionRefusedError(
                f"process {self.peer[0]} answers in the engine's place; nothing was sent to it"
            )

    def abandon(self) -> None:
        """End the exchange from another thread: whoever reads sees the end of the answer."""
        if self._made is not None:
            with suppress(OSError):
                self._made.shutdown(socket.SHUT_RDWR)


def _peer(connected: socket.socket) -> tuple[int, int, int] | None:
    import struct

    if not hasattr(socket, "SO_PEERCRED"):
        return None
    data = connected.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    found: tuple[int, int, int] = struct.unpack("=iII", data)
    return found


def ask(
    connection: http.client.HTTPConnection,
    path: str,
    body: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> http.client.HTTPResponse:
    """Send one request; the answer's body is still to be read."""
    sent = None if body is None else json.dumps(body).encode()
    given = {"Content-Type": "application/json", **(headers or {})} if sent else dict(headers or {})
    connection.request("GET" if sent is None else "POST", path, sent, given)
    return connection.getresponse()


def events(response: http.client.HTTPResponse) -> Iterator[Mapping[str, Any]]:
    """The JSON documents of a stream of server-sent events, until ``[DONE]`` or the end."""
    for line in response:
        kind, _, data = line.partition(b":")
        if kind == b"data":
            if data.strip() == b"[DONE]":
                return
            yield json.loads(data)


def pieces(response: http.client.HTTPResponse) -> Iterator[str]:
    """The texts of a streamed chat completion (OpenAI's form), as they come."""
    for event in events(response):
        for choice in event.get("choices", ()):
            delta = choice.get("delta") or {}
            text = delta.get("content") or delta.get("reasoning_content") or choice.get("text")
            if text:
                yield str(text)
