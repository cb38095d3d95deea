"""Sites that take offence at a second browser with the same cookies: tokens that change, one device alone."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

from tests.controls.site import page, switch

LABEL = "Help improve our models with my chats"
DEVICE = "localStorage.device ??= 'd' + Math.random(); document.cookie = 'unused=1';"
STATE = """
const ask = (method, body) => fetch('/setting', {method, body, cache: 'no-store',
  headers: {'x-device': localStorage.device}}).then(r => { if (!r.ok) throw 'no'; return r.json() });
const draw = s => show(training, s.training);
ask('GET').then(s => { draw(s); training.onclick = async () => {
  const on = !shows(training); draw({training: on});
  draw(await ask('PATCH', JSON.stringify({training: on}))); };
}).catch(() => { document.querySelector('main').innerHTML = '<p>Something went wrong.</p>' });
"""


@dataclass
class Account:
    """``renews_at``: at which loads of the page a new token is given. ``one_device``: who asks with the token
    from another device ends the sign-in. An old token ends it too, as where tokens that leaked are feared.
    """

    training: bool
    renews_at: frozenset[int] | None = frozenset()
    one_device: bool = False
    token: str = "t0"
    signed_in: bool = True
    loads: int = 0
    device: str = ""
    asked: list[str] = field(default_factory=list)
    url: str = ""

    def admits(self, token: str) -> bool:
        self.asked.append(token)
        if token and token != self.token:
            self.signed_in = False
        return self.signed_in and bool(token)

    def load(self) -> str | None:
        """The new token that this load gives, if any. ``renews_at`` of ``None``: every load gives one."""
        self.loads += 1
        if self.renews_at is not None and self.loads not in self.renews_at:
            return None
        self.token = f"t{self.loads}"
        return self.token

    def known(self, device: str) -> bool:
        self.device = self.device or device
        if self.one_device and device != self.device:
            self.signed_in = False
        return self.signed_in


@contextmanager
def serve(account: Account) -> Iterator[Account]:
    """Serve ``account`` on a free port of 127.0.0.1 until the end of the block."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"account": account}))
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    account.url = f"http://127.0.0.1:{server.server_port}/"
    try:
        yield account
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    account: Account

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path == "/setting":
            self._setting()
        elif path != "/":
            self._answer(404, "no")
        elif self.account.admits(self._token()):
            self._answer(200, page(switch("training", LABEL), DEVICE + STATE), self.account.load())
        else:
            self._answer(200, page("<p>You are signed out.</p>", ""))

    def do_PATCH(self) -> None:
        sent = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
        if self.account.admits(self._token()) and self.account.known(self._device()):
            self.account.training = sent["training"]
        self._setting()

    def _setting(self) -> None:
        if self.account.admits(self._token()) and self.account.known(self._device()):
            self._answer(200, json.dumps({"training": self.account.training}), kind="application/json")
        else:
            self._answer(401, "no")

    def _token(self) -> str:
        cookie = SimpleCookie(self.headers.get("Cookie", "")).get("session")
        return cookie.value if cookie else ""

    def _device(self) -> str:
        return self.headers.get("X-Device", "")

    def _answer(self, status: int, body: str, token: str | None = None, kind: str = "text/html") -> None:
        data = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        if token is not None:
            self.send_header("Set-Cookie", f"session={token}; HttpOnly; Path=/")
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args: object) -> None:
        """Silent."""
