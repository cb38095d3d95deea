"""A model server that is a program of its own, under the name that its kind has: a copy of Python."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_SERVER = """
import json, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
FILE = {"details": {"format": "gguf"}, "model_info": {"general.architecture": "llama"}}
SHOWN = {"gemma3:1b": FILE, "pointer:latest": {**FILE, "remote_host": "https://ollama.com:443"}, "odd": {}}
NAMES = [*SHOWN, "kimi-k2:cloud"]
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else {}
        self.answer({
            "/api/tags": lambda: {"models": [{"name": name} for name in NAMES]},
            "/api/show": lambda: SHOWN.get(body["model"]),
            "/v1/chat/completions": lambda: {"choices": [{"message": {"content": json.dumps(body)}}]},
            "/withhold/state": self.state,
        }.get(self.path, lambda: None)())
    do_POST = do_GET
    def state(self):
        known = self.headers.get("Authorization") == "Bearer upstream-secret"
        return json.loads(sys.argv[1]) if known else None
    def answer(self, found):
        data = json.dumps(found).encode()
        self.send_response(404 if found is None else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
    def log_message(self, *_): pass
server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
"""


@contextmanager
def model_server(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *, called: str = "ollama", state: str = "null"
) -> Iterator[str]:
    """Serves as Ollama does, and where ``called`` is ``withhold`` as ``withhold local serve`` does."""
    (script := folder / (called if called == "withhold" else "serve.py")).write_text(_SERVER, "utf-8")
    program = sys.executable
    if called == "ollama":
        program = shutil.copy(Path(sys.executable).resolve(), folder / called)
        monkeypatch.setenv("PYTHONHOME", sys.base_prefix)
    with subprocess.Popen([program, script, state], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.kill()
