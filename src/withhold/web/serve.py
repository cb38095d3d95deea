"""Serving the page on loopback: in the foreground, or in a thread for tests."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import uvicorn

from withhold.app.ui import Desk
from withhold.support.serving import in_thread, listen, server_of
from withhold.web.app import create_app
from withhold.web.sessions import Gate

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Running:
    """A served page. ``url`` lets one browser in, once; ``origin`` is where it is served."""

    origin: str
    gate: Gate

    @property
    def url(self) -> str:
        return self.origin + self.gate.entrance


def serve(desk: Desk, *, language: str, port: int = 0, ready: Callable[[Running], None]) -> None:
    """Serve until interrupted. ``ready`` is called once the address is taken, before the first request."""
    with _prepared(desk, language, port) as (running, server, listening):
        ready(running)
        server.run(sockets=[listening])


@contextmanager
def running(desk: Desk, *, language: str = "en") -> Iterator[Running]:
    """Serve from a thread on a free port, and stop at the end."""
    with (
        _prepared(desk, language, 0) as (made, server, listening),
        in_thread(server, listening, name="page"),
    ):
        yield made


@contextmanager
def _prepared(
    desk: Desk, language: str, port: int
) -> Iterator[tuple[Running, uvicorn.Server, socket.socket]]:
    listening = listen(HOST, port)
    try:
        taken = listening.getsockname()[1]
        gate = Gate(language)
        app = create_app(desk, gate, frozenset({f"{HOST}:{taken}", f"localhost:{taken}"}))
        yield Running(f"http://{HOST}:{taken}", gate), server_of(app), listening
    finally:
        listening.close()
