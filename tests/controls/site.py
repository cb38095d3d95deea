"""A small provider on loopback for the tests: pages as text, and the truth kept on the server's side."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

SCRIPT = """
<script>
const send = (name, on, path = '/save') => fetch(path, {method: 'PATCH',
  headers: {'content-type': 'application/json'}, body: JSON.stringify({[name]: on})});
const load = () => fetch('/state', {cache: 'no-store'}).then(r => r.json());
const show = (el, on) => {
  if (el.type === 'checkbox') el.checked = on;
  else el.setAttribute(el.hasAttribute('aria-pressed') ? 'aria-pressed' : 'aria-checked', String(on));
};
const shows = el => el.type === 'checkbox' ? el.checked
  : (el.getAttribute('aria-checked') ?? el.getAttribute('aria-pressed')) === 'true';
const wire = (el, name, save = send) => el.addEventListener('click', async () => {
  const on = el.type === 'checkbox' ? el.checked : !shows(el);
  show(el, on);
  await save(name, on);
});
const keyed = () => document.querySelectorAll('[data-key]');
const all = state => { for (const el of keyed()) show(el, state[el.dataset.key]); };
const ready = (save = send) => load().then(state => {
  all(state);
  for (const el of keyed()) wire(el, el.dataset.key, save);
});
</script>
"""


def switch(key: str, label: str, more: str = "") -> str:
    """A button with the role of a switch, named by a label; its state comes from the server by script."""
    return (
        f'<div class="row"><label for="{key}">{label}</label> '
        f'<button id="{key}" type="button" role="switch" data-key="{key}" {more}>&nbsp;&nbsp;</button></div>'
    )


def page(body: str, script: str = "ready()", *, title: str = "Settings", lang: str = "en") -> str:
    return (
        f'<!doctype html><html lang="{lang}"><meta charset="utf-8"><title>{title}</title>{SCRIPT}'
        f"<body><main><h1>Privacy</h1>{body}</main><script>{script}</script></body></html>"
    )


@dataclass
class Site:
    """``state`` is the truth; ``save_status`` and ``saves`` decide what happens to a change."""

    pages: dict[str, str] = field(default_factory=dict)
    state: dict[str, bool] = field(default_factory=dict)
    writes: list[tuple[str, bool]] = field(default_factory=list)
    redirects: dict[str, str] = field(default_factory=dict)
    save_status: int = 200
    saves: bool = True
    echo: bool | None = None
    """What the answer says; ``None`` for the truth."""
    requests: list[str] = field(default_factory=list)
    url: str = ""
    stream_after: float = 1.0
    """Seconds after which the standing connection says where the switches stand."""

    @property
    def port(self) -> int:
        return urlsplit(self.url).port or 0

    def change(self, sent: dict[str, bool]) -> dict[str, bool]:
        for key, on in sent.items():
            self.writes.append((key, on))
            if self.saves and self.save_status < 400:
                self.state[key] = on
        return {key: on if self.echo is None else self.echo for key, on in sent.items()}


@contextmanager
def serve(site: Site) -> Iterator[Site]:
    """Serve ``site`` on a free port of 127.0.0.1 until the end of the block."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(site))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    site.url = f"http://127.0.0.1:{server.server_port}/"
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            site.requests.append(f"GET {path}")
            if path in site.redirects:
                self._answer(302, b"", "text/plain", site.redirects[path])
            elif path == "/state":
                self._answer(200, json.dumps(site.state).encode(), "application/json")
            elif path == "/stream":
                self._stream()
            elif path in site.pages:
                self._answer(200, site.pages[path].encode(), "text/html; charset=utf-8")
            else:
                self._answer(404, b"not here", "text/plain")

        def _stream(self) -> None:
            """A standing connection that says after a while where the switches stand."""
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            with suppress(ConnectionError):
                self.wfile.write(b": open\n\n")
                self.wfile.flush()
                time.sleep(site.stream_after)
                self.wfile.write(f"data: {json.dumps(site.state)}\n\n".encode())
                self.wfile.flush()
                time.sleep(3)

        def do_PATCH(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            answer = site.change(json.loads(self.rfile.read(length)))
            self._answer(site.save_status, json.dumps(answer).encode(), "application/json")

        def _answer(self, status: int, body: bytes, kind: str, location: str = "") -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            if location:
                self.send_header("Location", location)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Silent."""

    return Handler
