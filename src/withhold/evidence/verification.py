"""Checking the evidence: three answers per claim, and never a repair.

The head and the checkpoint are read before the records, so that a log that is being written meanwhile
verifies.

What this cannot see: a log that was made anew in whole by somebody who holds its key. A checkpoint that was
kept elsewhere shows that, and so does a time-stamp.
"""

from collections.abc import Sequence

from withhold.evidence.blobs import Blobs
from withhold.evidence.claims import Claim, RecordReport, Result, VerifyReport
from withhold.evidence.former_check import judge_anchor, judge_head, read_head
from withhold.evidence.keys import Keys
from withhold.evidence.layout import TORN, Layout
from withhold.evidence.log_check import LogCheck, judge_kept, read_signed
from withhold.evidence.storage import Storage
from withhold.evidence.time_check import TimeCheck
from withhold.evidence.walking import Walk

__all__ = ["Claim", "RecordReport", "Result", "VerifyReport", "verify"]


def verify(
    layout: Layout, storage: Storage, keys: Keys, trusted: Sequence[bytes] = (), kept: Sequence[bytes] = ()
) -> VerifyReport:
    """Check every record, artifact and token, the head and the checkpoint. Raises only ``OSError``.

    ``trusted`` are roots of timestamp authorities (PEM) that the person named; ``kept`` are checkpoints that
    somebody kept elsewhere.
    """
    head, trouble = read_head(layout, storage)
    signed = read_signed(layout, storage, keys)
    walk = Walk(layout, storage)
    walk.take_former(None if head is None else head.size)
    walk.take_log(None if signed.checkpoint is None else signed.checkpoint.size)
    head_claim = judge_head(walk, head, trouble)
    anchored = judge_anchor(walk, layout, storage)
    check = LogCheck(walk, signed, layout, storage, keys)
    checkpoint_claim = check.run()
    TimeCheck(walk, check, layout, storage, trusted).run(anchored=anchored)
    _note_leftovers(walk, layout, storage)
    reports = (*walk.former, *walk.log)
    claims = judge_kept(check, kept)
    return VerifyReport(reports, head_claim, checkpoint_claim, claims, tuple(walk.notes))


def _note_leftovers(walk: Walk, layout: Layout, storage: Storage) -> None:
    torn = [name for name in storage.names(layout.folder) if name.startswith(TORN)]
    walk.notes += [f"{name} is the start of a record whose writing was cut off" for name in torn]
    strangers = Blobs(layout, storage).strangers(walk.listed)
    walk.notes += [f"{path} belongs to no record that was finished" for path in strangers]
