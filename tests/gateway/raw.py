"""Requests written byte by byte, as no well-behaved client writes them."""

import json
import socket
from dataclasses import dataclass
from typing import Any

from tests.gateway.conftest import Running


@dataclass(frozen=True)
class Answer:
    status: int
    head: bytes
    body: bytes

    @property
    def code(self) -> str:
        return str(json.loads(self.body)["error"]["code"])


def talk(gateway: Running, data: bytes, *, timeout: float = 30) -> Answer:
    """Send ``data`` on a connection of its own; the first answer that comes."""
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=timeout) as connection:
        connection.sendall(data)
        return read_answer(connection)


def read_answer(connection: socket.socket) -> Answer:
    got = b""
    while b"\r\n\r\n" not in got:
        part = connection.recv(65536)
        if not part:
            return Answer(0, got, b"")
        got += part
    head, _, body = got.partition(b"\r\n\r\n")
    length = next((int(r[15:]) for r in head.split(b"\r\n") if r.lower().startswith(b"content-length:")), 0)
    while len(body) < length:
        part = connection.recv(65536)
        if not part:
            break
        body += part
    return Answer(int(head.split(b" ")[1]), head, body)


def post(
    gateway: Running,
    body: Any,
    *headers: str,
    target: str = "/v1/messages",
    host: str | None = None,
    token: bool = True,
    method: str = "POST",
) -> bytes:
    """The bytes of a request. ``body`` is JSON or bytes."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"{method} {target} HTTP/1.1", f"Host: {host or f'127.0.0.1:{gateway.port}'}"]
    lines += [f"x-api-key: {gateway.token}"] if token else []
    names = {h.partition(":")[0].lower() for h in headers}
    lines += [] if "content-type" in names else ["Content-Type: application/json"]
    lines += [] if {"content-length", "transfer-encoding"} & names else [f"Content-Length: {len(data)}"]
    return "\r\n".join([*lines, *headers, "", ""]).encode() + data
