"""Messages as columns: one list a field, so that millions of them are read, kept and judged in bulk.

Anything that takes messages takes columns: they are a sequence of :class:`Message`, each made when it is
asked for.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import overload

from withhold.model.message import Message
from withhold.model.when import When
from withhold.model.words import Author

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
LETTERS = {Author.HUMAN: "h", Author.MODEL: "m", Author.OTHER: "o"}
"""One letter an author, as columns hold them."""
AUTHORS = {letter: author for author, letter in LETTERS.items()}


def micros(instant: datetime) -> int:
    """Whole microseconds since 1970-01-01 UTC; exact, and negative before."""
    return (instant - _EPOCH) // _MICROSECOND


def instant(value: int) -> datetime:
    """The instant of :func:`micros`."""
    return _EPOCH + timedelta(microseconds=value)


class Columns(Sequence[Message]):
    """Messages in the order of their source. All columns have one length (``ValueError`` otherwise).

    ``ids`` are the source's own; ``authors`` holds one of :data:`LETTERS` a message; ``earliest`` and
    ``latest`` are microseconds (:func:`micros`); ``sizes`` are characters.
    """

    __slots__ = ("authors", "earliest", "ids", "latest", "sizes")

    def __init__(
        self,
        ids: Sequence[str],
        authors: str,
        earliest: Sequence[int],
        latest: Sequence[int],
        sizes: Sequence[int],
    ) -> None:
        if not len(ids) == len(authors) == len(earliest) == len(latest) == len(sizes):
            raise ValueError("the columns of messages differ in length")
        self.ids = ids
        self.authors = authors
        self.earliest = earliest
        self.latest = latest
        self.sizes = sizes

    @classmethod
    def of(cls, messages: Iterable[Message]) -> "Columns":
        """``messages`` as columns; columns as they are."""
        if isinstance(messages, Columns):
            return messages
        held = tuple(messages)
        return cls(
            [m.id for m in held],
            "".join([LETTERS[m.author] for m in held]),
            [micros(m.at.earliest) for m in held],
            [micros(m.at.latest) for m in held],
            [m.size for m in held],
        )

    def __len__(self) -> int:
        return len(self.ids)

    @overload
    def __getitem__(self, index: int) -> Message: ...
    @overload
    def __getitem__(self, index: slice) -> "Columns": ...
    def __getitem__(self, index: int | slice) -> "Message | Columns":
        if isinstance(index, slice):
            return Columns(
                self.ids[index],
                self.authors[index],
                self.earliest[index],
                self.latest[index],
                self.sizes[index],
            )
        return self._message(
            self.ids[index],
            self.authors[index],
            self.earliest[index],
            self.latest[index],
            self.sizes[index],
        )

    def __iter__(self) -> Iterator[Message]:
        return map(self._message, self.ids, self.authors, self.earliest, self.latest, self.sizes)

    @staticmethod
    def _message(identity: str, author: str, earliest: int, latest: int, size: int) -> Message:
        first = instant(earliest)
        at = When(first, first if latest == earliest else instant(latest))
        return Message(identity, AUTHORS[author], at, size)

    def __eq__(self, other: object) -> bool:
        """Whether ``other`` is a sequence of the same messages in the same order."""
        if isinstance(other, Columns):
            return (
                self.authors == other.authors
                and list(self.ids) == list(other.ids)
                and list(self.earliest) == list(other.earliest)
                and list(self.latest) == list(other.latest)
                and list(self.sizes) == list(other.sizes)
            )
        return isinstance(other, tuple) and tuple(self) == other

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return f"Columns({len(self)} messages)"


def count(messages: Sequence[Message], author: Author) -> int:
    """How many of the messages are of ``author``."""
    if isinstance(messages, Columns):
        return messages.authors.count(LETTERS[author])
    return sum(m.author is author for m in messages)
