"""Due dates as iCalendar, read back by the library that others use."""

from datetime import date

import pytest
from icalendar import Calendar, Event

from tests.report.making import NOW, at, clock, golden, ledger, look, row
from withhold.report import documents as d
from withhold.report.due_dates import due_dates

TODAY = NOW.date()


def events(document: d.ExposureDocument, today: date = TODAY) -> list[Event]:
    read = Calendar.from_ical(due_dates(document, today))
    assert not read.errors
    return [c for c in read.walk("VEVENT") if isinstance(c, Event)]


def test_the_file_is_as_it_was() -> None:
    """Ids of events and wording are fixed: a newer file replaces what an older one put into a calendar."""
    rows = (
        row("one"),
        row("two", clocks=(clock("training_on", "2030-11-20T23:00:00"), clock("feedback", "2031-01-02"))),
        row("three", clocks=(clock("training_off", "2026-12-24", "at_least"),)),
    )
    golden("due.ics", due_dates(ledger(*rows, looks=(look(),)), TODAY))


def test_one_event_for_each_day_and_ground() -> None:
    """Conversations that end on one day on one ground are counted together; other grounds stand apart."""
    rows = (
        row("one", clocks=(clock("training_on", "2030-05-01T01:00:00"),)),
        row("two", clocks=(clock("training_on", "2030-05-01T22:00:00"), clock("feedback", "2030-05-01"))),
    )
    found = {(e["dtstart"].dt, str(e["summary"])) for e in events(ledger(*rows))}
    ends = "Stated time of keeping ends on one ground"
    assert found == {
        (date(2030, 5, 1), f"{ends} (training on): 2 conversations"),
        (date(2030, 5, 1), f"{ends} (feedback): 1 conversation"),
    }


def test_events_last_all_day_and_block_nothing() -> None:
    """Each event is a day, not a time, and leaves the day free."""
    for event in events(ledger(row("one"), looks=(look(),))):
        assert isinstance(event["dtstart"].dt, date)
        assert (event["dtend"].dt - event["dtstart"].dt).days == 1
        assert event["transp"] == "TRANSPARENT"


def test_at_least_is_not_at_most() -> None:
    """An end that is only a lower bound says so, and every event says that other grounds may last longer."""
    (event,) = events(ledger(row("one", clocks=(clock("training_off", "2027-01-01", "at_least"),))))
    assert "at the earliest" in str(event["summary"])
    assert "at least until" in str(event["description"])
    assert "On other grounds they may be kept longer" in str(event["description"])


def test_no_end_is_no_event() -> None:
    """A clock without an end, or with one that has passed, puts nothing into the calendar."""
    rows = (
        row("one", clocks=(clock("training_off", None),)),
        row("two", clocks=(clock("feedback", "2026-11-21"),)),
    )
    assert events(ledger(*rows)) == []


@pytest.mark.parametrize(
    ("again", "day"), [("2026-12-10T09:00:00", date(2026, 12, 10)), ("2026-10-01T00:00:00", TODAY)]
)
def test_the_setting_is_to_be_looked_at_again(again: str, day: date) -> None:
    """Thirty days after the look, or today where that has passed; then every thirty days."""
    (event,) = events(ledger(looks=(look(again=again),)))
    assert event["dtstart"].dt == day
    assert event["rrule"] == {"FREQ": ["DAILY"], "INTERVAL": [30]}


def test_a_newer_file_has_the_same_ids() -> None:
    """The id of an event rests on its day and ground, not on when the file was made or how many it counts."""
    one = {e["uid"] for e in events(ledger(row("one"), looks=(look(),)))}
    more = {e["uid"] for e in events(ledger(row("one"), row("two"), looks=(look(again="2027-01-01"),)))}
    assert one == more


def test_neither_titles_nor_ids_leave_for_the_calendar() -> None:
    """A calendar may lie on somebody's server: titles, projects and ids stay here."""
    secret = row("secret-id", source_id="secret-source", title="secret title", project="secret project")
    assert b"secret" not in due_dates(ledger(secret), TODAY)


def test_a_name_cannot_add_lines() -> None:
    """An account's name with line ends stays text within its event."""
    (event,) = events(ledger(looks=(look(account="x\r\nEND:VEVENT\r\nBEGIN:VEVENT"),)))
    assert "END:VEVENT" in str(event["summary"])
    assert at("2026-12-10").date() == event["dtstart"].dt
