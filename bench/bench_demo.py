"""How long the demo takes after set-up, beside the start of the browser alone that it cannot do without."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rows import Row

AIM_SECONDS = 90.0


def run() -> list[Row]:
    """Seconds of ``withhold demo``, of opening and closing the same browser, and the share of the aim."""
    browser = _seconds(_open_browser())
    with tempfile.TemporaryDirectory() as folder:
        demo = _seconds([sys.executable, "-m", "withhold", "demo", "--out", str(Path(folder) / "out")])
    return [
        Row("demo, whole story", demo, "s", f"opening the browser once: {browser:.1f} s", demo / browser),
        Row("demo against its aim", demo, "s", f"aim: under {AIM_SECONDS:.0f} s", demo / AIM_SECONDS),
    ]


def _open_browser() -> list[str]:
    code = (
        "from withhold.controls.browser import find_browser, open_page\n"
        "import os\n"
        "with open_page(browser=find_browser(os.environ.get('WITHHOLD_BROWSER')), headless=True): pass\n"
    )
    return [sys.executable, "-c", code]


def _seconds(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ)
    return time.perf_counter() - began
