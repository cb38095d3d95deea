"""Checking the evidence: three answers per claim, and never a repair.

The head and the checkpoint are read before the records, so that a log that is being written meanwhile
verifies.

What this cannot see: a log that was made anew in whole by somebody who holds its key. A checkpoint that was
kept elsewhere shows that, and so does a time-stamp.
"""

from collections.abc import Sequence

from withhold.evidence.authorities import Authority
from withhold.evidence.blobs import Blobs
from withhold.evidence.claims import Claim, RecordReport, Result, VerifyReport
from withhold.evidence.former_check import judge_anchor, judge_head, read_head
from withhold.evidence.keys import Keys
from withhold.evidence.layout import TORN, Layout
from withhold.evidence.log_check import Head, LogCheck, judge_kept, read_signed
from withhold.evidence.records import refuse_newer
from withhold.evidence.time_check import TimeCheck
from withhold.evidence.walking import Walk
from withhold.support.storage import Storage

__all__ = ["Claim", "RecordReport", "Result", "VerifyReport", "verify"]


def verify(
    layout: Layout,
    storage: Storage,
    keys: Keys,
    named: Sequence[Authority] = (),
    kept: Sequence[bytes] = (),
) -> VerifyReport:
    """Check every record, artifact and token, the head and the checkpoint.

    ``named`` are the timestamp authorities that the person named; ``kept`` are checkpoints that somebody
    kept elsewhere. Raises ``OSError``, and ``StateTooNew`` where a later version wrote the log.
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
    _refuse_newer(walk, signed, checkpoint_claim)
    TimeCheck(walk, check, layout, storage, named).run(anchored=anchored)
    walk.judge_forgotten()
    _note_leftovers(walk, layout, storage)
    reports = (*walk.former, *walk.log)
    claims = judge_kept(check, kept)
    return VerifyReport(reports, head_claim, checkpoint_claim, claims, tuple(walk.notes))


def _refuse_newer(walk: Walk, signed: Head, claim: Claim) -> None:
    """Raise ``StateTooNew`` for records of a later format that stand under the root of the checkpoint.

    One that does not stand there was altered, and fails. Where the first record is of a later format, no key
    that signs can be read either: nothing is said to be verified then, whoever wrote it.
    """
    head = signed.checkpoint
    if not walk.newer or head is None or head.size > walk.tree.size:
        return
    if claim.result is Result.VERIFIED or (0 in walk.newer and walk.tree.root(head.size) == head.root):
        refuse_newer(next(iter(walk.newer.values())))


def _note_leftovers(walk: Walk, layout: Layout, storage: Storage) -> None:
    torn = [name for name in storage.names(layout.folder) if name.startswith(TORN)]
    walk.notes += [f"{name} is the start of a record whose writing was cut off" for name in torn]
    strangers = Blobs(layout, storage).strangers(walk.listed)
    walk.notes += [f"{path} belongs to no record that was finished" for path in strangers]
