"""Bytes that are looked at ahead are those of the stream, in whatever pieces they come and are asked for."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from withhold.sources.feeds import StreamFeed
from withhold.sources.interface import Damaged
from withhold.sources.slots import SIZE, Slot, slot


class Pieces:
    """A stream that gives its bytes in pieces of its own choice, and may break at its end."""

    def __init__(self, pieces: list[bytes], *, broken: bool = False) -> None:
        self._pieces = list(pieces)
        self._broken = broken

    def read(self, size: int, /) -> bytes:
        if not self._pieces:
            if self._broken:
                raise Damaged("cut")
            return b""
        piece = self._pieces.pop(0)
        if len(piece) > size:
            self._pieces.insert(0, piece[size:])
        return piece[:size]

    def close(self) -> None:
        """Nothing is open."""


STEPS = st.lists(st.tuples(st.sampled_from(["read", "ahead", "listed", "move", "back"]), st.integers(0, 30)))


@given(st.lists(st.binary(min_size=1, max_size=9), max_size=9), STEPS, st.booleans())
def test_it_is_a_window_on_the_stream(
    pieces: list[bytes], steps: list[tuple[str, int]], broken: bool
) -> None:
    """After any reading, looking, skipping and putting back, each look shows the stream's own bytes."""
    whole = b"".join(pieces)
    feed = StreamFeed(Pieces(pieces, broken=broken))
    at = looked = 0
    for what, size in steps:
        if what == "read" and (at < len(whole) or not broken):
            found = feed.read(size + 1)
            assert found == whole[at : at + len(found)]
            assert found or at >= len(whole)
            at += len(found)
        elif what == "ahead":
            assert feed.ahead(at, at + size) == whole[at : at + size]
            looked = max(looked, at + size)
        elif what == "listed":
            assert feed.listed(at + size // 2, at + size) == b"[%b]" % whole[at + size // 2 : at + size]
            looked = max(looked, at + size)
        elif what == "move" and at + size <= min(looked, len(whole)):
            at += size
            feed.move(at)
        elif what == "back" and size <= at:
            at -= size
            feed.put_back(at, whole[at : at + size])
    if broken and not feed.ahead(at, at + len(whole) + 1):
        with pytest.raises(Damaged, match="cut"):
            feed.read(1)


def test_memory_is_shared_by_its_handle() -> None:
    """What is put in one place is taken in the other; what is too large is refused and takes the pipe."""
    mine = slot()
    if mine is None:
        assert not hasattr(os, "memfd_create")
        pytest.skip("this system knows no memory without a name")
    other = Slot(os.dup(mine.handle))
    assert mine.put(b"[1,2]")
    assert other.take(5) == b"[1,2]"
    assert mine.put(bytes(SIZE))
    assert not mine.put(bytes(SIZE + 1))
    other.close()
    mine.close()
