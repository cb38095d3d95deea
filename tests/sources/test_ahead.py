"""A stream read ahead gives what the stream gives, in any pieces, its faults in their place."""

import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from withhold.sources.ahead import HELD, Ahead


class Source:
    """Bytes that end, or break off with a fault; it counts how far it was read."""

    def __init__(self, data: bytes, fault: Exception | None = None) -> None:
        self.data = data
        self.at = 0
        self.fault = fault
        self.closed = False

    def read(self, size: int, /) -> bytes:
        found = self.data[self.at : self.at + size]
        self.at += len(found)
        if not found and self.fault is not None:
            raise self.fault
        return found

    def close(self) -> None:
        self.closed = True


@given(st.binary(max_size=400), st.integers(1, 50), st.lists(st.integers(1, 90), min_size=1), st.booleans())
def test_it_gives_what_the_stream_gives(data: bytes, piece: int, sizes: list[int], broken: bool) -> None:
    """All bytes in order, whatever sizes are asked for; then the end or the fault, as often as one asks."""
    source = Source(data, EOFError("too early") if broken else None)
    stream = Ahead(source, piece)
    found = b""
    for number in range(1000):
        if broken and len(found) == len(data):
            for _ in range(2):
                with pytest.raises(EOFError, match="too early"):
                    stream.read(sizes[number % len(sizes)])
            break
        part = stream.read(sizes[number % len(sizes)])
        assert len(part) <= sizes[number % len(sizes)]
        if not part:
            assert stream.read(1) == b""
            break
        found += part
    assert found == data
    stream.close()
    assert source.closed


def test_it_holds_few_pieces_and_ends_when_closed() -> None:
    """Who stops reading is not run ahead of, and leaves no thread behind."""
    source = Source(bytes(10_000))
    stream = Ahead(source, 10)
    stream.read(10)
    stream.read(10)
    time.sleep(0.05)
    assert source.at <= 10 * (HELD + 4)
    stream.close()
    assert not [t for t in threading.enumerate() if t.name == "inflating"]
