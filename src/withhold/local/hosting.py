"""A sealed model with its relay before it, for as long as it is wanted."""

import os
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from withhold.local.http import UnixConnection, ask
from withhold.local.relay import Backing, app, new_token
from withhold.local.seal.launch import Order, Sealed, start
from withhold.local.seal.levels import SAID, Level
from withhold.support.errors import EnvironmentProblem
from withhold.support.progress import Progress

if TYPE_CHECKING:
    import uvicorn

LOADED_WITHIN = 600.0
_LOOK_EVERY = 0.05


@dataclass
class Hosted:
    """A model that answers. ``proven`` is the id of the newest egress proof, where there is one; ``leak``
    says what got out, or could have, as soon as a proof finds that: then it is called sealed no more.
    """

    sealed: Sealed
    model: str
    port: int = 0
    token: str = field(default_factory=new_token, repr=False)
    proven: str | None = None
    leak: str | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def page(self) -> str:
        """The chat page's address, with the token where browsers do not send it."""
        return f"{self.url}/#{self.token}"

    def state(self) -> Mapping[str, Any]:
        """What the page shows."""
        level = self.sealed.level if self.sealed.alive else Level.NONE
        said = SAID[level] if self.sealed.alive else "the engine has ended"
        if self.leak is not None:
            said = self.leak
        return {
            "model": self.model,
            "level": str(level),
            "sealed": level.provable and self.sealed.alive and self.leak is None,
            "seal": said,
            "proof": self.proven,
        }


def threads() -> int:
    """How many threads the engine gets: the cores of this process, one where they are busy already."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)
    busy = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    return 1 if busy > cores * 1.5 else max(1, min(cores, 16))


def wait_until_loaded(sealed: Sealed, *, within: float = LOADED_WITHIN) -> None:
    """Wait for the engine's first answer. Raises ``EnvironmentProblem`` with its last words if it ends."""
    until = time.monotonic() + within
    while time.monotonic() < until:
        if not sealed.alive:
            raise EnvironmentProblem(f"the engine ended: {sealed.last_words() or 'it said nothing'}")
        if _healthy(sealed):
            return
        time.sleep(_LOOK_EVERY)
    raise EnvironmentProblem(f"the model was not loaded within {within:g} seconds")


def _healthy(sealed: Sealed) -> bool:
    connection = UnixConnection(sealed.socket, timeout=5)
    try:
        return ask(connection, "/health").status == 200
    except OSError:
        return False
    finally:
        connection.close()


@contextmanager
def hosted(order: Order, level: Level, progress: Progress) -> Iterator[Hosted]:
    """A loaded model behind its seal, without a relay."""
    sealed = start(order, level)
    try:
        progress.step(f"loading {order.alias}, {SAID[level]}")
        wait_until_loaded(sealed)
        yield Hosted(sealed, order.alias)
    finally:
        sealed.close()


@contextmanager
def relayed(host: Hosted, *, port: int = 0) -> Iterator[Hosted]:
    """``host`` with its relay on loopback; ``port`` 0 takes a free one."""
    listening = _listening(port)
    host.port = listening.getsockname()[1]
    backing = Backing(host.sealed.socket, host.token, host.state, host.sealed.pid)
    server = _server(app(backing, host.port))
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    try:
        while not server.started and thread.is_alive():
            time.sleep(0.01)
        yield host
    finally:
        server.should_exit = server.force_exit = True
        thread.join(5)
        listening.close()


def _listening(port: int) -> socket.socket:
    try:
        return socket.create_server(("127.0.0.1", port))
    except OSError as problem:
        raise EnvironmentProblem(
            f"port {port} of this computer cannot be used: {problem.strerror}",
            next_step="choose another: --port 0",
        ) from problem


def _server(application: Any) -> "uvicorn.Server":
    import uvicorn

    return uvicorn.Server(
        uvicorn.Config(
            application,
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            date_header=False,
        )
    )
