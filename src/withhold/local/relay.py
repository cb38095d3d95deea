"""The relay: TCP on loopback outside, the engine's Unix socket inside.

A plain model server answers whatever web page asks it and shows others' prompts. Here a request passes
only with
the right ``Host``, no foreign ``Origin`` and the token; only the ways of asking pass, and nothing that
would have
the engine fetch something; and it is handed to no process but the sealed one. The page of the chat is static
and carries no secret: the token reaches it in the address behind ``#``, which browsers do not send.
"""

import json
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from withhold.local.media import remote_references
from withhold.local.upstream import Exchange, exchange
from withhold.support.errors import EnvironmentProblem

ASKED = (
    "/v1/chat/completions",
    "/v1/completions",
    "/v1/responses",
    "/v1/messages",
    "/v1/messages/count_tokens",
    "/v1/embeddings",
)
LARGEST = 32 << 20
_PASSED = ("content-type", "accept", "anthropic-version", "anthropic-beta")
_NAMES = ("127.0.0.1", "localhost", "[::1]")
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:;"
    " form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
)
_PAGE_HEADERS = {
    "Content-Security-Policy": CSP,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_ASSETS = {
    "/": ("chat.html", "text/html"),
    "/chat.js": ("chat.js", "text/javascript"),
    "/chat.css": ("chat.css", "text/css"),
}


@dataclass(frozen=True, slots=True)
class Backing:
    """What the relay stands before. ``state`` is what the page shows of model and seal; ``sealed_pid`` the
    process that the one who answers has to come from.
    """

    socket: Path
    token: str
    state: Callable[[], Mapping[str, Any]]
    sealed_pid: int | None = None


def new_token() -> str:
    """A token for clients of one relay."""
    return f"wh-{secrets.token_urlsafe(24)}"


def app(backing: Backing, port: int) -> ASGIApp:
    """The relay as an ASGI application that is served on ``port`` of loopback."""
    relay = _Relay(backing)
    routes = [Route(path, _asset, methods=["GET"]) for path in _ASSETS]
    routes += [Route(path, relay.pass_on, methods=["POST"]) for path in ASKED]
    routes += [
        Route("/v1/models", relay.pass_on, methods=["GET"]),
        Route("/withhold/state", relay.state, methods=["GET"]),
    ]
    return _Guard(Starlette(routes=routes), backing.token, port)


class _Guard:
    """Host, Origin and token, before anything else is looked at."""

    def __init__(self, inner: ASGIApp, token: str, port: int) -> None:
        self._inner = inner
        self._token = token
        self._hosts = frozenset(f"{name}:{port}" for name in _NAMES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._inner(scope, receive, send)
            return
        refused = (
            self._refused(Request(scope)) if scope["type"] == "http" else (404, "only HTTP is spoken here")
        )
        if refused is None:
            await self._inner(scope, receive, send)
        elif scope["type"] == "http":
            await problem(scope["path"], *refused)(scope, receive, send)

    def _refused(self, request: Request) -> tuple[int, str] | None:
        hosts = request.headers.getlist("host")
        if len(hosts) != 1 or hosts[0].lower() not in self._hosts:
            return 421, "this address is not one of this computer's own names"
        origins = request.headers.getlist("origin")
        if any(origin.lower().removeprefix("http://") not in self._hosts for origin in origins):
            return 403, "web pages of others may not use this model"
        if request.scope["path"] in _ASSETS:
            return None
        given = request.headers.get("authorization", "").removeprefix("Bearer ") or request.headers.get(
            "x-api-key", ""
        )
        if not secrets.compare_digest(given.encode(), self._token.encode()):
            return 401, "the token of this relay is missing or wrong"
        return None


class _Relay:
    def __init__(self, backing: Backing) -> None:
        self._backing = backing

    async def state(self, _: Request) -> Response:
        """Model and seal, for the page."""
        return JSONResponse(dict(self._backing.state()), headers={"Cache-Control": "no-store"})

    async def pass_on(self, request: Request) -> Response:
        """Hand a request to the engine and its answer back, piece by piece."""
        path = request.scope["path"]
        try:
            body = await _limited(request)
        except ValueError as refusal:
            return problem(path, 413, str(refusal))
        if request.method == "POST" and (refused := _unfit(path, body)):
            return refused
        headers = [(name, request.headers[name]) for name in _PASSED if name in request.headers]
        try:
            answer = await exchange(
                self._backing.socket, request.method, path, headers, body, sealed_pid=self._backing.sealed_pid
            )
        except EnvironmentProblem as failed:
            return problem(path, 502, failed.message)
        kind = answer.headers.get("content-type", "application/json")
        return StreamingResponse(
            _until_closed(answer), answer.status, {"Cache-Control": "no-store"}, media_type=kind
        )


async def _until_closed(answer: Exchange) -> AsyncIterator[bytes]:
    try:
        async for piece in answer.body():
            yield piece
    finally:
        answer.close()


async def _limited(request: Request) -> bytes:
    parts, size = [], 0
    try:
        async for part in request.stream():
            size += len(part)
            if size > LARGEST:
                raise ValueError(f"a request may have {LARGEST >> 20} MiB")
            parts.append(part)
    except ClientDisconnect:
        return b""
    return b"".join(parts)


def _unfit(path: str, body: bytes) -> Response | None:
    try:
        asked = json.loads(body)
    except (ValueError, RecursionError):
        return problem(path, 400, "the request is not JSON")
    found = remote_references(asked)
    if found:
        return problem(
            path, 400, f"nothing is fetched for a request; {found[0]} names an address. Send data: instead"
        )
    return None


def problem(path: str, status: int, text: str) -> JSONResponse:
    """A refusal in the form of the client that asked."""
    body: dict[str, Any] = {"message": text, "type": "invalid_request_error", "code": "withhold_refused"}
    if path.startswith("/v1/messages"):
        return JSONResponse({"type": "error", "error": body}, status)
    return JSONResponse({"error": body}, status)


async def _asset(request: Request) -> Response:
    name, kind = _ASSETS[request.scope["path"]]
    data = files("withhold.local").joinpath("page", name).read_bytes()
    return Response(data, media_type=kind, headers=_PAGE_HEADERS)
