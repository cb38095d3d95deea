"""One request at a time over connections that are kept: the client half of HTTP/1.1, on aiohttp's parser.

``aiohttp.ClientSession`` would do; it takes as long as the rules and finders together, for cookies, proxies,
redirects and retries that must not happen here.
"""

import asyncio
import ssl
import time
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from socket import SOCK_STREAM
from typing import Any

import aiohappyeyeballs
from aiohttp.client_exceptions import ClientError
from aiohttp.client_proto import ResponseHandler
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.streams import StreamReader
from yarl import URL

_CONNECT_SECONDS = 15.0
_KEPT_SECONDS = 15.0
"""Connections that idle for longer are not used again: the upstream may be about to close them."""
_SECOND_ADDRESS_SECONDS = 0.25
_LONGEST_FIELD = 32 << 10
WRITTEN_AT_ONCE = 1 << 19
"""Bytes; longer bodies are written piece by piece, so that others are served meanwhile."""


class NotReached(Exception):
    """No connection to the upstream came about, so that no byte of the request left."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An upstream's answer; ``content`` is read as it arrives."""

    status: int
    reason: str
    raw_headers: Sequence[tuple[bytes, bytes]]
    headers: Mapping[str, str]
    content: StreamReader

    def header(self, name: str) -> str:
        """The first value of a header, lower case; empty where there is none."""
        return self.headers.get(name, "").lower()

    @property
    def content_type(self) -> str:
        return self.header("Content-Type").partition(";")[0].strip()

    @property
    def content_length(self) -> int | None:
        said = self.header("Content-Length")
        return int(said) if said.isdigit() and not self.header("Transfer-Encoding") else None


@dataclass(slots=True)
class Connections:
    """Connections to one upstream. ``silence``: seconds without a byte after which an answer is given up."""

    origin: URL
    socket: str | None
    silence: float
    _idle: "deque[tuple[ResponseHandler, float]]" = field(default_factory=deque)

    @asynccontextmanager
    async def request(self, head: bytes, body: bytes) -> AsyncIterator[Answer]:
        """Send, and yield the answer, its body not read yet.

        Raises :class:`NotReached`, ``aiohttp.ClientError`` and ``TimeoutError``.
        """
        line = self._kept()
        if line is None:
            line = await self._opened()
        whole = False
        try:
            line.set_response_params(
                read_until_eof=True,
                auto_decompress=False,
                read_timeout=self.silence,
                max_line_size=_LONGEST_FIELD,
                max_field_size=_LONGEST_FIELD,
            )
            answer = await _asked(line, head, body)
            yield answer
            whole = answer.content.is_eof()
        finally:
            self._release(line, whole=whole)

    def close(self) -> None:
        """Close what is kept."""
        while self._idle:
            self._idle.pop()[0].close()

    def _kept(self) -> ResponseHandler | None:
        while self._idle:
            line, since = self._idle.pop()
            if line.is_connected() and not line.should_close and time.monotonic() - since < _KEPT_SECONDS:
                return line
            line.close()
        return None

    def _release(self, line: ResponseHandler, *, whole: bool) -> None:
        if whole and line.is_connected() and not line.should_close:
            self._idle.append((line, time.monotonic()))
        else:
            line.abort()
        while self._idle and time.monotonic() - self._idle[0][1] >= _KEPT_SECONDS:
            self._idle.popleft()[0].close()

    async def _opened(self) -> ResponseHandler:
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                return await self._connected()
        except (OSError, TimeoutError) as problem:
            raise NotReached(type(problem).__name__) from problem

    async def _connected(self) -> ResponseHandler:
        loop = asyncio.get_running_loop()
        make = lambda: ResponseHandler(loop)  # noqa: E731 - one for each connection
        if self.socket is not None:
            return (await loop.create_unix_connection(make, self.socket))[1]
        host, port = self.origin.raw_host or "", self.origin.port
        addresses = await loop.getaddrinfo(host, port, type=SOCK_STREAM)
        sock = await aiohappyeyeballs.start_connection(
            addresses, happy_eyeballs_delay=_SECOND_ADDRESS_SECONDS, interleave=1, loop=loop
        )
        if self.origin.scheme != "https":
            return (await loop.create_connection(make, sock=sock))[1]
        return (await loop.create_connection(make, sock=sock, ssl=_checked(), server_hostname=host))[1]


@cache
def _checked() -> ssl.SSLContext:
    """TLS with the certificate and the name checked."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


async def _asked(line: ResponseHandler, head: bytes, body: bytes) -> Answer:
    transport: Any = line.transport
    if len(body) <= WRITTEN_AT_ONCE:
        transport.write(head + body)
        line.start_timeout()
        return await _answered(line)
    transport.write(head)
    answered = asyncio.create_task(_answered(line))
    written = asyncio.create_task(_written(line, body))
    try:
        await asyncio.wait((answered, written), return_when=asyncio.FIRST_COMPLETED)
        if written.done() and not answered.done():
            written.result()
            line.start_timeout()
        if not written.done():
            line.force_close()  # it answered before it had read everything
        return await answered
    finally:
        for task in (answered, written):
            task.cancel()
        await asyncio.gather(answered, written, return_exceptions=True)


async def _written(line: ResponseHandler, body: bytes) -> None:
    view = memoryview(body)
    for start in range(0, len(view), WRITTEN_AT_ONCE):
        transport = line.transport
        if transport is None:
            raise ClientError("the connection ended while the request was written")
        transport.write(view[start : start + WRITTEN_AT_ONCE])
        await line._drain_helper()  # noqa: SLF001 - the protocol's own way to wait for room


async def _answered(line: ResponseHandler) -> Answer:
    """The answer's head. What only announces one (100 to 199) is passed over; another protocol is none."""
    while True:
        try:
            message, content = await line.read()
        except HttpProcessingError as problem:
            raise ClientError("the upstream's answer is no HTTP") from problem
        if message.code >= 200:
            return Answer(message.code, message.reason, message.raw_headers, message.headers, content)
        if message.upgrade or message.code == 101:
            raise ClientError("the upstream changes the protocol")
