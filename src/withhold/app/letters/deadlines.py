"""When an answer is due. Pure: days are arguments.

A period in months ends on the day of the same number in its last month, or on that month's last day
(Regulation (EEC, Euratom) No 1182/71, Article 3). Where the law moves an end that falls on a weekend, it
moves to Monday. Public holidays move it too, or are no business days; which days those are hangs on the
place, and is not known here. So the last day is told as the earliest, and nothing is called late before the
longest row of such days can be over.
"""

from datetime import date, timedelta

from withhold.app.letters.data import Deadline
from withhold.policy.calendar import parse_duration

SATURDAY = 5
HOLIDAYS = timedelta(days=5)
"""How far public holidays in a row, a weekend among them as at Christmas, are reckoned to put off an end."""


def due_on(received: date, deadline: Deadline, *, extended: bool = False) -> date:
    """The last day on which an answer is in time. ``extended``: the provider claimed the longer time."""
    if deadline.business_days is not None:
        return _business_days(received, deadline.business_days)
    end = _after(received, deadline.duration or "P1M")
    if extended and deadline.extension is not None:
        end = _both(received, deadline.duration or "P1M", deadline.extension)
    return _working(end) if deadline.last_day == "to_working_day" else end


def late_from(due: date, deadline: Deadline) -> date:
    """The first day on which an answer is surely late; ``due`` is the last day without a public holiday."""
    moved = deadline.business_days is not None or deadline.last_day == "to_working_day"
    return due + timedelta(days=1) + (HOLIDAYS if moved else timedelta(0))


def _after(start: date, duration: str) -> date:
    length = parse_duration(duration)
    return _months_later(start, length.months) + timedelta(days=length.rest.days)


def _both(start: date, duration: str, extension: str) -> date:
    """Two periods as one: one month and two more are three months, not one and then two from a moved day."""
    first, second = parse_duration(duration), parse_duration(extension)
    days = first.rest.days + second.rest.days
    return _months_later(start, first.months + second.months) + timedelta(days=days)


def _months_later(start: date, months: int) -> date:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    first_of_next = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    last = (first_of_next - timedelta(days=1)).day
    return date(year, month + 1, min(start.day, last))


def _working(day: date) -> date:
    while day.weekday() >= SATURDAY:
        day += timedelta(days=1)
    return day


def _business_days(start: date, count: int) -> date:
    day = start
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < SATURDAY
    return day
