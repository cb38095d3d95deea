"""When a conversation was taken up again."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import compress, pairwise

from withhold.model.columns import LETTERS, Columns, instant
from withhold.model.conversation import Conversation
from withhold.model.when import When
from withhold.model.words import Author
from withhold.sources.times import MINUTE, ZONELESS

GAP = timedelta(hours=24)

_MICROSECOND = timedelta(microseconds=1)
_MINUTE = MINUTE // _MICROSECOND
_ZONELESS = ZONELESS // _MICROSECOND
_NOMINAL = timedelta(hours=14) // _MICROSECOND
_HUMAN = bytes(code == ord(LETTERS[Author.HUMAN]) for code in range(256))


def resumed_at(conversation: Conversation, gap: timedelta = GAP) -> tuple[When, ...]:
    """The human messages before which, for at least ``gap``, the person had sent nothing here.

    Only the times of human messages count: headers are moved by renames, migrations and exports. They are
    taken in order of time, because branches may stand in a file in any order. Messages without a time
    cannot show a pause and are left out; times without a zone are compared as they stand, since one source
    writes them all in one zone.
    """
    columns = Columns.of(conversation.messages)
    found = _resumed(columns.authors, columns.earliest, columns.latest, gap)
    return tuple(When(instant(earliest), instant(latest)) for earliest, latest in found)


def resumed_in(authors: str, earliest: Sequence[int], latest: Sequence[int]) -> list[int]:
    """The earliest microseconds of :func:`resumed_at`, of messages in columns (``model.columns``)."""
    return [at for at, _ in _resumed(authors, earliest, latest, GAP)]


def _resumed(
    authors: str, earliest: Sequence[int], latest: Sequence[int], gap: timedelta
) -> list[tuple[int, int]]:
    human = authors.encode().translate(_HUMAN)
    least = gap // _MICROSECOND
    if max(compress(latest, human), default=0) - min(compress(earliest, human), default=0) < least:
        return []
    spans = [
        (_nominal(early, late), early, late)
        for early, late in zip(compress(earliest, human), compress(latest, human), strict=True)
        if _dated(early, late)
    ]
    spans.sort(key=lambda span: span[0])
    return [(now[1], now[2]) for before, now in pairwise(spans) if now[0] - before[0] >= least]


def _dated(earliest: int, latest: int) -> bool:
    """As :func:`withhold.sources.times.dated`, in microseconds."""
    return latest - earliest <= _MINUTE or latest - earliest == _ZONELESS


def _nominal(earliest: int, latest: int) -> int:
    """As :func:`withhold.sources.times.nominal`, in microseconds."""
    return earliest if latest - earliest <= _MINUTE else earliest + _NOMINAL
