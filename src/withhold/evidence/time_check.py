"""Checking time-stamps: every token that is logged, and what they say of each record."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import accumulate

from withhold.evidence.authorities import Authority
from withhold.evidence.blobs import Blobs
from withhold.evidence.checkpoints import read_checkpoint
from withhold.evidence.claims import RecordReport
from withhold.evidence.layout import Layout
from withhold.evidence.log_check import LogCheck
from withhold.evidence.opentimestamps import ANSWER, FIELD, flaw
from withhold.evidence.rounds import CHECKPOINT, Round, TokenRow, round_of
from withhold.evidence.rows import TIMESTAMP
from withhold.evidence.sessions import ROOT, TOKEN, value_of
from withhold.evidence.timestamps import NoToken, Stamp, check, fingerprints, revoked
from withhold.evidence.walking import Walk, Walked
from withhold.model.evidence import Record
from withhold.support.storage import Storage

UNSTAMPED = "the time is this computer's own; no timestamp authority has signed it yet"
UNTRUSTED = "up to a root that is not among those you named"
_SLACK = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Reach:
    """A token that covers the first ``size`` records, and is held by the one at ``index``. ``trusted``: its
    root is one that the person named, and nothing in it was revoked.
    """

    size: int
    index: int
    at: datetime
    accuracy: timedelta
    authority: str
    trusted: bool
    floor: datetime | None = None
    """The latest time that a token within these records gives, where that is later: one clock was wrong."""

    @property
    def latest(self) -> datetime:
        """By when the records were there, whichever of the clocks was wrong."""
        return max(self.at + self.accuracy, self.floor or self.at)


@dataclass(frozen=True, slots=True)
class Since:
    """The record at ``index`` holds a token that was not made before ``at``."""

    index: int
    at: datetime


class TimeCheck:
    """Judges the walked records by the tokens among them. ``named`` are the authorities of the person: their
    roots are trusted, and what is on their lists of revoked certificates is not.
    """

    def __init__(
        self, walk: Walk, check_log: LogCheck, layout: Layout, storage: Storage, named: Sequence[Authority]
    ) -> None:
        self._walk = walk
        self._log = check_log
        self._blobs = Blobs(layout, storage)
        self._trusted = frozenset[str]().union(*(fingerprints(one.root) for one in named))
        self._lists = tuple(one.crl for one in named if one.crl is not None)

    def run(self, *, anchored: bool) -> None:
        """Say the claims ``token:NAME``, ``not_before`` and ``time``, and note odd clocks."""
        begun = [since for walked in self._walk.dated if (since := self._judge_before(walked))]
        held = list(self._tokens())
        reaches = sorted(self._in_order(held, begun), key=lambda reach: reach.latest)
        for report in self._walk.former:
            self._judge_time(report, 0 if anchored else None, reaches)
        for index, report in enumerate(self._walk.log):
            self._judge_time(report, index, reaches)
        self._note_clocks(reaches)

    def _in_order(self, held: Sequence[Reach], begun: Sequence[Since]) -> Iterator[Reach]:
        """A checkpoint is younger than every token among the records that it covers. Where its own token says
        otherwise, an authority's clock was wrong, nobody knows whose, and the later time is what counts.
        """
        inner = [Since(r.index, r.at - r.accuracy) for r in held if r.trusted]
        known = sorted((*inner, *begun), key=lambda since: since.index)
        newest = list(accumulate((since.at for since in known), max))
        for reach in held:
            before = bisect_left(known, reach.size, key=lambda since: since.index)
            if before == 0 or newest[before - 1] <= reach.latest:
                yield reach
                continue
            yield replace(reach, floor=newest[before - 1])
            self._walk.notes.append(
                f"authorities contradict each other: {reach.authority} gives {_second(reach.at)} for records"
                f" among which a token of {_second(newest[before - 1])} stands; the later time counts"
            )

    def _tokens(self) -> Iterator[Reach]:
        for walked in self._walk.own:
            if walked.record.type == TIMESTAMP:
                yield from self._round(walked)

    def _round(self, walked: Walked) -> Iterator[Reach]:
        try:
            found = round_of(walked.record)
        except ValueError as problem:
            walked.report.say("token", f"what it says of its tokens cannot be read: {problem}", "")
            return
        checkpoint, trouble = self._checkpoint(found, walked.index)
        for row in found.tokens:
            reach = self._token(walked, found, row, checkpoint, trouble)
            if reach is not None:
                yield reach
        self._elsewhere(walked.report, found.record, checkpoint, trouble)

    def _elsewhere(
        self, report: RecordReport, record: Record, checkpoint: bytes, trouble: str | None
    ) -> None:
        """A proof of OpenTimestamps, whose time only its program can tell."""
        if FIELD not in record.body:
            return
        proof = self._artifact(record, ANSWER)
        against = "its proof is not there, or is another one" if proof is None else flaw(proof, checkpoint)
        if trouble or against:
            report.say("token:opentimestamps", trouble or against, "")
        else:
            report.leave("token:opentimestamps", "ots tells whether it holds: withhold evidence verify --ots")

    def _checkpoint(self, found: Round, index: int) -> tuple[bytes, str | None]:
        """The checkpoint of a round, and what speaks against it."""
        data = self._artifact(found.record, CHECKPOINT)
        if data is None:
            return b"", "the checkpoint that it is over is not there, or is another one"
        trouble = self._log.disagreement(data)
        if trouble is None and not _covers(data, found.size, index):
            trouble = f"its checkpoint is not of the {found.size} records that it names"
        return data, trouble

    def _token(
        self, walked: Walked, found: Round, row: TokenRow, checkpoint: bytes, trouble: str | None
    ) -> Reach | None:
        name, report = f"token:{row.authority}", walked.report
        try:
            stamp, doubt = self._verified(found.record, row.answer, row.root, checkpoint)
        except NoToken as problem:
            report.say(name, str(problem), "")
            return None
        against = trouble or (None if stamp.at == row.at else "its time is not the one recorded")
        if against is None and doubt is not None:
            report.leave(name, f"it verifies, but {doubt}")
        else:
            report.say(name, against, f"it verifies up to a root that you named: {_second(stamp.at)}")
        if against is not None:
            return None
        accuracy = timedelta(seconds=stamp.accuracy)
        return Reach(found.size, walked.index, stamp.at, accuracy, row.authority, doubt is None)

    def _verified(self, record: Record, answer: str, root: str, data: bytes) -> tuple[Stamp, str | None]:
        """What a token says up to the root beside it, and why the person need not believe it."""
        token, roots = self._artifact(record, answer), self._artifact(record, root)
        if token is None or roots is None:
            raise NoToken("the token or its root is not there, or is another one")
        try:
            known = fingerprints(roots)
        except ValueError as problem:
            raise NoToken(f"the root beside it cannot be read: {problem}") from problem
        stamp = check(token, data, roots)
        if not known or not known <= self._trusted:
            return stamp, UNTRUSTED
        return stamp, next((why for crl in self._lists if (why := revoked(token, crl)) is not None), None)

    def _judge_before(self, walked: Walked) -> Since | None:
        try:
            value = value_of(walked.record)
            stamp, doubt = self._verified(walked.record, TOKEN, ROOT, value or b"")
        except (ValueError, NoToken) as problem:
            walked.report.say("not_before", str(problem), "")
            return None
        said = f"it holds a value that an authority saw at {_second(stamp.at)}"
        if doubt is not None:
            walked.report.leave("not_before", f"{said}, but {doubt}")
            return None
        walked.report.say("not_before", None, said)
        return Since(walked.index, stamp.at - timedelta(seconds=stamp.accuracy))

    def _judge_time(self, report: RecordReport, index: int | None, reaches: Sequence[Reach]) -> None:
        """``reaches`` are in the order of time: the first one that covers a record is the earliest."""
        covering = [] if index is None else [reach for reach in reaches if reach.size > index]
        good = [reach for reach in covering if reach.trusted]
        if good:
            names = ", ".join(dict.fromkeys(reach.authority for reach in good))
            report.say("time", None, f"it was there by {_second(good[0].latest)} ({names})")
        elif covering:
            report.leave("time", "its time-stamps verify, but up to no root that you named and believe")
        else:
            report.leave("time", UNSTAMPED)

    def _note_clocks(self, reaches: Sequence[Reach]) -> None:
        """Mention records that this computer's clock puts where they cannot be."""
        before: datetime | None = None
        for report, written in zip(self._walk.log, self._walk.written, strict=False):
            if written is not None and before is not None and written < before - _SLACK:
                self._walk.notes.append(
                    f"this computer's clock went back by {before - written} before record {report.seq}"
                )
            before = written or before
        for reach in reaches:
            self._note_ahead(reach)

    def _note_ahead(self, reach: Reach) -> None:
        written = self._walk.written[reach.size - 1] if reach.size <= len(self._walk.written) else None
        if written is not None and written > reach.latest + _SLACK:
            seq = self._walk.log[reach.size - 1].seq
            self._walk.notes.append(
                f"this computer's clock was ahead when it wrote record {seq}:"
                f" {reach.authority} saw it {written - reach.latest} before that"
            )

    def _artifact(self, record: Record, name: str) -> bytes | None:
        stored = next((a for a in record.artifacts if a.name == name), None)
        if stored is None or self._blobs.problem(stored) is not None:
            return None
        return self._blobs.read(stored)


def _second(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def _covers(checkpoint: bytes, size: int, index: int) -> bool:
    return read_checkpoint(checkpoint)[0].size == size <= index
