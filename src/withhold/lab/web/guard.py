"""What every request passes: the host it names, the browser's session, the headers of the answer."""

import secrets

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request, cookie_parser
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from withhold.lab.web.site import Session, Sessions, session_of

COOKIE = "lumen_session"
CSRF_HEADER = "x-csrf-token"
HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})
"""A page of another origin that resolves to this machine names another host, and is refused."""

_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}
_COOKIE_SECONDS = 30 * 24 * 3600
"""A browser keeps the sign-in when it closes, as it does a real provider's: a kept profile is signed in."""
_LONGEST_TEXT = 20_000


class Guard:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, sessions: Sessions) -> None:
        self._app = app
        self._sessions = sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if _host(headers.get("host", "")) not in HOSTS:
            await PlainTextResponse("this lab answers on loopback names only", 421)(scope, receive, send)
            return
        cookie = cookie_parser(headers.get("cookie", "")).get(COOKIE)
        session = scope["lumen.session"] = self._sessions.find(cookie)

        async def finish(message: Message) -> None:
            if message["type"] == "http.response.start":
                _finish(MutableHeaders(scope=message), session, cookie)
            await send(message)

        await self._app(scope, receive, finish)


def _host(header: str) -> str:
    name, colon, port = header.rpartition(":")
    return name if colon and port.isdigit() else header


def _finish(headers: MutableHeaders, session: Session, cookie: str | None) -> None:
    headers.update(_HEADERS)
    if session.token != cookie:
        kept = f"{COOKIE}={session.token}; Path=/; Max-Age={_COOKIE_SECONDS}; HttpOnly; SameSite=Strict"
        headers.append("set-cookie", kept)


def check_csrf(request: Request, token: str | None) -> None:
    """Raise 403 unless the token is this session's."""
    if not secrets.compare_digest((token or "").encode(), session_of(request).csrf.encode()):
        raise HTTPException(403, "this form is out of date: go back, reload, and send it again")


async def fields(request: Request) -> dict[str, str]:
    """The text fields of a form that this session was given. Raises 403 or 413."""
    form = await request.form(max_files=0, max_fields=20)
    values = {name: value for name, value in form.items() if isinstance(value, str)}
    check_csrf(request, values.get("csrf"))
    if any(len(value) > _LONGEST_TEXT for value in values.values()):
        raise HTTPException(413, f"more than {_LONGEST_TEXT} characters")
    return values
