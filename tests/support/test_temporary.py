"""Folders for one process: nobody else deletes one that is in use, and one that was left is deleted."""

import subprocess
import sys
from collections import deque
from pathlib import Path
from threading import Thread

import pytest

from withhold.support.temporary import IN_USE, claimed, delete_abandoned

PREFIX = "withhold-test-"


@pytest.mark.parametrize("sweepers", [1, 3])
def test_a_new_folder_survives_whoever_tidies_up(tmp_path: Path, sweepers: int) -> None:
    """Between making and locking it stands there like an abandoned one: it is made again, and stays."""
    done: deque[bool] = deque()
    failed: list[BaseException] = []

    def sweep() -> None:
        try:
            while not done:
                delete_abandoned(PREFIX, tmp_path)
        except BaseException as problem:
            failed.append(problem)
            raise

    threads = [Thread(target=sweep) for _ in range(sweepers)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(150):
            folder, lock = claimed(PREFIX, tmp_path)
            (folder / "held").write_text("x")
            assert (folder / IN_USE).is_file()
            assert (folder / "held").read_text() == "x"
            lock.release()
    finally:
        done.append(True)
        for thread in threads:
            thread.join()
    assert failed == []


def test_what_a_killed_process_left_is_deleted(tmp_path: Path) -> None:
    """Its lock went with it; what another process holds stays, and so do folders of other names."""
    script = (
        "import os, signal, sys; from pathlib import Path; from withhold.support.temporary import claimed;"
        " claimed(sys.argv[1], Path(sys.argv[2])); os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", script, PREFIX, str(tmp_path)], check=False)
    (left,) = tmp_path.iterdir()
    held, lock = claimed(PREFIX, tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    delete_abandoned(PREFIX, tmp_path)
    assert not left.exists()
    assert held.is_dir()
    assert other.is_dir()
    lock.release()
