"""A provider that hides one made-up value in each place of its page and traffic, in that place alone.

What the page shows in many places is found by having been seen in one of them. Here nothing helps but that
the place itself is masked or left out.
"""

import base64
import gzip
import hashlib
import json
import re
import struct
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote, quote_plus

_JSON = "application/json"
_WEBSOCKET = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
"""What RFC 6455 has a server hash with the key of the one who asks."""

PAGE = Path(__file__).with_name("hiding.html")
"""The page; ``@slug o.picture@`` is a place and the form in which its value stands there."""
_PLACE = re.compile(r"@(\w+) ([a-z]\.[a-z-]+)@")


class Places:
    """The values by the places in which they stand, made when first asked for."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {
            "n.code": "482913",
            "n.where": "52.520813",
            "w.typed-email": "brindle.farquhar@canary-mail.example",
            "w.typed-password": "Vexing7-Walrus-Tango",
        }

    def name(self, place: str) -> str:
        return self._made(place, f"{_word(place)} {_word(place + '!')}")

    def secret(self, place: str) -> str:
        """One without a space, for places that hold none."""
        return self._made(place, _word(place) + _word(place + "!"))

    def lower(self, place: str) -> str:
        return self._made(place, (_word(place) + _word(place + "!")).lower())

    def slug(self, place: str) -> str:
        """As addresses write a title."""
        return self._made(place, f"{_word(place)}-{_word(place + '!')}-{_word(place + '?')}".lower())

    def email(self, place: str) -> str:
        return self._made(place, f"{_word(place)}.{_word(place + '!')}@canary-mail.example".lower())

    def quoted(self, place: str) -> str:
        return quote(self.name(place))

    def escaped(self, place: str) -> str:
        """As style sheets may write any letter."""
        return "".join(f"\\{ord(character):06x}" for character in self.name(place))

    def filled(self, text: str) -> str:
        """``text`` with the values in their places."""
        return _PLACE.sub(lambda found: str(getattr(self, found[1])(found[2])), text)

    def _made(self, place: str, value: str) -> str:
        return self.values.setdefault(place, value)


def _word(seed: str) -> str:
    """A word of no language, of letters alone, so that no pattern tells it."""
    digest = hashlib.sha256(seed.encode()).digest()
    return "".join("bdfgklmnprstvz"[b % 14] + "aeiou"[b // 16 % 5] for b in digest[:4]).capitalize() + "x"


_STYLE = """/* @name s.comment@ */ .f::after { content: "@name s.content@" }
[data-who="@name s.selector@"] { color: blue } @import url("/more/@slug s.import@.css");
.row::before { content: "\\201c"; font-family: "Liberation Sans", serif }
"""


_SIGN_IN = """<!doctype html><html lang="en"><head><title>Sign in</title></head><body>
<h1>Welcome back, @name w.greeting@</h1><form method="post" action="/signed">
<input name="email" type="email" value="@email w.remembered@"><input name="password" type="password">
<input name="csrf" type="hidden" value="@secret w.csrf@"><button>Sign in</button></form>
<script>localStorage.setItem("draft", "@name w.local@"); sessionStorage.setItem("step", "@name w.session@");
navigator.serviceWorker.register("/worker.js");
document.cookie = "hint=@secret w.script-cookie@; path=/";
fetch("/gzip?hint=@quoted w.query@", {headers: {Authorization: "Bearer @secret w.bearer@"}});</script>
</body></html>"""

_WORKER = """onactivate = event => event.waitUntil(clients.claim());
onfetch = event => { if (new URL(event.request.url).pathname === "/worker") event.respondWith(new Response(
  '{"name": "@name w.worker@"}', {headers: {"content-type": "application/json", "x-a": "@secret w.who@"}})) };
"""


@contextmanager
def provider() -> Iterator[tuple[str, Mapping[str, str]]]:
    """The address of the settings page, and what is hidden where."""
    places = Places()
    site = Site(places)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(site))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/settings", places.values
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Site:
    """What the server says. ``training`` is the truth."""

    def __init__(self, places: Places) -> None:
        self.training = True
        self.page = places.filled(PAGE.read_text(encoding="utf-8")).encode()
        self.reason = places.name("n.reason")
        self.frame = places.name("n.socket-received").encode()
        self.headers = {
            "X-Member": places.name("n.header"),
            "Content-Disposition": f'inline; filename="{places.name("n.disposition")}"',
            "Link": f'</who>; rel="author"; title="{places.name("n.link")}"',
            "Set-Cookie": f"{places.secret('n.cookie')}=1; Path=/",
        }
        self.answers = _answers(places)
        self.password = quote_plus(places.values["w.typed-password"]).encode()
        self.signing_in = places.filled(_SIGN_IN).encode()
        landed = f"/landed/{places.slug('n.moved')}"
        ticket, token = places.secret("w.ticket"), places.secret("w.fragment")
        self.way_in = f"/settings?ticket={ticket}#access_token={token}"
        self.ways_on = {"/moved": landed}

    @property
    def state(self) -> bytes:
        return json.dumps({"training": self.training}).encode()

    def receives(self, path: str, sent: bytes) -> None:
        """Who signs in with the password is led on."""
        if path == "/signed" and self.password in sent:
            self.ways_on[path] = self.way_in

    def answer(self, path: str) -> tuple[str, str, bytes]:
        """Type, encoding and bytes."""
        if path.startswith("/settings"):
            return "text/html; charset=utf-8", "", self.page
        if path == "/signin":
            return "text/html; charset=utf-8", "", self.signing_in
        return self.answers.get(path, (_JSON, "", self.state))


def _answers(places: Places) -> Mapping[str, tuple[str, str, bytes]]:
    def told(place: str) -> bytes:
        return json.dumps({"user": {"name": places.name(place)}}).encode()

    def text(form: str) -> bytes:
        return places.filled(form).encode()

    escaped = "".join(f"\\u{ord(character):04x}" for character in places.name("n.escaped"))
    return {
        "/style.css": ("text/css", "", text(_STYLE)),
        "/gzip": (_JSON, "gzip", gzip.compress(told("n.gzip"))),
        "/br": (_JSON, "br", stored_brotli(told("n.br"))),
        "/stream": ("text/event-stream", "", text("data: @name n.stream@\n\n")),
        "/events": ("text/event-stream", "", text("retry: 600000\ndata: @name n.events@\n\n")),
        "/worker.js": ("text/javascript", "", text(_WORKER)),
        "/lines": ("application/x-ndjson", "", told("n.line-one") + b"\n" + told("n.line-two")),
        "/xml": ("application/xml", "", text("<a b='@name n.xml-attribute@'>@name n.xml@</a>")),
        "/prefixed": (_JSON, "", b")]}'\n" + told("n.prefixed")),
        "/escaped": (_JSON, "", b'{"a": "' + escaped.encode() + b'"}'),
        "/form": ("application/x-www-form-urlencoded", "", text("name=@quoted n.form-answer@")),
    }


def stored_brotli(data: bytes) -> bytes:
    """``data`` as a Brotli stream of one block that is not compressed (RFC 7932, section 9.2)."""
    return (((len(data) - 1) << 4) | (1 << 20)).to_bytes(3, "little") + data + b"\x03"


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if path == "/socket":
                self._socket()
            elif path in site.ways_on:
                self._answer("text/plain", "", b"", location=site.ways_on[path])
            else:
                self._answer(*site.answer(path))

        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            site.receives(self.path, sent)
            self.do_GET()

        def do_PATCH(self) -> None:
            sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            site.training = sent["training"]
            self._answer(_JSON, "", site.state)

        def _answer(self, kind: str, encoding: str, body: bytes, *, location: str = "") -> None:
            self.send_response(302 if location else 200, site.reason)
            told = {"Content-Type": kind, "Content-Encoding": encoding, "Location": location, **site.headers}
            for name, value in told.items():
                if value:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _socket(self) -> None:
            """Shakes hands, sends one frame and leaves."""
            told = (self.headers["Sec-WebSocket-Key"] + _WEBSOCKET).encode()
            accept = base64.b64encode(hashlib.sha1(told).digest()).decode()  # noqa: S324 - as RFC 6455 has it
            self.send_response(101)
            for name, value in (("Upgrade", "websocket"), ("Connection", "Upgrade")):
                self.send_header(name, value)
            self.send_header("Sec-WebSocket-Accept", accept)
            self.end_headers()
            self.wfile.write(struct.pack("BB", 0x81, len(site.frame)) + site.frame)
            self.close_connection = True

        def log_message(self, *args: object) -> None:
            """Silent."""

    return Handler
