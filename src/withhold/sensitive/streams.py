"""A search that goes through a stream in chunks: what lies across two of them is found like the rest."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeVar

CHUNK = 1 << 20

Assurance = Literal["checked", "shaped", "named"]
"""``checked``: a checksum or inner structure holds. ``shaped``: the issuer's own shape. ``named``: a plain
string that a name beside it says the kind of."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One secret or piece of personal data. ``start`` and ``end`` are offsets in bytes of the stream.

    The value is not kept. ``issuer`` is who made a secret, or the country of personal data; ``any`` where
    nothing tells. ``fingerprint`` is the same for the same value under one key, and tells nothing without it.
    """

    kind: str
    issuer: str
    assurance: Assurance
    start: int
    end: int
    fingerprint: str


@dataclass(slots=True)
class Aside:
    """How many candidates were set aside as placeholders of documents."""

    placeholders: int = 0


class Spanned(Protocol):
    """Something that stands in a text."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


S = TypeVar("S", bound=Spanned)


def apart(spans: Iterable[S], order: Callable[[S], Any]) -> list[S]:
    """Of what shares bytes the first in ``order``, by place."""
    kept: list[S] = []
    for span in sorted(spans, key=order):
        if all(span.end <= other.start or other.end <= span.start for other in kept):
            kept.append(span)
    return sorted(kept, key=lambda span: span.start)


class Search(Protocol):
    """Findings whose value begins in ``text[first:last]``; ``base`` is where ``text`` lies in the stream."""

    def __call__(self, text: bytes, base: int, first: int, last: int) -> list[Finding]: ...


def through(read: Callable[[int], bytes], search: Search, *, before: int, reach: int) -> Iterator[Finding]:
    """Everything in a stream, in order. ``read`` hands out at most as many bytes as it is asked for.

    ``before`` and ``reach`` are how many bytes around its first byte a finding may depend on.
    """
    held, base, new = b"", 0, 0
    while True:
        chunk = read(CHUNK)
        text = held + chunk if held else chunk
        last = len(text) if not chunk else max(new, len(text) - reach)
        yield from search(text, base, new, last)
        if not chunk:
            return
        keep = max(0, last - before)
        held, base, new = text[keep:], base + keep, last - keep
