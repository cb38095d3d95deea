"""The lab's rules L1 to L10, each told as a short story."""

from collections.abc import Callable
from dataclasses import FrozenInstanceError
from datetime import UTC, datetime, timedelta

import pytest

from withhold.lab.core import Lab
from withhold.lab.errors import BackwardsInTime, ChoiceNeeded, Gone, NotOffered
from withhold.lab.terms import Span, lab_terms
from withhold.model.words import Basis, Cause

START = datetime(2025, 8, 1, 9, tzinfo=UTC)
OFFERED = datetime(2025, 8, 28, tzinfo=UTC)
BINDING = datetime(2025, 10, 8, tzinfo=UTC)
TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)

SETTING = frozenset({"setting"})
FEEDBACK = frozenset({"feedback"})
SAFETY = frozenset({"safety"})


@pytest.fixture
def lab() -> Lab:
    return Lab(START)


def sharer(lab: Lab, tier: str = "Pro", at: datetime = OFFERED) -> str:
    """An account that accepted with the switch as it was pre-set."""
    return lab.create_account(tier, at)


class TestTermsAndAcceptance:
    """L1, L2."""

    def test_old_terms_share_nothing(self, lab: Lab) -> None:
        """Before the new terms are on offer a chat stays out, and nobody has a setting."""
        account = lab.create_account("Pro", START)
        lab.start_conversation(account, "chat", OFFERED - TICK)
        assert lab.would_train(account) == {}
        assert lab.history(account).setting == ()

    def test_signing_up_under_new_terms_includes_the_choice(self, lab: Lab) -> None:
        """From the first instant of the new terms a consumer sign-up accepts them with the pre-set switch."""
        account = sharer(lab)
        chat = lab.start_conversation(account, "chat", OFFERED)
        assert lab.history(account).accepted == OFFERED
        assert lab.would_train(account) == {chat: SETTING}

    def test_acceptance_counts_from_its_instant(self, lab: Lab) -> None:
        """In the grace period only what is sent from the acceptance on is shared."""
        account = lab.create_account("Free", START)
        before = lab.start_conversation(account, "chat", OFFERED + DAY)
        assert not lab.under_new_terms(account)
        lab.accept_terms(account, True, OFFERED + 2 * DAY)
        after = lab.start_conversation(account, "chat", OFFERED + 2 * DAY)
        assert lab.would_train(account) == {after: SETTING}
        assert before not in lab.would_train(account)

    def test_terms_bind_everybody_after_the_deadline(self, lab: Lab) -> None:
        """From the binding instant an account is under the new terms, accepted or not."""
        account = lab.create_account("Max", START)
        assert not lab.under_new_terms(account, BINDING - TICK)
        assert lab.under_new_terms(account, BINDING)
        assert lab.history(account).accepted is None

    def test_after_the_deadline_one_must_choose_before_sending(self, lab: Lab) -> None:
        """The last instant of grace still sends; then neither new nor resumed chats go without a choice."""
        account = lab.create_account("Free", START)
        chat = lab.start_conversation(account, "chat", BINDING - TICK)
        with pytest.raises(ChoiceNeeded):
            lab.send(chat, BINDING)
        with pytest.raises(ChoiceNeeded):
            lab.start_conversation(account, "coding", BINDING)
        lab.accept_terms(account, False, BINDING)
        lab.send(chat, BINDING)
        assert lab.would_train(account) == {}

    def test_terms_wait_only_where_they_apply(self, lab: Lab) -> None:
        """Nobody accepts terms that are not out, twice, or on a commercial tier."""
        person, firm = lab.create_account("Free", START), lab.create_account("Work", START)
        with pytest.raises(NotOffered):
            lab.accept_terms(person, True, OFFERED - TICK)
        lab.accept_terms(person, True, OFFERED)
        with pytest.raises(NotOffered):
            lab.accept_terms(person, True)
        with pytest.raises(NotOffered):
            lab.accept_terms(firm, True)

    def test_the_switch_is_there_once_a_choice_was_made(self, lab: Lab) -> None:
        """No switch before the choice, and none under a contract that excludes training."""
        account = lab.create_account("Free", START)
        with pytest.raises(NotOffered):
            lab.set_setting(account, False, OFFERED)
        lab.accept_terms(account, True, OFFERED)
        lab.set_setting(account, False)
        lab.change_tier(account, "Work")
        with pytest.raises(NotOffered):
            lab.set_setting(account, False)

    def test_coming_from_a_contract_one_has_not_accepted(self, lab: Lab) -> None:
        """Changing from a commercial tier to a consumer one is no acceptance: the terms still wait."""
        account = lab.create_account("Work", BINDING)
        lab.change_tier(account, "Pro")
        with pytest.raises(ChoiceNeeded):
            lab.start_conversation(account, "chat")


class TestSharing:
    """L3."""

    def test_resuming_shares_the_whole_old_chat(self, lab: Lab) -> None:
        """An old chat goes in whole once it is written on in with the setting on."""
        account = lab.create_account("Pro", START)
        old = lab.start_conversation(account, "chat", START)
        lab.accept_terms(account, True, OFFERED)
        assert lab.would_train(account) == {}
        lab.send(old)
        run = lab.run_training("first")
        assert run.items[old].message_ids == tuple(m.id for m in lab.conversations[old].messages)

    def test_switching_on_shares_nothing_by_itself(self, lab: Lab) -> None:
        """What was sent while off stays out after switching on, until it is resumed."""
        account = lab.create_account("Pro", OFFERED, sharing=False)
        chat = lab.start_conversation(account, "chat")
        lab.set_setting(account, True)
        assert lab.would_train(account) == {}
        lab.send(chat)
        assert lab.would_train(account) == {chat: SETTING}

    def test_incognito_is_never_shared(self, lab: Lab) -> None:
        """An incognito chat stays out whatever the setting."""
        account = sharer(lab)
        lab.start_conversation(account, "chat", incognito=True)
        assert lab.would_train(account) == {}

    def test_coding_sessions_are_shared_like_chats(self, lab: Lab) -> None:
        """One setting covers chats and coding sessions."""
        account = sharer(lab)
        session = lab.start_conversation(account, "coding")
        assert lab.would_train(account) == {session: SETTING}

    @pytest.mark.parametrize("tier", lab_terms().commercial)
    def test_contracts_exclude_training(self, lab: Lab, tier: str) -> None:
        """No commercial tier shares, even with a setting left on from consumer days."""
        account = sharer(lab)
        lab.change_tier(account, tier)
        lab.start_conversation(account, "chat")
        assert lab.would_train(account) == {}


class TestRuns:
    """L4, L10."""

    def test_off_at_the_snapshot_leaves_out_and_on_brings_back(self, lab: Lab) -> None:
        """Stored shared chats follow the setting at the snapshot."""
        account = sharer(lab)
        chat = lab.start_conversation(account, "chat")
        lab.set_setting(account, False)
        assert lab.run_training("off").items == {}
        lab.set_setting(account, True)
        assert lab.run_training("on").items[chat].causes == SETTING

    def test_messages_under_contract_stay_out_of_the_item(self, lab: Lab) -> None:
        """A shared chat that went on under a contract goes in without that part, whatever the tier is now."""
        account = sharer(lab)
        chat = lab.start_conversation(account, "chat")
        lab.change_tier(account, "Work")
        lab.send(chat, text="confidential")
        item = lab.run_training("mixed").items[chat]
        taken = [m.text for m in lab.conversations[chat].messages if m.id in item.message_ids]
        assert taken[0] == "Hello"
        assert "confidential" not in taken
        assert len(taken) == 2

    def test_a_run_stays_what_it_was(self, lab: Lab) -> None:
        """Neither opting out nor deleting nor purging takes anything out of a run; it cannot be changed."""
        account = sharer(lab)
        chat = lab.start_conversation(account, "chat")
        run = lab.run_training("first")
        before = dict(run.items)
        lab.set_setting(account, False)
        lab.delete(chat)
        lab.advance(lab.now + 4000 * DAY)
        finished = lab.finish_run("first")
        assert dict(finished.items) == before
        assert (finished.snapshot, finished.finish) == (OFFERED, lab.now)
        with pytest.raises(TypeError):
            finished.items[chat] = before[chat]  # type: ignore[index]
        with pytest.raises(FrozenInstanceError):
            finished.finish = None  # type: ignore[misc]

    def test_a_dry_run_is_what_a_run_takes(self, lab: Lab) -> None:
        """``would_train`` and a run at the same instant name the same conversations and causes."""
        account = sharer(lab)
        chats = [lab.start_conversation(account, "chat") for _ in range(3)]
        lab.give_feedback(chats[0])
        lab.flag_safety(chats[1])
        lab.delete(chats[1])
        later = lab.now + 30 * DAY
        dry = lab.would_train(account, later)
        assert {c: i.causes for c, i in lab.run_training("x", later).items.items()} == dry
        assert dry == {chats[0]: SETTING | FEEDBACK, chats[1]: SAFETY, chats[2]: SETTING}

    def test_runs_are_named_once_and_finished_once(self, lab: Lab) -> None:
        """A name is used once, and only a run under way can be finished."""
        lab.run_training("one", START)
        with pytest.raises(NotOffered):
            lab.run_training("one")
        lab.finish_run("one")
        with pytest.raises(NotOffered):
            lab.finish_run("one")


class TestFeedback:
    """L5."""

    def test_feedback_trains_whatever_the_setting(self, lab: Lab) -> None:
        """A thumb puts a chat in with the setting off, under a contract, and after deletion."""
        private = lab.create_account("Pro", OFFERED, sharing=False)
        firm = lab.create_account("Work")
        chats = {who: lab.start_conversation(who, "chat") for who in (private, firm)}
        for who, chat in chats.items():
            lab.give_feedback(chat)
            lab.delete(chat)
            assert lab.would_train(who, lab.now + 100 * DAY) == {chat: FEEDBACK}

    def test_feedback_takes_the_chat_as_it_was(self, lab: Lab) -> None:
        """The copy holds what was said up to the thumb, incognito or not; later messages are not in it."""
        account = lab.create_account("Pro", OFFERED, sharing=False)
        chat = lab.start_conversation(account, "chat", incognito=True)
        lab.give_feedback(chat, kind="thumbs_down")
        said = tuple(m.id for m in lab.conversations[chat].messages)
        lab.send(chat)
        assert lab.run_training("x").items[chat].message_ids == said

    def test_debugging_feedback_never_trains(self, lab: Lab) -> None:
        """Feedback on a consumer's coding session under old terms is for debugging and goes after 30 days."""
        account = lab.create_account("Pro", START)
        session = lab.start_conversation(account, "coding")
        lab.give_feedback(session)
        assert lab.would_train(account) == {}
        lab.advance(START + 30 * DAY)
        assert [(p.basis, p.at) for p in lab.purges] == [("feedback", START + 30 * DAY)]

    @pytest.mark.parametrize(
        ("tier", "at", "years"), [("Pro", START, 10), ("Pro", OFFERED, 5), ("Work", START, 5)]
    )
    def test_copies_of_feedback_end(self, lab: Lab, tier: str, at: datetime, years: int) -> None:
        """Ten years for consumer chats under old terms, else five; the copy counts up to the last instant."""
        account = lab.create_account(tier, at, sharing=False)
        chat = lab.start_conversation(account, "chat")
        lab.give_feedback(chat)
        end = at.replace(year=at.year + years)
        assert lab.would_train(account, end - TICK) == {chat: FEEDBACK}
        assert lab.would_train(account, end) == {}


class TestFlags:
    """L6."""

    def test_flags_train_after_deletion_for_two_years(self, lab: Lab) -> None:
        """A flagged consumer chat stays in, opted out, incognito and deleted as it is; scores stay longer."""
        account = lab.create_account("Free", OFFERED, sharing=False)
        chat = lab.start_conversation(account, "chat", incognito=True)
        lab.flag_safety(chat)
        lab.delete(chat)
        end = OFFERED.replace(year=2027)
        assert lab.would_train(account, end - TICK) == {chat: SAFETY}
        lab.advance(OFFERED.replace(year=2032))
        assert [(p.basis, p.at) for p in lab.purges if p.basis.startswith("flagged")] == [
            ("flagged_content", end),
            ("flagged_scores", OFFERED.replace(year=2032)),
        ]

    @pytest.mark.parametrize(("tier", "kind", "at"), [("Work", "chat", BINDING), ("Pro", "coding", START)])
    def test_some_flags_never_train(self, lab: Lab, tier: str, kind: str, at: datetime) -> None:
        """Under a contract, or for a coding session under old terms, a flag is kept but never trained on."""
        account = lab.create_account(tier, at)
        lab.flag_safety(lab.start_conversation(account, kind))
        assert lab.would_train(account) == {}
        lab.advance(lab.now + 800 * DAY)
        assert [p.basis for p in lab.purges] == ["flagged_content"]

    def test_a_deleted_chat_can_be_flagged_while_it_is_stored(self, lab: Lab) -> None:
        """Deletion hides it from the person, not from the provider, for thirty days."""
        account = sharer(lab)
        chat = lab.start_conversation(account, "chat")
        lab.delete(chat)
        lab.flag_safety(chat, OFFERED + 30 * DAY - TICK)
        with pytest.raises(Gone):
            lab.flag_safety(chat, OFFERED + 30 * DAY)


class TestDeletionAndRetention:
    """L7, L8."""

    def test_deleting_acts_at_once_and_the_store_follows(self, lab: Lab) -> None:
        """Out of history and runs at the instant; out of the store thirty days later."""
        account = sharer(lab)
        chat = lab.start_conversation(account, "chat")
        lab.delete(chat)
        assert lab.would_train(account) == {}
        assert list(lab.visible(account)) == []
        with pytest.raises(Gone):
            lab.send(chat)
        lab.advance(OFFERED + 31 * DAY)
        assert [(p.conversation, p.basis, p.at) for p in lab.purges] == [
            (chat, "after_chat_deletion", OFFERED + 30 * DAY)
        ]

    def test_five_years_from_the_last_sharing_message(self, lab: Lab) -> None:
        """Resuming while sharing puts the end off; resuming while private does not."""
        account = sharer(lab)
        chat = lab.start_conversation(account, "chat")
        lab.send(chat, OFFERED + 100 * DAY)
        lab.set_setting(account, False)
        lab.send(chat, OFFERED + 200 * DAY)
        lab.set_setting(account, True)
        end = (OFFERED + 100 * DAY).replace(year=2030)
        assert lab.would_train(account, end - TICK) == {chat: SETTING}
        assert lab.would_train(account, end) == {}
        lab.advance(end)
        assert [(p.basis, p.at) for p in lab.purges] == [("training_on", end)]

    def test_incognito_ends_thirty_days_after_the_last_message(self, lab: Lab) -> None:
        """An incognito chat that goes on lives on; the end counts from its last message."""
        account = sharer(lab)
        chat = lab.start_conversation(account, "chat", incognito=True)
        lab.send(chat, OFFERED + 20 * DAY)
        lab.advance(OFFERED + 49 * DAY)
        assert lab.purges == []
        lab.advance(OFFERED + 60 * DAY)
        assert [(p.basis, p.at) for p in lab.purges] == [("temporary_chats", OFFERED + 50 * DAY)]

    def test_private_chats_stay(self, lab: Lab) -> None:
        """What was never shared and never deleted has no end."""
        account = lab.create_account("Pro", OFFERED, sharing=False)
        chat = lab.start_conversation(account, "chat")
        lab.advance(OFFERED.replace(year=2060))
        assert [c.id for c in lab.visible(account)] == [chat]
        assert lab.purges == []

    def test_the_first_end_counts(self, lab: Lab) -> None:
        """A chat deleted shortly before its five years are over goes with the five years, once."""
        account = sharer(lab)
        chat = lab.start_conversation(account, "chat")
        lab.delete(chat, OFFERED.replace(year=2030) - DAY)
        lab.advance(OFFERED.replace(year=2031))
        assert [(p.basis, p.at) for p in lab.purges] == [("training_on", OFFERED.replace(year=2030))]

    def test_years_from_a_leap_day(self) -> None:
        """Calendar years: 29 February falls back to the 28th; days are days."""
        leap = datetime(2028, 2, 29, 12, tzinfo=UTC)
        assert Span.parse("P5Y").after(leap) == datetime(2033, 2, 28, 12, tzinfo=UTC)
        assert Span.parse("P4Y").after(leap) == datetime(2032, 2, 29, 12, tzinfo=UTC)
        assert Span.parse("P30D").after(leap) == datetime(2028, 3, 30, 12, tzinfo=UTC)

    @pytest.mark.parametrize("text", ["P", "5Y", "P1M", "PT1H", ""])
    def test_other_spans_are_refused(self, text: str) -> None:
        """Only years and days are read."""
        with pytest.raises(ValueError, match="not a span"):
            Span.parse(text)


class TestUpdates:
    """L9."""

    def test_an_update_may_flip_the_setting_back(self, lab: Lab) -> None:
        """Everyone on a consumer tier who has chosen is on again, by the provider's hand; others are not."""
        chose = lab.create_account("Pro", OFFERED, sharing=False)
        firm = lab.create_account("Pro", sharing=False)
        lab.change_tier(firm, "Work")
        undecided = lab.create_account("Work")
        lab.change_tier(undecided, "Free")
        chat = lab.start_conversation(chose, "chat")
        lab.publish_terms_update(OFFERED + DAY, flip=True)
        assert [lab.account(a).setting for a in (chose, firm, undecided)] == [True, False, None]
        assert lab.events[-1].actor == "provider"
        assert lab.would_train(chose) == {}
        lab.send(chat)
        assert lab.would_train(chose) == {chat: SETTING}

    def test_an_update_may_leave_it(self, lab: Lab) -> None:
        """Without the flip nothing changes."""
        account = lab.create_account("Pro", OFFERED, sharing=False)
        lab.publish_terms_update()
        assert lab.account(account).setting is False


class TestForwardOnly:
    """Every event lies at or after the last one."""

    @pytest.mark.parametrize(
        "act",
        [
            lambda lab, _chat, at: lab.advance(at),
            lambda lab, _chat, at: lab.create_account("Free", at),
            lambda lab, chat, at: lab.send(chat, at),
            lambda lab, chat, at: lab.delete(chat, at),
            lambda lab, chat, at: lab.give_feedback(chat, at),
            lambda lab, chat, at: lab.flag_safety(chat, at),
            lambda lab, _chat, at: lab.run_training("x", at),
            lambda lab, _chat, at: lab.publish_terms_update(at, flip=True),
        ],
    )
    def test_no_way_back(self, lab: Lab, act: Callable[[Lab, str, datetime], object]) -> None:
        """An earlier instant, or one without a zone, is refused and changes nothing."""
        account = sharer(lab)
        chat = lab.start_conversation(account, "chat")
        events = list(lab.events)
        for past in (OFFERED - TICK, OFFERED.replace(tzinfo=None)):
            with pytest.raises(BackwardsInTime):
                act(lab, chat, past)
        assert lab.events == events
        assert lab.now == OFFERED

    def test_a_refusal_leaves_the_lab_as_it_was(self, lab: Lab) -> None:
        """What is refused neither moves the clock nor uses up an id."""
        account = lab.create_account("Free", START)
        with pytest.raises(ChoiceNeeded):
            lab.start_conversation(account, "chat", BINDING)
        with pytest.raises(NotOffered):
            lab.create_account("Platinum", BINDING)
        assert lab.now == START
        twin = Lab(START)
        twin.create_account("Free", START)
        assert twin.start_conversation(account, "chat") == lab.start_conversation(account, "chat")

    def test_an_answer_may_take_its_time_but_not_come_first(self, lab: Lab) -> None:
        """The clock stands at the answer afterwards; a negative delay is refused."""
        account = sharer(lab)
        chat = lab.start_conversation(account, "chat", answer_after=30)
        assert lab.now == OFFERED + timedelta(seconds=30)
        assert lab.conversations[chat].last_shared == OFFERED
        with pytest.raises(BackwardsInTime):
            lab.send(chat, answer_after=-1)


def test_words_are_those_of_the_field(lab: Lab) -> None:
    """Causes and purge bases are the field's words, though the lab does not import them."""
    account = sharer(lab)
    shared, deleted, hidden = (
        lab.start_conversation(account, "chat", incognito=hide) for hide in (False, False, True)
    )
    lab.give_feedback(shared)
    lab.flag_safety(shared)
    lab.delete(deleted)
    causes = lab.run_training("all").items[shared].causes
    lab.advance(OFFERED.replace(year=2040))
    assert {Cause(c) for c in causes} == set(Cause)
    assert {Basis(p.basis) for p in lab.purges} == {
        Basis.TRAINING_ON, Basis.AFTER_CHAT_DELETION, Basis.TEMPORARY_CHATS, Basis.FEEDBACK,
        Basis.FLAGGED_CONTENT, Basis.FLAGGED_SCORES,
    }  # fmt: skip
    assert hidden in {p.conversation for p in lab.purges}


def test_history_is_full_evidence(lab: Lab) -> None:
    """Tiers, acceptance, every stretch of the setting, feedback, deletions and flags, up to the present."""
    account = lab.create_account("Free", START)
    lab.accept_terms(account, True, OFFERED)
    chat = lab.start_conversation(account, "chat")
    lab.give_feedback(chat, kind="thumbs_down")
    lab.flag_safety(chat)
    lab.set_setting(account, False, OFFERED + DAY)
    lab.set_setting(account, False, OFFERED + 2 * DAY)
    lab.change_tier(account, "Work", OFFERED + 3 * DAY)
    lab.delete(chat)
    lab.advance(OFFERED + 5 * DAY)
    history = lab.history(account)
    assert history.tiers == (("Free", START, OFFERED + 3 * DAY), ("Work", OFFERED + 3 * DAY, None))
    assert history.accepted == OFFERED
    assert history.setting == (
        ("sharing", OFFERED, OFFERED + DAY),
        ("private", OFFERED + DAY, OFFERED + 5 * DAY),
    )
    assert history.feedback == ((chat, OFFERED, "thumbs_down"),)
    assert history.flags == ((chat, OFFERED),)
    assert history.deletions == ((chat, OFFERED + 3 * DAY),)
