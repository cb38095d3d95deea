"""A provider and a crowd of clients, to measure what stands between them: ordinary ones, on aiohttp, and ones
as thin as they can be.

As a program (``gateway_wire.py PORT ordinary|bare``) it is the provider: it answers every request alike.
"""

import asyncio
import json
import sys
import time
from dataclasses import dataclass
from typing import Protocol

import aiohttp
from aiohttp import web

_SAID = json.dumps(
    {
        "id": "c1",
        "object": "chat.completion",
        "created": 1,
        "model": "gpt-x",
        "choices": [
            {"index": 0, "message": {"role": "assistant", "content": "word " * 40}, "finish_reason": "stop"}
        ],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }
).encode()
ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
    + str(len(_SAID)).encode()
    + b"\r\n\r\n"
    + _SAID
)
BODY = json.dumps(
    {
        "model": "gpt-x",
        "messages": [{"role": "user", "content": ("some words of a prompt, as they come " * 40)[:1200]}],
    }
).encode()


class Framed(asyncio.Protocol):
    """Cuts what comes into messages by their Content-Length."""

    def __init__(self) -> None:
        self._held = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self._held += data
        while (end := self._end()) is not None:
            message, self._held = self._held[:end], self._held[end:]
            self.message(message)

    def _end(self) -> int | None:
        head = self._held.find(b"\r\n\r\n")
        if head < 0:
            return None
        low = self._held[:head].lower()
        if b"transfer-encoding: chunked" in low:
            last = self._held.find(b"0\r\n\r\n", head)
            return None if last < 0 else last + 5
        at = low.find(b"content-length:")
        length = int(low[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        return head + 4 + length if len(self._held) >= head + 4 + length else None

    def message(self, message: bytes) -> None:
        """One whole message."""
        raise NotImplementedError


class Provider(Framed):
    """Answers at once."""

    def message(self, message: bytes) -> None:  # noqa: ARG002 - every request gets the same answer
        self.transport.write(ANSWER)


class Client(Framed):
    """Asks again as soon as it is answered, until ``left`` is used up."""

    def __init__(self, request: bytes, left: list[int], taken: list[float]) -> None:
        super().__init__()
        self._request, self._left, self._taken = request, left, taken
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._ask()

    def _ask(self) -> None:
        if self._left[0] <= 0:
            self.transport.close()
            self.done.set_result(None)
            return
        self._left[0] -= 1
        self._began = time.perf_counter()
        self.transport.write(self._request)

    def message(self, message: bytes) -> None:
        if not message.startswith(b"HTTP/1.1 200"):
            self.transport.close()
            self.done.set_exception(RuntimeError(message[:400].decode("latin-1")))
            return
        self._taken.append(time.perf_counter() - self._began)
        self._ask()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        if not self.done.done():
            self.done.set_exception(ConnectionError("the connection ended before the answer"))


@dataclass(frozen=True)
class Measured:
    per_second: float
    p50: float
    """Milliseconds."""


def load(port: int, token: str, *, connections: int, requests: int) -> Measured:
    """So many requests over so many connections, each asking again as soon as it is answered."""
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(BODY)}\r\n\r\n"
    )
    taken: list[float] = []

    async def run() -> float:
        loop, left = asyncio.get_running_loop(), [requests]
        began = time.perf_counter()
        made = [
            (
                await loop.create_connection(
                    lambda: Client(head.encode() + BODY, left, taken), "127.0.0.1", port
                )
            )[1]
            for _ in range(connections)
        ]
        await asyncio.gather(*(client.done for client in made))
        return time.perf_counter() - began

    seconds = asyncio.run(run())
    return Measured(len(taken) / seconds, sorted(taken)[len(taken) // 2] * 1000)


class Load(Protocol):
    """So many requests over so many connections, each asking again as soon as it is answered."""

    def __call__(self, port: int, token: str, *, connections: int, requests: int) -> Measured: ...


def ordinary_load(port: int, token: str, *, connections: int, requests: int) -> Measured:
    """The same as :func:`load`, by a client that people write programs with and that reads the answer."""
    taken: list[float] = []

    async def run() -> float:
        left = [requests]
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        address = f"http://127.0.0.1:{port}/v1/chat/completions"
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connector, headers=headers) as session:

            async def ask() -> None:
                while left[0] > 0:
                    left[0] -= 1
                    began = time.perf_counter()
                    async with session.post(address, data=BODY) as answer:
                        answer.raise_for_status()
                        await answer.json()
                    taken.append(time.perf_counter() - began)

            began = time.perf_counter()
            await asyncio.gather(*(ask() for _ in range(connections)))
            return time.perf_counter() - began

    seconds = asyncio.run(run())
    return Measured(len(taken) / seconds, sorted(taken)[len(taken) // 2] * 1000)


LOADS: dict[str, Load] = {"ordinary": ordinary_load, "bare": load}


async def _serve_ordinarily(port: int) -> None:
    async def answered(request: web.BaseRequest) -> web.Response:
        json.loads(await request.read())
        return web.Response(body=_SAID, content_type="application/json")

    runner = web.ServerRunner(web.Server(answered, access_log=None))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, backlog=512).start()
    await asyncio.Event().wait()


async def _serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Provider, "127.0.0.1", port, backlog=512)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    serve = {"ordinary": _serve_ordinarily, "bare": _serve}[sys.argv[2]]
    asyncio.run(serve(int(sys.argv[1])))
