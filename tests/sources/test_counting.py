"""The dumb count that reading is held against is that of ``bytes.count``, whatever does the counting."""

from hypothesis import given
from hypothesis import strategies as st

from withhold.sources.counting import counter

WANTED = (b'"mapping"', b'"chat_messages"', b"aa", b".*")
PIECES = st.sampled_from([*WANTED, *(w[:-1] for w in WANTED), *(w[1:] for w in WANTED), b'"', b"a", b"\0"])


@given(st.sampled_from(WANTED), st.lists(PIECES, max_size=12))
def test_what_overlaps_counts_once(wanted: bytes, pieces: list[bytes]) -> None:
    """Occurrences that share bytes, stand side by side or are nearly there, in bytes and in a buffer."""
    data = b"".join(pieces)
    assert counter(wanted)(data) == counter(wanted)(bytearray(data)) == data.count(wanted)
