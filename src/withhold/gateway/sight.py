"""What is found in the blocks of a request. Verdicts are kept by block: agents resend everything each turn.

The finders are ports; nothing of a block is kept but a keyed hash that dies with the process.
"""

import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from withhold.gateway.cover import Cover

KEPT_BLOCKS = 20_000
_BETWEEN = b" \t\r\n,.;:/'-"


@dataclass(frozen=True, slots=True)
class Hit:
    """Something sensitive at ``start`` to ``end``, offsets in bytes of the block as UTF-8.

    ``guessed`` by a model from the words around it, where a finder goes by the form.
    """

    kind: str
    sort: Literal["secrets", "personal"]
    start: int
    end: int
    guessed: bool = False


class Finder(Protocol):
    """Finds in a text that is in memory as a whole. What it raises refuses the request."""

    def __call__(self, text: bytes) -> Sequence[Hit]: ...


class NotLooked(Exception):
    """A text could not be read for what is to be found in it. The message is for the client."""


class Reader(Protocol):
    """Reads what people say, slower than a finder. Raises :class:`NotLooked`, which refuses the request."""

    def look(self, texts: Iterable[str], *, until: float) -> None:
        """Read ahead, from any thread. ``until`` is of the monotonic clock."""

    def __call__(self, text: bytes) -> Sequence[Hit]: ...

    def close(self) -> None: ...


class Sight:
    """``finders``, the one that says most first, then ``reader`` for what is spoken. For one thread."""

    def __init__(
        self, finders: Sequence[Finder], *, reader: Reader | None = None, kept: int = KEPT_BLOCKS
    ) -> None:
        self._finders = finders
        self.reader = reader
        self._key = secrets.token_bytes(32)
        self._known: OrderedDict[bytes, tuple[Hit, ...]] = OrderedDict()
        self._kept = kept
        self.looked = 0
        """How many blocks the finders were asked about."""

    def hits(self, text: bytes, *, spoken: bool = False) -> tuple[Hit, ...]:
        """What is in ``text``, in order, none overlapping. The reader reads what is ``spoken`` alone."""
        mark = b"s" if spoken and self.reader is not None else b""
        name = hashlib.blake2b(text, key=self._key, digest_size=16, person=mark).digest()
        known = self._known.get(name)
        if known is not None:
            self._known.move_to_end(name)
            return known
        found = self._found(text, self.reader if spoken else None)
        self._known[name] = found
        if len(self._known) > self._kept:
            self._known.popitem(last=False)
        return found

    def _found(self, text: bytes, reader: Reader | None) -> tuple[Hit, ...]:
        self.looked += 1
        kept, cover = list[Hit](), Cover()
        for find in self._finders:
            for hit in sorted(find(text), key=lambda h: (h.start, -h.end)):
                if cover.is_free(hit.start, hit.end):
                    kept.append(hit)
                    cover.add(hit.start, hit.end)
        for hit in reader(text) if reader is not None else ():
            for part in list(_rest(hit, text, cover)):
                kept.append(part)
                cover.add(part.start, part.end)
        return tuple(sorted(kept, key=lambda h: h.start))


def _rest(hit: Hit, text: bytes, cover: Cover) -> Iterator[Hit]:
    """What of ``hit`` no other holds: a postcode that a finder knows must not cost the street beside it."""
    for first, last in cover.free(hit.start, hit.end):
        part = text[first:last]
        bare = part.strip(_BETWEEN)
        if bare:
            begin = first + part.index(bare)
            yield replace(hit, start=begin, end=begin + len(bare))
