"""Starting the sealed process from outside, and talking with it.

The socket on which the engine answers lies in a folder for its owner alone; the engine's own words go to a
log
beside it. Both are removed at the end.
"""

import importlib.util
import json
import os
import platform
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock

from withhold.local.engine import QUIET
from withhold.local.seal import bubblewrap, seatbelt
from withhold.local.seal.levels import Level
from withhold.support.errors import EnvironmentProblem
from withhold.support.temporary import claimed, delete_abandoned

_BOOT = (
    "import sys; sys.path[:0] = sys.argv[2:]; from withhold.local.seal.inside import main; sys.exit(main())"
)
_SYSTEM = platform.system()
_LADDER = {"Linux": (Level.NETNS, Level.LSM), "Darwin": (Level.PLATFORM,)}
_MESSAGES = socket.SOCK_SEQPACKET if _SYSTEM == "Linux" else socket.SOCK_DGRAM
_LARGEST = 1 << 20
_STARTED_WITHIN, _ENDED_WITHIN, _TRIED_WITHIN = 60.0, 5.0, 60.0
_LONGEST_SOCKET = 100
_PREFIX = "withhold-seal-"
_WINDOWS_OF_LINUX = ("/dev/null", "/dev/zero", "/dev/urandom", "/proc/cpuinfo", "/proc/meminfo", "/proc/self")


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be run behind the seal. ``engine`` is ``module:function``; ``None``: nothing but the seal.

    ``import_from`` are folders that ``engine`` is found in, beside this package's own.
    """

    model: Path | None
    alias: str = "local"
    context: int = 4096
    threads: int = 1
    template: str = ""
    gpu_layers: int = 0
    engine: str | None = "withhold.local.engine:serve"
    import_from: tuple[Path, ...] = ()


class Sealed:
    """A running sealed process. ``engine`` is the engine's number inside; ``landlock`` the ABI in force."""

    def __init__(
        self,
        level: Level,
        process: "subprocess.Popen[bytes]",
        control: socket.socket,
        folder: Path,
        lock: FileLock,
    ) -> None:
        self.level = level
        self.pid = process.pid
        self.folder = folder
        self.landlock = 0
        self._process = process
        self._control = control
        self._lock = lock

    @property
    def socket(self) -> Path:
        """Where the engine answers HTTP."""
        return self.folder / "srv" / "m.sock"

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def begin(self, spec: Mapping[str, Any]) -> None:
        """Give the order and wait until the seal is on. Raises ``EnvironmentProblem`` if it does not hold."""
        try:
            self._control.settimeout(_STARTED_WITHIN)
            self._control.send(json.dumps(spec).encode())
            answer = json.loads(self._control.recv(_LARGEST) or b"{}")
        except (OSError, ValueError) as problem:
            raise self._unsealed(str(problem)) from problem
        if not answer.get("sealed"):
            raise self._unsealed(str(answer.get("why") or self.last_words() or "it ended at once"))
        self.landlock = int(answer["landlock"])

    def attempts(self, targets: Mapping[str, Any], handles: Sequence[int] = ()) -> dict[str, Any]:
        """Have a child of the sealed process try every way out; ``handles`` are passed in to be misused."""
        self._control.settimeout(_TRIED_WITHIN)
        socket.send_fds(self._control, [json.dumps({"targets": dict(targets)}).encode()], list(handles))
        answer: dict[str, Any] = json.loads(self._control.recv(_LARGEST) or b"{}")
        if "attempts" not in answer:
            raise EnvironmentProblem("the sealed process ended while ways out were tried")
        return answer

    def last_words(self) -> str:
        """The end of what the engine wrote."""
        log = self.folder / "engine.log"
        return log.read_text(encoding="utf-8", errors="replace")[-2000:].strip() if log.exists() else ""

    def close(self) -> None:
        """End it and whatever it started, and remove its folder."""
        self._control.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_ENDED_WITHIN)
        with suppress(ProcessLookupError, PermissionError):  # nobody is left; macOS says the latter
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()
        _remove(self.folder, self._lock)

    def _unsealed(self, why: str) -> EnvironmentProblem:
        return EnvironmentProblem(f"{self.level} cannot be had here: {why}", next_step=_NEXT)


_NEXT = "withhold local fit says which seals this machine can have; --unsealed runs without one"


def start(order: Order, level: Level) -> Sealed:
    """Start the sealed process. Raises ``EnvironmentProblem`` where ``level`` cannot be had on this
    machine.
    """
    _refuse_unknown(level)
    folder, lock = _folder()
    ours, theirs = socket.socketpair(socket.AF_UNIX, _MESSAGES)
    try:
        with theirs, (folder / "engine.log").open("wb") as log:
            line, environ = _command(order, level, folder, theirs.fileno())
            process = subprocess.Popen(  # noqa: S603 - bubblewrap or this interpreter, with paths of ours
                line,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environ,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,  # Ctrl-C stops an answer, not the engine; no terminal to speak to
            )
        sealed = Sealed(level, process, ours, folder, lock)
    except OSError as problem:
        ours.close()
        _remove(folder, lock)
        raise EnvironmentProblem(f"{level} cannot be had here: {problem}", next_step=_NEXT) from problem
    except BaseException:
        ours.close()
        _remove(folder, lock)
        raise
    try:
        sealed.begin(_spec(order, level, folder))
    except BaseException:
        sealed.close()
        raise
    return sealed


def _refuse_unknown(level: Level) -> None:
    if _SYSTEM == "Windows":
        raise EnvironmentProblem(
            "running a model is not written for Windows yet", next_step="use WSL 2, which is a Linux"
        )
    if level is Level.PLATFORM and not Path(seatbelt.PROGRAM).exists():
        raise EnvironmentProblem(f"{seatbelt.PROGRAM} is not there")


@contextmanager
def running(order: Order, level: Level) -> Iterator[Sealed]:
    """:func:`start` within the block."""
    sealed = start(order, level)
    try:
        yield sealed
    finally:
        sealed.close()


def _folder() -> tuple[Path, FileLock]:
    """A folder with a short path: a Unix socket's may have no more than about 100 characters.

    Its lock is held while this process lives. What a killed one left is deleted by the next.
    """
    where = Path(tempfile.gettempdir())
    if len(str(where)) > _LONGEST_SOCKET - 40:
        where = Path("/tmp")  # noqa: S108 - mkdtemp makes the folder private
    delete_abandoned(_PREFIX, where)
    folder, lock = claimed(_PREFIX, where)
    made = folder.resolve()
    for part in ("srv", "out"):
        (made / part).mkdir(mode=0o700)
    return made, lock


def _remove(folder: Path, lock: FileLock) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    lock.release()


def _package_roots(order: Order) -> list[Path]:
    """The folders that hold this package and the engine's: nothing else of ours need be seen inside."""
    found = [Path(__file__).parents[3], *order.import_from]
    engine = importlib.util.find_spec("xllamacpp")
    if engine is not None and engine.origin is not None:
        found.append(Path(engine.origin).parents[1])
    return [path.resolve() for path in found]


def _readable(order: Order) -> list[Path]:
    model = [] if order.model is None else [order.model.resolve()]
    prefixes = [Path(sys.prefix), Path(sys.base_prefix), Path(sys.executable).resolve().parent]
    return [*dict.fromkeys([*prefixes, *_package_roots(order), *model])]


def _spec(order: Order, level: Level, folder: Path) -> dict[str, Any]:
    proc = ["/proc", "/dev", str(Path.home())] if level is Level.NETNS else list(_WINDOWS_OF_LINUX)
    return {
        "seal": {Level.NETNS: "bwrap", Level.LSM: "landlock"}.get(level, ""),
        "engine": order.engine,
        "model": None if order.model is None else str(order.model.resolve()),
        "socket": str(folder / "srv" / "m.sock"),
        "alias": order.alias,
        "context": order.context,
        "threads": order.threads,
        "template": order.template,
        "gpu_layers": order.gpu_layers,
        "readable": [*bubblewrap.SYSTEM, *proc, *map(str, _readable(order))],
        "writable": [str(folder / "srv"), "/dev/null"],
    }


def _command(order: Order, level: Level, folder: Path, handle: int) -> tuple[list[str], dict[str, str]]:
    environ = {"PATH": "/usr/bin:/bin", "HOME": str(Path.home()), "LANG": "C.UTF-8", **QUIET}
    line = [sys.executable, "-I", "-c", _BOOT, str(handle), *map(str, _package_roots(order))]
    if level is Level.PLATFORM:
        return [*seatbelt.arguments(readable=_readable(order), writable=[folder / "srv"]), *line], environ
    if level is not Level.NETNS:
        return line, environ
    wrapped = bubblewrap.arguments(
        readable=_readable(order), writable=[folder / "srv"], home=Path.home(), environ=environ
    )
    return [*wrapped, *line], dict(os.environ)


def best_level() -> tuple[Level, tuple[str, ...]]:
    """The strongest level that this machine really gives, found by trying; and why stronger ones do not
    hold.
    """
    failed: list[str] = []
    for level in _LADDER.get(_SYSTEM, ()):
        try:
            start(Order(model=None, engine=None), level).close()
        except EnvironmentProblem as problem:
            failed.append(problem.message)
        else:
            return level, tuple(failed)
    return Level.NONE, tuple(failed)
