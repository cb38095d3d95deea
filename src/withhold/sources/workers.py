"""Processes that decode windows, so that all cores of this computer read one file.

Each is a Python of its own that this process talks to over pipes; none is forked, and none runs the main
module again, so that it makes no difference what the caller is. A worker ends when its pipe does. When one
dies, its window and all further ones are decoded here. ``WITHHOLD_WORKERS`` sets how many there are; 0 means
that everything is done in this process.
"""

import gc
import os
import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from io import FileIO
from queue import SimpleQueue
from typing import Protocol, Self

import msgspec

from withhold.sources.facts import Batch, unpacked
from withhold.sources.kinds import kind_of
from withhold.sources.slots import slot
from withhold.support.framed import close, receive, send

SWITCH = "WITHHOLD_WORKERS"
WORTHWHILE = 32 << 20
"""Below this many bytes, one process is done before another one has started."""
MOST = 4
_PROGRAM = (
    "import sys; handle = sys.argv[1]; sys.path[:] = sys.argv[2:]; "
    "from withhold.sources.worker import serve; sys.exit(serve(handle))"
)


def _never_waiting(path: str, flags: int) -> int:
    """A pipe that took the file's place would keep who opens it waiting for its writer."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


class Span(msgspec.Struct, array_like=True):
    """Items of a list: those bytes of a file, or ``data``, which has its brackets already.

    With ``left``, so many bytes of ``data`` are in the memory that is shared with the worker
    (:mod:`~withhold.sources.slots`), and not here.
    """

    path: str = ""
    start: int = 0
    end: int = 0
    data: bytes = b""
    left: int = 0

    def listed(self) -> bytes | bytearray:
        """The items as a list of their own. Raises ``OSError`` where the file cannot be read."""
        if not self.path:
            return self.data
        found = bytearray(self.end - self.start + 2)
        with FileIO(self.path, opener=_never_waiting) as file, memoryview(found) as room:
            file.seek(self.start)
            at = 1
            while at < len(found) - 1 and (read := file.readinto(room[at:-1])):
                at += read
        found[0], found[-1] = b"[]"
        return found  # where the file has become shorter, zeros make it no list


class Task(msgspec.Struct, array_like=True):
    """What a worker is asked."""

    kind: str
    span: Span


def decoded(kind: str, span: Span) -> Batch | None:
    """What a window holds; see :class:`withhold.sources.kinds.Kind`.

    ``None`` too where the file cannot be read any more: who goes on one by one finds out why.
    No cycles come up in it, and looking for some takes a tenth of the time: the collector waits.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        return kind_of(kind).decode(span.listed())
    except OSError:
        return None
    finally:
        if collecting:
            gc.enable()


class Workers(Protocol):
    """Decodes windows. ``depth`` is how many may be begun at once."""

    depth: int

    def submit(self, kind: str, span: Span) -> Future[Batch | None]: ...
    def __enter__(self) -> Self: ...
    def __exit__(self, *_: object) -> None: ...


class Here:
    """No worker: everything is decoded in this process, when it is submitted."""

    depth = 1

    def submit(self, kind: str, span: Span) -> Future[Batch | None]:
        found: Future[Batch | None] = Future()
        found.set_result(decoded(kind, span))
        return found

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return


class Processes:
    """Workers in processes of their own. Their windows come back in any order; memory holds ``depth``."""

    def __init__(self, number: int) -> None:
        self.depth = number * 2
        self._idle: SimpleQueue[_Process | None] = SimpleQueue()
        self._all = [_Process() for _ in range(number)]
        for process in self._all:
            self._idle.put(process)
        self._threads = ThreadPoolExecutor(number)

    def submit(self, kind: str, span: Span) -> Future[Batch | None]:
        return self._threads.submit(self._decode, kind, span)

    def _decode(self, kind: str, span: Span) -> Batch | None:
        process = self._idle.get()
        answer = None if process is None else process.ask(Task(kind, span))
        self._idle.put(None if answer is None else process)
        if answer is None:
            return decoded(kind, span)
        return unpacked(answer) if answer else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """End all processes, whatever they are doing."""
        for process in self._all:
            process.kill()
        self._threads.shutdown(wait=True, cancel_futures=True)
        for process in self._all:
            process.wait()


class _Process:
    def __init__(self) -> None:
        self._slot = slot()
        shared = () if self._slot is None else (self._slot.handle,)
        arguments = [sys.executable, "-I", "-c", _PROGRAM, "".join(map(str, shared)), *sys.path]
        self._program = subprocess.Popen(  # noqa: S603 - this interpreter, with code of ours
            arguments,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=shared,
        )

    def ask(self, task: Task) -> bytes | None:
        """The answer; empty where the window is no list of items, ``None`` where the process has died."""
        assert self._program.stdin is not None  # noqa: S101 - it was asked for
        assert self._program.stdout is not None  # noqa: S101 - as above
        span = task.span
        if span.data and self._slot is not None and self._slot.put(span.data):
            task = Task(task.kind, Span(left=len(span.data)))
        try:
            send(self._program.stdin, msgspec.msgpack.encode(task))
            return receive(self._program.stdout)
        except (OSError, ValueError):
            return None

    def kill(self) -> None:
        self._program.kill()

    def wait(self) -> None:
        self._program.wait()
        if self._slot is not None:
            self._slot.close()
        for pipe in (self._program.stdin, self._program.stdout):
            close(pipe)


def workers_for(size: int) -> Workers:
    """As many workers as are worth their start for ``size`` bytes."""
    number = _wanted()
    if size < WORTHWHILE or number < 2 or not sys.executable or getattr(sys, "frozen", False):
        return Here()
    return Processes(number)


def _wanted() -> int:
    """The switch, else one for each core that this process may use."""
    told = os.environ.get(SWITCH, "")
    if told.isdecimal():
        return min(int(told), 64)
    count = getattr(os, "process_cpu_count", os.cpu_count)
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else count()
    return min(usable or 1, MOST)
