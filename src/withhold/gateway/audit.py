"""Group commit: a line is durable when :meth:`Auditor.write` returns, and many requests share one wait.

On a quick disk the wait is shorter than handing it to a thread: what came within one turn of the loop is then
written at its end. After one slow write it goes to the thread again: a slow disk holds up nobody who streams.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from withhold.gateway.chain import Fields, Head

_TOGETHER_SECONDS = 0.05
_QUICK_SECONDS = 0.02
"""A write that takes longer is not done between two requests."""
_PROBE = 8
"""After so many quick writes in a row the thread is left out, until one is slow."""


class AuditUnavailable(Exception):
    """The audit cannot be written, so nothing may go upstream."""


class Ledger(Protocol):
    """Where lines lie. :meth:`append` raises ``OSError``; then none of its lines counts.

    ``at_hand`` is true where it writes to this machine's own disk, and so may be called in the loop's thread.
    """

    at_hand: bool

    @property
    def head(self) -> Head: ...

    def append(self, lines: Sequence[Fields]) -> None: ...

    def close(self) -> None: ...


class Auditor:
    """Writes to ``ledger``, batch after batch: between two turns of the loop, or in a thread of its own."""

    def __init__(self, ledger: Ledger, *, notice: Callable[[str], None]) -> None:
        self._ledger = ledger
        self._notice = notice
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="audit")
        self._lines: list[Fields] = []
        self._waiting: list[asyncio.Future[int] | None] = []
        self._task: asyncio.Task[None] | None = None
        self._later: asyncio.TimerHandle | None = None
        self._quick = 0
        self.failed = False

    @property
    def head(self) -> Head:
        return self._ledger.head

    async def write(self, fields: Fields, *, alone: bool = False) -> int:
        """Put a line down and return its number. Raises :class:`AuditUnavailable`.

        ``alone``: nobody is there to share the wait with, so that it may begin at once.
        """
        future: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._queue(fields, future)
        if alone and self._task is None and self._quick >= _PROBE:
            self._commit_at_once()
        else:
            self._begin()
        return await future

    def note(self, fields: Fields) -> None:
        """Put a line down without waiting; :meth:`close` waits for it. A failure is noticed, not raised.

        It goes with the next line that somebody waits for, or by itself after a moment: otherwise a request
        would wait until the outcome of the one before is on disk.
        """
        self._queue(fields, None)
        if self._later is None:
            self._later = asyncio.get_running_loop().call_later(_TOGETHER_SECONDS, self._after_a_while)

    def _after_a_while(self) -> None:
        self._later = None
        self._begin()

    def _queue(self, fields: Fields, future: "asyncio.Future[int] | None") -> None:
        self._lines.append(fields)
        self._waiting.append(future)

    def _begin(self) -> None:
        if self._task is None and self._lines:
            self._task = asyncio.get_running_loop().create_task(self._commit())

    async def _commit(self) -> None:
        while self._lines:
            if self._quick >= _PROBE:
                self._commit_at_once()
                continue
            lines, waiting = self._taken()
            loop = asyncio.get_running_loop()
            began, begins = time.perf_counter(), self._ledger.head.seq
            try:
                await loop.run_in_executor(self._thread, self._ledger.append, lines)
            except Exception as error:  # noqa: BLE001 - whatever kept a line from the disk refuses its request
                self._settle(waiting, begins, began, error)
            else:
                self._settle(waiting, begins, began, None)
        self._task = None

    def _commit_at_once(self) -> None:
        lines, waiting = self._taken()
        began, begins = time.perf_counter(), self._ledger.head.seq
        try:
            self._ledger.append(lines)
        except Exception as error:  # noqa: BLE001 - as in the thread
            self._settle(waiting, begins, began, error)
        else:
            self._settle(waiting, begins, began, None)

    def _taken(self) -> tuple[list[Fields], list["asyncio.Future[int] | None"]]:
        taken = self._lines, self._waiting
        self._lines, self._waiting = [], []
        return taken

    def _settle(
        self,
        waiting: "list[asyncio.Future[int] | None]",
        begins: int,
        began: float,
        error: Exception | None,
    ) -> None:
        """Tell who waits; ``begins`` is the number of the line before theirs, ``began`` when it was begun."""
        is_quick = self._ledger.at_hand and time.perf_counter() - began < _QUICK_SECONDS
        self._quick = self._quick + 1 if is_quick and error is None else 0
        problem = None if error is None else AuditUnavailable(f"the audit could not be written: {error}")
        self._tell(problem)
        for number, future in enumerate(waiting, begins + 1):
            if future is None or future.done():
                continue
            if problem is None:
                future.set_result(number)
            else:
                future.set_exception(problem)

    def _tell(self, problem: Exception | None) -> None:
        if problem is not None and not self.failed:
            self._notice(f"{problem}. Requests are refused until it can be.")
        elif problem is None and self.failed:
            self._notice("The audit can be written again.")
        self.failed = problem is not None

    async def close(self) -> None:
        """Wait for all that is on its way."""
        if self._later is not None:
            self._later.cancel()
        while self._lines or self._task is not None:
            self._begin()
            if self._task is not None:
                await self._task
        await asyncio.get_running_loop().run_in_executor(self._thread, self._ledger.close)
        self._thread.shutdown()
