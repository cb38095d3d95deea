"""What the terms watch makes of the edits marked by hand: the part to tune on, and the part held out.

Prints for each part how many edits raised an alarm (the aim: fewer than one in six) and how many of those
that a careful reader would mark were missed (the aim: none). ``--show`` lists the wrong ones of the part to
tune on; those held out are never listed.
"""

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.terms.labelled import Figures, edits, figures


def main() -> int:
    """Print both parts; 0 if both hold to the aims."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--show", action="store_true", help="list what is wrong in the part to tune on")
    shown = parser.parse_args().show
    begun = time.perf_counter()
    parts = {"to tune on": figures(False), "held out": figures(True)}
    took = time.perf_counter() - begun
    for name, part in parts.items():
        print(f"{name:>10}: {_line(part)}")
    print(f"{len(edits())} edits in {len({e.lang for e in edits()})} languages, {took:.1f} s")
    if shown:
        for edit in (*parts["to tune on"].missed, *parts["to tune on"].false):
            print(f"{'missed' if edit.marked else 'false'} {edit.lang} {edit.old!r} -> {edit.new!r}")
    return 0 if all(not p.missed and p.share < 1 / 6 for p in parts.values()) else 1


def _line(part: Figures) -> str:
    return (
        f"{part.alarms} of {part.edits} edits raised an alarm ({part.share:.1%}), {len(part.false)} of them"
        f" without cause; {len(part.missed)} of {part.marked} marked edits missed"
    )


if __name__ == "__main__":
    sys.exit(main())
