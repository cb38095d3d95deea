"""What every request passes: the host it names, where it comes from, the cookie, the headers of the answer.

- ``Host`` must be this address on loopback: a name of another site that resolves here names that site.
- A request that another site or another port caused is refused (``Sec-Fetch-Site``), and whatever changes
  something must name this very page as its ``Origin``.
- Without the cookie there is nothing to be seen. The entrance alone is open, for the token of the address.
"""

import base64
import hashlib

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from withhold.web.sessions import Gate

COOKIE = "withhold"
_SAFE = ("GET", "HEAD")
_OWN_DOING = ("none", "same-origin")
"""Of ``Sec-Fetch-Site``: an address that was typed or opened by a program, or a link of the page itself."""


def policy(style: str) -> str:
    """A content security policy under which nothing runs and nothing is loaded from elsewhere.

    ``style`` is the one style sheet that may stand within a page: that of the picture.
    """
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'self' 'sha256-{digest}'; img-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )


class Guard:
    """ASGI middleware around the whole application. ``hosts`` are the values of ``Host`` that are ours."""

    def __init__(self, app: ASGIApp, gate: Gate, hosts: frozenset[str], policy: str) -> None:
        self._app = app
        self._gate = gate
        self._hosts = hosts
        self._headers = {
            "content-security-policy": policy,
            "x-content-type-options": "nosniff",
            "x-frame-options": "DENY",
            "referrer-policy": "same-origin",
            "cross-origin-opener-policy": "same-origin",
            "cross-origin-resource-policy": "same-origin",
            "permissions-policy": "camera=(), geolocation=(), microphone=()",
            "cache-control": "no-store",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return  # there is nothing else here: no web socket, no events of the server's life

        async def finish(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        refusal = self._refusal(scope)
        if refusal is None:
            await self._app(scope, receive, finish)
        else:
            status, text = refusal
            await PlainTextResponse(text, status)(scope, receive, finish)

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        headers = Headers(scope=scope)
        if headers.get("host", "") not in self._hosts:
            return 421, "This page answers on its own loopback address only."
        if headers.get("sec-fetch-site", "none") not in _OWN_DOING:
            return 403, "Another site or page caused this request; it is refused."
        if scope["method"] not in _SAFE and not self._is_own(headers.get("origin")):
            return 403, "Only a form of this page can change something."
        session = self._gate.find(cookie_parser(headers.get("cookie", "")).get(COOKIE))
        if session is None and scope["path"] != f"{self._gate.base}/enter":
            return 403, (
                "This browser has not been let in. Run 'withhold ui' and open the address that it prints;"
                " an address lets one browser in, once."
            )
        scope["withhold.session"] = session
        return None

    def _is_own(self, origin: str | None) -> bool:
        return origin is not None and origin.removeprefix("http://") in self._hosts and "://" in origin
