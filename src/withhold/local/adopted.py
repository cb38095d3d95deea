"""Model servers that are there already: whether what they offer stays on this computer, model by model.

An address says nothing: Ollama's ``:cloud`` models and LM Studio's linked ones answer on loopback and run
elsewhere, and a port can be forwarded by any program. ``local`` therefore has to be earned by what the server
says of the model *and* by who listens there; everything else is ``remote`` or ``unknown``.
"""

import http.client
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from withhold.local.http import ask
from withhold.support.errors import UsageProblem

Where = Literal["local", "remote", "unknown"]
KNOWN_PORTS = {"ollama": 11434, "lm-studio": 1234, "llama-server": 8080, "vllm": 8000}
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_REMOTE_SIGNS = ("remote_host", "remote_model", "remote_url")
_LISTENERS = {
    "ollama": ("ollama",),
    "llama-server": ("llama-server", "llamafile"),
    "vllm": ("vllm", "VLLM"),
}
_BETWEEN = " and "
_PATIENCE = 3.0
_OK = 200
_MOST = 4 << 20


@dataclass(frozen=True, slots=True)
class Offer:
    """One model of one server."""

    model: str
    where: Where
    why: str


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A server on a loopback address. ``listener`` is the program's name where it can be seen."""

    url: str
    kind: str
    listener: str | None
    offers: tuple[Offer, ...]


def examine(url: str) -> Endpoint | None:
    """What answers at ``url``; ``None`` if nothing of a kind known here does.

    Raises ``UsageProblem`` for an address that is not this computer's own.
    """
    parts = urlsplit(url)
    if parts.scheme != "http" or parts.hostname not in _LOOPBACK:
        raise UsageProblem(
            f"{url} is not an address of this computer", next_step="e.g. http://127.0.0.1:11434"
        )
    server = _Server(parts.hostname or "127.0.0.1", parts.port or 80)
    listener = listening_program(server.port)
    for kind, offers in _KINDS.items():
        found = offers(server)
        if found is not None:
            return Endpoint(url.rstrip("/"), kind, listener, tuple(_held(o, kind, listener) for o in found))
    return None


def present() -> tuple[Endpoint, ...]:
    """Servers at the ports where such programs listen unless told otherwise."""
    found = (examine(f"http://127.0.0.1:{port}") for port in KNOWN_PORTS.values())
    return tuple(endpoint for endpoint in found if endpoint is not None)


class _Server:
    def __init__(self, host: str, port: int) -> None:
        self.host = host
        self.port = port

    def get(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """A JSON answer; ``None`` where there is none."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=_PATIENCE)
        try:
            answer = ask(connection, path, body)
            return json.loads(answer.read(_MOST)) if answer.status == _OK else None
        except (OSError, ValueError, http.client.HTTPException):
            return None
        finally:
            connection.close()


def _held(offer: Offer, kind: str, listener: str | None) -> Offer:
    """``local`` stands only if the program that listens is the one that this kind of server is."""
    if offer.where != "local":
        return offer
    if listener is None:
        return Offer(
            offer.model, "unknown", "which program listens there cannot be seen: it may be a forwarder"
        )
    if not all(name.startswith(_LISTENERS[kind]) for name in listener.split(_BETWEEN)):
        return Offer(offer.model, "unknown", f"{listener} listens there: it may pass everything on")
    return offer


def _ollama(server: _Server) -> tuple[Offer, ...] | None:
    tags = server.get("/api/tags")
    if not isinstance(tags, dict) or not isinstance(tags.get("models"), list):
        return None
    return tuple(_ollama_model(server, str(m.get("name") or m.get("model"))) for m in tags["models"])


def _ollama_model(server: _Server, name: str) -> Offer:
    if name.endswith(("-cloud", ":cloud")):
        return Offer(name, "remote", "its name says that it runs in Ollama's cloud")
    shown = server.get("/api/show", {"model": name})
    if not isinstance(shown, dict):
        return Offer(name, "unknown", "Ollama does not show what it is")
    signs = [sign for sign in _REMOTE_SIGNS if shown.get(sign)]
    if signs:
        return Offer(name, "remote", f"Ollama says so ({signs[0]})")
    details = shown.get("details")
    if isinstance(details, dict) and details.get("format") == "gguf" and shown.get("model_info"):
        return Offer(name, "local", "Ollama shows its file and names no other computer")
    return Offer(name, "unknown", "Ollama shows no file of it")


def _lm_studio(server: _Server) -> tuple[Offer, ...] | None:
    listed = server.get("/api/v0/models")
    if not isinstance(listed, dict) or not isinstance(listed.get("data"), list):
        return None
    why = "LM Studio offers models of linked computers as if they were here, and does not tell them apart"
    return tuple(Offer(str(m.get("id")), "unknown", why) for m in listed["data"] if isinstance(m, dict))


def _llama_server(server: _Server) -> tuple[Offer, ...] | None:
    props = server.get("/props")
    if not isinstance(props, dict) or "model_path" not in props:
        return None
    path = Path(str(props["model_path"]))
    if path.is_absolute() and path.is_file():
        return (Offer(path.name, "local", f"it has loaded {path}, a file of this computer"),)
    return (Offer(path.name or "?", "unknown", "the file it names is not found on this computer"),)


def _vllm(server: _Server) -> tuple[Offer, ...] | None:
    listed = server.get("/v1/models")
    rows = listed.get("data") if isinstance(listed, dict) else None
    if not isinstance(rows, list) or not rows or not all(isinstance(m, dict) for m in rows):
        return None
    if not all(m.get("owned_by") == "vllm" for m in rows):
        return None
    return tuple(
        Offer(str(m.get("id")), "local", "vLLM loads models on the machine it runs on") for m in rows
    )


def _other(server: _Server) -> tuple[Offer, ...] | None:
    listed = server.get("/v1/models")
    rows = listed.get("data") if isinstance(listed, dict) else None
    if not isinstance(rows, list):
        return None
    why = "what kind of server this is, and where it sends, is not known"
    return tuple(Offer(str(m.get("id")), "unknown", why) for m in rows if isinstance(m, dict))


_KINDS: Mapping[str, Callable[[_Server], tuple[Offer, ...] | None]] = {
    "ollama": _ollama,
    "lm-studio": _lm_studio,
    "llama-server": _llama_server,
    "vllm": _vllm,
    "other": _other,
}


def listening_program(port: int) -> str | None:
    """The name of the program that listens on a loopback port; ``None`` where it cannot be seen.

    A Python program is named by what Python runs: any forwarder is "python" too. Several that listen on one
    port (one of them on IPv6) are named together. Linux alone, and only for programs of this user (or for
    root).
    """
    if sys.platform != "linux":
        return None
    inodes = {f"socket:[{inode}]" for inode in _listening_inodes(port)}
    holders = {_program(process) for process in Path("/proc").glob("[0-9]*") if _holds(process, inodes)}
    return _BETWEEN.join(sorted(holders)) or None


def _holds(process: Path, inodes: set[str]) -> bool:
    try:
        return any(_leads_to(entry) in inodes for entry in (process / "fd").iterdir())
    except OSError:
        return False


def _leads_to(entry: Path) -> str | None:
    try:
        return str(entry.readlink())
    except OSError:
        return None  # closed while we looked


def _program(process: Path) -> str:
    try:
        name = (process / "exe").readlink().name
        words = (process / "cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return "a program that ended"
    return _run_by_python(words) if name.startswith("python") else name


def _run_by_python(words: list[str]) -> str:
    """``vllm`` of ``python /usr/bin/vllm serve``, of ``python -m vllm.entrypoints`` and of its own title."""
    if words[0].startswith("VLLM"):
        return words[0]
    given = iter(words[1:])
    for word in given:
        if word == "-m":
            return next(given, "").partition(".")[0] or "python"
        if not word.startswith("-"):
            return Path(word).name or "python"
    return "python"


def _listening_inodes(port: int) -> set[str]:
    found = set()
    for table in ("tcp", "tcp6"):
        path = Path("/proc/net") / table
        if path.exists():
            rows = (row.split() for row in path.read_text("ascii").splitlines()[1:])
            found |= {r[9] for r in rows if r[3] == "0A" and int(r[1].rpartition(":")[2], 16) == port}
    return found
