"""What is kept of the messages of a conversation, one list a field."""

from collections.abc import Sequence
from itertools import compress
from typing import NamedTuple

from withhold.index.schema import BEGINNING, END
from withhold.model.columns import LETTERS, Columns
from withhold.model.words import Author

_OTHER = LETTERS[Author.OTHER]
_NOT_OTHER = bytes(code != ord(_OTHER) for code in range(256))


class Messages(NamedTuple):
    """Messages in the order of their source: ``ids`` are fingerprints, ``authors`` one letter a message,
    ``earliest`` and ``latest`` microseconds, ``sizes`` characters.
    """

    ids: Sequence[bytes]
    authors: str
    earliest: Sequence[int]
    latest: Sequence[int]
    sizes: Sequence[int]

    def columns(self) -> Columns:
        """The same for the rest of the program; an id is its fingerprint in hexadecimal."""
        return Columns([i.hex() for i in self.ids], self.authors, self.earliest, self.latest, self.sizes)


NONE = Messages((), "", (), (), ())


def shown_bounds(messages: Messages) -> tuple[int | None, int | None]:
    """First and last instant over the person's messages and the answers; open times are left out."""
    first, last = min(messages.earliest, default=None), max(messages.latest, default=None)
    if first is None or last is None:
        return None, None
    if first > BEGINNING and last < END:
        said = messages.authors.encode().translate(_NOT_OTHER)
        return (
            min(compress(messages.earliest, said), default=None),
            max(compress(messages.latest, said), default=None),
        )
    times = [
        (early, late)
        for author, early, late in zip(messages.authors, messages.earliest, messages.latest, strict=True)
        if author != _OTHER and early > BEGINNING and late < END
    ]
    return min((e for e, _ in times), default=None), max((late for _, late in times), default=None)
