"""Memory that this process and one worker share: bytes of a window go over without a pipe, which is narrow.

Only where the system knows memory without a name (Linux); elsewhere pipes carry everything.
"""

import mmap
import os

SIZE = (8 << 20) + 2
"""Room for the largest window, with its brackets. What is never written to takes no memory."""


class Slot:
    """One window at a time. ``handle`` is what a worker inherits."""

    def __init__(self, handle: int) -> None:
        """Raises ``OSError`` where ``handle`` is no such memory."""
        self.handle = handle
        self._room = mmap.mmap(handle, SIZE)

    def put(self, data: bytes) -> bool:
        """Leave bytes for the worker; false where they are too many."""
        if len(data) > SIZE:
            return False
        self._room[: len(data)] = data
        return True

    def take(self, size: int) -> bytes:
        """What was left here."""
        return self._room[:size]

    def close(self) -> None:
        """Let go of it here; the worker's part goes with the worker."""
        self._room.close()
        os.close(self.handle)


def slot() -> Slot | None:
    """A new one; ``None`` where the system has none to give."""
    if not hasattr(os, "memfd_create"):
        return None
    try:
        handle = os.memfd_create("withhold-window")
    except OSError:
        return None
    try:
        os.truncate(handle, SIZE)
        return Slot(handle)
    except OSError:
        os.close(handle)
        return None
