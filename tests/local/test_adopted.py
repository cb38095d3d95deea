"""Servers of others are judged model by model: an address on loopback says nothing."""

import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from withhold.local.adopted import Endpoint, examine, listening_program
from withhold.support.errors import UsageProblem

Answer = Callable[[str, Any], Any]
FILE = {"details": {"format": "gguf"}, "model_info": {"general.architecture": "llama"}}


@contextmanager
def answering(answer: Answer) -> Iterator[str]:
    """A server on loopback: ``answer(path, body)`` gives JSON, or ``None`` for 404."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            found = answer(self.path, json.loads(self.rfile.read(length)) if length else None)
            body = json.dumps(found).encode()
            self.send_response(404 if found is None else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 - the name that the library calls

        def log_message(self, *_: Any) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def seen(answer: Answer) -> Endpoint:
    with answering(answer) as url:
        found = examine(url)
    assert found is not None
    return found


def ollama(path: str, body: Any) -> Any:
    """Ollama with a model of its own, two of its cloud and one that another computer runs."""
    shown = {
        "gemma3:1b": FILE,
        "pointer:latest": {**FILE, "remote_host": "https://ollama.com:443"},
        "odd": {},
    }
    if path == "/api/tags":
        names = ["gemma3:1b", "gpt-oss:120b-cloud", "kimi-k2:cloud", "pointer:latest", "odd"]
        return {"models": [{"name": name} for name in names]}
    return shown.get(body["model"]) if path == "/api/show" else None


def test_ollamas_cloud_models_are_remote() -> None:
    """By their name, and by the field that names another computer. What shows no file is unknown."""
    found = seen(ollama)
    assert found.kind == "ollama"
    words = {offer.model: offer.where for offer in found.offers}
    assert words["gpt-oss:120b-cloud"] == words["kimi-k2:cloud"] == words["pointer:latest"] == "remote"
    assert words["odd"] == "unknown"


def test_a_model_is_local_only_if_the_right_program_listens() -> None:
    """Here Python listens and says that it is Ollama: a forwarder could, so it is unknown."""
    offer = seen(ollama).offers[0]
    assert (offer.model, offer.where) == ("gemma3:1b", "unknown")
    assert "it may pass everything on" in offer.why


def test_lm_studios_models_are_unknown() -> None:
    """It offers models of linked computers as if they were here."""
    found = seen(lambda path, _: {"data": [{"id": "qwen"}]} if path == "/api/v0/models" else None)
    assert (found.kind, found.offers[0].where) == ("lm-studio", "unknown")


_SERVER = """
import json, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        path, answer = json.loads(sys.argv[1])
        body = json.dumps(answer).encode()
        self.send_response(200 if self.path == path else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_): pass
server = HTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
"""
VLLM = ("/v1/models", {"data": [{"id": "m", "owned_by": "vllm"}]})


def seen_of(*line: str, answer: tuple[str, Any]) -> Endpoint:
    """What is seen of a server that is a program of its own, started by ``line``."""
    with subprocess.Popen([*line, json.dumps(answer)], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            found = examine(f"http://127.0.0.1:{int(process.stdout.readline())}")
        finally:
            process.kill()
    assert found is not None
    return found


def test_llama_server_is_local_with_a_file_of_this_computer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It names the file that it has loaded; one that is not here is unknown. So is any other program."""
    (here := tmp_path / "m.gguf").touch()
    program = shutil.copy(Path(sys.executable).resolve(), tmp_path / "llama-server")
    (script := tmp_path / "serve.py").write_text(_SERVER, encoding="utf-8")
    monkeypatch.setenv("PYTHONHOME", sys.base_prefix)
    for path, where in ((here, "local"), (tmp_path / "absent.gguf", "unknown")):
        found = seen_of(str(program), str(script), answer=("/props", {"model_path": str(path)}))
        assert (found.kind, found.offers[0].where) == ("llama-server", where)
    other = seen(lambda asked, _: {"model_path": str(here)} if asked == "/props" else None)
    assert (other.kind, other.offers[0].where) == ("llama-server", "unknown")


def test_vllm_is_known_by_its_program(tmp_path: Path) -> None:
    """A proxy in Python hands on what vLLM far away says of its models: the word alone is not enough."""
    for name, where in (("vllm", "local"), ("litellm", "unknown")):
        (script := tmp_path / name).write_text(_SERVER, encoding="utf-8")
        found = seen_of(sys.executable, str(script), answer=VLLM)
        assert (found.kind, found.listener, found.offers[0].where) == ("vllm", name, where)


def test_a_server_of_no_known_kind_is_unknown() -> None:
    """And one that offers no models is nothing."""
    other = seen(lambda path, _: {"data": [{"id": "m", "owned_by": "me"}]} if path == "/v1/models" else None)
    assert (other.kind, other.offers[0].where) == ("other", "unknown")
    with answering(lambda _path, _body: None) as url:
        assert examine(url) is None


@pytest.mark.parametrize(
    "url", ["http://192.168.0.5:11434", "https://ollama.com", "http://localhost.evil.example:1"]
)
def test_an_address_elsewhere_is_refused(url: str) -> None:
    """Nothing is asked there."""
    with pytest.raises(UsageProblem, match="not an address of this computer"):
        examine(url)


def test_the_listening_program_is_seen() -> None:
    """This very process listens; two that share a port are both named; nobody listens on port 9."""
    with answering(lambda _path, _body: None) as url:
        port = int(url.rpartition(":")[2])
        assert listening_program(port) is not None
        beside = (
            "import socket,sys; s=socket.create_server(('127.0.0.2',int(sys.argv[1]))); print(1,flush=True);"
        )
        line = [sys.executable, "-c", beside + "sys.stdin.read()", str(port)]
        with subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            assert " and " in str(listening_program(port))
            process.communicate()
    assert listening_program(9) is None
