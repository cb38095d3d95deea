"""What the log's records of time-stamps say, as they stand there: checking them is for others."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from withhold.model.evidence import Record

CHECKPOINT = "checkpoint"
"""Artifact of a time-stamp record: the signed checkpoint that its tokens are over."""


@dataclass(frozen=True, slots=True)
class TokenRow:
    """One token as a time-stamp record describes it. ``answer`` and ``root`` name artifacts of the record."""

    authority: str
    url: str
    at: datetime
    answer: str
    root: str
    accuracy: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Round:
    """What one time-stamp record says: tokens over the checkpoint of ``size`` records. ``since`` is the
    latest time that a token before gives: no later one is earlier, whatever a clock says.
    """

    record: Record
    size: int
    tokens: tuple[TokenRow, ...]
    since: datetime | None = None

    def latest(self, token: TokenRow) -> datetime:
        """By when its records were there, as the token says."""
        return max(token.at + token.accuracy, self.since or token.at)


def round_of(record: Record) -> Round:
    """Read a time-stamp record; ``ValueError`` where it is not one."""
    size, rows = record.body.get("size"), record.body.get("tokens")
    if type(size) is not int or not isinstance(rows, Sequence) or isinstance(rows, str):
        raise ValueError("its size or its tokens cannot be read")
    return Round(record, size, tuple(_token_row(row) for row in rows))


def in_order(rounds: Iterable[Round]) -> Iterator[Round]:
    """The rounds of a log, the oldest first, each with what the ones before it say of the time."""
    since: datetime | None = None
    for one in rounds:
        yield replace(one, since=since)
        since = max([row.at for row in one.tokens] + ([since] if since else []), default=None)


def _token_row(row: object) -> TokenRow:
    if not isinstance(row, Mapping):
        raise ValueError("a token is not an object")
    texts = [row.get(key) for key in ("authority", "url", "answer", "root", "time")]
    if not all(isinstance(text, str) for text in texts):
        raise ValueError("a part of a token is missing")
    authority, url, answer, root, time = (str(text) for text in texts)
    at = datetime.fromisoformat(time)
    if at.tzinfo is None:
        raise ValueError("the time of a token has no zone")
    milliseconds = row.get("accuracy_ms")
    accuracy = timedelta(milliseconds=milliseconds if type(milliseconds) is int else 0)
    return TokenRow(authority, url, at, answer, root, accuracy)
