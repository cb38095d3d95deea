"""What handing one record over costs: the opt-out of the lab with all captures, in a log of its own.

Peers: the bytes of the captures themselves, and reading a ZIP of that size with its checksums.
"""

import io
import os
import statistics
import tempfile
import time
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rows import Row
from withhold.app.bootstrap import Services
from withhold.app.evidence.bundles import handed, packed
from withhold.evidence.bundle.check import Trust, check_bundle
from withhold.evidence.bundle.packing import unpack
from withhold.evidence.bundle.script import SCRIPT, missing_tools, run_script
from withhold.model.evidence import Artifact, Draft
from withhold.support.paths import StateHome

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
RUNS = 5
PARTS = (("html", 4_000), ("mhtml", 15_000), ("ax.json", 6_500), ("aria.yml", 1_200))
"""Endings and sizes of what one stage of a run keeps, as the demo's record has them."""

PICTURES = (("png", 29_000), ("control.png", 9_000))
WACZ = 17_000


def run() -> list[Row]:
    """Kilobytes, and milliseconds as medians."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "state"
        app = Services(
            home=StateHome(root), environ={"WITHHOLD_HOME": str(root)}, user_home=root, stamps=False
        )
        app.store.accounts()
        draft = record()
        written = app.journal.append(draft)
        data = packed(handed(app, [written.id]))
        made = median(lambda: packed(handed(app, [written.id])))
        trust = Trust(frozenset({app.journal.public_key.fingerprint}))
        checked = median(lambda: check_bundle(data, trust))
        read = median(lambda: zipfile.ZipFile(io.BytesIO(data)).testzip())
        script = scripted(data, Path(folder), app.journal.public_key.fingerprint)
        app.close()
    captures = sum(len(a.data) for a in draft.artifacts)
    return [
        Row(
            "bundle: size",
            len(data) / 1000,
            "kB",
            f"its captures: {captures / 1000:.0f} kB",
            len(data) / captures,
        ),
        Row("bundle: making, with both reports", made, "ms", "no peer makes one", None),
        Row("bundle: evidence verify", checked, "ms", f"testzip: {read:.2f} ms", checked / read),
        *script,
    ]


def record() -> Draft:
    """A record of the size that an opt-out has; its pictures cannot be compressed and need not be shown."""
    parts = [Artifact("exchange.wacz", "application/wacz", os.urandom(WACZ))]
    for stage in ("before", "after", "after-reload"):
        for ending, size in (*PARTS, *PICTURES):
            parts.append(Artifact(f"{stage}.{ending}", "application/octet-stream", os.urandom(size)))
    return Draft("control.optout", NOW, {"outcome": "changed", "provider": "lab"}, tuple(parts))


def scripted(data: bytes, folder: Path, key: str) -> list[Row]:
    """The script's time; a row that says why where it cannot run."""
    if missing_tools():
        return [Row("bundle: verify.sh", 0.0, "ms", f"not run: {', '.join(missing_tools())} missing", None)]
    top = folder / "bag"
    for path, content in unpack(data)[0].items():
        (top / path).parent.mkdir(parents=True, exist_ok=True)
        (top / path).write_bytes(content)
    assert (top / SCRIPT).is_file()
    return [Row("bundle: verify.sh", median(lambda: run_script(top, [key])), "ms", "no peer", None)]


def median(work: Callable[[], Any]) -> float:
    """Milliseconds."""
    taken = []
    for _ in range(RUNS):
        began = time.perf_counter()
        work()
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)
