"""Writing records and reading them back."""

import hashlib
import json
import os
import stat
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import MappingProxyType

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from tests.evidence.making import NOON, PICTURE, draft, journal_of, noon
from withhold.evidence.journal import Journal
from withhold.evidence.records import decode, encode
from withhold.model.evidence import Artifact, Draft, Json
from withhold.model.ports import EvidenceSink
from withhold.support.errors import EvidenceBroken, UsageProblem


def test_a_journal_is_an_evidence_sink(tmp_path: Path) -> None:
    """The rooms that record see the port alone."""
    sink: EvidenceSink = Journal(tmp_path / "evidence", noon)
    assert sink.append(draft()).seq == 2


def test_naming_a_journal_touches_nothing(tmp_path: Path) -> None:
    """Reading an evidence folder that is not there finds no records and makes no folder."""
    journal = Journal(tmp_path / "evidence", noon)
    assert list(journal.records()) == []
    assert journal.verify().sound
    assert list(tmp_path.iterdir()) == []


def test_what_was_appended_is_read_back(tmp_path: Path) -> None:
    """A record comes back as it was returned, with its artifacts and what is missing."""
    journal = Journal(tmp_path, noon)
    written = [journal.append(draft(number)) for number in range(3)]
    assert list(journal.records()) == written
    assert [record.seq for record in written] == [2, 3, 4]
    assert [record.type for record in journal.records(own=True)] == ["log.opened", *3 * ["optout"]]
    assert written[2].at == draft(2).at
    assert written[0].body["account"] == "a•••@e•••.org"
    assert written[0].missing == (("after.png", "the page was closed"),)
    assert journal.artifact(written[1], "before.png") == PICTURE + b"1"


def test_standard_tools_can_follow_the_chain(tmp_path: Path) -> None:
    """A line is RFC 8785 JSON, its SHA-256 is its id, and the next line names it: all in plain sight."""
    journal = journal_of(tmp_path, 3)
    ids = [record.id for record in journal.records(own=True)]
    lines = (tmp_path / "log.jsonl").read_bytes().splitlines()
    assert [hashlib.sha256(line).hexdigest() for line in lines] == ids
    assert [json.loads(line)["prev"] for line in lines] == [None, *ids[:3]]
    assert all(rfc8785.dumps(json.loads(line)) == line for line in lines)
    blob = json.loads(lines[1])["artifacts"][0]["sha256"]
    data = (tmp_path / "blobs" / blob[:2] / blob).read_bytes()
    assert hashlib.sha256(data).hexdigest() == blob


def test_equal_events_have_different_ids(tmp_path: Path) -> None:
    """Each record is salted: from an id alone nobody can try out what the record says."""
    journal = Journal(tmp_path, noon)
    salts = set()
    for _ in range(2):
        journal.append(draft())
    for line in (tmp_path / "log.jsonl").read_bytes().splitlines():
        salts.add(json.loads(line)["salt"])
    assert len(salts) == 3
    assert all(len(bytes.fromhex(salt)) == 32 for salt in salts)


def test_equal_artifacts_are_kept_once(tmp_path: Path) -> None:
    """Bytes are named by their hash."""
    journal_of(tmp_path, 3)
    assert sum(path.is_file() for path in (tmp_path / "blobs").rglob("*")) == 4


def test_times_are_written_in_utc(tmp_path: Path) -> None:
    """A time with another zone is the same instant; one without a zone is refused."""
    east = NOON.astimezone(timezone(timedelta(hours=9)))
    record = Journal(tmp_path, noon).append(Draft("look", east, {}))
    assert record.at == NOON
    assert b'"at":"2026-07-09T12:00:00.000000Z"' in (tmp_path / "log.jsonl").read_bytes()
    with pytest.raises(ValueError, match="zone"):
        Journal(tmp_path, noon).append(Draft("look", datetime(2026, 7, 9), {}))  # noqa: DTZ001


@pytest.mark.parametrize(
    "bad",
    [
        Draft("look", NOON, {"share": 0.5}),  # type: ignore[dict-item]
        Draft("look", NOON, {"deep": [{"share": 1.0}]}),  # type: ignore[dict-item]
        Draft("look", NOON, {"big": 2**53}),
        Draft("look", NOON, {"text": "\ud800"}),
        Draft("look", NOON, {}, (Artifact("a", "text/plain", b"1"), Artifact("a", "text/plain", b"2"))),
        Draft("look", NOON, {}, (Artifact("a", "text/plain", b"1"),), (("a", "lost"),)),
    ],
)
def test_what_canonical_json_cannot_hold_is_refused(bad: Draft, tmp_path: Path) -> None:
    """A draft that other tools would read otherwise is refused before anything is written."""
    journal = journal_of(tmp_path, 1)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(ValueError, match=r".+"):
        journal.append(bad)
    assert sorted(tmp_path.rglob("*")) == before
    assert journal.verify().notes == ()


def test_read_only_bodies_are_fine(tmp_path: Path) -> None:
    """Frozen values of the other rooms can be handed over as they are."""
    body: dict[str, Json] = {"labels": ("a", "b"), "inner": MappingProxyType({"x": 1})}
    record = Journal(tmp_path, noon).append(Draft("look", NOON, MappingProxyType(body)))
    assert record.body == {"labels": ["a", "b"], "inner": {"x": 1}}


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(st.text(), _JSON, max_size=4), st.text(), st.datetimes())
def test_any_body_survives_the_line(body: dict[str, Json], kind: str, at: datetime) -> None:
    """Whatever a record says, its line reads back the same and is canonical."""
    what = Draft(kind, at.replace(tzinfo=NOON.tzinfo), body)
    line = decode(encode(what, (), seq=1, prev=None, written_at=NOON))
    assert line.canonical
    assert line.record is not None
    assert (line.record.type, line.record.at, line.record.body) == (kind, what.at, body)


def test_a_record_is_found_by_the_start_of_its_id(tmp_path: Path) -> None:
    """A unique prefix is enough; an ambiguous or unknown one is a usage problem."""
    journal = journal_of(tmp_path, 20)
    for record in journal.records():
        assert journal.get(record.id[:12]) == record
    with pytest.raises(UsageProblem, match="no record"):
        journal.get("zz")
    with pytest.raises(UsageProblem, match="no record"):
        journal.get("")
    starts = [record.id[0] for record in journal.records()]
    twin = next(letter for letter in starts if starts.count(letter) > 1)
    with pytest.raises(UsageProblem, match="records begin with"):
        journal.get(twin)


def test_an_altered_artifact_is_never_handed_out(tmp_path: Path) -> None:
    """Bytes are checked on the way out; a name that is not there is told apart."""
    journal = Journal(tmp_path, noon)
    record = journal.append(draft())
    blob = tmp_path / "blobs" / record.artifacts[0].sha256[:2] / record.artifacts[0].sha256
    blob.write_bytes(b"x" * record.artifacts[0].size)
    with pytest.raises(EvidenceBroken, match=r"before\.png"):
        journal.artifact(record, "before.png")
    with pytest.raises(UsageProblem) as caught:
        journal.artifact(record, "after.png")
    assert "tree.json" in (caught.value.next_step or "")


@pytest.mark.skipif(os.name == "nt", reason="POSIX modes")
def test_evidence_is_private(tmp_path: Path) -> None:
    """Whatever the umask, nobody else can read a record or an artifact."""
    before = os.umask(0)
    try:
        journal_of(tmp_path / "evidence", 2)
    finally:
        os.umask(before)
    modes = {
        (path.is_dir(), stat.S_IMODE(path.stat().st_mode)) for path in (tmp_path / "evidence").rglob("*")
    }
    assert modes == {(True, 0o700), (False, 0o600)}


APPENDER = """
import sys, pathlib
from tests.evidence.making import draft, noon
from withhold.evidence.journal import Journal
journal = Journal(pathlib.Path(sys.argv[1]), noon)
for number in range(int(sys.argv[2])):
    journal.append(draft(number))
"""


def test_processes_may_append_at_once(tmp_path: Path) -> None:
    """Three processes write into one journal; all records are there, in one chain."""
    processes = [
        subprocess.Popen([sys.executable, "-c", APPENDER, str(tmp_path), "15"], cwd=Path.cwd())
        for _ in range(3)
    ]
    report = Journal(tmp_path, noon).verify()
    while any(process.poll() is None for process in processes):
        report = Journal(tmp_path, noon).verify()
        assert report.sound, list(report.failures())
    assert [process.returncode for process in processes] == [0, 0, 0]
    journal = Journal(tmp_path, noon)
    assert [record.seq for record in journal.records()] == list(range(2, 47))
    assert journal.verify().sound
    assert journal.verify().notes == ()
