"""A web application on one socket of this machine: in the foreground, or in a thread that ends with it."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from withhold.support.errors import EnvironmentProblem

PATIENCE = 10.0
"""Seconds that a server gets to stop."""
GRACE = 2
"""Seconds that open requests get to end."""


def listen(address: str, port: int) -> socket.socket:
    """Listening from here on, so that a request made before the server runs waits for it.

    ``port`` 0 takes a free one. Raises ``EnvironmentProblem`` for one that cannot be had.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        return socket.create_server((address, port), family=family)
    except OSError as problem:
        raise EnvironmentProblem(
            f"port {port} cannot be used: {problem.strerror}", next_step="name another port, or none"
        ) from problem


def server_of(application: Any) -> uvicorn.Server:
    """A server that writes no log of requests and names itself to nobody."""
    return uvicorn.Server(
        uvicorn.Config(
            application,
            log_level="warning",
            access_log=False,
            lifespan="off",
            ws="none",
            server_header=False,
            timeout_graceful_shutdown=GRACE,
        )
    )


@contextmanager
def in_thread(server: uvicorn.Server, listening: socket.socket, *, name: str) -> Iterator[None]:
    """Serve while the block runs. Raises ``EnvironmentProblem`` if the server does not stop."""
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(PATIENCE)
    if thread.is_alive():
        raise EnvironmentProblem(f"the server of the {name} did not stop", next_step="try again")
