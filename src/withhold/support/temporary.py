"""Folders for one process among the temporary files: locked while it lives, and deleted by the next one if it
was killed.
"""

import os
import shutil
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

from withhold.support.errors import EnvironmentProblem
from withhold.support.files import PRIVATE_FILE

IN_USE = "withhold-in-use"
"""The file in such a folder that is locked while its process lives."""
_ATTEMPTS = 20


def claimed(prefix: str, where: Path) -> tuple[Path, FileLock]:
    """A new folder in ``where`` for its owner alone (0700), and its lock, which is held.

    Until it is locked, another process may take it for an abandoned one; then a further one is made. Raises
    :class:`EnvironmentProblem` if none could be had.
    """
    for _ in range(_ATTEMPTS):
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=where))
        lock = FileLock(folder / IN_USE, mode=PRIVATE_FILE)
        try:
            lock.acquire()
        except FileNotFoundError:
            continue  # deleted before it was locked
        if (folder / IN_USE).is_file():
            return folder, lock
        lock.release()  # deleted while it waited for the lock
    raise EnvironmentProblem(
        f"no folder of our own could be made in {where}", next_step="run the command again, or set TMPDIR"
    )


def delete_abandoned(prefix: str, where: Path) -> None:
    """Delete the folders of this prefix that are ours and that no process holds any more.

    Each is deleted while its lock is held here: whoever made it a moment ago waits, and sees that it is gone.
    """
    for folder in where.glob(f"{prefix}*"):
        with suppress(OSError, Timeout):  # gone meanwhile, somebody else's, or in use
            told = folder.lstat()
            mine = not hasattr(os, "getuid") or told.st_uid == os.getuid()
            if not mine or not stat.S_ISDIR(told.st_mode) or not (folder / IN_USE).is_file():
                continue
            with FileLock(folder / IN_USE, timeout=0):
                shutil.rmtree(folder, ignore_errors=True)
            shutil.rmtree(folder, ignore_errors=True)  # Windows keeps a file that is open
