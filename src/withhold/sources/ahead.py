"""A stream read ahead by a thread: inflating goes on while what came before is decoded.

Inflating lets other threads run (the libraries release the lock of Python), so that another core can do it.
A few pieces are held, no more. What reading raises is raised here, where it belongs in the stream.
"""

import threading
from collections import deque

from withhold.sources.interface import Stream

PIECE = 256 << 10
"""Of larger ones inflating is slower by a quarter: they leave the processor's cache."""
HELD = 16
"""Pieces in memory beside the one that is made and the one that is taken."""


class Ahead:
    """A stream over ``stream``, which it closes. The thread begins with the second piece: most members of an
    archive have but one.
    """

    def __init__(self, stream: Stream, piece: int = PIECE) -> None:
        self._stream = stream
        self._piece = piece
        self._taken: bytes = b""
        self._at = 0
        self._first = True
        self._thread: threading.Thread | None = None
        self._made: deque[bytes | Exception] = deque()
        self._changed = threading.Condition()
        self._closed = False

    def read(self, size: int, /) -> bytes:
        if self._at >= len(self._taken):
            self._taken, self._at = self._next(), 0
        found = self._taken[self._at : self._at + size]
        self._at += len(found)
        return found

    def _next(self) -> bytes:
        if self._first:
            self._first = False
            return self._stream.read(self._piece)
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="inflating", daemon=True)
            self._thread.start()
        with self._changed:
            self._changed.wait_for(lambda: self._made)
            found = self._made[0]
            if found and not isinstance(found, Exception):  # the end stays, so that it is met again
                self._made.popleft()
                self._changed.notify_all()
        if isinstance(found, Exception):
            raise found
        return found

    def _run(self) -> None:
        ended = False
        while not ended:
            try:
                made: bytes | Exception = self._stream.read(self._piece)
            except Exception as problem:  # noqa: BLE001 - raised to who reads
                made = problem
            ended = not made or isinstance(made, Exception)
            with self._changed:
                self._changed.wait_for(lambda: len(self._made) < HELD or self._closed)
                if self._closed:
                    return
                self._made.append(made)
                self._changed.notify_all()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()
        self._stream.close()
