"""Judging beside the event loop, for gateways with a reader, which takes its time.

What is slow, the reading, is done ahead, several requests at a time; the reader shares itself out among them.
Judging is then one request at a time in one thread, because finders, sessions and what they keep are for one.
"""

import asyncio
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from withhold.gateway import wire
from withhold.gateway.judging import Caller, Judge, Judged
from withhold.gateway.sight import Reader
from withhold.gateway.vault import Session


class Reading:
    """``seconds`` is how long one request may be read by ``reader`` before it is refused."""

    def __init__(self, reader: Reader, seconds: float) -> None:
        self.reader = reader
        self._seconds = seconds
        self._ahead = ThreadPoolExecutor(8, thread_name_prefix="reading")
        self._judging = ThreadPoolExecutor(1, thread_name_prefix="judging")

    async def ahead(self, judge: Judge, asked: wire.Endpoint, data: bytes) -> None:
        """Read what ``judge`` will ask about. Raises ``NotLooked``."""
        until = time.monotonic() + self._seconds
        await asyncio.get_running_loop().run_in_executor(
            self._ahead, lambda: judge.read_ahead(asked, data, until=until)
        )

    async def judged(
        self,
        judge: Judge,
        caller: Caller,
        asked: wire.Endpoint,
        headers: Sequence[tuple[str, str]],
        data: bytes,
        session: Session,
    ) -> Judged:
        """What ``judge`` says."""
        return await asyncio.get_running_loop().run_in_executor(
            self._judging, judge, caller, asked, headers, data, session
        )

    def close(self) -> None:
        """End the reader and the threads; what still reads is not waited for."""
        self.reader.close()
        self._ahead.shutdown(wait=False, cancel_futures=True)
        self._judging.shutdown(wait=False, cancel_futures=True)
