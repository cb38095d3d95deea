"""Group commit: a line is durable when :meth:`Auditor.write` returns, and many requests share one wait."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from withhold.gateway.chain import Fields, Head

_TOGETHER_SECONDS = 0.05


class AuditUnavailable(Exception):
    """The audit cannot be written, so nothing may go upstream."""


class Ledger(Protocol):
    """Where lines lie. :meth:`append` raises ``OSError``; then none of its lines counts."""

    @property
    def head(self) -> Head: ...

    def append(self, lines: Sequence[Fields]) -> None: ...

    def close(self) -> None: ...


class Auditor:
    """Writes to ``ledger`` in a thread of its own, batch after batch."""

    def __init__(self, ledger: Ledger, *, notice: Callable[[str], None]) -> None:
        self._ledger = ledger
        self._notice = notice
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="audit")
        self._waiting: list[tuple[Fields, asyncio.Future[int]]] = []
        self._task: asyncio.Task[None] | None = None
        self._later: asyncio.TimerHandle | None = None
        self._left: set[asyncio.Future[int]] = set()
        self.failed = False

    @property
    def head(self) -> Head:
        return self._ledger.head

    async def write(self, fields: Fields) -> int:
        """Put a line down and return its number. Raises :class:`AuditUnavailable`."""
        future = self._queue(fields)
        self._begin()
        return await future

    def note(self, fields: Fields) -> None:
        """Put a line down without waiting; :meth:`close` waits for it. A failure is noticed, not raised.

        It goes with the next line that somebody waits for, or by itself after a moment: otherwise a request
        would wait until the outcome of the one before is on disk.
        """
        future = self._queue(fields)
        if self._later is None and self._task is None:
            self._later = asyncio.get_running_loop().call_later(_TOGETHER_SECONDS, self._begin)
        self._left.add(future)
        future.add_done_callback(self._forget)

    def _forget(self, future: "asyncio.Future[int]") -> None:
        self._left.discard(future)
        if not future.cancelled():
            future.exception()

    def _queue(self, fields: Fields) -> "asyncio.Future[int]":
        loop = asyncio.get_running_loop()
        future: asyncio.Future[int] = loop.create_future()
        self._waiting.append((fields, future))
        return future

    def _begin(self) -> None:
        if self._later is not None:
            self._later.cancel()
            self._later = None
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._commit())

    async def _commit(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            batch, self._waiting = self._waiting, []
            begins = self._ledger.head.seq
            problem: Exception | None = None
            try:
                await loop.run_in_executor(self._thread, self._ledger.append, [fields for fields, _ in batch])
            except Exception as error:  # noqa: BLE001 - whatever kept a line from the disk refuses its request
                problem = AuditUnavailable(f"the audit could not be written: {error}")
            self._tell(problem)
            for number, (_, future) in enumerate(batch, begins + 1):
                if future.done():
                    continue
                if problem is None:
                    future.set_result(number)
                else:
                    future.set_exception(problem)
        self._task = None

    def _tell(self, problem: Exception | None) -> None:
        if problem is not None and not self.failed:
            self._notice(f"{problem}. Requests are refused until it can be.")
        elif problem is None and self.failed:
            self._notice("The audit can be written again.")
        self.failed = problem is not None

    async def close(self) -> None:
        """Wait for all that is on its way."""
        while self._left or self._task is not None:
            self._begin()
            task = self._task
            if task is not None:
                await task
            await asyncio.sleep(0)  # the futures' own callbacks come first
        await asyncio.get_running_loop().run_in_executor(self._thread, self._ledger.close)
        self._thread.shutdown()
