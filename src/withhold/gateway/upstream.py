"""Connections to the routes' upstreams: no proxies, no cookies, no redirects, certificates checked."""

import re
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from functools import lru_cache

from yarl import URL

from withhold.gateway.config import RouteConfig
from withhold.gateway.connections import Answer, Connections
from withhold.gateway.wire import Endpoint

_UNFIT = re.compile(r"[\r\n\0]")
Headers = Sequence[tuple[str, str]]


class NoKey(Exception):
    """The key of a route cannot be had; the message says where it was looked for."""


@dataclass(slots=True)
class Upstreams:
    """Connections by origin or Unix socket. ``key`` finds the secret of a route."""

    key: Callable[[RouteConfig], str | None]
    silence: float
    _open: dict[tuple[URL, str | None], Connections] = field(default_factory=dict)

    def send(
        self, route: RouteConfig, asked: Endpoint, query: str, headers: Headers, body: bytes
    ) -> AbstractAsyncContextManager[Answer]:
        """The upstream's answer; its body is not read yet.

        Raises :class:`~withhold.gateway.connections.NotReached`, ``aiohttp.ClientError``, ``TimeoutError``
        and, for a header that would be two, ``ValueError``.
        """
        url = address(route, asked, query)
        head = _head("POST" if asked.has_body else "GET", url, headers)
        return self._connections(url.origin(), route).request(head, body)

    def credentials(self, route: RouteConfig) -> Headers:
        """The header that carries the route's key. Raises :class:`NoKey`."""
        if route.key == "none" or route.auth == "none":
            return ()
        key = (self.key(route) or "").strip()
        if not key:
            raise NoKey(f"route {route.id} has no key")
        how = route.auth or ("x-api-key" if route.speaks[0] == "anthropic" else "bearer")
        return (("x-api-key", key),) if how == "x-api-key" else (("Authorization", f"Bearer {key}"),)

    def _connections(self, origin: URL, route: RouteConfig) -> Connections:
        socket = route.upstream.removeprefix("unix:") if route.upstream.startswith("unix:") else None
        if (origin, socket) not in self._open:
            self._open[origin, socket] = Connections(origin, socket, self.silence)
        return self._open[origin, socket]

    async def close(self) -> None:
        for connections in self._open.values():
            connections.close()


def _head(method: str, url: URL, headers: Headers) -> bytes:
    """A request's head. Raises ``ValueError`` for a name or value with an end of line in it."""
    lines = [f"{method} {url.raw_path_qs} HTTP/1.1", f"Host: {url.host_port_subcomponent}"]
    lines += [f"{name}: {value}" for name, value in headers]
    if any(map(_UNFIT.search, lines)):
        raise ValueError("a header holds the end of a line")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


@lru_cache(maxsize=1024)
def address(route: RouteConfig, asked: Endpoint, query: str) -> URL:
    """Where a request goes. The name ``localhost`` is never looked up: it could lead elsewhere."""
    base = "http://localhost" if route.upstream.startswith("unix:") else route.upstream.rstrip("/")
    after = asked.after
    if base.endswith("/v1") and after.startswith("/v1/"):
        after = after.removeprefix("/v1")
    elif route.is_local and not base.endswith("/v1") and not after.startswith("/v1"):
        after = "/v1" + after
    url = URL(base + after + (f"?{query}" if query else ""), encoded=True)
    return (
        url.with_host("127.0.0.1")
        if url.host == "localhost" and not route.upstream.startswith("unix:")
        else url
    )
