"""Clocks end at the latest reading, or nowhere."""

from dataclasses import replace
from datetime import datetime

import pytest

from tests.policy.build import NOW, account, chat, except_for, kept, on, product, stood, terms
from withhold.model.conversation import Conversation, Deletion, Feedback
from withhold.model.terms import RetentionRule
from withhold.model.when import When
from withhold.model.words import Basis, Effect, ExceptionKind, Known, Setting, StartsFrom
from withhold.policy import Judge, RegimeTable

SHARED = stood(Setting.SHARING, "2026-01-01", "2026-03-01")
FIRST, LAST = "2026-01-10", "2026-02-10"


def end(
    basis: Basis, rule: RetentionRule, conversation: Conversation | None = None, as_of: datetime = NOW
) -> datetime | str | None:
    """When the clock of ``basis`` ends under one rule; ``absent`` where there is no such clock."""
    rated = except_for(ExceptionKind.FEEDBACK, Effect.TRAINS_EVEN_WHEN_OFF)
    entry = terms(retention={basis: rule}, exceptions=(rated,))
    private = stood(Setting.PRIVATE, "2026-03-01T00:00:01", "2026-07-01")
    table = RegimeTable(product(entry), account(), [SHARED, private], as_of)
    clocks = Judge(table)(conversation or chat(FIRST, LAST)).clocks
    return next((c.until for c in clocks if c.basis is basis), "absent")


@pytest.mark.parametrize(
    ("starts_from", "expected"),
    [
        (StartsFrom.CREATION, "2031-01-10"),
        (StartsFrom.LAST_ACTIVITY, "2031-02-10"),
        (None, "2031-03-01T00:00:01"),
        (StartsFrom.COLLECTION, "2031-03-01T00:00:01"),
    ],
)
def test_a_shared_chat_is_kept_from_the_event_that_is_stated(
    starts_from: StartsFrom | None, expected: str
) -> None:
    """Where the provider names no event, the last moment at which it was shared counts."""
    assert end(Basis.TRAINING_ON, kept("P5Y", starts_from)) == on(expected)


def test_a_period_without_a_length_has_no_end() -> None:
    """Kept until deleted: nobody can say until when."""
    assert end(Basis.TRAINING_ON, kept(None)) is None


def test_a_deletion_on_an_uncertain_day_ends_with_its_last_instant() -> None:
    """Thirty days from the end of the day at UTC-12."""
    gone = replace(chat(FIRST), deletion=Deletion(When.some_time_on(on("2026-03-31").date()), Known.ATTESTED))
    assert end(Basis.AFTER_CHAT_DELETION, kept("P30D"), gone) == on("2026-05-01T12:00")


@pytest.mark.parametrize("basis", [Basis.AFTER_CHAT_DELETION, Basis.TRAINING_OFF])
def test_an_unproven_deletion_starts_no_clock(basis: Basis) -> None:
    """It may still be there: no end can be named."""
    absent = replace(chat(FIRST), deletion=Deletion(When.at(on("2026-03-31")), Known.INFERRED))
    assert end(basis, kept("P30D"), absent) is None


def test_feedback_counts_from_the_latest_day_it_can_have_been_given() -> None:
    """The copy's time runs from submission."""
    given = When(on("2026-02-11"), on("2026-02-20"))
    rated = replace(chat(FIRST), feedback=(Feedback(given, "thumbs_up"),))
    assert end(Basis.FEEDBACK, kept("P5Y", StartsFrom.SUBMISSION), rated) == on("2031-02-20")


def test_an_incognito_chat_counts_from_its_last_message() -> None:
    """And no other chat has that clock."""
    hidden = replace(chat(FIRST, LAST), incognito=True)
    assert end(Basis.TEMPORARY_CHATS, kept("P30D"), hidden) == on("2026-03-12")
    assert end(Basis.TEMPORARY_CHATS, kept("P30D")) == "absent"


@pytest.mark.parametrize("basis", [Basis.FLAGGED_CONTENT, Basis.FLAGGED_SCORES, Basis.HUMAN_REVIEWED])
def test_what_counts_from_an_event_nobody_sees_has_no_end(basis: Basis) -> None:
    """A safety flag or a review by people: the clock is there, and it names no day."""
    assert end(basis, kept("P2Y")) is None


def test_a_message_of_unknown_time_was_sent_by_now_at_the_latest() -> None:
    """What has been read was sent before it was read."""
    some_time = chat(FIRST, When(on("2026-02-01"), on("2027-01-01")))
    assert end(Basis.LOCAL_COPIES, kept("P30D", StartsFrom.LAST_ACTIVITY), some_time) == on("2026-07-31")


def test_asking_for_an_earlier_day_does_not_shorten_a_clock() -> None:
    """A message that came after the evaluation date still counts."""
    rule = kept("P30D", StartsFrom.LAST_ACTIVITY)
    assert end(Basis.LOCAL_COPIES, rule, as_of=on("2026-01-20")) == on("2026-03-12")


def test_of_two_entries_the_later_end_counts() -> None:
    """The conversation lived under both, and nobody says which one rules."""
    change = When.at(on("2026-02-01"))
    old = terms(name="old", ends=change, retention={Basis.TRAINING_ON: kept("P5Y")})
    new = terms(name="new", begins=change, retention={Basis.TRAINING_ON: kept("P2Y")})
    table = RegimeTable(product(old, new), account(), [SHARED], on("2026-03-01"))
    [clock] = Judge(table)(chat(FIRST, LAST)).clocks
    assert (clock.basis, clock.until) == (Basis.TRAINING_ON, on("2031-03-01"))
