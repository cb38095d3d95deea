"""Writes tests/costs.toml from the JUnit file of a run: ``pytest --junitxml=FILE`` in tier check.

Usage: costs.py FILE

Tests that were not part of the run keep what the table says of them.
"""

import sys
import tomllib
from collections import defaultdict
from pathlib import Path
from xml.etree import ElementTree as ET

SLOW = 0.3
"""Seconds from which on one case of a test is slow."""
TARGET = Path(__file__).resolve().parent.parent / "tests" / "costs.toml"
HEAD = """# Slow tests and the seconds of one case of each, as measured: `make check` draws from them
# (tests/draw.py).
# Written by scripts/costs.py from a whole run; a test that is not named here counts as quick.

[seconds]
"""


def main(file: str) -> int:
    """Read the run, write the table."""
    took: dict[str, list[float]] = defaultdict(list)
    for case in ET.parse(file).getroot().iter("testcase"):  # noqa: S314 - our own pytest wrote it
        took[_test(case.attrib["classname"], case.attrib["name"])].append(float(case.attrib["time"]))
    means = {test: sum(times) / len(times) for test, times in took.items()}
    before: dict[str, float] = tomllib.loads(TARGET.read_text(encoding="utf-8"))["seconds"]
    slow = sorted((before | means).items())
    lines = [f'"{test}" = {mean:.1f}' for test, mean in slow if mean >= SLOW]
    TARGET.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(lines)} of {len(before | means)} tests are slow; {TARGET}")
    return 0


def _test(classname: str, name: str) -> str:
    """The name that pytest prints: modules as a path, then classes, then the function."""
    parts = classname.split(".")
    last = max(number for number, part in enumerate(parts) if part.startswith("test_"))
    return "::".join(
        ["/".join(parts[: last + 1]) + ".py", *parts[last + 1 :], name.partition("[")[0].partition("@")[0]]
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
