"""Serving the lab on loopback: in the foreground, or in a thread for tests and the demo."""

import ipaddress
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from withhold.lab.core import Lab
from withhold.lab.store import LabFile
from withhold.lab.terms import LabTerms
from withhold.lab.web.app import create_app
from withhold.lab.web.site import Site
from withhold.support.errors import UsageProblem
from withhold.support.serving import in_thread, listen, server_of

START = datetime(2025, 8, 1, 9, tzinfo=UTC)
"""Some weeks before the new terms are on offer."""


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
        server_of(create_app(running.site)).run(sockets=[listening])


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
    with (
        _prepared(host, port, data, start, seed, variant, terms) as (running, listening),
        in_thread(server_of(create_app(running.site)), listening, name="lab"),
    ):
        yield running


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
    address = "127.0.0.1" if host == "localhost" else host
    if not _is_loopback(address):
        raise UsageProblem(f"the lab is served on loopback only, not on {host}", next_step="leave --host out")
    return listen(address, port)


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
