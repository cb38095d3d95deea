"""Days and ranges of days as people type them."""

from datetime import date, datetime

from withhold.model.when import When
from withhold.support.errors import UsageProblem

FORMS = "2025-10-01, 2025-09-28..2025-10-10, or 2025-10-01T09:30:00Z"


def parse_when(text: str) -> When:
    """An instant within a day, a range of days, or given exactly. A day counts anywhere on Earth.

    An open range (``2025-10-01..``) leaves its other side open.
    """
    first, separator, last = text.strip().partition("..")
    if not separator:
        exact = _instant(first)
        return When.some_time_on(_day(first)) if exact is None else When.at(exact)
    begins = When.start_of(_day(first)).earliest if first else None
    ends = When.end_of(_day(last)).latest if last else None
    try:
        return When.between(begins, ends)
    except ValueError as problem:
        raise _unreadable(text) from problem


def certain_stretch(first: str, last: str | None, now: datetime) -> tuple[datetime, datetime]:
    """The part of "from FIRST until LAST" that is certain whatever zone the person's days are in.

    Without ``last`` it reaches to now.
    """
    begins = _instant(first) or When.start_of(_day(first)).latest
    ends = now if last is None else (_instant(last) or min(When.end_of(_day(last)).earliest, now))
    if begins > ends:
        raise UsageProblem(
            f"from {first} until {last or 'now'} holds no certain instant: without a zone a day may lie"
            " 26 hours apart",
            next_step="give instants with a zone, e.g. 2025-10-01T09:30:00+02:00",
        )
    return begins, ends


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError as problem:
        raise _unreadable(text) from problem


def _instant(text: str) -> datetime | None:
    """An RFC 3339 instant, if ``text`` is one."""
    if "T" not in text:
        return None
    try:
        instant = datetime.fromisoformat(text.strip())
    except ValueError as problem:
        raise _unreadable(text) from problem
    if instant.tzinfo is None:
        raise UsageProblem(f"{text} has no zone", next_step="add Z or an offset such as +02:00")
    return When.at(instant).earliest


def _unreadable(text: str) -> UsageProblem:
    return UsageProblem(f"{text!r} is not a day or range of days", next_step=f"write it like {FORMS}")
