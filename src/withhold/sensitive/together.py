"""Several finders over one stream, read once. Of findings that share bytes, the earlier finder's stays."""

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from withhold.sensitive.streams import Aside, Finding, through

BEFORE, REACH = 1 << 10, 1 << 14
"""Bytes around its first byte that a finding of any finder may depend on."""


class Finds(Protocol):
    """Finds in a text that is in memory as a whole."""

    @property
    def aside(self) -> Aside: ...
    def in_text(self, text: bytes) -> list[Finding]: ...


class Together:
    """``finders``, the one that says most first."""

    def __init__(self, *finders: Finds) -> None:
        self._finders = finders

    @property
    def placeholders(self) -> int:
        """How many candidates were set aside as examples of documents."""
        return sum(finder.aside.placeholders for finder in self._finders)

    def in_text(self, text: bytes) -> list[Finding]:
        """Everything in a text that is in memory as a whole."""
        return self._among(text, 0, 0, len(text))

    def in_stream(self, read: Callable[[int], bytes]) -> Iterator[Finding]:
        """Everything in a stream, in order. ``read`` hands out at most as many bytes as it is asked for."""
        return through(read, self._among, before=BEFORE, reach=REACH)

    def _among(self, text: bytes, base: int, first: int, last: int) -> list[Finding]:
        kept: list[Finding] = []
        for finder in self._finders:
            kept += [f for f in finder.in_text(text) if first <= f.start < last and _free(f, kept)]
        ordered = sorted(kept, key=lambda f: f.start)
        return ordered if base == 0 else [_moved(f, base) for f in ordered]


def _free(found: Finding, kept: Sequence[Finding]) -> bool:
    return all(found.end <= other.start or other.end <= found.start for other in kept)


def _moved(found: Finding, base: int) -> Finding:
    return Finding(
        found.kind, found.issuer, found.assurance, found.start + base, found.end + base, found.fingerprint
    )
