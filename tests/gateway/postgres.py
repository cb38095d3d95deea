"""A real PostgreSQL of the test's own, which can be ended by force and started again."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Self

_FOLDERS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
BIN = next((folder for folder in _FOLDERS if (folder / "postgres").exists()), None)


def _root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def as_other_user() -> list[str]:
    """PostgreSQL refuses to run as root; the user that its package made is taken then."""
    setpriv = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups"]
    return setpriv if _root() else []


class Postgres:
    """Use it as a context manager; :attr:`address` is where clients find it."""

    def __enter__(self) -> Self:
        assert BIN is not None
        self._folder = Path(tempfile.mkdtemp(prefix="withhold-pg-"))
        if _root():
            shutil.chown(self._folder, "postgres", "postgres")
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            self.port = one.getsockname()[1]
        self.address = f"postgresql://tester@127.0.0.1:{self.port}/postgres"
        initdb = [*as_other_user(), str(BIN / "initdb"), "-D", str(self._data), "-U", "tester", "-A", "trust"]
        subprocess.run([*initdb, "--no-sync"], check=True, capture_output=True, cwd=self._folder)
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        shutil.rmtree(self._folder)

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def start(self) -> None:
        """Start it and wait until it answers."""
        assert BIN is not None
        self._process = subprocess.Popen(
            [*as_other_user(), str(BIN / "postgres"), *self._options()],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self._folder,
            start_new_session=True,
        )
        ready = [str(BIN / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        until = time.monotonic() + 30
        while subprocess.run(ready, check=False).returncode and time.monotonic() < until:
            time.sleep(0.05)

    def _options(self) -> list[str]:
        return ["-D", str(self._data), "-p", str(self.port), "-k", ".", "-c", "listen_addresses=127.0.0.1"]

    def kill(self) -> None:
        """End it and all that belongs to it by force, as a loss of power would."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(10)
