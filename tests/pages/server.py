"""The server behind a page: its documents, its settings, and how saving them goes wrong."""

import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from tests.pages import markup
from tests.pages.model import HERE, LATER, LIBRARIES, Account, Page

if TYPE_CHECKING:
    from tests.pages.runner import Running

_FILES = {".js": "text/javascript", ".css": "text/css", ".json": "application/json"}
_FOLDERS = {"/libraries": LIBRARIES, "/snapshots": HERE / "snapshots"}
_DOCUMENTS = {"/": False, "/settings": False, "/inner": True}
_HARM = ("/danger/", "/sign")
_UNSTORED = {
    "refuses": 500,
    "drops": 200,
    "drops-ok-false": 200,
    "drops-204": 204,
    "echoes": 200,
    "forbids": 403,
}
"""Servers that store nothing, with the status of their answer to a save."""


class Server(ThreadingHTTPServer):
    """Serves one run on a free port of 127.0.0.1."""

    daemon_threads = True

    def __init__(self, running: "Running") -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.running = running

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that leaves in the middle of an answer is no error; anything else is shown."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        running, path = self.server.running, urlsplit(self.path).path
        running.account.requests.append(f"GET {path}")
        if path == "/api/settings":
            time.sleep(running.page.state_delay)
            self._answer(200, _told(running.page, running.account), "application/json")
        elif path == "/page.js":
            self._answer(200, f"export default {json.dumps(running.page.told())}", "text/javascript")
        elif path in _DOCUMENTS:
            inner = _DOCUMENTS[path]
            self._answer(
                200, markup.document(running.page, running.account, running.also, inner=inner), "text/html"
            )
        else:
            self._file(path)

    def do_POST(self) -> None:
        running, path = self.server.running, urlsplit(self.path).path
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        running.account.requests.append(f"{self.command} {path}")
        if path.startswith(_HARM):
            running.account.destructive.append(path)
            self._answer(200, "{}", "application/json")
        elif path == "/settings":
            running.keep(markup.sent_by_form(running.page, parse_qs(sent)))
            self._answer(303, "", "text/plain", "/settings")
        else:
            self._save(_changes(path, sent))

    do_PATCH = do_PUT = do_DELETE = do_POST  # noqa: N815 - the names that the base class calls

    def _save(self, changes: dict[str, str]) -> None:
        running = self.server.running
        if running.page.server == "slow":
            time.sleep(LATER)
        status = _UNSTORED.get(running.page.server)
        running.keep(changes, store=status is None)
        self._answer(status or 200, _reply(running.page, running.account, changes), "application/json")

    def _file(self, path: str) -> None:
        found = _asset(path)
        if found is None:
            self._answer(204 if path == "/favicon.ico" else 404, "", "text/plain")
        else:
            self._answer(200, found.read_text(encoding="utf-8"), _FILES[found.suffix])

    def _answer(self, status: int, body: str, kind: str, location: str = "") -> None:
        data = b"" if status == 204 else body.encode()
        self.send_response(status)
        self.send_header("Cache-Control", "no-store")
        if location:
            self.send_header("Location", location)
        if status != 204:
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args: object) -> None:
        """Silent."""


def _changes(path: str, sent: str) -> dict[str, str]:
    if sent.startswith("{"):
        body = json.loads(sent)
        body = body["variables"]["input"] if path == "/graphql" else body
    else:
        body = {key: values[0] for key, values in parse_qs(sent).items()}
    return {key: _word(value) for key, value in body.items()}


def _word(value: object) -> str:
    told = {"true": "on", "1": "on", "false": "off", "0": "off"}
    return told.get(str(value).lower(), str(value))


def _told(page: Page, account: Account) -> str:
    state = {key: _wired(page, kept) for key, kept in account.state.items()}
    return json.dumps({"data": {"viewer": {"settings": state}}} if page.wire == "graphql" else state)


def _wired(page: Page, kept: str) -> object:
    if page.wire == "words" or kept not in {"on", "off"}:
        return kept
    return int(kept == "on") if page.wire == "numbers" else kept == "on"


def _reply(page: Page, account: Account, changes: dict[str, str]) -> str:
    if page.server == "drops-ok-false":
        return json.dumps({"ok": False, "error": "try again"})
    if page.server in {"refuses", "forbids"}:
        return json.dumps({"error": "failed"})
    if page.server == "echoes":
        return json.dumps({key: _wired(page, kept) for key, kept in changes.items()})
    if page.wire == "graphql":
        return json.dumps({"data": {"update": {"ok": True}}})
    return json.dumps({"ok": True}) if page.server == "drops" else _told(page, account)


def _asset(path: str) -> Path | None:
    """A file of the pages' own, a recorded row or a built library."""
    asked = Path(path)
    found = _FOLDERS.get(asked.parent.as_posix(), HERE / "assets") / asked.name
    return found if found.suffix in _FILES and found.is_file() else None
