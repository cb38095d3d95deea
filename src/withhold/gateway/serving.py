"""The running gateway: listens on loopback alone, and closes so that every outcome is in the audit."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from withhold.gateway.server import Gateway
from withhold.support.errors import EnvironmentProblem

GRACE_SECONDS = 5.0


def allowed_hosts(port: int, more: tuple[str, ...]) -> frozenset[str]:
    """Values of ``Host`` that name this gateway. A name of somebody else's that leads here is not one."""
    names = ("127.0.0.1", "localhost", "[::1]")
    return frozenset({f"{name}:{port}" for name in names} | {name.lower() for name in more})


def bound(port: int) -> list[socket.socket]:
    """Sockets on 127.0.0.1 and, where there is IPv6, ::1, on one port. Raises ``EnvironmentProblem``."""
    first = _listening(socket.AF_INET, "127.0.0.1", port)
    chosen = first.getsockname()[1]
    try:
        return [first, _listening(socket.AF_INET6, "::1", chosen)]
    except (EnvironmentProblem, OSError):
        return [first]


def _listening(family: socket.AddressFamily, address: str, port: int) -> socket.socket:
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        if family is socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        if hasattr(socket, "SO_REUSEADDR") and not hasattr(socket, "SO_EXCLUSIVEADDRUSE"):
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((address, port))
        made.listen(512)
    except OSError as problem:
        made.close()
        raise EnvironmentProblem(
            f"port {port} of {address} cannot be used: {problem.strerror}",
            next_step="end what uses it, or name another one with --port",
        ) from problem
    made.setblocking(False)
    return made


def _silent_logger() -> logging.Logger:
    """aiohttp logs the bytes of a request that it cannot read; nothing of a request is written here."""
    logger = logging.getLogger("withhold.gateway.server")
    logger.disabled = True
    return logger


@dataclass(slots=True)
class Serving:
    """``gateway`` on ``sockets``. ``every`` is done each ``period`` seconds and once at the end."""

    gateway: Gateway
    sockets: list[socket.socket]
    every: Callable[[], Awaitable[None]]
    period: float
    _stopped: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.sockets[0].getsockname()[1]}"

    def stop(self) -> None:
        """Let requests that are on their way end, for a few seconds, and close."""
        self._stopped.set()

    async def run(self, started: Callable[[], None]) -> None:
        """Serve until :meth:`stop`. ``started`` is told once connections are taken."""
        asyncio.get_running_loop().set_exception_handler(self._unhandled)
        server = web.Server(
            self.gateway.handle, handler_cancellation=True, access_log=None, logger=_silent_logger()
        )
        runner = web.ServerRunner(server, shutdown_timeout=GRACE_SECONDS)
        await runner.setup()
        for one in self.sockets:
            await web.SockSite(runner, one).start()
        beat = asyncio.create_task(self._beat())
        started()
        try:
            await self._stopped.wait()
        finally:
            beat.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await beat
            await runner.cleanup()
            if self.gateway.reading is not None:
                self.gateway.reading.close()
            await self.gateway.auditor.close()
            await self.every()
            await self.gateway.upstreams.close()
            await self.gateway.tokens.close()

    def _unhandled(self, _: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Say what failed outside of a request by its kind alone: its message may hold what was sent."""
        problem = context.get("exception")
        kind = type(problem).__name__ if problem is not None else "an unknown reason"
        self.gateway.notice(f"Something failed inside the gateway: {kind}")

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self.period)
            await self.every()
