"""Handing an answer on: byte for byte, or with values back in place of their placeholders."""

import json
from collections.abc import Mapping

import aiohttp
from aiohttp import web

from withhold.gateway import wire
from withhold.gateway.config import Dialect
from withhold.gateway.connections import Answer
from withhold.gateway.restore import StreamRestorer, TooLong, restore_whole

_LARGEST_RESTORED = 64 << 20


class BrokenOff(Exception):
    """The upstream's answer could not be handed on whole. ``response`` is what was begun, if it was."""

    def __init__(self, message: str, response: web.StreamResponse | None = None) -> None:
        super().__init__(message)
        self.response = response


class Answering:
    """One answer on its way to the client. ``sent`` counts bytes, ``status`` is the upstream's."""

    def __init__(
        self, request: web.BaseRequest, dialect: Dialect, values: Mapping[str, str], route: str
    ) -> None:
        self._request = request
        self._dialect = dialect
        self._values = values
        self._route = route
        self.sent = 0
        self.status: int | None = None

    async def pass_on(self, answer: Answer) -> web.StreamResponse:
        """Hand ``answer`` on to its end. Raises :class:`BrokenOff`; waits while the client does not read."""
        self.status = answer.status
        if 300 <= answer.status < 400:
            raise BrokenOff(f"{self._route} answered with a redirect, which is not followed")
        response = web.StreamResponse(status=answer.status, reason=answer.reason)
        for name, value in wire.to_client(answer.raw_headers):
            response.headers.add(name, value)
        response.headers["x-withhold-route"] = self._route
        if not self._values:
            return await self._plain(answer, response)
        if answer.header("Content-Encoding") not in {"", "identity"}:
            raise BrokenOff(f"{self._route} sent a compressed answer, in which nothing can be put back")
        if answer.content_type == "text/event-stream":
            return await self._stream(answer, response)
        return await self._whole(answer, response)

    async def _plain(self, answer: Answer, response: web.StreamResponse) -> web.StreamResponse:
        if answer.content.is_eof():
            return await self._at_once(await self._read(answer), response)
        if answer.content_length is not None:
            response.content_length = answer.content_length
        await response.prepare(self._request)
        await self._pumped(answer, response, None)
        return response

    async def _at_once(self, data: bytes, response: web.StreamResponse) -> web.StreamResponse:
        """Head and body in one piece: the client wakes once."""
        whole = web.Response(
            status=response.status, reason=response.reason, headers=response.headers, body=data
        )
        await whole.prepare(self._request)
        self.sent += len(data)
        await whole.write_eof()
        return whole

    async def _stream(self, answer: Answer, response: web.StreamResponse) -> web.StreamResponse:
        await response.prepare(self._request)
        await self._pumped(answer, response, StreamRestorer(self._values))
        return response

    async def _pumped(
        self, answer: Answer, response: web.StreamResponse, restorer: StreamRestorer | None
    ) -> None:
        content = answer.content
        while True:
            try:
                data = await content.readany()
            except (aiohttp.ClientError, TimeoutError) as problem:
                await self._cut(answer, response, restorer)
                raise BrokenOff(f"the answer broke off: {type(problem).__name__}", response) from problem
            if not data:
                break
            try:
                ready = data if restorer is None else restorer.feed(data)
            except TooLong as problem:
                await self._cut(answer, response, restorer)
                raise BrokenOff("an event is too long to put anything back into it", response) from problem
            await self._write(response, ready)
        if restorer is not None:
            await self._write(response, restorer.end())
        await response.write_eof()

    async def _write(self, response: web.StreamResponse, data: bytes) -> None:
        if data:
            self.sent += len(data)
            await response.write(data)

    async def _cut(
        self, answer: Answer, response: web.StreamResponse, restorer: StreamRestorer | None
    ) -> None:
        """Let the client see that the answer is not whole: an error event in a stream, then a hard end."""
        if restorer is not None:
            await self._write(response, restorer.end())
        if answer.content_type == "text/event-stream":
            _, body = wire.refusal(
                self._dialect, wire.UPSTREAM, "the answer broke off; nothing else was asked"
            )
            event = b"event: error\n" if self._dialect == "anthropic" else b""
            await self._write(response, b"\n\n" + event + b"data: " + body + b"\n\n")
        if self._request.transport is not None:
            self._request.transport.close()

    async def _whole(self, answer: Answer, response: web.StreamResponse) -> web.StreamResponse:
        data = await self._read(answer)
        try:
            value = json.loads(data)
        except ValueError:
            made = data
        else:
            back = restore_whole(value, self._values)
            made = data if back == value else json.dumps(back).encode()
        return await self._at_once(made, response)

    async def _read(self, answer: Answer) -> bytes:
        parts, size = [], 0
        try:
            async for part in answer.content.iter_any():
                size += len(part)
                parts.append(part)
                if size > _LARGEST_RESTORED:
                    raise BrokenOff("the answer is too long to put anything back into it")
        except (aiohttp.ClientError, TimeoutError) as problem:
            raise BrokenOff(f"the answer broke off: {type(problem).__name__}") from problem
        return b"".join(parts)
