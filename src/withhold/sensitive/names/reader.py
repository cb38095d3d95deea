"""This side of the worker: asks it, keeps what it said of each piece, and starts it again when it has died.

What cannot be read raises :class:`NamesUnread`: text that nobody looked at is not text without names.
"""

import hashlib
import os
import secrets
import subprocess
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from withhold.sensitive.names.files import ModelFiles
from withhold.sensitive.names.pieces import pieces
from withhold.sensitive.names.spans import Labelled, Span, spans
from withhold.sensitive.names.worker import Ready
from withhold.support.framed import close, receive, send

_AT_ONCE = 8
_STARTED_WITHIN, _ANSWERED_WITHIN = 60.0, 30.0
_LARGEST = 64 << 20
_PASSED = ("SYSTEMROOT", "LD_LIBRARY_PATH")
"""Of this process's variables, which may hold keys, only those without which Python does not start."""
KEPT = 100_000
"""Pieces whose labels are kept, under a keyed hash that dies with the process."""


class NamesUnread(Exception):
    """The worker did not read a text: it is not there, has died, or took too long."""


class NamesReader:
    """Finds names with a model in a process of its own. ``program`` starts the worker; for any thread.

    Raises :class:`NamesUnread` wherever it is asked.
    """

    def __init__(self, files: ModelFiles, program: Sequence[str], *, kept: int = KEPT) -> None:
        self.files = files
        self.sealed = False
        """Whether the worker that runs now is without network."""
        self._program = tuple(program)
        self._closed = False
        self._process: subprocess.Popen[bytes] | None = None
        self._turn = threading.Lock()
        self._guard = threading.Lock()
        self._known: OrderedDict[bytes, tuple[Labelled, ...]] = OrderedDict()
        self._key = secrets.token_bytes(32)
        self._kept = kept

    def start(self) -> None:
        """Start the worker and wait until its model is loaded."""
        with self._turn:
            self._running()

    def look(self, texts: Iterable[str], *, until: float) -> None:
        """Read what was not read yet, so that :meth:`spans` need not wait. ``until``: of the monotonic clock.

        The worker is handed over between a few pieces each, so that a long text keeps no short one waiting.
        """
        waiting: dict[bytes, str] = {}
        for text in texts:
            for piece in pieces(text):
                name = self._name(piece.text)
                if name not in waiting and self._labels(name) is None:
                    waiting[name] = piece.text
        for group in _groups(list(waiting.items())):
            if time.monotonic() > until:
                raise NamesUnread("there is more text than the model reads in the time that it has")
            self._read(group)

    def spans(self, text: str) -> list[Span]:
        """Everything found in ``text``, in order; offsets in characters."""
        found: list[Labelled] = []
        cut = list(pieces(text))
        self.look([text], until=time.monotonic() + _ANSWERED_WITHIN)
        for piece in cut:
            labels = self._labels(self._name(piece.text))
            if labels is None:  # so much else was read meanwhile that it was forgotten
                labels = tuple(self._ask([piece.text])[0])
            found += [Labelled(one.start + piece.start, one.end + piece.start, one.label) for one in labels]
        return spans(text, found)

    def close(self) -> None:
        """End the worker, whatever it is doing; it is not started again."""
        self._closed = True
        process = self._process
        if process is not None:
            process.kill()
        with self._turn:
            self._end()

    def _name(self, text: str) -> bytes:
        return hashlib.blake2b(text.encode("utf-8"), key=self._key, digest_size=16).digest()

    def _labels(self, name: bytes) -> tuple[Labelled, ...] | None:
        with self._guard:
            found = self._known.get(name)
            if found is not None:
                self._known.move_to_end(name)
            return found

    def _read(self, group: Sequence[tuple[bytes, str]]) -> None:
        answers = self._ask([text for _, text in group])
        with self._guard:
            for (name, _), labels in zip(group, answers, strict=True):
                self._known[name] = tuple(labels)
            while len(self._known) > self._kept:
                self._known.popitem(last=False)

    def _ask(self, texts: list[str]) -> list[list[Labelled]]:
        message = msgspec.msgpack.encode(texts)
        with self._turn:
            for _ in range(2):  # one that had died before is started again; one that dies of this is not
                answer = self._answer(self._running(), message, _ANSWERED_WITHIN)
                if answer is not None:
                    return self._decoded(answer, len(texts))
                self._end()
        raise NamesUnread("the process with the model gave no answer")

    def _decoded(self, answer: bytes, count: int) -> list[list[Labelled]]:
        try:
            found = msgspec.msgpack.decode(answer, type=list[list[Labelled]])
        except msgspec.DecodeError as problem:
            self._end()
            raise NamesUnread("the process with the model answered something else") from problem
        if len(found) != count:
            self._end()
            raise NamesUnread("the process with the model did not answer everything")
        return found

    def _running(self) -> "subprocess.Popen[bytes]":
        if self._process is not None and self._process.poll() is None:
            return self._process
        self._end()
        if self._closed:
            raise NamesUnread("the gateway is ending")
        self._process = subprocess.Popen(  # noqa: S603 - this interpreter, with code of ours
            self._program,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={name: os.environ[name] for name in _PASSED if name in os.environ},
        )
        answer = self._answer(self._process, None, _STARTED_WITHIN)
        try:
            ready = msgspec.msgpack.decode(answer or b"", type=Ready)
        except msgspec.DecodeError as problem:
            self._end()
            raise NamesUnread("the process with the model did not start") from problem
        if ready.why:
            self._end()
            raise NamesUnread(f"the model could not be loaded: {ready.why}")
        self.sealed = ready.sealed
        return self._process

    @staticmethod
    def _answer(process: "subprocess.Popen[bytes]", message: bytes | None, within: float) -> bytes | None:
        """The next message; a process that is silent for too long is ended, which ends its pipe."""
        assert process.stdin is not None  # noqa: S101 - it was asked for
        assert process.stdout is not None  # noqa: S101 - as above
        late = threading.Timer(within, process.kill)
        late.start()
        try:
            if message is not None:
                send(process.stdin, message)
            return receive(process.stdout, longest=_LARGEST)
        except OSError:
            return None
        finally:
            late.cancel()

    def _end(self) -> None:
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        close(self._process.stdin)
        close(self._process.stdout)
        self._process = None


def worker_program(boot: str, files: ModelFiles, *, threads: int) -> tuple[str, ...]:
    """How the worker is started: ``boot`` is Python that finds the folder and the threads in ``sys.argv``."""
    return (sys.executable, "-I", "-c", boot, str(files.folder), str(threads), *sys.path)


def _groups(waiting: Sequence[tuple[bytes, str]]) -> Iterator[Sequence[tuple[bytes, str]]]:
    for first in range(0, len(waiting), _AT_ONCE):
        yield waiting[first : first + _AT_ONCE]
