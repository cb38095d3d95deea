"""Ending a piece of work by SIGKILL at one of its steps on disk.

For programs of tests that run in a process of their own: it forks, which threads do not bear.
"""

import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

STEPS = frozenset({"open", "os.rename", "os.mkdir", "os.remove", "os.chmod", "os.rmdir", "sqlite3.connect"})

Work = Callable[[Path], object]
"""Does something to the state in a folder."""


def deaths(template: Path, work: Path, run: Work, kills: int) -> Iterator[tuple[Path, bool]]:
    """Copies of ``template`` after ``run`` was killed at so many of its steps, the first and the last among
    them; at the end one that was not killed (``False``). Each copy is removed when the next is asked for.
    """
    steps = _steps(template, work / "counted", run)
    for number in sorted({1 + n * (steps - 1) // max(kills - 1, 1) for n in range(kills)} | {steps + 1}):
        home = work / str(number)
        shutil.copytree(template, home)
        status = _forked(partial(_dying, run, home, number))
        yield home, os.WIFSIGNALED(status)
        shutil.rmtree(home, ignore_errors=True)


def _steps(template: Path, home: Path, run: Work) -> int:
    """How many steps a run makes that is not killed."""
    shutil.copytree(template, home)
    told = home.with_name("steps")
    _forked(lambda: told.write_text(str(_dying(run, home, 0))))
    return int(told.read_text())


def _forked(run: Callable[[], object]) -> int:
    child = os.fork()
    if child == 0:
        try:
            run()
        finally:
            os._exit(0)
    return os.waitpid(child, 0)[1]


def _dying(run: Work, home: Path, number: int) -> int:
    """Run, and die at that step; returns the steps that were made."""
    made = 0

    def count(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal made
        if event in STEPS and any(str(home) in str(part) for part in arguments[:2]):
            made += 1
            if made == number:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)
    run(home)
    return made
