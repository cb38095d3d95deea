"""Runs the benches and prints their figures: ``run.py [NAME ...]``.

Every file ``bench_*.py`` beside this one has a function ``run() -> list[Row]``. Arguments pick files by a
part of their name. A bench that fails is reported and makes the exit code 1; the others still run.
"""

import importlib
import platform
import sys
import traceback
from pathlib import Path

from rich.console import Console
from rich.table import Table

from rows import Row

HERE = Path(__file__).resolve().parent


def main(wanted: list[str]) -> int:
    """Runs what was asked for; returns the exit code."""
    names = [path.stem for path in sorted(HERE.glob("bench_*.py"))]
    chosen = [name for name in names if not wanted or any(part in name for part in wanted)]
    if not chosen:
        print(
            f"no bench has {' or '.join(wanted)} in its name; there are {', '.join(names)}", file=sys.stderr
        )
        return 2
    results = {name: measure(name) for name in chosen}
    rows = [row for found in results.values() if found is not None for row in found]
    Console(width=120).print(table(rows))
    return 1 if None in results.values() else 0


def measure(name: str) -> list[Row] | None:
    """The rows of one bench; ``None`` if it failed, with its traceback on stderr."""
    print(f"running {name}", file=sys.stderr, flush=True)
    try:
        rows: list[Row] = importlib.import_module(name).run()
    except Exception:  # noqa: BLE001 - the edge of the process: one bench that fails must not hide the others
        traceback.print_exc()
        return None
    return rows


def table(rows: list[Row]) -> Table:
    """The figures for people; a ratio below 1 means that ours is the smaller number."""
    machine = f"Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    shown = Table(title=f"withhold bench ({machine})")
    shown.add_column("what")
    shown.add_column("value", justify="right")
    shown.add_column("unit")
    shown.add_column("peer in the same run")
    shown.add_column("ratio", justify="right")
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        shown.add_row(row.name, f"{row.value:,.1f}", row.unit, row.peer, ratio)
    return shown


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
