"""A provider on loopback that behaves as the real ones do: streams with pings, error bodies, 429, redirects.

What it does is chosen by the model's name. It keeps every request it saw, byte for byte.
"""

import asyncio
import json
import threading
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web

PING = b'event: ping\ndata: {"type": "ping"}\n\n'
ODD_ERROR = (
    b'{ "type":"error",\n\t"error":{"type":"overloaded_error","message":"Overloaded \\u00fc"},'
    b' "extra":[1,2 ]}'
)


@dataclass
class Seen:
    method: str
    path: str
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class FakeUpstream:
    """Runs in a thread of its own; use it as a context manager."""

    seen: list[Seen] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    """Models whose client closed the connection before the answer was over."""
    written: int = 0
    """Bytes of the endless answer that were taken off it."""

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
        server = web.Server(self._handle, handler_cancellation=True, access_log=None)
        runner = web.ServerRunner(server, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.port = runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._ready.set()
        await self._stop.wait()
        await runner.cleanup()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        body = b"".join([part async for part in request.content.iter_any()])
        headers = [(n.decode(), v.decode()) for n, v in request.raw_headers]
        self.seen.append(Seen(request.method, request.raw_path, headers, body))
        if request.method == "GET":
            return web.json_response(
                {"object": "list", "data": [{"id": "m", "object": "model"}], "has_more": False}
            )
        asked = json.loads(body)
        model = asked["model"]
        special = getattr(self, "_do_" + model.replace("-", "_"), None)
        if special is not None:
            return await special(request)
        if request.raw_path.endswith("/embeddings"):
            return web.json_response(
                {
                    "object": "list",
                    "model": model,
                    "data": [{"object": "embedding", "index": 0, "embedding": [0.5, 1.5]}],
                    "usage": {"prompt_tokens": 1, "total_tokens": 1},
                }
            )
        if "count_tokens" in request.raw_path:
            return web.json_response({"input_tokens": 7})
        if asked.get("stream"):
            return await self._streamed(request, asked)
        return self._whole(request, asked)

    def _whole(self, request: web.BaseRequest, asked: dict[str, Any]) -> web.Response:
        said = echo(asked)
        if "/messages" in request.raw_path:
            made: Any = {
                "id": "msg_1",
                "type": "message",
                "role": "assistant",
                "model": asked["model"],
                "content": [{"type": "text", "text": said}],
                "stop_reason": "end_turn",
                "stop_sequence": None,
                "usage": {"input_tokens": 1, "output_tokens": 2},
            }
        elif "/responses" in request.raw_path:
            made = response_object(asked["model"], said)
        else:
            made = {
                "id": "c1",
                "object": "chat.completion",
                "created": 1,
                "model": asked["model"],
                "choices": [
                    {"index": 0, "message": {"role": "assistant", "content": said}, "finish_reason": "stop"}
                ],
                "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
            }
        return web.json_response(made, headers={"request-id": "req_1", "x-future-header": "kept"})

    async def _streamed(self, request: web.BaseRequest, asked: dict[str, Any]) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "request-id": "req_2"})
        await response.prepare(request)
        for event in stream_of(request.raw_path, asked["model"], echo(asked)):
            await response.write(event)
            await asyncio.sleep(0)
        await response.write_eof()
        return response

    async def _do_busy(self, _request: web.BaseRequest) -> web.Response:
        return web.Response(
            status=429, body=ODD_ERROR, headers={"Retry-After": "7", "Content-Type": "application/json"}
        )

    async def _do_redirect(self, _request: web.BaseRequest) -> web.Response:
        return web.Response(status=307, headers={"Location": self.url + "/elsewhere"})

    async def _do_endless(self, request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        try:
            while True:
                await response.write(PING * 1000)
                self.written += len(PING) * 1000
                await asyncio.sleep(0.001)
        except (ConnectionError, asyncio.CancelledError):
            self.gone.append("endless")
            raise

    async def _do_silent(self, request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(PING)
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            self.gone.append("silent")
            raise
        return response

    async def _do_broken(self, request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(PING)
        assert request.transport is not None
        request.transport.abort()
        return response


def echo(asked: dict[str, Any]) -> str:
    """All that was said, which is what the model answers."""
    if "input" in asked:
        return str(asked["input"])
    said = [m["content"] for m in asked["messages"]]
    return "".join(c if isinstance(c, str) else "".join(b.get("text", "") for b in c) for c in said)


def response_object(model: str, said: str) -> dict[str, Any]:
    return {
        "id": "r1",
        "object": "response",
        "created_at": 1,
        "status": "completed",
        "model": model,
        "output": [
            {
                "type": "message",
                "id": "m1",
                "status": "completed",
                "role": "assistant",
                "content": [{"type": "output_text", "text": said, "annotations": []}],
            }
        ],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
    }


def stream_of(path: str, model: str, said: str) -> list[bytes]:
    """The events of an answer, a character each."""
    if "/messages" in path:
        return anthropic_stream(model, said)
    if "/responses" in path:
        deltas = [
            {
                "type": "response.output_text.delta",
                "item_id": "m1",
                "output_index": 0,
                "content_index": 0,
                "sequence_number": n,
                "delta": c,
                "logprobs": [],
            }
            for n, c in enumerate(said)
        ]
        events = [
            *deltas,
            {
                "type": "response.output_text.done",
                "item_id": "m1",
                "output_index": 0,
                "content_index": 0,
                "sequence_number": 999,
                "text": said,
                "logprobs": [],
            },
            {"type": "response.completed", "sequence_number": 1000, "response": response_object(model, said)},
        ]
        return [f"event: {e['type']}\ndata: {json.dumps(e)}\n\n".encode() for e in events]
    chunks = [
        {
            "id": "c1",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": model,
            "choices": [{"index": 0, "delta": {"content": c}, "finish_reason": None}],
        }
        for c in said
    ]
    last = {
        "id": "c1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": model,
        "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}],
    }
    return [
        *(b"data: " + json.dumps(c).encode() + b"\n\n" for c in [*chunks, last]),
        b": comment\n\n",
        b"data: [DONE]\n\n",
    ]


def anthropic_stream(model: str, said: str) -> list[bytes]:
    def event(name: str, **data: Any) -> bytes:
        return f"event: {name}\ndata: {json.dumps({'type': name, **data})}\n\n".encode()

    message = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 1, "output_tokens": 1},
    }
    return [
        event("message_start", message=message),
        event("content_block_start", index=0, content_block={"type": "text", "text": ""}),
        PING,
        *(event("content_block_delta", index=0, delta={"type": "text_delta", "text": c}) for c in said),
        event("content_block_stop", index=0),
        event(
            "message_delta",
            delta={"stop_reason": "end_turn", "stop_sequence": None},
            usage={"output_tokens": 2},
        ),
        event("message_stop"),
    ]
