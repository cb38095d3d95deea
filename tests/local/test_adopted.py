"""Servers of others are judged model by model: an address on loopback says nothing."""

import json
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
    assert "python" in offer.why


def test_lm_studios_models_are_unknown() -> None:
    """It offers models of linked computers as if they were here."""
    found = seen(lambda path, _: {"data": [{"id": "qwen"}]} if path == "/api/v0/models" else None)
    assert (found.kind, found.offers[0].where) == ("lm-studio", "unknown")


def test_llama_server_is_local_with_a_file_of_this_computer(tmp_path: Path) -> None:
    """It names the file that it has loaded; one that is not here is unknown."""
    here = tmp_path / "m.gguf"
    here.touch()
    for path, where in ((here, "local"), (tmp_path / "absent.gguf", "unknown")):
        found = seen(lambda asked, _, path=path: {"model_path": str(path)} if asked == "/props" else None)
        assert (found.kind, found.offers[0].where) == ("llama-server", where)


def test_vllm_and_others() -> None:
    """vLLM says so of each model; a server of no known kind is unknown."""
    found = seen(
        lambda path, _: {"data": [{"id": "m", "owned_by": "vllm"}]} if path == "/v1/models" else None
    )
    assert (found.kind, found.offers[0].where) == ("vllm", "local")
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
    """This very process listens; nobody listens on port 9."""
    with answering(lambda _path, _body: None) as url:
        name = listening_program(int(url.rpartition(":")[2]))
    assert name is not None
    assert name.startswith("python")
    assert listening_program(9) is None
