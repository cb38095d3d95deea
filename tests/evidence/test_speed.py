"""A long log stays quick: appending and proving do not get slower with its length."""

import statistics
import time
from collections.abc import Callable
from pathlib import Path

from tests.evidence.making import draft, long_log
from tests.sizes import TIER, Sizes

APPEND_MS = 10.0
PROOF_MS = 5.0
FSCK_PER_SECOND = 5000.0
SLACK = 1.0 if TIER == "soak" else 5.0
"""Full sizes are run on a machine of their own; the other tiers share theirs."""


def _milliseconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def _quartile(times: list[float]) -> float:
    """The lower quartile: what it takes where nothing else runs just then."""
    return statistics.quantiles(times, n=4)[0]


def test_speed_of_a_long_log(tmp_path: Path, sizes: Sizes, soak_report: Callable[..., None]) -> None:
    """Append under 10 ms, proof under 5 ms, a whole verification at over 5,000 records a second."""
    size = sizes.evidence.records
    journal = long_log(tmp_path, size)
    journal.mend()
    appends = [_milliseconds(lambda: journal.append(draft(7, artifacts=False))) for _ in range(30)]
    ids = [record.id for record in journal.records()][:: max(1, size // 30)]
    proofs = [_milliseconds(lambda: journal.proof(identity)) for identity in ids]  # noqa: B023
    took = _milliseconds(journal.verify)
    rate = size / took * 1000
    soak_report(
        records=size,
        append_ms=round(_quartile(appends), 2),
        proof_ms=round(_quartile(proofs), 2),
        fsck_records_per_second=round(rate),
    )
    assert _quartile(appends) < APPEND_MS * SLACK
    assert _quartile(proofs) < PROOF_MS * SLACK
    assert rate > FSCK_PER_SECOND / SLACK
    assert journal.verify().sound
