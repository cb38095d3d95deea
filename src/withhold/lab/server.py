"""Serving the lab on loopback: in the foreground, or in a thread for tests and the demo."""

import ipaddress
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import uvicorn

from withhold.lab.core import Lab
from withhold.lab.store import LabFile
from withhold.lab.terms import LabTerms
from withhold.lab.web.app import create_app
from withhold.lab.web.site import Site
from withhold.support.errors import EnvironmentProblem, UsageProblem

START = datetime(2025, 8, 1, 9, tzinfo=UTC)
"""Some weeks before the new terms are on offer."""

_PATIENCE = 10.0
"""Seconds a server gets to start or to stop."""


@dataclass(frozen=True, slots=True)
class RunningLab:
    """A served lab. Between requests ``lab`` may be asked and used directly; the pages follow."""

    url: str
    site: Site

    @property
    def lab(self) -> Lab:
        return self.site.lab


def serve(
    host: str = "127.0.0.1",
    port: int = 0,
    data: Path | None = None,
    *,
    start: datetime = START,
    seed: int = 0,
    variant: str | None = None,
    terms: LabTerms | None = None,
    ready: Callable[[RunningLab], None] | None = None,
) -> None:
    """Serve until interrupted. ``data`` is the file in which the lab lives on; without it, it is forgotten.

    ``start`` and ``seed`` are for a new lab; a stored one has its own. ``terms`` are not stored: give a
    stored lab the same ones again. ``ready`` is called once the address is taken. Raises ``UsageProblem``
    for a host that is not loopback.
    """
    with _prepared(host, port, data, start, seed, variant, terms) as (running, listening):
        if ready is not None:
            ready(running)
        _server(running).run(sockets=[listening])


@contextmanager
def running_lab(
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    data: Path | None = None,
    start: datetime = START,
    seed: int = 0,
    variant: str | None = None,
    terms: LabTerms | None = None,
) -> Iterator[RunningLab]:
    """Serve from a thread on a free loopback port, and stop at the end. Arguments as for ``serve``."""
    with _prepared(host, port, data, start, seed, variant, terms) as (running, listening):
        server = _server(running)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="lab", daemon=True)
        thread.start()
        try:
            yield running
        finally:
            server.should_exit = True
            thread.join(_PATIENCE)
        if thread.is_alive():
            raise EnvironmentProblem("the lab's server did not stop", next_step="try again")


@contextmanager
def _prepared(
    host: str,
    port: int,
    data: Path | None,
    start: datetime,
    seed: int,
    variant: str | None,
    terms: LabTerms | None,
) -> Iterator[tuple[RunningLab, socket.socket]]:
    listening = _listen(host, port)
    file = None
    try:
        file = LabFile.open(data) if data else None
        lab = file.lab(start, terms, seed) if file else Lab(start, terms, seed=seed)
        taken = listening.getsockname()[1]
        shown = f"[{host}]" if ":" in host else host
        yield RunningLab(f"http://{shown}:{taken}", Site(lab, variant=variant, file=file)), listening
    finally:
        listening.close()
        if file:
            file.close()


def _listen(host: str, port: int) -> socket.socket:
    """Listening from here on, so that a request made before the server runs waits for it."""
    address = "127.0.0.1" if host == "localhost" else host
    if not _is_loopback(address):
        raise UsageProblem(f"the lab is served on loopback only, not on {host}", next_step="leave --host out")
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        return socket.create_server((address, port), family=family)
    except OSError as problem:
        raise EnvironmentProblem(
            f"port {port} cannot be used: {problem.strerror}", next_step="name another port, or none"
        ) from problem


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _server(running: RunningLab) -> uvicorn.Server:
    return uvicorn.Server(
        uvicorn.Config(
            create_app(running.site),
            log_level="warning",
            access_log=False,
            lifespan="off",
            ws="none",
            server_header=False,
            timeout_graceful_shutdown=2,
        )
    )
