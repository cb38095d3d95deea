"""A journal that an earlier version wrote is kept byte for byte, and anchored in the log."""

import hashlib
import shutil
from pathlib import Path

import pytest

from tests.evidence.making import draft, noon
from withhold.evidence.claims import Result, VerifyReport
from withhold.evidence.journal import Journal
from withhold.support.errors import EvidenceBroken

FIXTURE = Path(__file__).with_name("fixtures") / "format-1"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the journal that the earlier version wrote."""
    shutil.copytree(FIXTURE, tmp_path / "evidence")
    return tmp_path / "evidence"


def failed(report: VerifyReport) -> set[tuple[int, str]]:
    return {(record.seq, claim.name) for record, claim in report.failures()}


def test_it_is_read_and_verified_as_it_is(folder: Path) -> None:
    """Reading and verifying write nothing, and find all that the earlier version recorded."""
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    journal = Journal(folder, noon)
    assert [r.type for r in journal.records()] == ["account", "optout", "look", "attest"]
    record = list(journal.records())[1]
    assert record.missing == (("after.png", "the page was closed before the picture was taken"),)
    assert hashlib.sha256(journal.artifact(record, "before.png")).hexdigest() == record.artifacts[0].sha256
    report = journal.verify()
    assert report.sound
    anchors = {claim.result for r in report.records for claim in r.claims if claim.name == "anchor"}
    assert anchors == {Result.NOT_CHECKABLE}
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_it_is_anchored_by_the_first_record_after_it(folder: Path) -> None:
    """The chain and the numbers go on; the first leaf holds the journal's hash; its bytes stay."""
    before = {name: (folder / name).read_bytes() for name in ("journal.jsonl", "head.json")}
    journal = Journal(folder, noon)
    record = journal.append(draft())
    assert {name: (folder / name).read_bytes() for name in before} == before
    former = list(journal.records(own=True))
    assert [r.seq for r in former] == [1, 2, 3, 4, 5, 6]
    opened = former[4]
    assert opened.type == "log.opened"
    assert opened.prev == former[3].id
    assert record.prev == opened.id
    sha256 = hashlib.sha256(before["journal.jsonl"]).hexdigest()
    assert opened.body["journal"] == {"count": 4, "last": former[3].id, "sha256": sha256, "size": 1977}
    assert journal.artifact(opened, "journal-records.txt").decode().split() == [r.id for r in former[:4]]
    report = journal.verify()
    assert report.sound
    anchors = [claim.result for r in report.records for claim in r.claims if claim.name == "anchor"]
    assert anchors == 5 * [Result.VERIFIED]


def test_its_records_are_proved_by_the_first_leaf(folder: Path) -> None:
    """The proof of an old record is that of the opening record, whose artifact names it."""
    journal = Journal(folder, noon)
    old = next(journal.records())
    journal.append(draft())
    opened = next(r for r in journal.records(own=True) if r.type == "log.opened")
    assert journal.leaf(old.id) == journal.leaf(opened.id)
    assert journal.proof(old.id) == journal.proof(opened.id)
    assert old.id in journal.artifact(opened, "journal-records.txt").decode()


@pytest.mark.parametrize("bit", [1, 128])
def test_every_flip_in_it_is_found_after_it_was_anchored(bit: int, folder: Path) -> None:
    """A change in an old record fails that record's claims, and those of the record that anchors it."""
    journal = Journal(folder, noon)
    journal.append(draft())
    whole = (folder / "journal.jsonl").read_bytes()
    for place in range(0, len(whole), 37):
        altered = bytearray(whole)
        altered[place] ^= bit
        (folder / "journal.jsonl").write_bytes(altered)
        assert (5, "anchor") in failed(journal.verify())
        places = {record.place for record, _ in journal.verify().failures()}
        assert whole.count(b"\n", 0, place) + 1 in places


@pytest.mark.parametrize("damage", ["gone", "shorter", "longer", "rewritten"])
def test_a_journal_that_is_not_as_it_was_anchored_is_found(damage: str, folder: Path) -> None:
    """Dropping, adding to or rewriting the old journal together with its head fails the anchor."""
    journal = Journal(folder, noon)
    path = folder / "journal.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    journal.append(draft())
    if damage == "gone":
        path.unlink()
        (folder / "head.json").unlink()
    elif damage == "rewritten":
        path.write_bytes(b"".join(lines).replace(b"sharing", b"private"))
    else:
        path.write_bytes(b"".join(lines[:3] if damage == "shorter" else [*lines, lines[3]]))
    report = journal.verify()
    assert (5, "anchor") in failed(report)
    if damage != "rewritten":
        with pytest.raises(EvidenceBroken, match="not as long as when it was anchored"):
            journal.append(draft(1))


def test_a_lagging_head_is_mended_before_it_is_anchored(folder: Path) -> None:
    """What the earlier version would have cleaned up after a stop is cleaned up as it did."""
    lines = (folder / "journal.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "journal.jsonl").write_bytes(b"".join(lines) + b'{"torn')
    heard: list[str] = []
    Journal(folder, noon, notice=heard.append).append(draft())
    assert (folder / "journal.torn-1").read_bytes() == b'{"torn'
    assert (folder / "journal.jsonl").read_bytes() == b"".join(lines)
    assert "journal.torn-1" in heard[0]
    assert Journal(folder, noon).verify().sound


@pytest.mark.parametrize("damage", ["no head", "dropped", "altered"])
def test_no_log_is_opened_on_a_damaged_journal(damage: str, folder: Path) -> None:
    """Anchoring would cover up what happened, so nothing is written."""
    path = folder / "journal.jsonl"
    if damage == "no head":
        (folder / "head.json").unlink()
    elif damage == "dropped":
        path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:2]))
    else:
        path.write_bytes(path.read_bytes().replace(b"sharing", b"private"))
    with pytest.raises(EvidenceBroken):
        Journal(folder, noon).append(draft())
    assert not (folder / "log.jsonl").exists()
    assert not Journal(folder, noon).verify().sound
