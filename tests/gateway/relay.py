"""Adds a client's token to every request, for clients that can send none; changes nothing else."""

import asyncio
import threading
from typing import Self

import aiohttp
from aiohttp import web


class Relay:
    """Use it as a context manager; :attr:`url` is where it listens."""

    def __init__(self, target: str, token: str) -> None:
        self._target, self._token = target, token

    def __enter__(self) -> Self:
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    async def _run(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        async with aiohttp.ClientSession(auto_decompress=False) as self._session:
            runner = web.ServerRunner(web.Server(self._handle, access_log=None), shutdown_timeout=0.1)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
            self._ready.set()
            await self._stop.wait()
            await runner.cleanup()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        body = await request.read()
        kept = {n: v for n, v in request.headers.items() if n.lower() not in {"host", "content-length"}}
        async with self._session.request(
            request.method,
            self._target + request.raw_path,
            data=body,
            headers=kept | {"Authorization": f"Bearer {self._token}"},
        ) as answer:
            response = web.StreamResponse(
                status=answer.status, headers={"Content-Type": answer.headers["Content-Type"]}
            )
            await response.prepare(request)
            async for part in answer.content.iter_any():
                await response.write(part)
            await response.write_eof()
            return response
