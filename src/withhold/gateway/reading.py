"""Judging beside the event loop, for gateways with a reader, which takes its time.

What is slow, the reading, is done ahead, several requests at a time; the reader shares itself out among them.
Judging is then one request at a time in one thread, because finders, sessions and what they keep are for one.
"""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

from withhold.gateway.judging import Incoming, Judge, Judged
from withhold.gateway.sight import Reader


class Reading:
    """``seconds`` is how long one request may be read by ``reader`` before it is refused."""

    def __init__(self, reader: Reader, seconds: float) -> None:
        self.reader = reader
        self._seconds = seconds
        self._ahead = ThreadPoolExecutor(8, thread_name_prefix="reading")
        self._judging = ThreadPoolExecutor(1, thread_name_prefix="judging")

    async def judged(self, judge: Judge, incoming: Incoming) -> Judged:
        """What ``judge`` says once everything in it was read. Raises ``NotLooked``."""
        loop, until = asyncio.get_running_loop(), time.monotonic() + self._seconds
        await loop.run_in_executor(self._ahead, lambda: judge.read_ahead(incoming, until=until))
        return await loop.run_in_executor(self._judging, judge, incoming)

    def close(self) -> None:
        """End the reader and the threads; what still reads is not waited for."""
        self.reader.close()
        self._ahead.shutdown(wait=False, cancel_futures=True)
        self._judging.shutdown(wait=False, cancel_futures=True)
