"""Every change to the evidence is found, and what changed is named."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import rfc8785

from tests.evidence.making import draft, journal_of, noon, sign_head
from tests.sizes import TIER
from withhold.evidence.journal import Journal
from withhold.evidence.keys import Keys
from withhold.evidence.records import decode
from withhold.evidence.rows import Growing, kind_of
from withhold.evidence.verification import Result, VerifyReport
from withhold.support.errors import EvidenceBroken, StateTooNew

STRIDE = 5 if TIER == "check" else 1


def _failed(report: VerifyReport) -> set[tuple[int, str]]:
    return {(record.seq, claim.name) for record, claim in report.failures()}


def test_a_whole_journal_verifies(tmp_path: Path) -> None:
    """Each claim is there and holds; the time and what was not captured are said to be uncheckable."""
    report = journal_of(tmp_path, 2).verify()
    assert report.sound
    assert report.notes == ()
    assert report.head.result is report.checkpoint.result is Result.VERIFIED
    words = [{claim.name: claim.result.value for claim in record.claims} for record in report.records]
    every = {
        "canonical": "verified",
        "sequence": "verified",
        "chain": "verified",
        "log": "verified",
        "time": "not_checkable",
    }
    own = every | {
        "blob:before.png": "verified",
        "blob:tree.json": "verified",
        "blob:after.png": "not_checkable",
    }
    assert words == [
        every | {"sealed": "verified", "key": "not_checkable"},
        own | {"sealed": "verified"},
        own | {"checkpoint": "verified"},
    ]
    assert all(claim.why for record in report.records for claim in record.claims)


@pytest.mark.parametrize("bit", [2, 128])
def test_every_flipped_byte_is_found(bit: int, tmp_path: Path) -> None:
    """No byte of journal, head or blobs can change unseen; a change in a line names that very line."""
    journal = journal_of(tmp_path, 2)
    path = tmp_path / "log.jsonl"
    whole = path.read_bytes()
    for place in range(bit % STRIDE, len(whole), STRIDE):
        altered = bytearray(whole)
        altered[place] ^= bit
        path.write_bytes(altered)
        names = {record.place for record, _ in journal.verify().failures()}
        assert whole.count(b"\n", 0, place) + 1 in names, f"byte {place} flipped, and only {names} fail"
    path.write_bytes(whole)
    assert journal.verify().sound


@pytest.mark.parametrize("bit", [1, 128])
def test_every_flipped_byte_of_the_checkpoint_and_the_blobs_is_found(bit: int, tmp_path: Path) -> None:
    """A change in the checkpoint fails the claim of that name; in a blob, the claim of that artifact."""
    journal = journal_of(tmp_path, 2)
    for path in [tmp_path / "checkpoint", *(p for p in (tmp_path / "blobs").rglob("*") if p.is_file())]:
        whole = path.read_bytes()
        for place in range(bit % STRIDE, len(whole), STRIDE):
            altered = bytearray(whole)
            altered[place] ^= bit
            path.write_bytes(altered)
            names = {name for _, name in _failed(journal.verify())}
            expected = {"checkpoint"} if path.name == "checkpoint" else {"blob:before.png", "blob:tree.json"}
            assert names, f"byte {place} of {path.name}"
            assert names <= expected
        path.write_bytes(whole)
    assert journal.verify().sound


def forge(folder: Path, place: int, *, sign: bool = False) -> None:
    """Change one record and all that follows: the chain, the rows, and with ``sign`` the checkpoint."""
    lines = (folder / "log.jsonl").read_bytes().splitlines()
    growing, prev = Growing(), None
    for number, raw in enumerate(lines):
        fields = json.loads(raw) | {"prev": prev}
        if number == place:
            fields["body"]["account"] = "x•••@e•••.org"
        lines[number] = rfc8785.dumps(fields)
        line = decode(lines[number])
        growing.add(lines[number], kind_of(line), line.id)
        prev = line.id
    (folder / "log.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    (folder / "log.hashes").write_bytes(growing.hashes)
    (folder / "log.index").write_bytes(growing.entries)
    if sign:
        sign_head(folder, growing)


def _drop(lines: list[bytes], place: int) -> list[bytes]:
    return lines[:place] + lines[place + 1 :]


def _repeat(lines: list[bytes], place: int) -> list[bytes]:
    return [*lines[: place + 1], *lines[place:]]


def _swap(lines: list[bytes], place: int) -> list[bytes]:
    other = (place + 1) % len(lines)
    swapped = list(lines)
    swapped[place], swapped[other] = swapped[other], swapped[place]
    return swapped


@pytest.mark.parametrize("place", range(4))
@pytest.mark.parametrize("change", [_drop, _repeat, _swap])
def test_dropped_repeated_and_moved_records_are_found(
    change: Callable[[list[bytes], int], list[bytes]], place: int, tmp_path: Path
) -> None:
    """Whatever is done to whole lines, the report names a record next to the change."""
    journal = journal_of(tmp_path, 4)
    path = tmp_path / "log.jsonl"
    path.write_bytes(b"".join(change(path.read_bytes().splitlines(keepends=True), place)))
    report = journal.verify()
    assert not report.sound
    near = {place, place + 1, place + 2} | ({1, 4} if place == 3 else set())
    assert {seq for seq, _ in _failed(report)} & near


def test_a_record_dropped_from_the_end_is_named_by_its_id(tmp_path: Path) -> None:
    """The checkpoint covers the last record, so that its loss is told with its number and id."""
    journal = journal_of(tmp_path, 3)
    last = list(journal.records())[-1]
    path = tmp_path / "log.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:3]))
    report = journal.verify()
    gone = [record for record, claim in report.failures() if claim.name == "checkpoint"]
    assert [(record.seq, record.id) for record in gone] == [(4, last.id)]
    assert report.checkpoint.why == "the checkpoint covers 4 records, and the log holds 3"


def test_a_dropped_record_in_between_is_told_by_its_number(tmp_path: Path) -> None:
    """The text says which record is missing, and before which."""
    journal = journal_of(tmp_path, 4)
    path = tmp_path / "log.jsonl"
    path.write_bytes(b"".join(_drop(path.read_bytes().splitlines(keepends=True), 1)))
    whys = [(record.seq, claim.why) for record, claim in journal.verify().failures()]
    assert (3, "record 2 is missing before it") in whys


def test_the_whole_journal_dropped_is_found(tmp_path: Path) -> None:
    """No log beside a checkpoint that covers records is a loss."""
    journal = journal_of(tmp_path, 2)
    (tmp_path / "log.jsonl").unlink()
    assert _failed(journal.verify()) == {(3, "checkpoint")}


def test_a_lost_checkpoint_is_found(tmp_path: Path) -> None:
    """Without its checkpoint nobody can say that a log is complete."""
    journal = journal_of(tmp_path, 2)
    (tmp_path / "checkpoint").unlink()
    assert _failed(journal.verify()) == {(3, "checkpoint")}


def test_a_record_of_another_journal_is_found(tmp_path: Path) -> None:
    """A line from elsewhere with the right number still does not fit the chain."""
    journal = journal_of(tmp_path / "one", 3)
    journal_of(tmp_path / "two", 3)
    path = tmp_path / "one" / "log.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    lines[1] = (tmp_path / "two" / "log.jsonl").read_bytes().splitlines(keepends=True)[1]
    path.write_bytes(b"".join(lines))
    assert {(2, "chain"), (3, "chain")} <= _failed(journal.verify())


def test_a_rewritten_record_is_found(tmp_path: Path) -> None:
    """A careful forger who keeps the canonical form is betrayed by the record after."""
    journal = journal_of(tmp_path, 3)
    path = tmp_path / "log.jsonl"
    lines = path.read_bytes().splitlines()
    fields = json.loads(lines[1])
    fields["body"]["account"] = "x•••@e•••.org"
    lines[1] = rfc8785.dumps(fields)
    path.write_bytes(b"\n".join(lines) + b"\n")
    assert _failed(journal.verify()) == {(2, "sealed"), (3, "chain"), (2, "log"), (4, "checkpoint")}


def test_a_rewritten_log_is_betrayed_by_its_signature(tmp_path: Path) -> None:
    """Who mends the chain and the rows as well still cannot sign the root."""
    journal = journal_of(tmp_path, 3)
    forge(tmp_path, 1)
    report = journal.verify()
    assert {(seq, name) for seq, name in _failed(report) if name in {"chain", "sealed"}} == set()
    assert report.checkpoint.result is Result.FAILED
    with pytest.raises(EvidenceBroken, match="not those that the checkpoint was signed over"):
        journal.append(draft(9))


def test_a_log_made_anew_is_found_by_whoever_kept_a_checkpoint(tmp_path: Path) -> None:
    """Even who holds the key and signs a rewritten log cannot undo a checkpoint kept elsewhere."""
    journal = journal_of(tmp_path, 3)
    kept = journal.checkpoint()
    assert [claim.result for claim in journal.verify([kept]).kept] == [Result.VERIFIED]
    forge(tmp_path, 1, sign=True)
    (remembered,) = (tmp_path / "keys").glob("*.checkpoint")
    by_memory = journal.verify()
    assert "remembered beside the key" in by_memory.checkpoint.why
    remembered.unlink()
    assert journal.verify().sound  # nothing in the folder itself can tell
    again = journal.verify([kept])
    assert not again.sound
    assert "not those that were signed" in again.kept[0].why


def test_an_older_copy_of_the_folder_is_found(tmp_path: Path) -> None:
    """A log that was put back to an earlier state is missed by what is remembered beside the key."""
    keys = Keys(tmp_path / "keys")
    journal = Journal(tmp_path / "log", noon, keys=keys)
    journal.append(draft(0))
    shutil.copytree(tmp_path / "log", tmp_path / "older")
    journal.append(draft(1))
    shutil.rmtree(tmp_path / "log")
    shutil.move(tmp_path / "older", tmp_path / "log")
    assert "3 records were signed, and the log holds 2" in journal.verify().checkpoint.why
    with pytest.raises(EvidenceBroken, match="3 records were signed before"):
        journal.append(draft(2))


def test_another_log_in_its_place_is_mentioned(tmp_path: Path) -> None:
    """A log that was taken away whole leaves a trace beside its key."""
    keys = Keys(tmp_path / "keys")
    first = Journal(tmp_path / "log", noon, keys=keys)
    first.append(draft(0))
    name = first.public_key.name
    shutil.rmtree(tmp_path / "log")
    assert any(name in note for note in first.verify().notes)
    first.append(draft(1))
    assert any(name in note for note in first.verify().notes)


@pytest.mark.parametrize("text", [b"", b"nonsense", b"a\n1\nAAAA\n\n\xe2\x80\x94 a AAAA\n"])
def test_a_kept_file_that_is_no_checkpoint_never_verifies(text: bytes, tmp_path: Path) -> None:
    """What cannot be read or was signed by another key speaks for nothing."""
    assert [c.result for c in journal_of(tmp_path, 1).verify([text]).kept] == [Result.FAILED]


def test_a_checkpoint_of_another_log_never_verifies(tmp_path: Path) -> None:
    """It is good in itself and says nothing of this log."""
    other = journal_of(tmp_path / "other", 2).checkpoint()
    (claim,) = journal_of(tmp_path / "log", 2).verify([other]).kept
    assert claim.result is Result.FAILED
    assert "no known key" in claim.why


@pytest.mark.parametrize("form", [json.dumps, lambda fields: json.dumps(fields, separators=(",", ":"))[:-1]])
def test_another_spelling_of_the_same_is_found(form: Callable[[object], str], tmp_path: Path) -> None:
    """Only the canonical form counts: spaces or a cut-off brace fail."""
    journal = journal_of(tmp_path, 1)
    path = tmp_path / "log.jsonl"
    opened, record = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(opened + form(json.loads(record)).encode() + b"\n")
    assert (2, "canonical") in _failed(journal.verify())


@pytest.mark.parametrize("blob", ["gone", "short", "other"])
def test_a_changed_blob_is_named_with_its_record(blob: str, tmp_path: Path) -> None:
    """Missing, cut and replaced bytes fail the claim of exactly that artifact."""
    journal = journal_of(tmp_path, 2)
    stored = next(journal.records()).artifacts[0]
    path = tmp_path / "blobs" / stored.sha256[:2] / stored.sha256
    if blob == "gone":
        path.unlink()
    else:
        path.write_bytes(b"x" * (3 if blob == "short" else stored.size))
    assert _failed(journal.verify()) == {(2, "blob:before.png")}
    ((_, claim),) = journal.verify().failures()
    assert {"gone": "missing", "short": "3 bytes", "other": "SHA-256"}[blob] in claim.why


def test_a_blob_that_no_record_names_is_a_note(tmp_path: Path) -> None:
    """Extra files say nothing against the records, and are mentioned."""
    journal = journal_of(tmp_path, 1)
    (tmp_path / "blobs" / "stray").write_bytes(b"x")
    (tmp_path / "blobs" / "aa").mkdir(exist_ok=True)
    (tmp_path / "blobs" / "aa" / ("a" * 64)).write_bytes(b"x")
    report = journal.verify()
    assert report.sound
    assert [note.split()[0] for note in report.notes] == ["blobs/aa/" + "a" * 64, "blobs/stray"]


@pytest.mark.parametrize("damage", ["drop", "alter", "repeat", "no checkpoint", "bad checkpoint", "foreign"])
def test_nothing_is_appended_over_damage(damage: str, tmp_path: Path) -> None:
    """A journal whose end was tampered with is left as it is: a new record would cover it up."""
    journal = journal_of(tmp_path, 2)
    path, head = tmp_path / "log.jsonl", tmp_path / "checkpoint"
    lines = path.read_bytes().splitlines(keepends=True)
    if damage == "drop":
        path.write_bytes(b"".join(lines[:2]))
    elif damage == "alter":
        path.write_bytes(b"".join(lines[:2]) + lines[2].replace(b"Privacy", b"privacy"))
    elif damage == "repeat":
        path.write_bytes(b"".join([*lines, lines[2]]))
    elif damage == "no checkpoint":
        head.unlink()
    elif damage == "bad checkpoint":
        head.write_bytes(head.read_bytes().replace(b"\n3\n", b"\n2\n"))
    else:
        path.write_bytes(b"".join(lines) + b'{"not": "a record"}\n')
    before = path.read_bytes()
    with pytest.raises(EvidenceBroken) as caught:
        Journal(tmp_path, noon).append(draft(9))
    assert caught.value.next_step is not None
    assert ("dropped from its end" in caught.value.message) == (damage == "drop")
    assert path.read_bytes() == before
    assert not journal.verify().sound


def test_a_log_that_was_taken_away_or_exchanged_whole_is_missed(tmp_path: Path) -> None:
    """What was signed with a key kept here must be here; a log of somebody else's key does not stand in."""
    keys = Keys(tmp_path / "keys")
    Journal(tmp_path / "log", noon, keys=keys).append(draft())
    (tmp_path / "log").rename(tmp_path / "away")
    report = Journal(tmp_path / "log", noon, keys=keys).verify()
    assert not report.sound
    assert "2 records of the log" in report.checkpoint.why
    Journal(tmp_path / "log", noon, keys=Keys(tmp_path / "forger")).append(draft(1))
    report = Journal(tmp_path / "log", noon, keys=keys).verify()
    assert not report.sound
    assert "was not signed with a key kept here" in report.checkpoint.why


def test_a_log_that_was_begun_anew_verifies(tmp_path: Path) -> None:
    """A person who moved a log away and began another one is told of the first, and nothing fails."""
    keys = Keys(tmp_path / "keys")
    Journal(tmp_path / "log", noon, keys=keys).append(draft())
    (tmp_path / "log").rename(tmp_path / "away")
    journal = Journal(tmp_path / "log", noon, keys=keys)
    journal.append(draft(1))
    report = journal.verify()
    assert report.sound
    assert [note for note in report.notes if "another log" in note]


@pytest.mark.parametrize("first", [0, 1])
def test_a_log_of_a_later_format_is_not_called_broken(first: int, tmp_path: Path) -> None:
    """Nothing is read, written or called verified or broken where a later version wrote under the root."""
    journal = journal_of(tmp_path, 1)
    path = tmp_path / "log.jsonl"
    lines = path.read_bytes().splitlines()
    growing = Growing()
    lines[first:] = [line.replace(b'"format":2', b'"extra":1,"format":3') for line in lines[first:]]
    if first == 0:
        lines[1] = lines[1].replace(
            decode(journal.leaf_at(0) or b"").id.encode(), decode(lines[0]).id.encode()
        )
    for line in lines:
        growing.add(line, kind_of(decode(line)))
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    sign_head(tmp_path, growing)
    for folder in (tmp_path / "keys").glob("*.checkpoint"):
        folder.write_bytes((tmp_path / "checkpoint").read_bytes())
    for act in (
        journal.verify,
        lambda: list(journal.records()),
        lambda: journal.append(draft(2)),
        journal.mend,
    ):
        with pytest.raises(StateTooNew, match="format 3"):
            act()
    assert path.read_bytes().count(b"\n") == 2


def test_an_altered_format_number_is_not_taken_for_a_later_version(tmp_path: Path) -> None:
    """A record that does not stand under the signed root was altered, whatever format it claims."""
    journal = journal_of(tmp_path, 2)
    path = tmp_path / "log.jsonl"
    for place in range(3):
        whole = path.read_bytes()
        lines = whole.splitlines(keepends=True)
        lines[place] = lines[place].replace(b'"format":2', b'"format":3')
        path.write_bytes(b"".join(lines))
        assert place + 1 in {record.place for record, _ in journal.verify().failures()}
        path.write_bytes(whole)


def test_a_link_in_the_place_of_the_temporary_folder_is_not_followed(tmp_path: Path) -> None:
    """Cleaning up removes what a stop left, never the files of a folder that a link leads to."""
    journal = journal_of(tmp_path / "log", 1)
    precious = tmp_path / "elsewhere" / "precious"
    precious.parent.mkdir()
    precious.write_text("kept")
    shutil.rmtree(tmp_path / "log" / "tmp")
    (tmp_path / "log" / "tmp").symlink_to(precious.parent, target_is_directory=True)
    journal.append(draft(1))
    assert precious.read_text() == "kept"
    assert journal.verify().sound
