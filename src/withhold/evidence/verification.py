"""Checking a journal: three answers per claim, and never a repair.

The head is read before the journal, so that a journal that is being written meanwhile verifies.

What this cannot see: somebody who rewrote the journal, the head and the blobs together. Only a signature
or a time-stamp that lies elsewhere can show that.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from withhold.evidence.blobs import Blobs
from withhold.evidence.head import EMPTY, Head, decode_head
from withhold.evidence.layout import TORN, Layout
from withhold.evidence.records import Line, decode
from withhold.evidence.storage import Storage


class Result(StrEnum):
    VERIFIED = "verified"
    FAILED = "failed"
    NOT_CHECKABLE = "not_checkable"


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that is claimed of a record, and whether it holds. ``why`` is for people.

    ``canonical``: its bytes are the RFC 8785 form of a record. ``sequence``: its number follows the one
    before. ``chain``: it names the record before it by its hash. ``sealed``: the record after it names it.
    ``head``: the head names it as the last. ``blob:NAME``: the bytes of that artifact are those recorded.
    ``time``: when it was made.
    """

    name: str
    result: Result
    why: str


@dataclass(slots=True)
class RecordReport:
    """The claims of one record. ``id`` is the hash of its bytes as they are now; for a record that is gone,
    the hash that the head still names. ``place`` is its line, from 1 on; ``seq`` the number it gives itself,
    or its place if it cannot be read.
    """

    id: str
    place: int
    seq: int
    claims: list[Claim] = field(default_factory=list)

    def say(self, name: str, problem: str | None, why: str) -> None:
        """Add a claim: verified because of ``why``, or failed because of ``problem``."""
        result = Result.VERIFIED if problem is None else Result.FAILED
        self.claims.append(Claim(name, result, why if problem is None else problem))


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """All records in the order of the journal, the head, and notes that speak against nothing."""

    records: tuple[RecordReport, ...]
    head: Claim
    notes: tuple[str, ...]

    @property
    def sound(self) -> bool:
        return self.head.result is not Result.FAILED and not any(True for _ in self.failures())

    def failures(self) -> Iterator[tuple[RecordReport, Claim]]:
        """Every failed claim with its record. A failed :attr:`head` stands here too if there is a record."""
        for record in self.records:
            for claim in record.claims:
                if claim.result is Result.FAILED:
                    yield record, claim


def verify(layout: Layout, storage: Storage) -> VerifyReport:
    """Check every record, artifact and the head. Changes nothing; raises only ``OSError``."""
    return _Verification(layout, storage).run()


_UNSTAMPED = Claim(
    "time",
    Result.NOT_CHECKABLE,
    "the time is this computer's own; no timestamp authority has signed it yet",
)


class _Verification:
    """One walk through the journal. ``_before`` is the line before, ``_due`` the number that is due."""

    def __init__(self, layout: Layout, storage: Storage) -> None:
        self._layout = layout
        self._storage = storage
        self._blobs = Blobs(layout, storage)
        self._reports: list[RecordReport] = []
        self._notes: list[str] = []
        self._listed: set[str] = set()
        self._before: Line | None = None
        self._due = 1
        self._offset = 0
        self._ends: list[int] = []

    def run(self) -> VerifyReport:
        head, trouble = self._read_head()
        for raw in self._storage.lines(self._layout.journal):
            if not raw.endswith(b"\n") and head is not None and self._offset >= head.size:
                self._notes.append(f"a record was being written: {len(raw)} bytes of it follow the last one")
                break
            self._line(raw)
        claim = self._head(head, trouble)
        self._leftovers()
        return VerifyReport(tuple(self._reports), claim, tuple(self._notes))

    def _read_head(self) -> tuple[Head | None, str | None]:
        if not self._storage.size(self._layout.journal) and self._storage.size(self._layout.head) is None:
            return EMPTY, None
        try:
            return decode_head(self._storage.read(self._layout.head)), None
        except FileNotFoundError:
            return None, "head.json is missing"
        except ValueError as problem:
            return None, f"head.json is not as it was written: {problem}"

    def _line(self, raw: bytes) -> None:
        line = decode(raw.removesuffix(b"\n"))
        report = RecordReport(line.id, len(self._reports) + 1, line.record.seq if line.record else self._due)
        ended = None if raw.endswith(b"\n") else "its line has no end"
        report.say("canonical", line.problem or ended or _uneven(line), "its bytes are the canonical form")
        self._sequence(line, report)
        self._chain(line, report)
        self._artifacts(line, report)
        report.claims.append(_UNSTAMPED)
        self._reports.append(report)
        self._before = line
        self._due = report.seq + 1
        self._offset += len(raw)
        self._ends.append(self._offset)

    def _sequence(self, line: Line, report: RecordReport) -> None:
        if line.record is None:
            report.claims.append(Claim("sequence", Result.NOT_CHECKABLE, "its number cannot be read"))
            return
        report.say("sequence", _misplaced(line.record.seq, self._due), "its number follows the one before")

    def _chain(self, line: Line, report: RecordReport) -> None:
        """Judge the link between this record and the one before, and say it of both where both may be it."""
        if line.record is None:
            report.claims.append(Claim("chain", Result.NOT_CHECKABLE, "what it names cannot be read"))
            return
        now = None if self._before is None else self._before.id
        then = line.record.prev
        altered = None if then == now else f"it was made after {_short(then)}, and now follows {_short(now)}"
        report.say("chain", altered, "it names the record before it")
        if self._reports and report.seq == self._due:
            other = f"record {report.seq} was made after {_short(then)}, and this is {_short(now)}"
            self._reports[-1].say("sealed", altered and other, "the record after it names it")

    def _artifacts(self, line: Line, report: RecordReport) -> None:
        if line.record is None:
            return
        for stored in line.record.artifacts:
            self._listed.add(stored.sha256)
            report.say(f"blob:{stored.name}", self._blobs.problem(stored), "its bytes are those recorded")
        for name, reason in line.record.missing:
            report.claims.append(
                Claim(f"blob:{name}", Result.NOT_CHECKABLE, f"it was not captured: {reason}")
            )

    def _head(self, head: Head | None, trouble: str | None) -> Claim:
        """Judge the head; the record it names as the last, or the last there is, gets the claim as well."""
        if head is None:
            problem: str | None = trouble
            subject = self._reports[-1] if self._reports else None
        else:
            problem, subject = self._compare(head)
            for report in self._reports[head.count :]:
                report.claims.append(Claim("head", Result.NOT_CHECKABLE, "the head does not count it yet"))
        if subject is not None:
            subject.say("head", problem, "the head names it as the last")
        result = Result.VERIFIED if problem is None else Result.FAILED
        return Claim("head", result, problem or "the head and the journal agree")

    def _compare(self, head: Head) -> tuple[str | None, RecordReport | None]:
        """What is wrong between the head and the records, and which record that concerns."""
        held = len(self._reports)
        if head.count > held:
            return f"the head counts {head.count} records, and the journal holds {held}", self._lost(head)
        if head.count == 0:
            return (None if head.size == 0 and head.last is None else "the head contradicts itself"), None
        subject = self._reports[head.count - 1]
        if head.last != subject.id:
            named = f"the head names {_short(head.last)} as record {head.count}"
            return f"{named}, and that is {_short(subject.id)} now", subject
        end = self._ends[head.count - 1]
        problem = f"the head counts {head.size} bytes, and the records have {end}"
        return (None if end == head.size else problem), subject

    def _lost(self, head: Head) -> RecordReport:
        """The record that the head names as the last: still there, or listed as gone."""
        if not self._reports or self._reports[-1].id != head.last:
            self._reports.append(RecordReport(head.last or "", head.count, head.count))
        return self._reports[-1]

    def _leftovers(self) -> None:
        names = self._storage.names(self._layout.folder)
        torn = [name for name in names if name.startswith(TORN)]
        self._notes += [f"{name} is the start of a record whose writing was cut off" for name in torn]
        strangers = self._blobs.strangers(self._listed)
        self._notes += [f"{path} belongs to no record that was finished" for path in strangers]


def _uneven(line: Line) -> str | None:
    return None if line.canonical else "its bytes are not the canonical form of what they say"


def _misplaced(seq: int, due: int) -> str | None:
    if seq == due:
        return None
    if seq < due:
        return f"record {seq} stands where record {due} is due: it was repeated or moved"
    missing = f"record {due} is" if seq == due + 1 else f"records {due} to {seq - 1} are"
    return f"{missing} missing before it"


def _short(identity: str | None) -> str:
    return "no record" if identity is None else identity[:12]
