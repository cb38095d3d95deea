"""How long a look at a setting stands for "now"."""

from datetime import UTC, date, timedelta

import pytest

from tests.policy.build import CONTROL, account, on, period, product, stood, terms, training
from withhold.model.account import Account
from withhold.model.terms import Provider, StanceRule, Terms
from withhold.model.terms_change import TermsChange
from withhold.model.when import When
from withhold.model.words import Confidence, Setting, Stance
from withhold.policy.looks import RECHECK, look_for, why_fallen

LOOKED = "2026-06-10T12:00:00"
NOW = on("2026-07-01T00:00:00")
LOOK = stood(Setting.PRIVATE, LOOKED)
OLD = terms(name="old", begins=When.start_of(date(2025, 1, 1)))


def provider(*entries: Terms) -> Provider:
    stance = StanceRule(Stance.UNKNOWN, None, None, Confidence.UNCERTAIN, None)
    return Provider("provider", "Provider", (), None, True, stance, (product(*entries),), (), {}, {})


def test_a_look_stands_for_thirty_days() -> None:
    """Up to the thirtieth day the look itself is the instant that stands for now; after it, nothing does."""
    at = on(LOOKED)
    assert look_for([LOOK], at + RECHECK, provider(OLD), account()).at == at
    later = at + RECHECK + timedelta(microseconds=1)
    assert look_for([LOOK], later, provider(OLD), account()).at == later


@pytest.mark.parametrize(
    ("begins", "stands"),
    [
        (When.start_of(date(2026, 6, 8)), True),
        (When.start_of(date(2026, 6, 20)), False),
        (When.start_of(date(2026, 6, 11)), False),  # that day had begun somewhere, and elsewhere not
        (When.at(on("2026-06-10T11:59:59")), True),
        (When.at(on("2026-06-10T12:00:01")), False),
        (When.start_of(date(2026, 7, 4)), True),  # announced, not in force yet
        (None, True),  # nothing is known of a change
    ],
)
def test_terms_that_begin_after_the_look_take_it_down(begins: When | None, stands: bool) -> None:
    """New terms bring dialogs and switches set anew: what was seen before them does not stand for now."""
    newer = terms(name="newer", begins=begins)
    assert (why_fallen(LOOK, NOW, provider(OLD, newer), account()) is None) is stands


def test_terms_under_which_another_control_decides_leave_the_look_alone() -> None:
    """A change in another product's terms says nothing about this switch."""
    from dataclasses import replace

    other = terms(
        replace(training(), control_id="another"), name="other", begins=When.start_of(date(2026, 6, 20))
    )
    assert why_fallen(LOOK, NOW, provider(OLD, other), account()) is None
    assert LOOK.control_id == CONTROL


@pytest.mark.parametrize(
    ("whose", "word"),
    [
        (account(accepted=When.some_time_on(date(2026, 6, 20))), "accepted"),
        (account(period("plan"), period("pro", When.start_of(date(2026, 6, 25)))), "plan"),
    ],
)
def test_an_acceptance_or_another_plan_after_the_look_takes_it_down(whose: Account, word: str) -> None:
    """The reason names what happened, and that it is time to look again."""
    why = why_fallen(LOOK, NOW, provider(OLD), whose)
    assert why is not None
    assert word in why
    assert "look again" in why


def test_an_acceptance_that_may_never_have_been_is_no_news() -> None:
    """ "Not before May, perhaps never" leaves the look where it is; "not before the look" does not."""
    before = account(accepted=When.between(on("2026-05-01T00:00:00"), None))
    after = account(accepted=When.between(on("2026-06-11T00:00:00"), None))
    assert why_fallen(LOOK, NOW, provider(OLD), before) is None
    assert why_fallen(LOOK, NOW, provider(OLD), after) is not None


def test_a_newer_look_stands_where_an_older_one_fell() -> None:
    """Looking again after the change is what settles it."""
    newer = terms(name="newer", begins=When.start_of(date(2026, 6, 20)))
    again = stood(Setting.PRIVATE, "2026-06-25T00:00:00")
    look = look_for([LOOK, again], NOW, provider(OLD, newer), account())
    assert look.at == again.begins.astimezone(UTC)
    assert look.due == again.begins + RECHECK


def seen_change(earliest: str, latest: str, *controls: str, provider_id: str = "provider") -> TermsChange:
    when = When(on(earliest), on(latest))
    return TermsChange("c", provider_id, "https://x.test/terms", when, ("training",), controls, (), (), "r")


@pytest.mark.parametrize(
    ("change", "stands"),
    [
        (seen_change("2026-06-11T00:00:00", "2026-06-12T00:00:00", CONTROL), False),
        (seen_change("2026-05-01T00:00:00", "2026-06-12T00:00:00", CONTROL), False),  # the look lies within
        (seen_change("2026-05-01T00:00:00", "2026-06-10T12:00:00", CONTROL), True),  # seen before the look
        (seen_change("2026-06-30T00:00:00", "2026-07-03T00:00:00", CONTROL), False),  # it may have come
        (seen_change("2026-07-02T00:00:00", "2026-07-03T00:00:00", CONTROL), True),  # after the instant asked
        (seen_change("2026-06-11T00:00:00", "2026-06-12T00:00:00", "another"), True),
        (seen_change("2026-06-11T00:00:00", "2026-06-12T00:00:00", CONTROL, provider_id="other"), True),
    ],
)
def test_a_change_seen_on_a_page_of_terms_takes_the_look_down(change: TermsChange, stands: bool) -> None:
    """What the watch over terms saw counts as a change in the pack's terms does, with the cautious bound."""
    assert (why_fallen(LOOK, NOW, provider(OLD), account(), [change]) is None) is stands
    look = look_for([LOOK], NOW, provider(OLD), account(), [change])
    assert look.at == (on(LOOKED) if stands else NOW)
    assert stands or "the words of its terms changed" in look.why
