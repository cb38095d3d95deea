"""Pages that are kept back: written after the finder, with the truth that their server stores.

Their words, layouts and ways of saving are their own. What a page of ``unseen.toml`` is about stands there.
"""

import json
import threading
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.pages.model import HERE, PRIVATE
from tests.pages.runner import Judgement

FOLDER = HERE / "unseen"


@dataclass(frozen=True, slots=True)
class Unseen:
    """One page: the account at the start, what of it is private, and which outcomes may be reported."""

    id: str
    about: str
    state: dict[str, Any]
    private: dict[str, Any]
    right: tuple[str, ...]


@dataclass
class Running:
    """A page being served. ``state`` is the truth."""

    page: Unseen
    state: dict[str, Any]
    url: str = ""
    also: str = ""
    writes: list[dict[str, Any]] = field(default_factory=list)

    def keep(self, sent: dict[str, Any]) -> None:
        """Store what the account knows of it; a server with faults stores nothing."""
        self.writes.append(sent)
        self.state.update({key: value for key, value in sent.items() if key in self.state})

    def judge(self, outcome: str) -> Judgement:
        """How ``outcome`` compares with what is stored now."""
        sharing = [f"{k}={self.state[k]}" for k, v in self.page.private.items() if self.state[k] != v]
        start, private = self.page.state, self.page.private
        return Judgement(
            page=self.page.id,
            outcome=outcome,
            best=outcome == self.page.right[0],
            right=outcome in self.page.right,
            false_claim=tuple(sharing) if outcome in PRIVATE else (),
            destructive=(),
            moved=tuple(k for k, v in start.items() if k not in private and self.state[k] != v),
            writes=len(self.writes),
        )


def pages() -> tuple[Unseen, ...]:
    """Every page, in the order of the list."""
    told = tomllib.loads((HERE / "unseen.toml").read_text(encoding="utf-8"))
    return tuple(
        Unseen(name, one["about"], one["state"], one["private"], tuple(one["right"]))
        for name, one in told.items()
    )


@contextmanager
def serve(page: Unseen) -> Iterator[Running]:
    """Serve ``page`` with a fresh account on two ports of 127.0.0.1 until the end of the block."""
    running = Running(page, dict(page.state))
    servers = [_Server(running), _Server(running)]
    threads = [threading.Thread(target=s.serve_forever, kwargs={"poll_interval": 0.02}) for s in servers]
    for thread in threads:
        thread.start()
    running.url = f"http://127.0.0.1:{servers[0].server_port}/{page.id}"
    running.also = f"http://127.0.0.1:{servers[1].server_port}/"
    try:
        yield running
    finally:
        for server, thread in zip(servers, threads, strict=True):
            server.shutdown()
            thread.join()
            server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, running: Running) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.running = running


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        running, path = self.server.running, urlsplit(self.path).path
        found = FOLDER / f"{path.strip('/')}.html"
        if path.startswith("/stream/"):
            self._stream(float(path.rpartition("/")[2]))
        elif path == "/graphql":
            self._answer(200, json.dumps({"data": running.state}), "application/json")
        elif path == "/api/state":
            self._answer(200, json.dumps(running.state), "application/json")
        elif found.is_file() and found.parent == FOLDER:
            text = found.read_text(encoding="utf-8").replace("{also}", running.also)
            self._answer(200, text, "text/html")
        else:
            self._answer(404, "", "text/plain")

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        if self.path == "/graphql":
            errors = [{"message": "forbidden", "extensions": {"code": "FORBIDDEN"}}]
            self._answer(200, json.dumps({"data": None, "errors": errors}), "application/json")
            return
        form = {key: values[-1] for key, values in parse_qs(sent).items()}
        self.server.running.keep(json.loads(sent) if sent.startswith("{") else form)
        self._answer(200, '{"ok": true}', "application/json")

    do_PATCH = do_PUT = do_POST  # noqa: N815 - the names that the base class calls

    def _stream(self, after: float) -> None:
        """Says where everything stands after so many seconds, and stays open for a while."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        try:
            self.wfile.write(b": open\n\n")
            self.wfile.flush()
            time.sleep(after)
            self.wfile.write(f"data: {json.dumps(self.server.running.state)}\n\n".encode())
            self.wfile.flush()
            time.sleep(after)
        except ConnectionError:
            self.close_connection = True  # the page was left

    def _answer(self, status: int, body: str, kind: str) -> None:
        data = body.encode()
        try:
            self.send_response(status)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Cache-Control", "no-store")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
        except ConnectionError:
            self.close_connection = True  # the page was left before the answer came

    def log_message(self, *args: object) -> None:
        """Silent."""
