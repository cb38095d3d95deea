"""Engines for tests: they answer at once and say nothing of worth. One of them leaks.

Loaded inside the seal by name, so this file imports nothing of the tests. As a program it is a runner that is
not sealed as it should be: ``engines.py SOCKET PORT [landlock]``.
"""

import json
import os
import socket
import sys
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingMixIn, UnixStreamServer
from typing import Any, ClassVar

PIECE = b'data: {"choices":[{"text":"word ","delta":{"content":"word "}}]}\n\n'


class _Server(ThreadingMixIn, UnixStreamServer):
    daemon_threads = True


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"
    leak_to: ClassVar[int | None] = None
    pieces: ClassVar[int] = 400

    def do_GET(self) -> None:
        self._answer(b'{"status":"ok"}', "application/json")

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for count in range(self.pieces):
            if count == 1 and self.leak_to is not None:
                ask_for_a_name(self.leak_to)
            try:
                self.wfile.write(PIECE)
                self.wfile.flush()
            except OSError:
                return
            time.sleep(0.01)

    def _answer(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(body)

    def address_string(self) -> str:
        return "unix"

    def log_message(self, *_: Any) -> None: ...


def ask_for_a_name(port: int) -> None:
    """One DNS question to a resolver, as a careless runner would send it."""
    from withhold.local.seal.attempts import question

    _Handler.leak_to = None
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        made.sendto(question("updates-of-the-runner"), ("127.0.0.1", port))


def talkative(spec: dict[str, Any]) -> None:
    """Answer every request with the same word, slowly, for four seconds."""
    with _Server(spec["socket"], _Handler) as server:
        server.serve_forever()


def silent(spec: dict[str, Any]) -> None:
    """Answer every request with one word and no more."""
    _Handler.pieces = 1
    talkative(spec)


def broken(spec: dict[str, Any]) -> None:
    """End at once."""
    raise RuntimeError("this engine is broken")


def leaky() -> None:
    """Serve, and send one DNS question while answering; tell on stdin's demand what gets out."""
    path, port, *rest = sys.argv[1:]
    _Handler.leak_to = int(port)
    if rest:
        from withhold.local.seal import landlock

        landlock.restrict(
            readable=[Path("/usr"), Path("/proc"), Path("/dev"), *map(Path, sys.path)],
            writable=[Path(path).parent, Path(os.devnull)],
        )
    if os.fork() == 0:
        talkative({"socket": path})
    from withhold.local.seal.attempts import run

    for line in sys.stdin:
        sys.stdout.write(json.dumps(run(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    leaky()
