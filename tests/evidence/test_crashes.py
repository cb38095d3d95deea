"""The log outlives a stop at any moment, and a full disk."""

import errno
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.evidence.making import Failing, Stopped, draft, journal_of, noon
from tests.evidence.tsa import OPENSSL, simple
from tests.sizes import TIER
from withhold.evidence.authorities import Authority
from withhold.evidence.journal import Journal
from withhold.evidence.sessions import begin
from withhold.evidence.stamping import stamp
from withhold.support.errors import EnvironmentProblem
from withhold.support.storage import Storage

FIXTURE = Path(__file__).with_name("fixtures") / "format-1"

Act = Callable[[Journal], object]


@pytest.fixture(scope="module")
def authorities(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Authority, ...]]:
    """Two authorities that run throughout."""
    if OPENSSL is None:
        pytest.skip("openssl is not installed")
    with ExitStack() as stack:
        folder = tmp_path_factory.mktemp("tsa")
        yield tuple(
            stack.enter_context(simple(folder / name)).named(name) for name in ("first-tsa", "second-tsa")
        )


def _append(journal: Journal) -> None:
    journal.append(draft(100))


def _append_dated(journal: Journal) -> None:
    journal.use_session(begin(journal.authorities))
    journal.append(draft(100))


def _rotate(journal: Journal) -> None:
    journal.rotate_key()


def _rotate_lost(journal: Journal) -> None:
    journal.rotate_key(lost=True)


def _stamp(journal: Journal) -> None:
    stamp(journal, noon)


def _nothing(_folder: Path) -> None:
    """The log begins with the act."""


def _two(folder: Path) -> None:
    journal_of(folder, 2)


def _former(folder: Path) -> None:
    shutil.copytree(FIXTURE, folder)


def _former_torn(folder: Path) -> None:
    """As an earlier version left it that was stopped while writing."""
    _former(folder)
    lines = (folder / "journal.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "journal.jsonl").write_bytes(b"".join(lines) + b'{"artifacts":[')


def _keyless(folder: Path) -> None:
    _two(folder)
    next((folder / "keys").glob("*.pem")).unlink()


def _unsigned(folder: Path) -> None:
    """Two records that no checkpoint covers, and the start of a third."""
    journal = journal_of(folder, 2)
    (key,) = (folder / "keys").glob("*.pem")
    pem = key.read_bytes()
    key.unlink()
    journal.append(draft(50))
    journal.append(draft(51))
    key.write_bytes(pem)
    with (folder / "log.jsonl").open("ab") as file:
        file.write(b'{"artifacts":[')


STORIES: dict[str, tuple[Callable[[Path], None], Act]] = {
    "first record": (_nothing, _append),
    "next record": (_two, _append),
    "record with a token before": (_two, _append_dated),
    "after format 1": (_former, _append),
    "after format 1, torn": (_former_torn, _append),
    "mending": (_unsigned, _append),
    "rotation": (_two, _rotate),
    "rotation of a lost key": (_keyless, _rotate_lost),
    "stamping": (_two, _stamp),
}
SHARES = (0.0, 0.5, 1.0)


def _journal(folder: Path, authorities: tuple[Authority, ...], storage: Storage | None = None) -> Journal:
    return Journal(folder, noon, storage=storage, authorities=authorities)


def _copied(source: Path, target: Path) -> Path:
    if source.exists():
        shutil.copytree(source, target)
    return target


def _steps(source: Path, folder: Path, act: Act, authorities: tuple[Authority, ...]) -> int:
    storage = Failing(10_000, Stopped)
    act(_journal(_copied(source, folder), authorities, storage))
    return storage.taken


def _points(steps: int) -> list[tuple[int, float]]:
    """Where to stop, and how much of a cut-off write stays: every other step where time is short."""
    if TIER == "check":
        return [(step, SHARES[step % len(SHARES)]) for step in range(0, steps, 2)]
    return [(step, share) for step in range(steps) for share in SHARES]


@pytest.mark.parametrize("story", STORIES)
def test_a_stop_at_any_step_leaves_a_sound_log(
    story: str,
    tmp_path: Path,
    authorities: tuple[Authority, ...],
    soak_report: Callable[..., None],
) -> None:
    """However far a write got, what was there before stays, and the next record goes on from it."""
    prepare, act = STORIES[story]
    source = tmp_path / "source"
    prepare(source)
    known = [record.id for record in Journal(source, noon).records(own=True)]
    steps = _steps(source, tmp_path / "dry", act, authorities)
    points = _points(steps)
    assert steps >= 14
    soak_report(kill_points=len(points))
    for step, share in points:
        folder = _copied(source, tmp_path / f"{step}-{share}")
        with pytest.raises(Stopped):
            act(_journal(folder, authorities, Failing(step, Stopped, share=share)))
        _check_sound_after_stop(
            folder, known, authorities, f"step {step}, share {share}", _keyless is prepare
        )
        shutil.rmtree(folder)


def _check_sound_after_stop(
    folder: Path, known: list[str], authorities: tuple[Authority, ...], where: str, keyless: bool = False
) -> None:
    journal = _journal(folder, authorities)
    assert journal.verify().sound, f"{where}: {list(journal.verify().failures())}"
    left = [record.id for record in journal.records(own=True)]
    assert left[: len(known)] == known, where
    again = journal.append(draft(101))
    report = journal.verify()
    assert report.sound, f"{where}: {list(report.failures())}"
    whole = [record.id for record in journal.records(own=True)]
    assert whole[: len(left)] == left
    assert whole[-1] == again.id
    assert [record.seq for record in journal.records(own=True)] == list(range(1, len(whole) + 1))
    unsigned = [r.id for r in report.records for c in r.claims if "no checkpoint covers" in c.why]
    assert keyless or unsigned == []


def test_the_kill_points_are_many(tmp_path: Path, authorities: tuple[Authority, ...]) -> None:
    """All stories together have over 200 writing steps, and each can be the last one."""
    total = 0
    for number, (prepare, act) in enumerate(STORIES.values()):
        source = tmp_path / f"source-{number}"
        prepare(source)
        total += _steps(source, tmp_path / f"dry-{number}", act, authorities)
    assert total >= 200


@pytest.mark.parametrize("share", [0, 0.7])
def test_a_second_stop_while_mending_is_mended(share: float, tmp_path: Path) -> None:
    """A stop during the clean-up of another one loses nothing either."""
    _unsigned(tmp_path / "source")
    for step in range(30):
        folder = _copied(tmp_path / "source", tmp_path / str(step))
        journal = Journal(folder, noon)
        try:
            Journal(folder, noon, storage=Failing(step, Stopped, share=share)).mend()
        except Stopped:
            assert journal.verify().sound
            journal.mend()
        else:
            assert step > 15
        assert (folder / "log.torn-1").read_bytes() == b'{"artifacts":['
        assert not (folder / "log.torn-2").exists()
        assert [record.seq for record in journal.records()] == [2, 3, 4, 5]
        assert journal.verify().sound


def test_the_start_of_a_record_is_set_aside_and_reported(tmp_path: Path) -> None:
    """A torn line is never dropped silently: it moves to a file that every verification mentions."""
    heard: list[str] = []
    journal_of(tmp_path, 2)
    journal = Journal(tmp_path, noon, notice=heard.append)
    for number, torn in enumerate([b'{"artifacts":[{"na', b"\0\0\0\0"], 1):
        with (tmp_path / "log.jsonl").open("ab") as file:
            file.write(torn)
        assert "was being written" in journal.verify().notes[0]
        assert journal.verify().sound
        assert len(list(journal.records())) == number + 1
        journal.append(draft(number + 1))
        assert (tmp_path / f"log.torn-{number}").read_bytes() == torn
        assert f"log.torn-{number}" in heard[-1]
        assert any(f"log.torn-{number}" in note for note in journal.verify().notes)
    assert journal.verify().sound


def test_a_checkpoint_that_lags_is_signed_late_with_a_note(tmp_path: Path) -> None:
    """Records whose writer died before the checkpoint are kept and signed; until then the report says so."""
    _unsigned(tmp_path)
    journal = Journal(tmp_path, noon)
    report = journal.verify()
    assert report.sound
    pending = [r.seq for r in report.records for c in r.claims if c.why == "no checkpoint covers it yet"]
    assert pending == [4, 5]
    notes = journal.mend()
    assert notes[-1] == "the checkpoint did not cover 2 of 5 records; it covers all of them now"
    assert journal.mend() == ()
    assert journal.verify().sound


@pytest.mark.parametrize("file", ["log.hashes", "log.index"])
@pytest.mark.parametrize("damage", ["gone", "short", "zeros", "long"])
def test_rows_are_made_anew_from_the_records(file: str, damage: str, tmp_path: Path) -> None:
    """What was derived from the records is no evidence: lost or spoilt, it is made again."""
    journal = journal_of(tmp_path, 5)
    path = tmp_path / file
    whole = path.read_bytes()
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes({"short": whole[:-20], "zeros": bytes(len(whole)), "long": whole + b"rest"}[damage])
    assert journal.verify().sound
    last = journal.append(draft(9))
    assert journal.verify().notes == ()
    assert path.read_bytes()[: len(whole)] == whole
    assert journal.proof(last.id)


def _full() -> OSError:
    return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("share", [0, 0.4])
@pytest.mark.parametrize("lasting", [False, True])
def test_a_full_disk_is_told_and_leaves_a_sound_log(lasting: bool, share: float, tmp_path: Path) -> None:
    """Wherever the disk fills up, the error says so and what to do, and nothing before is lost."""
    _two(tmp_path / "source")
    known = [record.id for record in Journal(tmp_path / "source", noon).records(own=True)]
    for step in range(_steps(tmp_path / "source", tmp_path / "dry", _append, ())):
        folder = _copied(tmp_path / "source", tmp_path / str(step))
        storage = Failing(step, _full, share=share, lasting=lasting)
        with pytest.raises(EnvironmentProblem) as caught:
            Journal(folder, noon, storage=storage).append(draft(100))
        assert os.strerror(errno.ENOSPC) in caught.value.message
        assert "free some space" in (caught.value.next_step or "")
        if lasting:  # what was half written could not be taken back on such a disk
            Journal(folder, noon).mend()
        _check_sound_after_stop(folder, known, (), f"step {step}")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, 256 KiB, of which 64 KiB can be freed: the file ``ballast``."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        pytest.skip("only root can mount a tmpfs")
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(place)], check=False)
    if mounted.returncode != 0:
        pytest.skip("a tmpfs cannot be mounted here")
    try:
        (place / "ballast").write_bytes(bytes(64 * 1024))
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def test_a_disk_that_is_really_full(small_disk: Path) -> None:
    """On a small file system of its own the log fills the disk, says so, and goes on when there is room."""
    journal = Journal(small_disk / "evidence", noon)
    told = [journal.append(draft(number)).id for number in range(3)]
    with pytest.raises(EnvironmentProblem, match="No space left"):
        told.extend(journal.append(draft(number)).id for number in range(3, 1000))
    assert len(told) > 5
    (small_disk / "ballast").unlink()
    assert journal.verify().sound
    assert {record.id for record in journal.records()} >= set(told)
    journal.append(draft(2000))
    assert journal.verify().sound


def _spoken(command: list[str]) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=Path.cwd()
    )


def _fill(journal: Journal) -> None:
    while True:
        stamp(journal, noon)
        journal.append(draft(1))


def test_two_writers_and_a_round_of_stamping_on_a_disk_that_fills_up(
    small_disk: Path, authorities: tuple[Authority, ...]
) -> None:
    """All three are told that there is no room; nothing that one of them had been told of is lost, nothing is
    half there, and the log goes on as soon as there is room."""
    folder = small_disk / "evidence"
    journal = _journal(folder, authorities)
    known = journal.append(draft()).id
    command = [sys.executable, "-c", WRITER, str(folder)]
    with ExitStack() as stack:
        writers = [stack.enter_context(_spoken(command)) for _ in range(2)]
        said = [writer.stdout.readline() for writer in writers if writer.stdout]
        with pytest.raises(EnvironmentProblem, match="No space left"):
            _fill(journal)
        said += [writer.stdout.read() for writer in writers if writer.stdout]
    assert all(writer.returncode not in (None, 0) for writer in writers)
    assert sum("No space left" in text for text in said) == 2
    told = [line for text in said for line in text.split() if len(line) == 64]
    assert len(told) >= 2
    (small_disk / "ballast").unlink()
    _check_sound_after_stop(folder, [], authorities, "after the disk was full")
    assert {record.id for record in journal.records()} >= {known, *told}
    assert stamp(journal, noon).record is not None
    assert journal.verify().sound


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
