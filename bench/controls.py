"""The control finder over all sample pages, beside a naive one: outcomes, false claims, seconds a page.

    python bench/controls.py [--every N] [--start K] [--browsers N] [--only ours|naive] [--json FILE]

The naive finder takes the first switch whose accessible name matches a few English words, clicks it, and
says ``changed`` when it looks off. Each page has an account and a browser context of its own. Seconds are
those of the whole run and, apart, those of the fresh load that every claim rests on: from leaving the page
until the fresh one was read, the waiting on purpose included. Times of several browsers side by side are
longer than those of one; outcomes are the same.
"""

import argparse
import json
import re
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.controls.fakes import MemorySink
from tests.pages import catalogue, runner, unseen
from withhold.controls.assist import set_private
from withhold.controls.browser import open_page
from withhold.controls.driver import BrowserError, Frame, Page
from withhold.controls.record import RunContext

NAMES = re.compile(r"train|improve", re.IGNORECASE)
ROLES = ("switch", "checkbox")
NAIVE_LIMIT_MS = 3000


@dataclass
class Watch:
    """When a run read its clock (once at its begin, once for each look) and when it left the page."""

    looks: list[float] = field(default_factory=list)
    left: list[float] = field(default_factory=list)

    def clock(self) -> datetime:
        self.looks.append(time.monotonic())
        return datetime.now(UTC)

    def navigated(self, frame: Frame) -> None:
        if frame.parent_frame is None and frame.url == "about:blank":
            self.left.append(time.monotonic())

    @property
    def reload(self) -> float:
        """Seconds from leaving the page until the fresh one was read; 0 where there was no fresh load."""
        left = self.left[1] if len(self.left) > 1 else None
        read = [at for at in self.looks[:-1] if left is not None and at > left]
        return read[0] - left if read and left is not None else 0.0


@dataclass
class Tried:
    """One page: what was claimed, whether that was right, what harm was done, and how long it took."""

    page: str
    outcome: str
    right: bool
    harm: list[str]
    seconds: float
    reload: float


Finder = Callable[[Page, str, Watch], str]


def ours(page: Page, url: str, watch: Watch) -> str:
    """The finder as the command line runs it, generic: without a pack."""
    page.on("framenavigated", watch.navigated)
    context = RunContext(None, None, "bench")
    return set_private(page, url, clock=watch.clock, sink=MemorySink(), context=context).outcome.value


def naive(page: Page, url: str, _: Watch) -> str:
    """Role and name, one click, and the word of the page right afterwards."""
    page.goto(url)
    for role in ROLES:
        found = page.get_by_role(role, name=NAMES).first  # type: ignore[arg-type]
        try:
            found.wait_for(timeout=NAIVE_LIMIT_MS / 2)
            if not found.is_checked(timeout=NAIVE_LIMIT_MS):
                return "already_private"
            found.click(timeout=NAIVE_LIMIT_MS)
            return "needs_human" if found.is_checked(timeout=NAIVE_LIMIT_MS) else "changed"
        except BrowserError:
            continue
    return "no_control"


def tried(finder: Finder, pages: Sequence[Any]) -> list[Tried]:
    """``finder`` over ``pages``, one after the other in one browser."""
    with open_page(headless=True) as opened:
        browser = opened.page.context.browser
        assert browser is not None
        told = []
        for page in pages:
            watch = Watch()
            serve = unseen.serve if isinstance(page, unseen.Unseen) else runner.serve
            with serve(page) as running, browser.new_context() as context:
                begun = time.monotonic()
                outcome = finder(context.new_page(), running.url, watch)
                seconds = time.monotonic() - begun
                judged = running.judge(outcome)
            harm = list(judged.harm)
            told.append(Tried(judged.page, outcome, judged.right, harm, seconds, watch.reload))
        return told


def measured(finder: Finder, pages: Sequence[Any], browsers: int) -> dict[str, Any]:
    """Counts and seconds of ``finder`` over ``pages``; harm and what was not right are listed by page."""
    with ThreadPoolExecutor(browsers) as pool:
        shares = [pages[i::browsers] for i in range(browsers)]
        all_tried = [one for share in pool.map(lambda s: tried(finder, s), shares) for one in share]
    reloaded = [one for one in all_tried if one.reload]
    besides = [one.seconds - one.reload for one in all_tried]
    return {
        "pages": len(all_tried),
        "browsers": browsers,
        "outcomes": dict(Counter(one.outcome for one in all_tried)),
        "right": sum(one.right for one in all_tried),
        "harm": {one.page: one.harm for one in all_tried if one.harm},
        "not_right": {one.page: one.outcome for one in all_tried if not one.right},
        "false_claims": sum("claimed private" in " ".join(one.harm) for one in all_tried),
        "median_seconds": _median(one.seconds for one in all_tried),
        "median_seconds_of_the_reload": _median(one.reload for one in reloaded),
        "median_seconds_besides_the_reload": _median(besides),
        "median_seconds_besides_the_reload_where_there_was_one": _median(
            one.seconds - one.reload for one in reloaded
        ),
        "by_page": {
            one.page: [one.outcome, round(one.seconds, 2), round(one.reload, 2)] for one in all_tried
        },
    }


def _median(values: Any) -> float | None:
    known = list(values)
    return round(statistics.median(known), 2) if known else None


def main() -> None:
    """Run both finders over the same pages and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--browsers", type=int, default=1)
    parser.add_argument("--only", choices=("ours", "naive"))
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    pages = [*catalogue.without_npm(), *catalogue.built(), *unseen.pages()][asked.start :: asked.every]
    finders = {"ours": ("withhold", ours), "naive": ("role and name, click", naive)}
    chosen = [finders[asked.only]] if asked.only else list(finders.values())
    told = {name: measured(finder, pages, asked.browsers) for name, finder in chosen}
    if asked.json:
        asked.json.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    for one in told.values():
        del one["by_page"]
    print(json.dumps(told, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
