"""Writes down what a soak run did: a page in ``docs/soak/``, one part for each run of that day."""

import datetime as dt
import os
import platform
import subprocess
import time
from collections import Counter
from pathlib import Path

import pytest

import withhold

ROOT = Path(__file__).resolve().parent.parent
FOLDER_VARIABLE = "WITHHOLD_SOAK_DIR"
"""Where the page goes; ``make soak`` sets it. Without it a run of a few tests writes nothing."""
HEADER = """# Soak run of {date}

Written by `make {tier}`. What a figure means stands in the test it is named after.
"""


class SoakSummary:
    """A pytest plugin: counts outcomes, keeps figures of ``soak_report``, writes them when all is done."""

    def __init__(self, config: pytest.Config, *, tier: str, seed: int | None) -> None:
        self._config = config
        self._tier = tier
        self._seed = seed
        self._started = time.monotonic()
        self._outcomes: Counter[str] = Counter()
        self._figures: list[tuple[str, str, object]] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Takes one phase of one test, from whichever worker ran it."""
        if report.when == "call" or report.outcome != "passed":
            self._outcomes[report.outcome] += 1
        if report.when == "call":
            name = report.nodeid.partition("@")[0]
            self._figures += [(name, str(figure), value) for figure, value in report.user_properties]

    def pytest_sessionfinish(self) -> None:
        """Adds this run to the page of the day."""
        if self._config.option.collectonly:
            return
        today = dt.datetime.now(dt.UTC).date().isoformat()
        folder = Path(os.environ[FOLDER_VARIABLE])
        folder.mkdir(parents=True, exist_ok=True)
        page = folder / f"{today}-{self._tier}.md"
        before = (
            page.read_text(encoding="utf-8") if page.exists() else HEADER.format(date=today, tier=self._tier)
        )
        page.write_text(before + self._part(), encoding="utf-8")

    def _part(self) -> str:
        seed = "fixed" if self._seed is None else str(self._seed)
        facts = {
            "tier": self._tier,
            "seed": seed,
            "tests": ", ".join(f"{count} {outcome}" for outcome, count in sorted(self._outcomes.items())),
            "duration": f"{time.monotonic() - self._started:.0f} s",
            "withhold": withhold.__version__,
            "commit": commit(),
            "Python": f"{platform.python_version()} on {platform.system()} {platform.machine()}",
        }
        lines = ["", f"## Seed {seed}", "", "| | |", "|---|---|"]
        lines += [f"| {name} | {value} |" for name, value in facts.items()]
        if self._figures:
            lines += ["", "| test | figure | value |", "|---|---|---|"]
            lines += [
                f"| `{test}` | {figure} | {value} |" for test, figure, value in sorted(self._figures, key=str)
            ]
        return "\n".join(lines) + "\n"


def commit() -> str:
    """The commit tested, marked where the tree had changes on top of it; ``unknown`` outside a checkout."""
    asked = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--abbrev=12"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return asked.stdout.strip() if asked.returncode == 0 else "unknown"
