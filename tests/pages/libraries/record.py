"""Records the rows of the built libraries, on and off, as HTML: run after ``node build.mjs``.

    python -m tests.pages.libraries.record

What is written stands in ``tests/pages/snapshots``: a clone without npm meets the libraries' own markup too.
"""

import json
import sys
from pathlib import Path

from tests.pages.catalogue import BUILT
from tests.pages.model import HERE, Page
from tests.pages.runner import serve
from withhold.controls.browser import open_page
from withhold.controls.driver import Page as Tab

CAPTURE = Path(__file__).with_name("capture.js").read_text(encoding="utf-8")
CLOSED = frozenset({"lit-closed"})
"""What nobody can look into from outside is not recorded."""


def main() -> None:
    only = set(sys.argv[1:])
    with open_page(headless=True) as opened:
        for name in BUILT:
            if name in CLOSED or (only and name not in only):
                continue
            shots = {state: _shot(opened.page, name, state) for state in ("on", "off")}
            target = HERE / "snapshots" / f"{name}.json"
            target.write_text(json.dumps(shots, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
            sys.stderr.write(f"{name}: {len(shots['on'])} characters\n")


def _shot(tab: Tab, name: str, state: str) -> str:
    page = Page(f"live:{name}", private=state == "off")
    row = {"key": "@@id@@", "label": "@@label@@", "description": "@@description@@", "initial": state}
    told = page.told() | {"rows": [row | {"stale": None, "matters": True, "locked": "", "second": ""}]}
    with serve(page) as running:
        running.account.state = {"@@id@@": state}
        tab.route("**/page.js", lambda route: route.fulfill(
            body=f"export default {json.dumps(told)}", content_type="text/javascript"))  # fmt: skip
        tab.goto(running.url)
        tab.locator(".row:not(.skeleton)").first.wait_for()
        tab.wait_for_timeout(600)
        html: str = tab.locator(".row").first.evaluate(CAPTURE)
        tab.unroute("**/page.js")
    return html


if __name__ == "__main__":
    main()
