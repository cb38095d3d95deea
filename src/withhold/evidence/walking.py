"""One walk through the journal of format 1 and the log: what each record says of those beside it."""

from dataclasses import dataclass
from datetime import datetime

from withhold.evidence.blobs import Blobs
from withhold.evidence.claims import RecordReport
from withhold.evidence.forgetting import FORGOTTEN, declared_in
from withhold.evidence.layout import Layout
from withhold.evidence.records import FORMAT, FORMER, Line, decode
from withhold.evidence.rows import OWN, Growing, kind_of
from withhold.evidence.sessions import FIELD
from withhold.model.evidence import Record
from withhold.support.storage import Storage


@dataclass(slots=True)
class Walked:
    """A record that later checks look at again, with its report and, in the log, its index."""

    record: Record
    report: RecordReport
    index: int


class Walk:
    """Takes the lines in order. ``_before`` is the line before, ``_due`` the number that is due. ``newer``
    holds lines of a later format by their index.
    """

    def __init__(self, layout: Layout, storage: Storage) -> None:
        self._layout = layout
        self._storage = storage
        self._blobs = Blobs(layout, storage)
        self._before: Line | None = None
        self._due = 1
        self.former: list[RecordReport] = []
        self.former_ends: list[int] = []
        self.log: list[RecordReport] = []
        self.tree = Growing()
        self.written: list[datetime | None] = []
        self.own: list[Walked] = []
        self.dated: list[Walked] = []
        self.listed: set[str] = set()
        self.newer: dict[int, Line] = {}
        self.forgotten: list[RecordReport] = []
        self.declared: dict[str, int] = {}
        self.notes: list[str] = []

    def take_former(self, counted: int | None) -> None:
        """Walk the journal of format 1; ``counted`` are the bytes that its head counts, if it can be read."""
        offset = 0
        for raw in self._storage.lines(self._layout.journal):
            if not raw.endswith(b"\n") and counted is not None and offset >= counted:
                self.notes.append(f"a record was being written: {len(raw)} bytes of it follow the last one")
                break
            offset += len(raw)
            self.former_ends.append(offset)
            line, report = self._line(raw, len(self.former) + 1, FORMER)
            self.former.append(report)
            if line.record is not None and FIELD in line.record.body:
                self.dated.append(Walked(line.record, report, 0))

    def take_log(self, signed: int | None) -> None:
        """Walk the log; ``signed`` is how many records its checkpoint covers, if it can be read."""
        for raw in self._storage.lines(self._layout.log):
            if not raw.endswith(b"\n") and signed is not None and self.tree.size >= signed:
                self.notes.append(f"a record was being written: {len(raw)} bytes of it follow the last one")
                break
            line, report = self._line(raw, len(self.log) + 1, FORMAT)
            if line.newer:
                self.newer[self.tree.size] = line
            self._remember(line, report)
            self.log.append(report)
            self.written.append(line.written_at)
            self.tree.add(raw.removesuffix(b"\n"), kind_of(line), line.id, line.leaf)

    def _remember(self, line: Line, report: RecordReport) -> None:
        if line.record is None:
            return
        walked = Walked(line.record, report, self.tree.size)
        if line.record.type.startswith(OWN):
            self.own.append(walked)
        if FIELD in line.record.body:
            self.dated.append(walked)
        if line.record.type == FORGOTTEN:
            self.declared |= dict.fromkeys(declared_in(line.record), line.record.seq)

    def judge_forgotten(self) -> None:
        """A content that is gone must have been forgotten openly: by a record that names its salted hash."""
        for report in self.forgotten:
            by = self.declared.get(report.id)
            if by is None:
                report.say("forgotten", "its content is gone, and no record says that it was forgotten", "")
            else:
                report.leave(
                    "forgotten", f"forgotten, as record {by} says; its salted hash stands in the log"
                )

    def _line(self, raw: bytes, place: int, form: int) -> tuple[Line, RecordReport]:
        line = decode(raw.removesuffix(b"\n"))
        report = RecordReport(line.id, place, line.record.seq if line.record else self._due)
        ended = None if raw.endswith(b"\n") else "its line has no end"
        if line.leaf is not None:
            return line, self._forgotten(line, report)
        problem = line.problem or ended or _uneven(line) or _foreign(line, form)
        report.say("canonical", problem, "its bytes are the canonical form")
        self._sequence(line, report)
        self._chain(line, report)
        self._artifacts(line, report)
        self._before = line
        self._last = report
        self._due = report.seq + 1
        return line, report

    def _forgotten(self, line: Line, report: RecordReport) -> RecordReport:
        """What stays of a forgotten record can only be held against its neighbours and the tree."""
        self.forgotten.append(report)
        self._before, self._last, self._due = line, report, report.seq + 1
        return report

    def _sequence(self, line: Line, report: RecordReport) -> None:
        if line.record is None:
            report.leave("sequence", "its number cannot be read")
            return
        report.say("sequence", _misplaced(line.record.seq, self._due), "its number follows the one before")

    def _chain(self, line: Line, report: RecordReport) -> None:
        """Judge the link between this record and the one before, and say it of both where both may be it."""
        if line.record is None:
            report.leave("chain", "what it names cannot be read")
            return
        now = None if self._before is None else self._before.id
        then = line.record.prev
        altered = None if then == now else f"it was made after {short(then)}, and now follows {short(now)}"
        report.say("chain", altered, "it names the record before it")
        if self._before is not None and report.seq == self._due:
            other = f"record {report.seq} was made after {short(then)}, and this is {short(now)}"
            self._last.say("sealed", altered and other, "the record after it names it")

    def _artifacts(self, line: Line, report: RecordReport) -> None:
        if line.record is None:
            return
        for stored in line.record.artifacts:
            self.listed.add(stored.sha256)
            report.say(f"blob:{stored.name}", self._blobs.problem(stored), "its bytes are those recorded")
        for name, reason in line.record.missing:
            report.leave(f"blob:{name}", f"it was not captured: {reason}")


def short(identity: str | None) -> str:
    return "no record" if identity is None else identity[:12]


def _uneven(line: Line) -> str | None:
    return None if line.canonical else "its bytes are not the canonical form of what they say"


def _foreign(line: Line, form: int) -> str | None:
    if line.format == form:
        return None
    return f"it has format {line.format}, and the records beside it have format {form}"


def _misplaced(seq: int, due: int) -> str | None:
    if seq == due:
        return None
    if seq < due:
        return f"record {seq} stands where record {due} is due: it was repeated or moved"
    missing = f"record {due} is" if seq == due + 1 else f"records {due} to {seq - 1} are"
    return f"{missing} missing before it"
