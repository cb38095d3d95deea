"""Which tests one worker runs, one after the other: what shares a browser or a cluster.

The groups of pytest-xdist (``xdist_group``, 3.8) change names in a way that pytest 9.2 no longer heeds: they
do nothing, without a word. The process that hands out tests knows only their names, so it reads the files.
"""

from functools import cache
from pathlib import Path

from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

ROOT = Path(__file__).resolve().parent.parent


class Sharing(LoadScopeScheduling):  # type: ignore[misc]
    """Tests go to the worker that is free first, save those of one :func:`group`."""

    def _split_scope(self, nodeid: str) -> str:
        return group(nodeid.partition("::")[0]) or nodeid


@cache
def group(file: str) -> str:
    """The group of the tests of ``file``, a path from the top folder; empty where any worker may run each."""
    path = ROOT / file
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    if "mark.cluster" in text:
        return "cluster"
    return file if "mark.browser" in text else ""
