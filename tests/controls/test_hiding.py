"""Each place of a page and its traffic is masked or left out by itself: nothing else tells what it says."""

import datetime as dt
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.controls.canaries import found, layers
from tests.controls.fakes import QUICK, MemorySink, control
from tests.controls.hiding import provider
from tests.sizes import SIZES
from withhold.controls.assist import set_private
from withhold.controls.browser import OpenPage, open_page
from withhold.controls.capture import CaptureOptions
from withhold.controls.record import RunContext
from withhold.evidence.web.packing import Packager
from withhold.model.evidence import Draft
from withhold.model.words import Outcome

pytestmark = pytest.mark.browser

SHOWN = frozenset(
    {
        "o.alt",
        "o.aria-placeholder",
        "o.braille",
        "o.chosen",
        "o.closed",
        "o.closed-title",
        "o.description",
        "o.frame",
        "o.frame-title",
        "o.open",
        "o.open-label",
        "o.option",
        "o.option-label",
        "o.roledescription",
        "o.summary",
        "o.svg-text",
        "o.svg-title",
    }
)
"""What the page shows or has read out. Where the person asks for the full page, that is what they ask for."""


@pytest.fixture(scope="module")
def browser() -> Iterator[OpenPage]:
    with open_page(headless=True) as opened:
        yield opened


def opt_out(browser: OpenPage, url: str, label: str, *, full_page: bool = False) -> Draft:
    """One run on a page of its own, and what it leaves behind."""
    page, sink = browser.page.context.new_page(), MemorySink()
    capture = CaptureOptions(full_page=full_page, packager=Packager())
    context = RunContext("example", "ab" * 32, "test", patience=QUICK, capture=capture)
    now = lambda: dt.datetime.now(dt.UTC)  # noqa: E731 - the server's dates are of now
    set_private(page, url, (control(label),), clock=now, sink=sink, context=context)
    page.close()
    return sink.last


def stored(draft: Draft, folder: Path) -> Path:
    told = [draft.type, draft.body, draft.missing]
    (folder / "record.json").write_text(json.dumps(told), encoding="utf-8")
    for artifact in draft.artifacts:
        (folder / artifact.name).write_bytes(artifact.data)
    return folder


def places(hits: list[str]) -> set[str]:
    return {hit.partition(" in ")[0] for hit in hits}


def test_nothing_that_stands_in_one_place_alone_is_kept(browser: OpenPage, tmp_path: Path) -> None:
    """Styles, attributes, hidden texts, fields, addresses, forms, parts, sockets, streams, packed answers.

    What is left out is counted, and packed answers were read.
    """
    with provider() as (url, values):
        draft = opt_out(browser, url, "Help improve Claude")
    assert draft.body["outcome"] == Outcome.CHANGED.value
    assert len(values) > 110
    assert sorted(found(stored(draft, tmp_path), values)) == []
    assert not [note for note in draft.body["notes"] if "Error" in note]
    exchange = draft.body["exchange"]
    assert {"type WebSocket", "type EventSource", "type Ping"} <= {
        row["reason"] for row in exchange["left_out"]
    }
    left = {(row["url"].rpartition("/")[2], row["part"]) for row in exchange["bodies_left_out"]}
    assert {("multipart", "request"), ("stream", "answer"), ("xml", "answer"), ("lines", "answer")} <= left
    wacz = next(a.data for a in draft.artifacts if a.name == "exchange.wacz")
    warc = next(data for name, data in layers(wacz) if name.endswith("gunzip")).decode()
    for path in ("gzip", "br", "escaped"):
        answer = warc.partition(f"WARC-Target-URI: {exchange_url(url, path)}\r\n")[2].partition("WARC/1")[0]
        assert '"[masked:value:' in answer, path


def exchange_url(url: str, path: str) -> str:
    return url.replace("/settings", f"/{path}")


def without_the_control(browser: OpenPage, folder: Path) -> None:
    """What was opened to look inside is named only where the pack or the region says it too."""
    with provider() as (url, values):
        draft = opt_out(browser, url, "Something else")
    assert draft.body["outcome"] == Outcome.NO_CONTROL.value
    assert sorted(found(stored(draft, folder), values)) == []
    assert any("to look inside" in step for step in draft.body["steps"])


def full_page(browser: OpenPage, folder: Path) -> None:
    """Hidden texts, fields, styles and traffic are masked on a full page, too."""
    with provider() as (url, values):
        draft = opt_out(browser, url, "Help improve Claude", full_page=True)
    assert places(found(stored(draft, folder), values)) <= SHOWN


@pytest.mark.parametrize("way", [without_the_control, full_page][: SIZES.hiding.ways])
def test_in_other_ways(browser: OpenPage, tmp_path: Path, way: Callable[[OpenPage, Path], None]) -> None:
    """A page without the control, and one that is kept whole."""
    way(browser, tmp_path)
