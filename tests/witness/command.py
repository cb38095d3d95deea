"""`withhold` in a process of its own, at a terminal of its own, with a browser that can be acted on."""

import os
import pty
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from tests.witness.person import Person
from withhold.controls.browser import find_browser

_WRAPPER = """#!/bin/sh
exec {browser} --remote-debugging-port={port} "$@"
"""
_AT_A_TERMINAL = """
import fcntl, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)  # so that the signals of the terminal reach it
from withhold.cli.main import main
main(sys.argv[1:])
"""


class Command:
    """A command that runs at a pseudo-terminal; what it prints there is in ``said``.

    ``temporary`` is where it may make temporary folders, so that what is left there
    can be looked at. Its path is short: a browser keeps a socket in it.
    """

    def __init__(self, arguments: Sequence[str], home: Path, temporary: Path, port: int) -> None:
        self.temporary = temporary
        self.person = Person(port)
        self.said = ""
        self._master, slave = pty.openpty()
        self._process = subprocess.Popen(
            [sys.executable, "-c", _AT_A_TERMINAL, *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            env={**os.environ, **_places(home, temporary, port)},
        )
        os.close(slave)

    def types(self, line: str) -> None:
        os.write(self._master, f"{line}\n".encode())

    def presses_ctrl_c(self) -> None:
        os.write(self._master, b"\x03")

    def hangs_up(self) -> None:
        """Close the terminal, as a person closes its window."""
        os.close(self._master)
        self._master = -1

    def gets(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def says(self, words: str, limit: float = 30.0) -> None:
        """Wait until it has said ``words``, line breaks aside."""
        end = time.monotonic() + limit
        while words not in " ".join(self.said.split()):
            assert time.monotonic() < end, f"it did not say {words!r} but:\n{self.said}"
            assert self._read() or self._process.poll() is None, f"it ended without {words!r}:\n{self.said}"

    def ends(self, limit: float = 40.0) -> int:
        """The exit code; negative for a signal."""
        end = time.monotonic() + limit
        while self._process.poll() is None:
            self._read()
            assert time.monotonic() < end, f"it goes on and on:\n{self.said}"
        while self._read():
            pass
        return int(self._process.returncode)

    @property
    def left(self) -> list[str]:
        """Profiles in temporary folders that are still there."""
        return sorted(p.name for p in self.temporary.glob("withhold-profile-*"))

    def close(self) -> None:
        """End it, whatever it does."""
        if self._process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(10)
        if self._master >= 0:
            os.close(self._master)

    def _read(self) -> bool:
        if self._master < 0:
            time.sleep(0.05)
            return False
        if not select.select([self._master], [], [], 0.1)[0]:
            return False
        try:
            told = os.read(self._master, 65536)
        except OSError:  # nobody is at the other side any more
            return False
        self.said += told.decode("utf-8", "replace")
        return bool(told)


def _places(home: Path, temporary: Path, port: int) -> dict[str, str]:
    home.mkdir(exist_ok=True)
    browser = home / "browser"
    browser.write_text(_WRAPPER.format(browser=find_browser(), port=port))
    browser.chmod(0o700)
    state = home / "state"
    return {
        "WITHHOLD_HOME": str(state),
        "WITHHOLD_BROWSER": str(browser),
        "TMPDIR": str(temporary),
        "COLUMNS": "80",
        "TERM": "dumb",
    }


def at_work(folder: Path) -> bool:
    """Whether a program still runs that names ``folder`` in its call."""
    ps = shutil.which("ps")
    assert ps is not None
    told = subprocess.run([ps, "-eo", "args"], capture_output=True, text=True, check=True).stdout
    return any(str(folder) in line for line in told.splitlines())
