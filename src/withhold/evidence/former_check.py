"""Checking the head of the journal of format 1, and that the log holds that journal as it is."""

from withhold.evidence.claims import Claim, RecordReport, judged
from withhold.evidence.former_head import EMPTY, Head, decode_head
from withhold.evidence.layout import Layout
from withhold.evidence.opening import ANCHORED, NO_ANCHOR, anchor_of
from withhold.evidence.records import digest
from withhold.evidence.walking import Walk, short
from withhold.support.storage import Storage


def read_head(layout: Layout, storage: Storage) -> tuple[Head | None, str | None]:
    """The head as it lies there, or what is wrong with it."""
    if not storage.size(layout.journal) and storage.size(layout.head) is None:
        return EMPTY, None
    try:
        return decode_head(storage.read(layout.head)), None
    except FileNotFoundError:
        return None, "head.json is missing"
    except ValueError as problem:
        return None, f"head.json is not as it was written: {problem}"


def judge_head(walk: Walk, head: Head | None, trouble: str | None) -> Claim:
    """Judge the head; the record it names as the last, or the last there is, gets the claim as well."""
    if head is None:
        problem: str | None = trouble
        subject = walk.former[-1] if walk.former else None
    else:
        problem, subject = _compare(walk, head)
        for report in walk.former[head.count :]:
            report.leave("head", "the head does not count it yet")
    if subject is not None:
        subject.say("head", problem, "the head names it as the last")
    return judged("head", problem, "the head and the journal of format 1 agree")


def judge_anchor(walk: Walk, layout: Layout, storage: Storage) -> bool:
    """Hold the journal of format 1 against the log's first record; whether it is anchored as it is."""
    first = next((w for w in walk.own if w.index == 0), None)
    if first is None:
        for report in walk.former:
            report.leave("anchor", "no log holds this journal yet")
        return False
    problem = _unanchored(walk, layout, storage)
    if walk.former or problem is not None:
        first.report.say("anchor", problem, "the journal of format 1 is as it was anchored")
    for report in walk.former:
        report.say("anchor", problem, "the log's first record holds the journal that it stands in")
    return problem is None


def _unanchored(walk: Walk, layout: Layout, storage: Storage) -> str | None:
    first = walk.own[0]
    try:
        anchor = anchor_of(first.record)
    except ValueError as problem:
        return str(problem)
    if anchor == NO_ANCHOR and not walk.former:
        return None
    if storage.size(layout.journal) is None:
        return f"the journal of format 1 is gone: {anchor.count} records"
    if digest(storage.read(layout.journal)) != anchor.sha256:
        return f"the journal of format 1 is not the one of {anchor.count} records that was anchored"
    listed = next((a.sha256 for a in first.record.artifacts if a.name == ANCHORED), None)
    ids = "".join(f"{report.id}\n" for report in walk.former)
    return None if listed == digest(ids.encode()) else "the list of its records is another one"


def _compare(walk: Walk, head: Head) -> tuple[str | None, RecordReport | None]:
    """What is wrong between the head and the records, and which record that concerns."""
    held = len(walk.former)
    if head.count > held:
        return f"the head counts {head.count} records, and the journal holds {held}", _lost(walk, head)
    if head.count == 0:
        return (None if head.size == 0 and head.last is None else "the head contradicts itself"), None
    subject = walk.former[head.count - 1]
    if head.last != subject.id:
        named = f"the head names {short(head.last)} as record {head.count}"
        return f"{named}, and that is {short(subject.id)} now", subject
    end = walk.former_ends[head.count - 1]
    problem = f"the head counts {head.size} bytes, and the records have {end}"
    return (None if end == head.size else problem), subject


def _lost(walk: Walk, head: Head) -> RecordReport:
    """The record that the head names as the last: still there, or listed as gone."""
    if not walk.former or walk.former[-1].id != head.last:
        walk.former.append(RecordReport(head.last or "", head.count, head.count))
    return walk.former[-1]
