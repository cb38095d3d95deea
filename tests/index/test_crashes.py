"""An import, a compaction and a migration outlive a stop at any moment, a full disk, and damage."""

import errno
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.index.making import Failing, Stopped, everything, files, listed, opened
from tests.sizes import SIZES
from tests.store.making import chat, export, home_in, put
from withhold.index.check import problems
from withhold.support.errors import EnvironmentProblem
from withhold.support.storage import Disk

STATES = Path(__file__).parents[1] / "store" / "states"


def _begin(folder: Path) -> None:
    with opened(folder) as state:
        put(state, export("one"), *(chat(f"c{n}", ids=("a", "b")) for n in range(6)))


def _import(folder: Path, storage: Disk) -> None:
    """New, changed, unchanged and doubled conversations: two segments in one commit."""
    with opened(folder, storage) as state:
        changed = [chat(f"c{n}", ids=("a", "b", "c")) for n in range(3)]
        new = [chat(f"n{n}") for n in range(3)]
        put(state, export("two"), *changed, chat("c5", ids=("a", "b")), *new, chat("n0", ids=("z",)))


def _seen(folder: Path) -> list[tuple[str, int, tuple[int, ...]]]:
    with opened(folder) as state:
        return [
            (s.conversation.source_id, len(s.conversation.messages), s.sources) for s in everything(state)
        ]


BEFORE = [(f"c{n}", 2, (1,)) for n in range(6)]
AFTER = [
    *((f"c{n}", 3, (1, 2)) for n in range(3)),
    *((f"c{n}", 2, (1,)) for n in (3, 4)),
    ("c5", 2, (1, 2)),
    ("n0", 3, (2,)),
    *((f"n{n}", 2, (2,)) for n in (1, 2)),
]


def _steps(folder: Path) -> int:
    _begin(folder)
    storage = Failing(10_000, Stopped)
    _import(folder, storage)
    assert _seen(folder) == AFTER
    return storage.taken


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_a_stop_at_any_write_leaves_the_state_before(share: float, tmp_path: Path) -> None:
    """Whatever was written, nothing of it counts; the next import removes it and goes through."""
    steps = _steps(tmp_path / "dry")
    _begin(tmp_path / "begun")
    assert steps >= 100
    stride = max(1, steps // SIZES.index.stops)
    for step in range(0, steps, stride):
        folder = tmp_path / f"{step}"
        shutil.copytree(tmp_path / "begun", folder)
        with pytest.raises(Stopped):
            _import(folder, Failing(step, Stopped, share))
        assert _seen(folder) == BEFORE, f"step {step}"
        _import(folder, Disk())
        assert _seen(folder) == AFTER, f"step {step}"
        with opened(folder) as state:
            assert files(folder) == listed(state), "orphans are gone"
        shutil.rmtree(folder)


KILLED = """
import os, pathlib, shutil, signal, sys
import pyarrow.parquet, pyarrow.compute
from tests.index import making, test_crashes
from tests.index.making import Failing
import withhold.index.index, withhold.index.writer, withhold.index.check, withhold.app.imports.batch
class Kill(Failing):
    def _step(self):
        if super()._step():
            os.kill(os.getpid(), signal.SIGKILL)
        return False
root, steps, stride = pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
for step in range(0, steps + 1, stride):
    folder = root / f"killed-{step}"
    shutil.copytree(root / "begun", folder)
    child = os.fork()
    if child == 0:
        test_crashes._import(folder, Kill(step, RuntimeError))
        os._exit(0)
    print(step, os.waitpid(child, 0)[1], flush=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
def test_a_process_killed_at_any_write_leaves_the_state_before(tmp_path: Path) -> None:
    """Real processes end by SIGKILL between the first byte and the commit; none leaves half an import."""
    steps = _steps(tmp_path / "dry")
    _begin(tmp_path / "begun")
    stride = max(1, steps // SIZES.index.kills)
    command = [sys.executable, "-c", KILLED, str(tmp_path), str(steps), str(stride)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=Path.cwd())
    ends = [tuple(map(int, line.split())) for line in done.stdout.splitlines()]
    assert sum(status == signal.SIGKILL for _, status in ends) >= min(steps, SIZES.index.kills)
    orphans: set[str] = set()
    for step, status in ends:
        folder = tmp_path / f"killed-{step}"
        assert _seen(folder) == (BEFORE if status == signal.SIGKILL else AFTER), f"step {step}"
        left = files(folder)
        _import(folder, Disk())
        assert _seen(folder) == AFTER
        with opened(folder) as state:
            assert files(folder) == listed(state), "orphans are gone"
            orphans |= left - listed(state)
    assert orphans


def _full() -> OSError:
    return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_full_disk_is_told_and_leaves_the_state_before(tmp_path: Path) -> None:
    """Wherever the disk fills up, the error says so and what to do, and nothing half written stays."""
    steps = _steps(tmp_path / "dry")
    _begin(tmp_path / "begun")
    for step in range(0, steps, max(1, steps // SIZES.index.stops)):
        folder = tmp_path / f"{step}"
        shutil.copytree(tmp_path / "begun", folder)
        with pytest.raises(EnvironmentProblem, match="cannot be written") as caught:
            _import(folder, Failing(step, _full, 0.5))
        assert "free some space" in (caught.value.next_step or "")
        assert _seen(folder) == BEFORE
        with opened(folder) as state:
            assert files(folder) == listed(state)
        shutil.rmtree(folder)


@pytest.mark.parametrize("step", [0, 3, 40, 80])
def test_a_migration_that_is_stopped_is_repeated(step: int, tmp_path: Path) -> None:
    """A stop within the move of conversations leaves the old format; opening it again moves all of them."""
    path = home_in(tmp_path).database
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((STATES / "format-3.sql").read_text(encoding="utf-8"))
    with pytest.raises(Stopped), opened(tmp_path, Failing(step, Stopped)):
        pass
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (3,)
        assert connection.execute("SELECT count(*) FROM conversations").fetchone() == (63,)
    with opened(tmp_path) as state:
        assert len(everything(state)) == 63
        put(state, export("next"), chat())
        assert files(tmp_path) == listed(state)


@pytest.mark.parametrize("table", ["conversations", "sendings", "messages", "sightings"])
@pytest.mark.parametrize("damage", ["cut", "flipped", "gone", "emptied"])
def test_a_damaged_segment_is_named_and_never_read_around(table: str, damage: str, tmp_path: Path) -> None:
    """Reading, joining in bulk and importing all stop with the name of the file; the check tells it too."""
    _begin(tmp_path)
    with opened(tmp_path) as state:
        (segment,) = state.catalogue.listing().segments
        file = segment.file(table)
        assert file is not None
        _spoil(state.index.folder / file.name, damage)
        with pytest.raises(EnvironmentProblem, match=file.sha256):
            state.snapshot().connect()
        if table != "sendings":
            with pytest.raises(EnvironmentProblem, match=file.sha256):
                list(state.conversations())
        assert [p.file for p in problems(state.snapshot())] == [file.name]


def _spoil(path: Path, damage: str) -> None:
    data = bytearray(path.read_bytes())
    match damage:
        case "cut":
            path.write_bytes(data[: len(data) // 2])
        case "flipped":
            data[len(data) // 3] ^= 1
            path.write_bytes(data)
        case "emptied":
            path.write_bytes(b"")
        case _:
            path.unlink()


def test_a_copy_of_the_state_is_as_good(tmp_path: Path) -> None:
    """Files with other times and the same bytes, as after a backup, are taken for what they are."""
    _begin(tmp_path / "one")
    shutil.copytree(tmp_path / "one", tmp_path / "two", copy_function=shutil.copyfile)
    for path in home_in(tmp_path / "two").index.iterdir():
        os.utime(path, (1, 1))
    assert _seen(tmp_path / "two") == BEFORE
