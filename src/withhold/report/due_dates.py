"""Due dates as iCalendar: when stated keeping times end, and when the setting is to be looked at again.

A calendar is often kept on somebody's server: events hold counts and grounds, never titles or ids.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from withhold.report.documents import AsOf, ConversationRow, DueRow, ExposureDocument, ReminderRow
from withhold.report.text.base import plural

if TYPE_CHECKING:
    from icalendar import Event

RECHECK_DAYS = 30
"""How often a setting is to be looked at again."""

_BOUNDS = {"up_to": "at most until", "at_least": "at least until", "exact": "until"}
_NOT_SEEN = (
    "On other grounds they may be kept longer. This is what the terms state: nobody outside can see what a"
    " provider keeps."
)

Group = tuple[date, str, str]
"""Day (UTC), basis, and what the day is."""


def due_dates(
    document: ExposureDocument,
    today: date,
    rows: Iterable[ConversationRow] | None = None,
    *,
    counted: Mapping[tuple[date, str, str, str], int] | None = None,
    looks: Iterable[DueRow] | None = None,
    reminders: Iterable[ReminderRow] = (),
) -> bytes:
    """An iCalendar file (RFC 5545) with all-day events from ``today`` on.

    One event for each day and basis on which keeping times end, with the number of conversations; one for
    each account, repeated every 30 days, for looking at the setting. Ids of events are stable, so that a
    newer file replaces what an older one put into the calendar. ``rows`` stand in for those of the document,
    and ``counted`` for rows that were counted elsewhere: by day, basis, what the day is, and provider.
    ``looks`` are when each control is due by the watch, in place of the plain 30 days.
    """
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", f"-//withhold//exposure {document.tool_version}//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", "withhold: due dates")
    if document.taken_at_word is not None:
        calendar.add("x-wr-caldesc", document.taken_at_word)
    stamp = document.generated_at
    again = _rechecks(document.as_of, stamp, today) if looks is None else _looks(looks, stamp, today)
    held = _counted(document.conversations if rows is None else rows) if counted is None else counted
    for event in (*_ends(held, document.generated_at, today), *again, *_reminders(reminders, stamp, today)):
        calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written


def _counted(rows: Iterable[ConversationRow]) -> Counter[tuple[date, str, str, str]]:
    return Counter(
        (clock.until.date(), clock.basis, clock.bound or "", row.provider)
        for row in rows
        for clock in row.clocks
        if clock.until is not None
    )


def _ends(
    counted: Mapping[tuple[date, str, str, str], int], stamp: datetime, today: date
) -> "Iterator[Event]":
    count: Counter[Group] = Counter()
    providers: dict[Group, set[str]] = {}
    for (day, basis, bound, provider), number in counted.items():
        if day >= today:
            count[day, basis, bound] += number
            providers.setdefault((day, basis, bound), set()).add(provider)
    for group in sorted(count):
        yield _end(group, count[group], sorted(providers[group]), stamp)


def _end(group: Group, count: int, providers: list[str], stamp: datetime) -> "Event":
    day, basis, bound = group
    ground = basis.replace("_", " ")
    held = plural(count, "conversation")
    until = _BOUNDS.get(bound, "as far as stated until")
    text = f"{held} ({', '.join(providers)}) on the ground {ground!r}: {until} {day} (UTC). {_NOT_SEEN}"
    earliest = " at the earliest" if bound == "at_least" else ""
    summary = f"Stated time of keeping ends{earliest} on one ground ({ground}): {held}"
    return _event(("end", day.isoformat(), basis, bound), summary, text, day, stamp)


def _rechecks(looks: Iterable[AsOf], stamp: datetime, today: date) -> "Iterator[Event]":
    for look in looks:
        if look.look_again is None:
            continue
        day = max(look.look_again.date(), today)
        name = f"{look.provider}, {look.account}" if look.account else look.provider
        text = f"{look.why}. A look stands for now {RECHECK_DAYS} days. withhold optout {look.provider}"
        event = _event(
            ("recheck", look.provider, look.account or ""),
            f"Look at the training setting: {name}",
            text,
            day,
            stamp,
        )
        event.add("rrule", {"freq": "daily", "interval": RECHECK_DAYS})
        yield event


def _looks(looks: Iterable[DueRow], stamp: datetime, today: date) -> "Iterator[Event]":
    for look in looks:
        name = f"{look.provider}, {look.label}: {look.title}"
        text = f"Due {look.at:%Y-%m-%d %H:%M} UTC: {look.why}. {look.next}"
        key = ("look", look.account, look.control)
        yield _event(key, f"Look at the training setting: {name}", text, max(look.at.date(), today), stamp)


def _reminders(reminders: Iterable[ReminderRow], stamp: datetime, today: date) -> "Iterator[Event]":
    for one in reminders:
        text = f"{one.text} {one.next}"
        yield _event(("reminder", one.name), one.text, text, max(one.due.date(), today), stamp)


def _event(key: tuple[str, ...], summary: str, text: str, day: date, stamp: datetime) -> "Event":
    from icalendar import Event

    event = Event()
    event.add("uid", f"{hashlib.sha256(repr(key).encode()).hexdigest()[:32]}@withhold.invalid")
    event.add("dtstamp", stamp.replace(microsecond=0))
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("summary", summary)
    event.add("description", text)
    event.add("transp", "TRANSPARENT")
    event.add("class", "PRIVATE")
    return event
