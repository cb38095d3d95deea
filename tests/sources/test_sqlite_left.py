"""Copies of databases that are made for reading do not outlive the next reading."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from withhold.sources import sqlite_files

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")

DIES = """
import os, signal, sys
from pathlib import Path
from withhold.sources import sqlite_files
with sqlite_files._own_folder() as folder:
    (folder / "copy.db").write_text("canary words")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_reading_left_is_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy of somebody's chats lies among the temporary files only while they are read."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    done = subprocess.run([sys.executable, "-c", DIES], check=False)
    assert done.returncode == -signal.SIGKILL
    (left,) = tmp_path.glob("withhold-copy-*")
    assert (left / "copy.db").read_text() == "canary words"
    assert left.stat().st_mode & 0o777 == 0o700
    with sqlite_files._own_folder() as folder:
        assert list(tmp_path.glob("withhold-copy-*")) == [folder]
    assert not list(tmp_path.glob("withhold-copy-*"))
