"""The control finder over all sample pages, beside a naive one: outcomes, false claims, seconds a page.

    python bench/controls.py [--every N] [--start K] [--json FILE]

The naive finder takes the first switch whose accessible name matches a few English words, clicks it, and
says ``changed`` when it looks off. One browser serves the run, each page has a context of its own.
"""

import argparse
import json
import re
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.controls.fakes import MemorySink, ticking
from tests.pages import catalogue, runner
from withhold.controls.assist import set_private
from withhold.controls.browser import open_page
from withhold.controls.driver import BrowserError, Page
from withhold.controls.record import RunContext

NAMES = re.compile(r"train|improve", re.IGNORECASE)
ROLES = ("switch", "checkbox")
NAIVE_LIMIT_MS = 3000


def ours(page: Page, url: str) -> str:
    """The finder as the command line runs it, generic: without a pack."""
    context = RunContext(None, None, "bench")
    return set_private(page, url, clock=ticking(), sink=MemorySink(), context=context).outcome.value


def naive(page: Page, url: str) -> str:
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


def measured(finder: Callable[[Page, str], str], pages: list[Any]) -> dict[str, Any]:
    """Counts and seconds of ``finder`` over ``pages``; harm is listed by page."""
    outcomes: Counter[str] = Counter()
    right, harm, seconds = 0, {}, []
    with open_page(headless=True) as opened:
        browser = opened.page.context.browser
        assert browser is not None
        for page in pages:
            with runner.serve(page) as running, browser.new_context() as context:
                begun = time.monotonic()
                outcome = finder(context.new_page(), running.url)
                seconds.append(time.monotonic() - begun)
                judged = running.judge(outcome)
            outcomes[outcome] += 1
            right += bool(judged.right)
            found = judged.harm() if callable(judged.harm) else judged.harm
            if found:
                harm[page.manifest()["id"]] = list(found)
    return {
        "pages": len(pages),
        "outcomes": dict(outcomes),
        "right": right,
        "harm": harm,
        "false_claims": sum("claimed private" in " ".join(words) for words in harm.values()),
        "median_seconds": round(statistics.median(seconds), 2),
    }


def main() -> None:
    """Run both finders over the same pages and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    pages = [*catalogue.without_npm(), *catalogue.built()][asked.start :: asked.every]
    told = {"withhold": measured(ours, pages), "role and name, click": measured(naive, pages)}
    text = json.dumps(told, indent=2, ensure_ascii=False)
    if asked.json:
        asked.json.write_text(text + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
