"""What is found in the blocks of a request. Verdicts are kept by block: agents resend everything each turn.

The finders are ports; nothing of a block is kept but a keyed hash that dies with the process.
"""

import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

KEPT_BLOCKS = 20_000


@dataclass(frozen=True, slots=True)
class Hit:
    """Something sensitive at ``start`` to ``end``, offsets in bytes of the block as UTF-8."""

    kind: str
    sort: Literal["secrets", "personal"]
    start: int
    end: int


class Finder(Protocol):
    """Finds in a text that is in memory as a whole. What it raises refuses the request."""

    def __call__(self, text: bytes) -> Sequence[Hit]: ...


class Sight:
    """``finders``, the one that says most first. For one thread."""

    def __init__(self, finders: Sequence[Finder], *, kept: int = KEPT_BLOCKS) -> None:
        self._finders = finders
        self._key = secrets.token_bytes(32)
        self._known: OrderedDict[bytes, tuple[Hit, ...]] = OrderedDict()
        self._kept = kept
        self.looked = 0
        """How many blocks the finders were asked about."""

    def hits(self, text: bytes) -> tuple[Hit, ...]:
        """What is in ``text``, in order, none of them overlapping."""
        name = hashlib.blake2b(text, key=self._key, digest_size=16).digest()
        known = self._known.get(name)
        if known is not None:
            self._known.move_to_end(name)
            return known
        found = self._found(text)
        self._known[name] = found
        if len(self._known) > self._kept:
            self._known.popitem(last=False)
        return found

    def _found(self, text: bytes) -> tuple[Hit, ...]:
        self.looked += 1
        kept: list[Hit] = []
        for find in self._finders:
            for hit in sorted(find(text), key=lambda h: (h.start, -h.end)):
                if all(hit.end <= other.start or other.end <= hit.start for other in kept):
                    kept.append(hit)
        return tuple(sorted(kept, key=lambda h: h.start))
