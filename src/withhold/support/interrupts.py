"""Being asked to end, in a way that is neither lost nor cuts clearing up short.

Python raises Ctrl-C wherever it happens to be. While a weak reference is cleared the exception is swallowed
(seen with browsers), and a second one can end the very clean-up that the first began.
"""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

_SAME_REQUEST = 20.0
"""Seconds within which a further request is taken for the same one: what it began is under way."""


class Interrupts:
    """Requests to end: Ctrl-C, a terminal that was closed, a service that is stopped."""

    def __init__(self) -> None:
        self._asked_at: float | None = None

    def heed(self) -> None:
        """Raise ``KeyboardInterrupt`` where one was asked for: again, if the first was lost."""
        if self._asked_at is not None:
            raise KeyboardInterrupt

    def arrived(self, _number: int, _frame: FrameType | None) -> None:
        """A signal came."""
        now = time.monotonic()
        if self._asked_at is not None and now - self._asked_at < _SAME_REQUEST:
            return
        self._asked_at = now
        raise KeyboardInterrupt


_current: Interrupts | None = None


@contextmanager
def interruptible() -> Iterator[Interrupts]:
    """Within the block every request to end raises ``KeyboardInterrupt``, once.

    Signals that are ignored stay so (``nohup``). Within another such block, and in other threads than the
    main one, nothing changes; what is yielded can be asked all the same.
    """
    global _current  # noqa: PLW0603 - handlers of signals are the whole process's
    if _current is not None or threading.current_thread() is not threading.main_thread():
        yield _current or Interrupts()
        return
    _current = Interrupts()
    before = _handlers()
    try:
        for number in before:
            signal.signal(number, _current.arrived)
        yield _current
    finally:
        _current = None
        for number, handler in before.items():
            signal.signal(number, handler)


_Handler = Callable[[int, FrameType | None], Any] | int | signal.Handlers


def _handlers() -> dict[int, _Handler]:
    names = [name for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    numbers = [getattr(signal, name) for name in names]
    now = {number: signal.getsignal(number) for number in numbers}
    return {n: handler for n, handler in now.items() if handler is not None and handler != signal.SIG_IGN}
