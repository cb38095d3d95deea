"""A journal outlives a stop at any moment, and a full disk."""

import errno
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.evidence.making import Failing, Stopped, draft, journal_of, noon
from withhold.evidence.journal import Journal
from withhold.support.errors import EnvironmentProblem


def _writing_steps(folder: Path, records_before: int) -> int:
    journal_of(folder, records_before)
    storage = Failing(10_000, Stopped)
    Journal(folder, noon, storage=storage).append(draft(100))
    return storage.taken


@pytest.mark.parametrize("share", [0, 0.5, 1])
@pytest.mark.parametrize("records_before", [0, 2])
def test_a_stop_at_any_step_leaves_a_sound_journal(records_before: int, share: float, tmp_path: Path) -> None:
    """However far a write got, what was there before stays, and the next record goes on from it."""
    steps = _writing_steps(tmp_path / "dry", records_before)
    assert steps >= 14  # three shares and two lengths of these: well over 50 moments
    for step in range(steps):
        folder = tmp_path / str(step)
        known = [record.id for record in journal_of(folder, records_before).records()]
        with pytest.raises(Stopped):
            Journal(folder, noon, storage=Failing(step, Stopped, share=share)).append(draft(100))
        _check_sound_after_stop(folder, known, step)


def _check_sound_after_stop(folder: Path, known: list[str], step: int) -> None:
    journal = Journal(folder, noon)
    assert journal.verify().sound, f"step {step}: {list(journal.verify().failures())}"
    left = [record.id for record in journal.records()]
    assert left[: len(known)] == known
    assert len(left) <= len(known) + 1
    again = journal.append(draft(101))
    assert again.seq == len(left) + 1
    report = journal.verify()
    assert report.sound
    assert [record.id for record in journal.records()] == [*left, again.id]


@pytest.mark.parametrize("share", [0, 0.7])
def test_a_stop_while_mending_is_mended(share: float, tmp_path: Path) -> None:
    """A second stop during the clean-up of the first loses nothing either."""
    for step in range(16):
        folder = tmp_path / str(step)
        journal = journal_of(folder, 2)
        head = (folder / "head.json").read_bytes()
        journal.append(draft(2))
        (folder / "head.json").write_bytes(head)
        with (folder / "journal.jsonl").open("ab") as file:
            file.write(b'{"artifacts":[')
        try:
            Journal(folder, noon, storage=Failing(step, Stopped, share=share)).mend()
        except Stopped:
            assert journal.verify().sound
            journal.mend()
        else:
            assert step > 5
        assert (folder / "journal.torn-1").read_bytes() == b'{"artifacts":['
        assert not (folder / "journal.torn-2").exists()
        assert [record.seq for record in journal.records()] == [1, 2, 3]
        assert journal.verify().sound


def test_the_start_of_a_record_is_set_aside_and_reported(tmp_path: Path) -> None:
    """A torn line is never dropped silently: it moves to a file that every verification mentions."""
    heard: list[str] = []
    journal_of(tmp_path, 2)
    journal = Journal(tmp_path, noon, notice=heard.append)
    for number, torn in enumerate([b'{"artifacts":[{"na', b"\0\0\0\0"], 1):
        with (tmp_path / "journal.jsonl").open("ab") as file:
            file.write(torn)
        assert "was being written" in journal.verify().notes[0]
        assert journal.verify().sound
        assert len(list(journal.records())) == number + 1
        journal.append(draft(number + 1))
        assert (tmp_path / f"journal.torn-{number}").read_bytes() == torn
        assert f"journal.torn-{number}" in heard[-1]
        assert any(f"journal.torn-{number}" in note for note in journal.verify().notes)
    assert journal.verify().sound


def test_a_head_that_lags_is_mended_with_a_note(tmp_path: Path) -> None:
    """Records whose writer died before the head are kept and counted; until then the report says so."""
    journal = journal_of(tmp_path, 2)
    head = (tmp_path / "head.json").read_bytes()
    newer = [journal.append(draft(number)).id for number in (2, 3)]
    (tmp_path / "head.json").write_bytes(head)
    report = journal.verify()
    assert report.sound
    pending = [record.id for record in report.records if "not count it yet" in record.claims[-1].why]
    assert pending == newer
    assert journal.mend() == ("the head counted 2 of 4 records; it counts all of them now",)
    assert journal.mend() == ()
    assert journal.verify().sound


def _full() -> OSError:
    return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("share", [0, 0.4])
@pytest.mark.parametrize("lasting", [False, True])
def test_a_full_disk_is_told_and_leaves_a_sound_journal(lasting: bool, share: float, tmp_path: Path) -> None:
    """Wherever the disk fills up, the error says so and what to do, and nothing before is lost."""
    for step in range(_writing_steps(tmp_path / "dry", 2)):
        folder = tmp_path / str(step)
        known = [record.id for record in journal_of(folder, 2).records()]
        storage = Failing(step, _full, share=share, lasting=lasting)
        with pytest.raises(EnvironmentProblem) as caught:
            Journal(folder, noon, storage=storage).append(draft(100))
        assert os.strerror(errno.ENOSPC) in caught.value.message
        assert "free some space" in (caught.value.next_step or "")
        _check_sound_after_stop(folder, known, step)
        assert not list(folder.glob("journal.torn-*")), "what was half written had been taken back at once"


WRITER = """
import pathlib, sys
from tests.evidence.making import draft, noon
from withhold.evidence.journal import Journal
journal = Journal(pathlib.Path(sys.argv[1]), noon)
for number in range(100_000):
    print(journal.append(draft(number)).id, flush=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
def test_killed_writers_lose_no_record_that_they_had_told_of(tmp_path: Path) -> None:
    """Real processes are killed at random moments; every record they had returned is there and verifies."""
    told: list[str] = []
    chance = random.Random(5)
    for _ in range(8):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, cwd=Path.cwd()
        ) as writer:
            assert writer.stdout is not None
            told.append(writer.stdout.readline().decode().strip())
            time.sleep(chance.uniform(0.0, 0.06))
            writer.send_signal(signal.SIGKILL)
            told += writer.stdout.read().decode().split()
        journal = Journal(tmp_path, noon)
        assert journal.verify().sound
        assert {identity for identity in told if len(identity) == 64} <= {r.id for r in journal.records()}
    assert len(told) > 8
    journal.append(draft())
    assert journal.verify().sound
