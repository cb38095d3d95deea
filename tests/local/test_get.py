"""Fetching from a server on loopback that speaks the hub's HTTP. The public hub was not tried."""

import hashlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from withhold.local import speed
from withhold.local.fetching import Wanted, choose, fetch
from withhold.local.shelf import Shelf
from withhold.packs.models import load_models
from withhold.support.errors import EnvironmentProblem, UsageProblem
from withhold.support.progress import Silent

REPO, FILE, REVISION = "someone/small-GGUF", "small-Q4_K_M.gguf", "a" * 40


@dataclass
class Hub:
    """What the server holds and what it was asked. ``cuts`` answers end after that many bytes, one each."""

    data: bytes
    sha256: str
    url: str = ""
    cuts: list[int] = field(default_factory=list)
    ranges: bool = True
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def info(self, repo: str) -> dict[str, Any]:
        lfs = {"sha256": self.sha256, "size": len(self.data), "pointerSize": 134}
        sibling = {"rfilename": FILE, "size": len(self.data), "lfs": lfs, "blobId": "b" * 40}
        return {"id": repo, "sha": REVISION, "siblings": [sibling], "cardData": {"license": "apache-2.0"}}


@pytest.fixture
def hub() -> Iterator[Hub]:
    """A hub with one repository of one file, a real GGUF head with some bytes behind it."""
    head = speed._head(list(speed._tensors()))
    data = head + bytes((3 << 20) - len(head))
    held = Hub(data, hashlib.sha256(data).hexdigest())
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(held))
    held.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield held
    server.shutdown()
    server.server_close()
    thread.join()


def _handler(hub: Hub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            hub.asked.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
            if self.path.startswith("/api/models/"):
                self._send(200, json.dumps(hub.info(self.path.split("?")[0][12:])).encode(), {})
            elif self.path == f"/{REPO}/resolve/{REVISION}/{FILE}":
                self._file()
            else:
                self._send(404, b"{}", {"X-Error-Code": "RepoNotFound"})

        def _file(self) -> None:
            wanted = self.headers.get("Range")
            start = int(wanted[6:-1]) if wanted and hub.ranges else 0
            part = hub.data[start:]
            extra = {"Content-Range": f"bytes {start}-{len(hub.data) - 1}/{len(hub.data)}"} if start else {}
            self._send(206 if start else 200, part, extra, cut=hub.cuts.pop(0) if hub.cuts else None)

        def _send(self, status: int, body: bytes, extra: dict[str, str], cut: int | None = None) -> None:
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), "Connection": "close", **extra}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body if cut is None else body[:cut])

        def log_message(self, *_: Any) -> None: ...

    return Handler


def get(hub: Hub, folder: Path, **changed: Any) -> Path:
    """Fetch the file as the command does."""
    fields: dict[str, Any] = {
        "model": "small",
        "repo": REPO,
        "file": FILE,
        "quant": "Q4_K_M",
        "sha256": None,
        "origin": REPO,
    }
    return fetch(Wanted(**{**fields, **changed}), Shelf(folder), {"HF_ENDPOINT": hub.url}, Silent())[0]


def test_a_file_is_fetched_checked_and_noted(hub: Hub, tmp_path: Path) -> None:
    """Bytes, revision, hash and licence are kept; the file is its owner's alone."""
    path = get(hub, tmp_path, sha256=hub.sha256)
    assert path.read_bytes() == hub.data
    assert path.stat().st_mode & 0o077 == 0
    ((found, kept),) = Shelf(tmp_path).all()
    assert (found, kept.sha256, kept.revision, kept.licence) == (path, hub.sha256, REVISION, "apache-2.0")
    assert kept.checked_by == ("catalogue", "hub")
    assert Shelf(tmp_path).find("small") == (path, kept)


def test_the_hub_is_told_nothing_more_than_it_must(hub: Hub, tmp_path: Path) -> None:
    """No token, no telemetry path, no cookie."""
    get(hub, tmp_path)
    for path, headers in hub.asked:
        assert "telemetry" not in path
        assert not {"authorization", "cookie"} & set(headers)


def test_a_cut_connection_is_gone_on_from(hub: Hub, tmp_path: Path) -> None:
    """Two answers end early; the third asks for the rest only."""
    hub.cuts = [1 << 20, 1 << 19]
    assert get(hub, tmp_path).read_bytes() == hub.data
    ranges = [h.get("range") for p, h in hub.asked if "/resolve/" in p]
    assert ranges == [None, f"bytes={1 << 20}-", f"bytes={(1 << 20) + (1 << 19)}-"]


def test_a_later_run_goes_on(hub: Hub, tmp_path: Path) -> None:
    """What had come when the tries ran out is kept, under a name that says it is not whole."""
    hub.cuts = [200_000] * 5
    with pytest.raises(EnvironmentProblem, match="could not be had"):
        get(hub, tmp_path)
    assert [p.suffix for p in tmp_path.glob("*/*")] == [".part"]
    hub.asked.clear()
    assert get(hub, tmp_path).read_bytes() == hub.data
    assert [h.get("range") for p, h in hub.asked if "/resolve/" in p] == ["bytes=1000000-"]


def test_a_server_without_ranges_sends_all_again(hub: Hub, tmp_path: Path) -> None:
    """A whole answer to a request for the rest is not appended to what is there."""
    hub.cuts, hub.ranges = [1 << 20], False
    assert get(hub, tmp_path).read_bytes() == hub.data


@pytest.mark.parametrize("who", ["hub", "catalogue"])
def test_a_wrong_hash_is_removed(hub: Hub, tmp_path: Path, who: str) -> None:
    """What came is not what was announced: nothing of it stays, and nothing is noted."""
    if who == "hub":
        hub.sha256 = "0" * 64
    with pytest.raises(EnvironmentProblem, match=f"not that of the {who}"):
        get(hub, tmp_path, sha256="1" * 64 if who == "catalogue" else None)
    assert [p for p in tmp_path.glob("*/*") if p.is_file()] == []


def test_what_is_there_is_not_fetched_again(hub: Hub, tmp_path: Path) -> None:
    """It is checked again, though: a file that was changed since does not pass."""
    path = get(hub, tmp_path)
    hub.asked.clear()
    get(hub, tmp_path)
    assert not any("/resolve/" in asked for asked, _ in hub.asked)
    path.write_bytes(b"changed")
    with pytest.raises(EnvironmentProblem, match="not that of the hub"):
        get(hub, tmp_path)


def test_a_file_that_is_not_there_names_those_that_are(hub: Hub, tmp_path: Path) -> None:
    """A wrong quantisation leads to the right one."""
    with pytest.raises(UsageProblem, match=FILE):
        get(hub, tmp_path, file=None, quant="Q9_Z")


def test_a_hub_that_is_down_is_exit_5(tmp_path: Path) -> None:
    """Nobody listens: the environment's fault, and the next step says so."""
    nobody = Hub(b"", "", url="http://127.0.0.1:9")
    with pytest.raises(EnvironmentProblem, match="could not be had"):
        get(nobody, tmp_path)


def test_every_model_of_the_catalogue_can_be_asked_for() -> None:
    """Each has a repository to ask; a file whose hash is known comes first."""
    for model in load_models().models:
        wanted = choose(model, None)
        assert "/" in wanted.repo
        if any(g.sha256 for g in model.gguf):
            assert wanted.sha256 is not None
