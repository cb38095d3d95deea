"""Serving the page on loopback: in the foreground, or in a thread for tests."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import uvicorn

from withhold.app.ui import Desk
from withhold.support.errors import EnvironmentProblem
from withhold.web.app import create_app
from withhold.web.sessions import Gate

HOST = "127.0.0.1"
_PATIENCE = 10.0
"""Seconds a server gets to stop."""


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
    with _prepared(desk, language, 0) as (made, server, listening):
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="ui", daemon=True)
        thread.start()
        try:
            yield made
        finally:
            server.should_exit = True
            thread.join(_PATIENCE)
        if thread.is_alive():
            raise EnvironmentProblem("the page's server did not stop", next_step="try again")


@contextmanager
def _prepared(
    desk: Desk, language: str, port: int
) -> Iterator[tuple[Running, uvicorn.Server, socket.socket]]:
    listening = _listen(port)
    try:
        taken = listening.getsockname()[1]
        gate = Gate(language)
        app = create_app(desk, gate, frozenset({f"{HOST}:{taken}", f"localhost:{taken}"}))
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            lifespan="off",
            ws="none",
            server_header=False,
            timeout_graceful_shutdown=2,
        )
        yield Running(f"http://{HOST}:{taken}", gate), uvicorn.Server(config), listening
    finally:
        listening.close()


def _listen(port: int) -> socket.socket:
    """Listening from here on, so that a request made before the server runs waits for it."""
    try:
        return socket.create_server((HOST, port))
    except OSError as problem:
        raise EnvironmentProblem(
            f"port {port} cannot be used: {problem.strerror}", next_step="name another port, or none"
        ) from problem
