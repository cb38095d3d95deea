"""The chain of certificates in a record is that of the change's own connection, or is told as missing."""

import json
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from tests.controls.canaries import provider
from tests.controls.test_canaries import certificates, opt_out
from withhold.controls.browser import OpenPage, open_page
from withhold.controls.capturing import chain
from withhold.controls.capturing.network import Call
from withhold.controls.driver import Page
from withhold.model.evidence import Draft

pytestmark = pytest.mark.browser

PAGE = """<!doctype html><html lang="en"><title>Settings</title><main><h2>Privacy</h2><div>
<label for="t">Help improve Claude</label>
<button id="t" type="button" role="switch" aria-checked="true">&nbsp;&nbsp;</button></div></main><script>
const b = document.getElementById('t');
const shows = s => b.setAttribute('aria-checked', String(s.training));
b.onclick = async () => {
  b.setAttribute('aria-checked', 'false');
  shows(await (await fetch('SAVES', {method: 'POST', body: '{"training": false}'})).json());
};
READY.then(() => fetch('/state', {cache: 'no-store'})).then(r => r.json()).then(shows);
</script></html>"""
WORKER = """oninstall = () => skipWaiting();
onactivate = event => event.waitUntil(clients.claim());
onfetch = event => {
  if (event.request.method === 'POST') event.respondWith((async () => {
    await fetch('/save', {method: 'POST', body: await event.request.text()});
    return new Response('{"training": false}', {headers: {'content-type': 'application/json'}});
  })());
};"""
CONTROLLED = """Promise.race([new Promise(done => setTimeout(done, 1000)),
  navigator.serviceWorker.register('/worker.js').then(() => navigator.serviceWorker.controller ||
    new Promise(done => { navigator.serviceWorker.oncontrollerchange = done }))])"""


@dataclass
class Truth:
    """What happened at the server: over which certificate each request came."""

    page: str
    changes: bool = False
    """Whether connections after the first page show another certificate."""
    training: bool = True
    way: str = ""
    url: str = ""
    came: list[tuple[str, x509.Certificate]] = field(default_factory=list)

    def saved_over(self) -> x509.Certificate:
        return next(certificate for what, certificate in self.came if what == "POST /save")


def stamp(number: int) -> bytes:
    """A list of one stamp of a transparency log that nobody knows (RFC 6962, 3.2 and 3.3), as DER."""
    when = (1_700_000_000_000 + number).to_bytes(8)
    signed = b"\x04\x03" + (8).to_bytes(2) + b"\x30\x06\x02\x01\x01\x02\x01\x01"
    one = b"\0" + bytes([number + 1]) * 32 + when + b"\0\0" + signed
    listed = len(one).to_bytes(2) + one
    told = len(listed).to_bytes(2) + listed
    return b"\x04" + bytes([len(told)]) + told


@contextmanager
def server(
    folder: Path, page: str, *, changes: bool = False, way: str = "", stamped: bool = False
) -> Iterator[Truth]:
    """A provider over TLS on loopback, with two certificates of one name.
    They differ in their days.
    """
    contexts, shown = [], {}
    for number, name in enumerate(("one", "two")):
        pem, key, _ = certificates(days=9 + number)
        (folder / f"{name}.pem").write_bytes(pem)
        (folder / f"{name}.key").write_bytes(key)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / f"{name}.pem", folder / f"{name}.key")
        context.options |= ssl.OP_NO_TICKET
        context.num_tickets = 0
        contexts.append(context)
        shown[context] = x509.load_pem_x509_certificates(pem)[0]
    truth = Truth(page, changes, way=way)
    chosen = [contexts[0]]

    class Handler(BaseHTTPRequestHandler):
        connection: ssl.SSLSocket

        def do_GET(self) -> None:
            self._came()
            path = self.path.partition("?")[0]
            if path == "/settings":
                chosen[0] = contexts[1] if truth.changes else contexts[0]
                self._answer(truth.page.encode(), "text/html")
            elif path == "/worker.js":
                self._answer(WORKER.encode(), "text/javascript")
            else:
                self._answer(json.dumps({"training": truth.training}).encode(), "application/json")

        def do_POST(self) -> None:
            self._came()
            self.rfile.read(int(self.headers["Content-Length"]))
            if self.path == "/save":
                truth.training = False
                self._answer(b'{"training": false}', "application/json")
            else:
                self.send_response(307)
                self.send_header("Location", truth.way)
                self.end_headers()

        def _came(self) -> None:
            truth.came.append((f"{self.command} {self.path}", shown[self.connection.context]))

        def _answer(self, body: bytes, kind: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Access-Control-Allow-Origin", "*")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Silent."""

    def choose(connection: ssl.SSLObject, name: str | None, first: ssl.SSLContext) -> None:
        connection.context = chosen[0]

    contexts[0].sni_callback = choose
    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running.daemon_threads = True
    running.socket = contexts[0].wrap_socket(running.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    truth.url = f"https://127.0.0.1:{running.server_port}/settings"
    try:
        yield truth
    finally:
        running.shutdown()
        thread.join()
        running.server_close()


@pytest.fixture(scope="module")
def trusting() -> Iterator[OpenPage]:
    with open_page(headless=True, arguments=["--ignore-certificate-errors"]) as opened:
        yield opened


@pytest.fixture
def fresh(trusting: OpenPage) -> Iterator[Page]:
    page = trusting.page.context.new_page()
    yield page
    page.close()


def page(saves: str = "/save", ready: str = "Promise.resolve()") -> str:
    return PAGE.replace("SAVES", saves).replace("READY", ready)


def kept(draft: Draft) -> x509.Certificate | None:
    """The site's own certificate in the record."""
    data = next((a.data for a in draft.artifacts if a.name == "tls-chain.pem"), None)
    return None if data is None else x509.load_pem_x509_certificates(data)[0]


def test_another_certificate_on_the_change_s_connection(fresh: Page, tmp_path: Path) -> None:
    """The browser hands out the chain of the page's connection: it is not passed off as the change's."""
    with server(tmp_path, page(), changes=True) as truth:
        draft = opt_out(fresh, truth.url)
    first = truth.came[0]
    assert first[1] != truth.saved_over(), "this test is about two connections"
    assert kept(draft) in {None, truth.saved_over()}
    if kept(draft) is None:
        assert dict(draft.missing)["tls-chain.pem"] == chain.OTHER_CONNECTION
        assert draft.body["tls"] is None


def test_stamps_of_logs_tell_certificates_apart() -> None:
    """Two certificates made in one second for one name differ in the stamps of transparency logs.

    The browser tells stamps of logs that it knows; no log takes certificates of tests.
    """
    first, second = (certificates(stamps=stamp(number))[0] for number in (0, 1))
    one, other = (x509.load_pem_x509_certificates(pem)[0] for pem in (first, second))
    told = {
        "validFrom": one.not_valid_before_utc.timestamp(),
        "validTo": one.not_valid_after_utc.timestamp(),
        "subjectName": "127.0.0.1",
        "sanList": ["127.0.0.1"],
        "signedCertificateTimestampList": [
            {"origin": "Embedded in certificate", "logId": "01" * 32, "timestamp": 1_700_000_000_000}
        ],
    }
    call = Call("https://127.0.0.1/", "POST", "Fetch", datetime.now(UTC), "", {})
    call.response = {"connectionId": 7, "securityDetails": told}
    ders = [certificate.public_bytes(serialization.Encoding.DER) for certificate in (one, other)]
    assert chain.agreement(call, ders[:1], {"7", "8"}) == chain.SAME_LOGS
    told |= {
        "validFrom": other.not_valid_before_utc.timestamp(),
        "validTo": other.not_valid_after_utc.timestamp(),
    }
    assert chain.agreement(call, ders[1:], {"7", "8"}) is None
    told["signedCertificateTimestampList"] = []
    assert chain.agreement(call, ders[1:], {"7", "8"}) == chain.SAME_NAMES
    assert chain.agreement(call, ders[1:], {"7"}) == chain.ONLY_CONNECTION


def test_one_certificate_throughout(fresh: Page, tmp_path: Path) -> None:
    """The same page where every connection shows the one certificate: it is kept."""
    with server(tmp_path, page()) as truth:
        draft = opt_out(fresh, truth.url)
    assert kept(draft) == truth.saved_over()


def test_a_change_that_is_led_on(fresh: Page, tmp_path: Path) -> None:
    """The chain is of the host that took the change, not of the one that led there."""
    (tmp_path / "other").mkdir()
    with (
        server(tmp_path / "other", "") as target,
        server(tmp_path, page("/moves"), way=target.url.replace("/settings", "/save")) as truth,
    ):
        target.came.clear()
        draft = opt_out_anyhow(fresh, truth, target)
    assert kept(draft) in {None, target.saved_over()}
    if kept(draft) is None:  # the browser tells nothing of a connection to which a request was led on
        assert dict(draft.missing)["tls-chain.pem"] == chain.OTHER_CONNECTION
    else:
        assert draft.body["tls"]["origin"] == target.url.removesuffix("/settings")


def opt_out_anyhow(fresh: Page, truth: Truth, target: Truth) -> Draft:
    """The page reads its state from the host that took the change."""
    truth.page = truth.page.replace("'/state'", f"'{target.url.replace('/settings', '/state')}'")
    return opt_out(fresh, truth.url)


def test_a_service_worker_s_answer(fresh: Page, tmp_path: Path) -> None:
    """What a service worker answered came over no connection; the record does not say that it did."""
    with server(tmp_path, page(ready=CONTROLLED)) as truth:
        draft = opt_out(fresh, truth.url)
    assert ("POST /save", truth.saved_over()) in truth.came
    assert kept(draft) in {None, truth.saved_over()}
    if draft.body["tls"] is not None:
        assert draft.body["tls"]["connection"] not in {"", "0"}, draft.body["tls"]


@pytest.fixture
def front(tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """nginx on loopback that speaks HTTP/2 over TLS and passes on to a provider; gives its own origin."""
    program = shutil.which("nginx")
    if program is None:
        pytest.skip("nginx is not installed")
    pem, key, _ = certificates()
    (tmp_path / "chain.pem").write_bytes(pem)
    (tmp_path / "key.pem").write_bytes(key)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    running: list[subprocess.Popen[bytes]] = []

    def start(target: str) -> str:
        told = (tmp_path / "nginx.conf").as_posix()
        Path(told).write_text(NGINX.format(folder=tmp_path, port=port, target=target))
        running.append(subprocess.Popen([program, "-c", told, "-p", str(tmp_path), "-e", "stderr"]))
        return f"https://127.0.0.1:{port}"

    yield start
    for process in running:
        process.terminate()
        process.wait(10)


NGINX = """daemon off; master_process off; pid {folder}/pid; error_log stderr crit; events {{ }}
http {{ access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
server {{ listen 127.0.0.1:{port} ssl http2; ssl_certificate {folder}/chain.pem;
ssl_certificate_key {folder}/key.pem; location / {{ proxy_pass {target}; }} }} }}
"""


def test_over_http_2(fresh: Page, front: Callable[[str], str], tmp_path: Path) -> None:
    """Page and change share one connection; its chain is kept as that of the only one."""
    with provider() as truth:
        origin = front(truth.url.removesuffix("/settings"))
        reached(origin)
        draft = opt_out(fresh, f"{origin}/settings")
        assert truth.training is False
    assert kept(draft) == x509.load_pem_x509_certificates((tmp_path / "chain.pem").read_bytes())[0]
    tls = draft.body["tls"]
    assert (tls["http"], tls["request"], tls["origin"]) == ("h2", "PATCH fetch", origin)
    assert tls["chain_held_for_it"] == chain.ONLY_CONNECTION


def reached(origin: str) -> None:
    """Wait until something listens there."""
    host, _, port = origin.removeprefix("https://").partition(":")
    until = time.monotonic() + 10
    while time.monotonic() < until:
        with suppress(OSError), socket.create_connection((host, int(port)), 1):
            return
        time.sleep(0.05)
    raise AssertionError(f"nothing listens at {origin}")
