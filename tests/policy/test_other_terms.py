"""Terms that neither the lab nor Anthropic has: stored chats open, parts of chats, no refusal, silence."""

from dataclasses import replace

import pytest

from tests.policy.build import NOW, account, chat, except_for, on, period, product, stood, terms, training
from withhold.model.account import SettingEvidence
from withhold.model.conversation import Conversation, Deletion, Message
from withhold.model.terms import ExceptionRule, Terms, TrainingRule
from withhold.model.verdict import Verdict
from withhold.model.when import When
from withhold.model.words import (
    Allowed,
    Author,
    ConsentModel,
    Effect,
    ExceptionKind,
    Extent,
    FutureEligibility,
    Known,
    PastExposure,
    Setting,
)
from withhold.policy import Judge, RegimeTable

ON = stood(Setting.SHARING, "2026-01-01", "2026-07-01")
OFF = stood(Setting.PRIVATE, "2026-01-01", "2026-07-01")
NEVER_DELETED = except_for(ExceptionKind.DELETED_CHAT, Effect.NEVER_TRAINS)
CHANGE = When.at(on("2026-03-01"))


def verdict(conversation: Conversation, settings: list[SettingEvidence], *entries: Terms) -> Verdict:
    return Judge(RegimeTable(product(*entries), account(), settings, NOW))(conversation)


def words(found: Verdict) -> tuple[str, str]:
    return found.past.value, found.future.value


def rules(found: Verdict) -> set[str]:
    return {r.rule for r in found.reasons}


def changed(before: TrainingRule, after: TrainingRule) -> tuple[Terms, Terms]:
    return terms(before, name="before", ends=CHANGE), terms(after, name="after", begins=CHANGE)


def test_stored_chats_may_be_open_without_being_resumed() -> None:
    """Where terms cover untouched older chats, lying there while they hold is enough."""
    entries = changed(training(Allowed.NO), training(older=True))
    found = verdict(chat("2026-02-01"), [ON], *entries)
    assert words(found) == ("exposed", "eligible")
    assert "untouched.open" in rules(found)


def test_deleting_it_later_clears_nothing() -> None:
    """It lay open from the change of terms until it was deleted."""
    entries = changed(training(Allowed.NO), training(older=True))
    gone = replace(chat("2026-02-01"), deletion=Deletion(When.at(on("2026-04-01")), Known.OBSERVED))
    assert verdict(gone, [ON], *entries).past is PastExposure.EXPOSED


def test_a_chat_deleted_before_the_change_was_never_open() -> None:
    """Nothing lay there any more."""
    entries = changed(training(Allowed.NO), training(older=True))
    gone = replace(chat("2026-02-01"), deletion=Deletion(When.at(on("2026-02-15")), Known.OBSERVED))
    assert words(verdict(gone, [ON], *entries)) == ("not_exposed", "not_eligible")


@pytest.mark.parametrize("known", [Known.INFERRED, Known.ASSUMED])
def test_an_unproven_deletion_before_the_change_settles_nothing(known: Known) -> None:
    """It may have lain there."""
    entries = changed(training(Allowed.NO), training(older=True))
    gone = replace(chat("2026-02-01"), deletion=Deletion(When.at(on("2026-02-15")), known))
    assert words(verdict(gone, [ON], *entries)) == ("unknown", "unknown")


def test_a_chat_of_uncertain_age_may_have_come_after_an_open_time() -> None:
    """What lay open before the change touches only chats that were there already."""
    entries = changed(training(older=True), training(Allowed.NO))
    some_time = chat(When(on("2026-02-01"), on("2026-04-01")))
    assert verdict(some_time, [ON], *entries).past is PastExposure.UNKNOWN


def test_silence_on_stored_chats_leaves_them_open() -> None:
    """What a provider does not say is no assurance."""
    entries = changed(training(Allowed.NO), training(older=None))
    assert words(verdict(chat("2026-02-01"), [ON], *entries)) == ("unknown", "unknown")


def test_only_what_was_said_since_may_count() -> None:
    """Where resuming exposes only the new part, the extent says so."""
    entries = changed(training(Allowed.NO), training(whole=False))
    found = verdict(chat("2026-02-01", "2026-04-01"), [ON], *entries)
    assert (found.past, found.extent) == (PastExposure.EXPOSED, Extent.SINCE)
    assert "resume.part" in rules(found)


@pytest.mark.parametrize("whole", [True, None])
def test_silence_on_resumed_chats_is_read_as_the_entire_chat(whole: bool | None) -> None:
    """The cautious reading."""
    entries = changed(training(Allowed.NO), training(whole=whole))
    found = verdict(chat("2026-02-01", "2026-04-01"), [ON], *entries)
    assert found.extent is Extent.WHOLE
    assert "resume.whole_chat" in rules(found)


def test_terms_without_a_way_to_refuse() -> None:
    """The setting does not matter, for the past and for runs to come."""
    found = verdict(chat("2026-02-01"), [OFF], terms(training(Allowed.YES)))
    assert words(found) == ("exposed", "eligible")
    assert {"terms.no_refusal", "future.no_refusal"} <= rules(found)


def test_terms_that_say_nothing() -> None:
    """Unknown terms are no assurance, with whatever setting."""
    found = verdict(chat("2026-02-01"), [OFF], terms(training(Allowed.UNKNOWN)))
    assert words(found) == ("unknown", "unknown")
    assert {"terms.unknown", "future.terms_unknown"} <= rules(found)


def test_terms_that_train_only_after_opting_in_go_by_the_setting() -> None:
    """Without a look at it the setting is unknown: a default is no evidence."""
    opt_in = terms(training(Allowed.ONLY_IF_ON))
    assert verdict(chat("2026-02-01"), [ON], opt_in).past is PastExposure.EXPOSED
    assert verdict(chat("2026-02-01"), [OFF], opt_in).past is PastExposure.NOT_EXPOSED
    assert verdict(chat("2026-02-01"), [], opt_in).past is PastExposure.UNKNOWN


@pytest.mark.parametrize(
    ("stored_out", "future", "rule"),
    [
        (True, FutureEligibility.NOT_ELIGIBLE, "future.setting_private"),
        (False, FutureEligibility.ELIGIBLE, "future.stored_not_excluded"),
        (None, FutureEligibility.UNKNOWN, "future.stored_unknown"),
    ],
)
def test_what_switching_off_does_to_stored_chats(
    stored_out: bool | None, future: FutureEligibility, rule: str
) -> None:
    """Off is not cleared: the terms must say that stored chats are left out."""
    moved = [
        stood(Setting.SHARING, "2026-01-01", "2026-03-01"),
        stood(Setting.PRIVATE, "2026-03-02", "2026-07-01"),
    ]
    found = verdict(chat("2026-02-01"), moved, terms(training(stored_out=stored_out)))
    assert (found.past, found.future) == (PastExposure.EXPOSED, future)
    assert rule in rules(found)


@pytest.mark.parametrize(
    ("exceptions", "future"),
    [((NEVER_DELETED,), FutureEligibility.NOT_ELIGIBLE), ((), FutureEligibility.UNKNOWN)],
)
def test_deletion_helps_only_where_the_terms_say_so(
    exceptions: tuple[ExceptionRule, ...], future: FutureEligibility
) -> None:
    """Silence on deleted chats leaves later runs open."""
    gone = replace(chat("2026-02-01"), deletion=Deletion(When.at(on("2026-04-01")), Known.OBSERVED))
    assert verdict(gone, [ON], terms(exceptions=exceptions)).future is future


def test_silence_on_incognito_chats_is_no_assurance() -> None:
    """An incognito chat is left out only where the terms say so."""
    hidden = replace(chat("2026-02-01"), incognito=True)
    assert verdict(hidden, [ON], terms()).past is PastExposure.UNKNOWN


def test_silence_on_what_the_setting_covers_is_no_assurance() -> None:
    """Whether new chats are covered is not stated."""
    found = verdict(chat("2026-02-01"), [ON], terms(training(new=None)))
    assert found.past is PastExposure.UNKNOWN
    assert "scope.unknown" in rules(found)


def test_what_the_setting_does_not_cover_stays_outside() -> None:
    """Resumed chats are not covered, and it was begun before the change."""
    entries = changed(training(Allowed.NO), training(resumed=False))
    found = verdict(chat("2026-02-01", "2026-04-01"), [ON], *entries)
    assert words(found) == ("not_exposed", "not_eligible")
    assert "scope.excluded" in rules(found)


def test_an_unknown_region_leaves_the_terms_of_all_open() -> None:
    """Trained in one region and not in the other."""
    found = verdict(
        chat("2026-02-01"),
        [ON],
        terms(name="eu", regions=("EU",), rule=training(Allowed.NO)),
        terms(name="rest", regions=("other",)),
    )
    assert found.past is PastExposure.UNKNOWN
    assert "region.unknown" in rules(found)


def test_shared_under_one_plan_stays_under_its_terms_after_a_move() -> None:
    """What the plan of today says does not matter for what was shared under another."""
    held = account(period("open", None, CHANGE), period("closed", CHANGE))
    both = product(terms(plan="open", name="a"), terms(training(Allowed.NO), plan="closed", name="b"))
    found = Judge(RegimeTable(both, held, [ON], NOW))(chat("2026-02-01"))
    assert words(found) == ("exposed", "eligible")


def test_a_look_before_now_stands_for_now_only_where_it_is_asked_for() -> None:
    """``looked_at`` names the look that is taken for the present, and every text about runs names it too."""
    off = stood(Setting.PRIVATE, "2026-06-01")
    shared = stood(Setting.SHARING, "2026-01-01", "2026-03-01")
    args = (product(terms()), account(), [shared, off], NOW)
    assert Judge(RegimeTable(*args))(chat("2026-02-01")).future is FutureEligibility.UNKNOWN
    found = Judge(RegimeTable(*args, looked_at=on("2026-06-01")))(chat("2026-02-01"))
    assert found.future is FutureEligibility.NOT_ELIGIBLE
    assert any("2026-06-01 00:00 UTC" in r.text for r in found.reasons)


def test_what_lies_stored_after_the_last_look_is_judged_by_that_look() -> None:
    """Terms that open untouched older conversations: the minutes since the look make no unknown of all of
    them, and the reason names the look. What was sent after it stays unknown.
    """
    off = stood(Setting.PRIVATE, "2026-01-01", "2026-06-01")
    entry = terms(training(older=True))
    table = RegimeTable(product(entry), account(), [off], NOW, looked_at=on("2026-06-01"))
    found = Judge(table)(chat("2026-02-01"))
    assert found.past is PastExposure.NOT_EXPOSED
    assert any("2026-06-01 00:00 UTC" in r.text for r in found.reasons if r.rule == "setting.as_last_seen")
    assert Judge(table)(chat("2026-06-02")).past is PastExposure.UNKNOWN
    assert Judge(table)(chat("2025-12-01")).past is PastExposure.UNKNOWN
    unlooked = RegimeTable(product(entry), account(), [off], NOW)
    assert Judge(unlooked)(chat("2026-02-01")).past is PastExposure.UNKNOWN


def test_an_end_that_nobody_knows_is_no_boundary_day() -> None:
    """Two entries that overlap for months: the reason says so, and no mark speaks of a day."""
    old = terms(training(Allowed.NO), name="old", ends=When(on("2026-01-01"), on("2026-04-01")))
    new = terms(training(), name="new", begins=When.at(on("2026-02-01")))
    found = verdict(chat("2026-03-01"), [ON], old, new)
    assert words(found)[0] == "exposed"
    assert "terms.either" in rules(found)
    assert "boundary_day" not in {*rules(found), *found.marks}


def test_every_unknown_says_what_would_settle_it() -> None:
    """An answer that is missing names the evidence that would give it."""
    found = verdict(chat("2026-02-01"), [], terms())
    assert found.would_settle
    assert not verdict(chat("2026-02-01"), [ON], terms()).would_settle


def test_the_scope_of_a_default_is_not_the_scope_of_the_setting() -> None:
    """Terms that train only when switched on, and speak of nothing being covered, speak of the default."""
    entry = terms(training(Allowed.ONLY_IF_ON, new=False, resumed=False))
    assert words(verdict(chat("2026-02-01"), [ON], entry)) == ("unknown", "unknown")
    assert words(verdict(chat("2026-02-01"), [OFF], entry)) == ("not_exposed", "not_eligible")
    assert words(verdict(chat("2026-02-01"), [], entry)) == ("unknown", "unknown")


def test_an_answer_shows_that_something_was_sent() -> None:
    """A second answer to one question, or one whose question is lost, was asked for shortly before."""
    entries = changed(training(Allowed.NO), training())
    asked = chat("2026-02-01")
    again = Message("again", Author.MODEL, When.at(on("2026-04-01")))
    first = Message("first", Author.MODEL, When.at(on("2026-02-01")))
    assert verdict(replace(asked, messages=(*asked.messages, first)), [ON], *entries).past == "not_exposed"
    for messages in ((*asked.messages, first, again), (again,)):
        assert verdict(replace(asked, messages=messages), [ON], *entries).past == "exposed"


def test_nothing_shown_is_not_nothing_sent() -> None:
    """A conversation without a single message is open, except where no terms could have trained on it."""
    assert words(verdict(chat(), [ON], terms(training()))) == ("unknown", "unknown")
    assert words(verdict(chat(), [ON], terms(training(Allowed.NO)))) == ("not_exposed", "not_eligible")


def test_a_reason_of_one_plan_among_several_says_that_it_may_not_be_yours() -> None:
    """ "Sent under a contract that excludes training" would be an assurance if the plan is not known."""
    contract = replace(training(Allowed.NO), consent_model=ConsentModel.CONTRACT_EXCLUDED)
    entries = terms(plan="free"), terms(contract, name="firm", plan="firm")
    held = product(*entries)

    def texts(tier: str | None) -> dict[str, str]:
        table = RegimeTable(held, account(tier=tier), [ON], NOW)
        return {r.rule: r.text for r in Judge(table)(chat("2026-02-01")).reasons}

    assert texts(None)["terms.contract"].startswith("Only if firm was the plan. Sent under a contract")
    assert texts(None)["setting.sharing"].startswith("Only if free was the plan. The setting")
    assert texts("firm")["terms.contract"].startswith("Sent under a contract")
