"""How often a few bytes stand in many: the dumb count that reading is held against.

Where there is Hyperscan, it counts three to four times as fast as ``bytes.count``, which took a seventh of
the time of reading.
"""

from collections.abc import Callable
from functools import cache
from threading import Lock
from typing import Any, TypeAlias

Counter: TypeAlias = Callable[[bytes | bytearray], int]


@cache
def counter(wanted: bytes) -> Counter:
    """What ``bytes.count(wanted)`` says, of any bytes."""
    try:
        import hyperscan
    except ImportError:
        return lambda data: data.count(wanted)
    try:
        return _Spotter(hyperscan, wanted).count
    except hyperscan.error:  # a processor that it does not know
        return lambda data: data.count(wanted)


class _Spotter:
    """One at a time may count: the engine's scratch space is one."""

    def __init__(self, engine: Any, wanted: bytes) -> None:
        self._length = len(wanted)
        self._counting = Lock()
        self._database = engine.Database(mode=engine.HS_MODE_BLOCK)
        expression = "".join(f"\\x{byte:02x}" for byte in wanted).encode()
        self._database.compile(expressions=[expression], ids=[0], flags=[0])

    def count(self, data: bytes | bytearray) -> int:
        """Occurrences that do not overlap, from the left."""
        count = over = 0

        def spotted(_id: int, _begin: int, end: int, _flags: int, _context: object) -> None:
            nonlocal count, over
            if end - self._length >= over:
                count, over = count + 1, end

        with self._counting:
            self._database.scan(data, match_event_handler=spotted)
        return count
