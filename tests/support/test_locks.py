"""Locks between processes."""

import subprocess
import sys
from pathlib import Path

import pytest

from withhold.support.errors import StateBusy
from withhold.support.locks import held

HOLD = """
import sys, pathlib
from withhold.support.locks import held
with held(pathlib.Path(sys.argv[1]), doing="writing evidence"):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_who_holds_a_lock_is_told(tmp_path: Path) -> None:
    """Waiting in vain ends with the holder's process, its purpose and what to do."""
    lock = tmp_path / "lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline().strip() == b"held"
        with pytest.raises(StateBusy) as caught, held(lock, doing="reading", timeout=0.1):
            pass
        assert f"process {other.pid} (writing evidence)" in caught.value.message
        assert caught.value.next_step is not None
        other.kill()
    with held(lock, doing="reading", timeout=5):
        pass


def test_a_lock_is_free_after_an_error(tmp_path: Path) -> None:
    """An error inside the block frees the lock."""
    lock = tmp_path / "lock"
    with pytest.raises(ZeroDivisionError), held(lock, doing="dividing"):
        _ = 1 / 0
    with held(lock, doing="again", timeout=0.1):
        pass
    assert not (tmp_path / "lock.holder").exists()
