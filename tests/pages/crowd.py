"""Runs many pages at once: nearly all of a run is waiting, so a few browsers side by side save most of it."""

import os
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.pages.model import Page
from tests.pages.runner import Judgement, serve
from withhold.app.bootstrap import bootstrap
from withhold.app.optout.opt_out import opt_out
from withhold.controls.browser import OpenPage, open_page

Tool = Callable[[OpenPage, str, Path], str]
"""Opts out on the page at an address, with a folder for its state; returns the outcome that it claims."""


@dataclass(frozen=True, slots=True)
class Tried:
    """One page, how it went, and how long the tool took."""

    page: Page
    judgement: Judgement
    seconds: float


def assist(opened: OpenPage, url: str, home: Path) -> str:
    """What ``withhold optout --url URL --mode assist`` does and says, in a browser that is open already."""
    services = bootstrap({**os.environ, "WITHHOLD_HOME": str(home)})
    try:
        return opt_out(services, url=url, mode="assist", headless=True, opened=opened).outcome
    finally:
        services.close()


NAMED = """() => { const name = e => (e.getAttribute('aria-label') ?? '')
  + [...(e.labels ?? [])].map(l => l.innerText).join()
  + (document.getElementById(e.getAttribute('aria-labelledby'))?.innerText ?? '');
  return [...document.querySelectorAll('[role=switch],[role=checkbox],input[type=checkbox]')]
    .find(e => /train|improve|develop|smarter/i.test(name(e))) ?? null; }"""


def naive(opened: OpenPage, url: str, home: Path) -> str:
    """What a quick script does: the first switch whose name speaks of training, clicked, and believed."""
    tab = opened.page
    tab.goto(url)
    tab.wait_for_timeout(700)
    switch = tab.evaluate_handle(NAMED).as_element()
    if switch is None:
        return "no_control"
    if not switch.evaluate(ON):
        return "already_private"
    switch.evaluate("e => e.click()")
    tab.wait_for_timeout(200)
    return "not_persisted" if switch.evaluate(ON) else "changed"


ON = "e => e.checked ?? e.getAttribute('aria-checked') === 'true'"


def run(pages: Sequence[Page], tool: Tool, homes: Path, *, browsers: int = 4) -> list[Tried]:
    """Try ``tool`` on each of ``pages``, each with its own account, in ``browsers`` browsers at a time."""
    shares = [pages[i::browsers] for i in range(min(browsers, len(pages)))]
    with ThreadPoolExecutor(len(shares) or 1) as pool:
        numbered = enumerate(shares)
        done = pool.map(lambda share: _share(share[1], tool, homes / str(share[0])), numbered)
    return [tried for share in done for tried in share]


def _share(pages: Iterable[Page], tool: Tool, home: Path) -> list[Tried]:
    with open_page(headless=True) as opened:
        return [_one(page, tool, home, opened) for page in pages]


def _one(page: Page, tool: Tool, home: Path, opened: OpenPage) -> Tried:
    tab = opened.page.context.new_page()
    try:
        with serve(page) as running:
            begun = time.monotonic()
            outcome = tool(OpenPage(tab, opened.browser), running.url, home)
            seconds = time.monotonic() - begun
            return Tried(page, running.judge(outcome), seconds)
    finally:
        tab.close()
