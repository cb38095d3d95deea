"""The shared sample pages under the same judge: their account is the browser's own storage."""

import importlib.util
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.pages.model import HERE
from tests.pages.runner import Judgement, judge
from withhold.controls.driver import Page as Tab

FOLDER = HERE.parents[2] / "shared" / "samples" / "toggles"
MANIFEST = FOLDER / "manifest.json"


def manifests() -> list[dict[str, Any]]:
    """The samples on which a control is to be set; none where they are not beside this repository."""
    if not MANIFEST.is_file():
        return []
    pages = json.loads(MANIFEST.read_text(encoding="utf-8"))["pages"]
    return [page for page in pages if page["task"] == "set_private"]


@contextmanager
def serve() -> Iterator[str]:
    """Serve the samples with the server that comes with them; yields its address."""
    server = _their_server(FOLDER / "serve.py")
    server.daemon_threads = True
    server.block_on_close = False
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _their_server(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location("toggles_serve", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.make_server()


def judged(tab: Tab, url: str, manifest: dict[str, Any], outcome: str) -> Judgement:
    """How ``outcome`` compares with what the page at ``url`` has stored in the browser."""
    tab.goto(url)
    stored: dict[str, str] = tab.evaluate("({...localStorage})")
    rows = (*manifest["controls"], *manifest["decoys"])
    held = {row["key"]: stored[f"wh.{manifest['id']}.{row['key']}"] for row in rows}
    return judge(manifest, outcome, held)
