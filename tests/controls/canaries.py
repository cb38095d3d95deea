"""A provider whose pages and answers are full of what evidence must not hold, and the search for it.

Every canary is a made-up value that appears nowhere else.
"""

import base64
import binascii
import contextlib
import gzip
import io
import json
import re
import shutil
import ssl
import subprocess
import threading
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote, quote_plus

NAME = "Zebulon Quartermain"
EMAIL = "zebulon.q@canary-mail.example"
TITLE = "Xylophone divorce plans"
OTHER_TITLE = "Quokka allergy notes"
COOKIE = "ck7Vd0Qm2Lw9Xz4Rt6Yp"
SESSION = "sess-5Jh2Kq8Wn3Bv7Mx1"
BEARER = "brTk8s2Pf6Gd1Zc9Vb4Nm7"
CSRF = "csrfQ9w8E7r6T5y4U3i2O1"
PASSWORD = "hunter2-correct-horse"
ORGANISATION = "0b54f1c2-7d1e-4c55-9a52-3f0b6a1d2e77"
CANARIES: Mapping[str, str] = {
    "name": NAME,
    "e-mail": EMAIL,
    "title of a chat": TITLE,
    "title of another chat": OTHER_TITLE,
    "cookie": COOKIE,
    "session": SESSION,
    "bearer token": BEARER,
    "csrf token": CSRF,
    "password": PASSWORD,
    "organisation": ORGANISATION,
}

PAGE = f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{TITLE} · Settings</title>
<meta name="csrf-token" content="{CSRF}"><meta name="author" content="{NAME}">
<script>window.__STATE__ = {{"user": {{"name": "{NAME}", "email": "{EMAIL}", "token": "{BEARER}"}}}};</script>
<style>.row {{ display: flex; gap: 1em }} /* {EMAIL} */ .who {{ background: #eee }}</style>
</head><body data-user="{EMAIL}">
<!-- {NAME} {BEARER} -->
<aside aria-label="Recents"><ul><li><a href="/chat/{ORGANISATION}" title="{TITLE}">{TITLE}</a></li>
<li><a href="/chat/1f0c9a77e2b4">{OTHER_TITLE}</a></li></ul></aside>
<button aria-label="Account menu of {NAME}">
<img alt="{NAME}" src="/avatar/{ORGANISATION}.png" width="40" height="40">
<span>{NAME}</span></button>
<main><section><h2>Privacy</h2>
<p>Signed in as {NAME} (zebulon.q<wbr>@canary-mail.example)</p>
<p>Last used in {TITLE}, key sk-{BEARER}</p>
<div class="row"><label for="t">Help improve Claude</label>
<button id="t" type="button" role="switch" aria-checked="true" data-owner="{EMAIL}"
  onclick="move('{CSRF}')">&nbsp;&nbsp;</button></div>
<label>Name <input value="{NAME}"></label> <span hidden><input type="password" id="pw"></span>
<input type="hidden" name="csrf" value="{CSRF}">
<div contenteditable>{TITLE}</div><textarea>{NAME}</textarea>
<a href="/account?email={quote(EMAIL)}&amp;session_token={SESSION}">more</a>
</section></main>
<script>
document.getElementById('pw').value = '{PASSWORD}';
localStorage.token = '{BEARER}';
const b = document.getElementById('t');
const headers = {{'authorization': 'Bearer {BEARER}', 'x-csrf-token': '{CSRF}',
  'content-type': 'application/json'}};
const get = () => fetch('/api/org/{ORGANISATION}/settings?auth={BEARER}', {{headers, cache: 'no-store'}})
  .then(r => r.json()).then(s => b.setAttribute('aria-checked', String(s.training)));
async function move(token) {{
  const on = b.getAttribute('aria-checked') !== 'true';
  b.setAttribute('aria-checked', String(on));
  await fetch('/api/org/{ORGANISATION}/settings', {{method: 'PATCH', headers,
    body: JSON.stringify({{training: on, owner: '{EMAIL}', csrf: token, password: '{PASSWORD}',
      note: '{TITLE}', mode: 'opt_out'}})}});
}}
get();
</script></body></html>"""


class Provider:
    """``training`` is the truth."""

    def __init__(self) -> None:
        self.training = True
        self.url = ""


@contextmanager
def provider(tls: ssl.SSLContext | None = None) -> Iterator[Provider]:
    """The provider on loopback, over TLS where a context is given."""
    truth = Provider()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(truth))
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    truth.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}/settings"
    try:
        yield truth
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(truth: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.startswith("/settings"):
                self._answer(PAGE.encode(), "text/html; charset=utf-8")
            elif self.path.startswith("/api/"):
                self._answer(self._state(), "application/json")
            else:
                self.send_error(404)

        def do_PATCH(self) -> None:
            sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            truth.training = sent["training"]
            self._answer(self._state(), "application/json")

        def _state(self) -> bytes:
            chats = [{"title": TITLE, "id": ORGANISATION}, {"title": OTHER_TITLE}]
            user = {"name": NAME, "email": EMAIL, "access_token": BEARER, "by_mail": {EMAIL: 1}}
            return json.dumps(
                {"training": truth.training, "mode": "opt_out", "user": user, "chats": chats}
            ).encode()

        def _answer(self, body: bytes, kind: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Set-Cookie", f"id={COOKIE}; Path=/; HttpOnly")
            self.send_header("Set-Cookie", f"session={SESSION}; Path=/")
            self.send_header("X-CSRF-Token", CSRF)
            self.send_header("X-User", EMAIL)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Silent."""

    return Handler


def found(folder: Path, canaries: Mapping[str, str] = CANARIES) -> list[str]:
    """Every place below ``folder`` where a canary stands in some form; empty is what it should be."""
    looked_for = [
        (what, form, re.compile(pattern, re.IGNORECASE))
        for what, value in canaries.items()
        for form, pattern in forms(value)
    ]
    return [
        f"{what} in {path.name}{inner} as {form}"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        for inner, data in layers(path.read_bytes())
        for what, form, pattern in looked_for
        if pattern.search(data)
    ]


def forms(value: str) -> Iterator[tuple[str, bytes]]:
    """Ways in which a value may be written, as patterns for bytes."""
    raw = value.encode()
    plain = re.escape(raw).replace(rb"\ ", rb"\s+")
    yield "plain", plain
    yield "URL-encoded", re.escape(quote(value, safe="").encode())
    yield "form-encoded", re.escape(quote_plus(value).encode())
    yield "UTF-16", re.escape(value.encode("utf-16-le"))
    yield "hexadecimal", re.escape(binascii.hexlify(raw))
    yield "backwards", re.escape(raw[::-1])
    yield "JSON escapes", b"".join(rb"\\u%04x" % ord(character) for character in value)
    yield "HTML entities", b"".join(rb"&#(?:x0*%x|0*%d);" % (ord(c), ord(c)) for c in value)
    for shift in range(3):  # base64 of a text that the value stands in, at any place
        coded = base64.b64encode(b"\0" * shift + raw)[4 if shift else 0 : -4]
        yield "base64", re.escape(coded)
        yield "base64 for addresses", re.escape(coded.translate(bytes.maketrans(b"+/", b"-_")))


def layers(data: bytes, name: str = "", depth: int = 0) -> Iterator[tuple[str, bytes]]:
    """``data`` and everything packed in it: ZIP members, gzip members, PNG texts, PDFs, quoted-printable."""
    yield name, data
    if depth > 4:
        return
    if data.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for entry in archive.namelist():
                yield from layers(archive.read(entry), f"{name}!{entry}", depth + 1)
    if data.startswith(b"\x1f\x8b"):
        yield from layers(gzip.decompress(data), f"{name}!gunzip", depth + 1)
    if data.startswith(b"\x89PNG"):
        for kind, chunk in png_chunks(data):
            if kind in {b"tEXt", b"iTXt", b"zTXt", b"eXIf"}:
                yield f"{name}!{kind.decode()}", chunk
                yield f"{name}!{kind.decode()} inflated", _inflated(chunk)
    if data.startswith(b"%PDF"):
        yield from _within_pdf(data, name, depth)
    if b"quoted-printable" in data[:100_000]:
        yield f"{name}!unquoted", binascii.a2b_qp(data)
        yield from (
            (f"{name}!base64 part", base64.b64decode(part))
            for part in re.findall(rb"base64\r\n[^\r]*\r\n\r\n([A-Za-z0-9+/=\r\n]+)", data)
        )


def _within_pdf(data: bytes, name: str, depth: int) -> Iterator[tuple[str, bytes]]:
    """What its streams hold, files within it among them, and its words: glyphs are numbers in the streams."""
    for number, stream in enumerate(re.findall(rb"stream\r?\n(.*?)\r?\nendstream", data, re.DOTALL)):
        with contextlib.suppress(zlib.error, UnicodeDecodeError):  # fonts and pictures are no text
            held = zlib.decompressobj().decompress(stream)
            held.decode()
            yield from layers(held, f"{name}!stream {number}", depth + 1)
    if shutil.which("pdftotext"):
        words = subprocess.run(["pdftotext", "-", "-"], input=data, capture_output=True, check=True).stdout
        yield f"{name}!words", words


def png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The chunks of a PNG."""
    at = 8
    while at < len(data):
        size = int.from_bytes(data[at : at + 4])
        yield data[at + 4 : at + 8], data[at + 8 : at + 8 + size]
        at += size + 12


def _inflated(chunk: bytes) -> bytes:
    try:
        return zlib.decompress(chunk.partition(b"\0")[2][1:])
    except zlib.error:
        return b""
