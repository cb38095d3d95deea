"""Connections to the routes' upstreams: no proxies, no cookies, no redirects, certificates checked."""

import io
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
from yarl import URL

from withhold.gateway.config import RouteConfig
from withhold.gateway.wire import Endpoint

_AUTOMATIC = ("User-Agent", "Accept", "Content-Type")
_CONNECT_SECONDS = 15.0
_WRITTEN_AT_ONCE = 1 << 19
"""Bytes; longer bodies are written piece by piece, so that others are served meanwhile."""


class NoKey(Exception):
    """The key of a route cannot be had; the message says where it was looked for."""


@dataclass(slots=True)
class Upstreams:
    """One pool of connections for TCP, one for each Unix socket. ``key`` finds the secret of a route."""

    key: Callable[[RouteConfig], str | None]
    silence: float
    _sessions: dict[str, aiohttp.ClientSession] = field(default_factory=dict)

    @asynccontextmanager
    async def send(
        self,
        route: RouteConfig,
        asked: Endpoint,
        query: str,
        headers: Sequence[tuple[str, str]],
        body: bytes,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """The upstream's answer; its body is not read yet.

        Raises ``aiohttp.ClientError`` and ``TimeoutError``.
        """
        method = "POST" if asked.has_body else "GET"
        async with self._session(route).request(
            method,
            address(route, asked, query),
            data=io.BytesIO(body) if len(body) > _WRITTEN_AT_ONCE else body or None,
            headers=headers,
            allow_redirects=False,
        ) as answer:
            yield answer

    def credentials(self, route: RouteConfig) -> Mapping[str, str]:
        """The header that carries the route's key. Raises :class:`NoKey`."""
        if route.key == "none" or route.auth == "none":
            return {}
        key = self.key(route)
        if not key:
            raise NoKey(f"route {route.id} has no key")
        how = route.auth or ("x-api-key" if route.speaks[0] == "anthropic" else "bearer")
        return {"x-api-key": key} if how == "x-api-key" else {"Authorization": f"Bearer {key}"}

    def _session(self, route: RouteConfig) -> aiohttp.ClientSession:
        socket = route.upstream.removeprefix("unix:") if route.upstream.startswith("unix:") else ""
        if socket not in self._sessions:
            connector = aiohttp.UnixConnector(socket, limit=0) if socket else aiohttp.TCPConnector(limit=0)
            self._sessions[socket] = aiohttp.ClientSession(
                connector=connector,
                timeout=aiohttp.ClientTimeout(
                    total=None, sock_connect=_CONNECT_SECONDS, sock_read=self.silence
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                trust_env=False,
                skip_auto_headers=_AUTOMATIC,
            )
        return self._sessions[socket]

    async def close(self) -> None:
        for session in self._sessions.values():
            await session.close()


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
