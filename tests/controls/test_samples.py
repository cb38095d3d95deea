"""The shared sample pages: what a page stored after a reload is the truth."""

import importlib.util
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.controls.conftest import PRIVATE
from tests.controls.fakes import QUICK, MemorySink, control, ticking
from withhold.controls.assist import set_private
from withhold.controls.driver import Page
from withhold.controls.record import RunContext
from withhold.model.terms import Control
from withhold.model.words import Polarity

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "samples" / "toggles"
MANIFEST = SAMPLES / "manifest.json"


def _pages() -> list[dict[str, Any]]:
    if not MANIFEST.is_file():
        return []
    pages = json.loads(MANIFEST.read_text(encoding="utf-8"))["pages"]
    return [page for page in pages if page["task"] == "set_private"]


pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not MANIFEST.is_file(), reason="the shared sample pages are not beside this repository"
    ),
]


def _server_module() -> ModuleType:
    spec = importlib.util.spec_from_file_location("toggles_serve", SAMPLES / "serve.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = _server_module().make_server()
    server.daemon_threads = True
    server.block_on_close = False
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def _controls(page: dict[str, Any]) -> list[Control]:
    return [
        control(c["label"], polarity=Polarity(c["polarity"]), control_id=c["key"], menu_path=None)
        for c in page["controls"]
    ]


@pytest.mark.parametrize("with_pack", [True, False], ids=["pack", "no-pack"])
@pytest.mark.parametrize("sample", _pages(), ids=lambda page: str(page["id"]))
def test_sample_page(tab: Page, address: str, sample: dict[str, Any], *, with_pack: bool) -> None:
    """The outcome is one that is right to report, and no decoy and no claim is wrong."""
    url = address + sample["file"]
    sink = MemorySink()
    context = RunContext("sample", None, "test", patience=QUICK)
    controls = _controls(sample) if with_pack else []
    tab.goto(url)
    tab.evaluate("localStorage.clear()")
    result = set_private(tab, url, controls, clock=ticking(), sink=sink, context=context)
    tab.goto(url)
    stored: dict[str, str] = tab.evaluate("({...localStorage})")
    prefix = f"wh.{sample['id']}."
    expected = sample["expected"]
    assert {key: stored[prefix + key] for key in expected["truth"]} == expected["truth"]
    assert result.outcome.value in expected["accept_outcomes"]
    if result.outcome in PRIVATE:
        assert all(stored[prefix + c["key"]] == c["private_when"] for c in sample["controls"])
    if expected["max_writes"] is not None:
        assert int(stored.get(f"{prefix}_writes", 0)) <= expected["max_writes"]
