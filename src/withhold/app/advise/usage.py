"""A month's use, counted in the index. Sizes are characters; tokens are an estimate and said to be one."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from withhold.app.bootstrap import Services
from withhold.model.columns import instant, micros

MONTH_DAYS = Decimal("30.4375")
"""A mean month of the Gregorian calendar."""
WINDOW = timedelta(days=91)
"""The newest stretch that is counted: three months, so that one holiday does not decide."""
LEAST = timedelta(days=30)
"""Who began last week is taken to have begun a month ago: an average over days would be no month's."""
CHARACTERS_PER_TOKEN = Decimal(4)
"""A rule of thumb for English prose; code and other languages need more tokens. Another can be given."""

_SQL = """
WITH told AS (
  SELECT author, earliest, latest, size,
    coalesce(sum(size) OVER turns, 0) AS before
  FROM messages WHERE key IN (SELECT key FROM messages WHERE earliest >= ? AND latest < ?)
  WINDOW turns AS (PARTITION BY key ORDER BY n ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
)
SELECT count(*) FILTER (author = 'h'), count(*) FILTER (author = 'm'),
  coalesce(sum(before) FILTER (author = 'm'), 0), coalesce(sum(size) FILTER (author = 'm'), 0),
  min(earliest)
FROM told WHERE earliest >= ? AND latest < ?
"""


@dataclass(frozen=True, slots=True)
class Counted:
    """What the window holds. ``sent`` counts the whole conversation again with every answer."""

    begins: datetime
    ends: datetime
    human: int
    answers: int
    sent: Decimal
    received: Decimal

    @property
    def months(self) -> Decimal:
        """Length of the window, in mean months."""
        return Decimal((self.ends - self.begins) / timedelta(days=1)) / MONTH_DAYS


def counted(services: Services, now: datetime) -> Counted | None:
    """The three months up to the person's newest message; ``None`` where the index holds no dated message.

    An export ends on the day it was made: the window ends with what is there, not with today.
    """
    if not services.store.count():
        return None
    snapshot = services.store.snapshot()
    try:
        connection = snapshot.connect()
        last = connection.execute(
            "SELECT max(latest) FROM messages WHERE author = 'h' AND latest <= ?", [micros(now)]
        ).fetchone()
        if last is None or last[0] is None:
            return None
        ends = instant(last[0]) + timedelta(days=1)  # its answer belongs to it
        between = [micros(ends - WINDOW), micros(ends)]
        row = connection.execute(_SQL, between * 2).fetchone()
    finally:
        snapshot.close()
    if row is None or not row[0]:
        return None
    begins = max(ends - WINDOW, min(instant(row[4]), ends - LEAST))
    return Counted(begins, ends, row[0], row[1], Decimal(int(row[2])), Decimal(int(row[3])))
