"""Accounts and the evidence of their settings."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests.store.making import NOW, chat, export, open_store, put
from withhold.app.state.whole import State
from withhold.model.account import Acceptance, Account, PlanPeriod, SettingEvidence
from withhold.model.when import BEGINNING, END, When
from withhold.model.words import Known, Setting
from withhold.support.errors import UsageProblem

ACCOUNT = Account(
    id="anthropic-1",
    provider_id="anthropic",
    label="a•••@e•••.org",
    region="EEA",
    plans=(
        PlanPeriod(
            "p1",
            "Free",
            When.between(None, NOW),
            When.some_time_on(date(2025, 9, 1)),
            Known.ATTESTED,
        ),
        PlanPeriod("p2", "Pro", When.at(NOW), None, Known.OBSERVED),
    ),
    acceptances=(Acceptance("a1", When.some_time_on(date(2025, 9, 28), date(2025, 10, 10)), Known.ATTESTED),),
    source_account_ids=("ref-2", "ref-1"),
)
LOOK = SettingEvidence("look-1", "training", NOW, NOW, Setting.PRIVATE, Known.OBSERVED, "ab12")


def test_an_account_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    """Open ends, spans and the order of names survive a restart."""
    other = Account("b", "openai", "•••")
    with open_store(tmp_path) as store:
        store.save_account(other)
        store.save_account(ACCOUNT)
    with open_store(tmp_path) as store:
        assert store.accounts() == (ACCOUNT, other)
        assert store.account("anthropic-1") == ACCOUNT


@pytest.mark.parametrize(
    "when",
    [
        When(BEGINNING, END),
        When.at(datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)),
        When.at(datetime(2026, 7, 9, 12, 0, 0, 1, tzinfo=UTC)),
    ],
)
def test_instants_are_kept_to_the_microsecond(when: When, tmp_path: Path) -> None:
    """From the beginning to the end of time nothing is rounded."""
    account = replace(ACCOUNT, acceptances=(Acceptance("a", when, Known.ATTESTED),))
    with open_store(tmp_path) as store:
        store.save_account(account)
        assert store.account("anthropic-1") == account


def test_saving_again_replaces_plans_and_keeps_settings(tmp_path: Path) -> None:
    """A person corrects a plan; what was seen of the setting is not touched by that."""
    with open_store(tmp_path) as store:
        store.save_account(ACCOUNT)
        store.add_setting_evidence("anthropic-1", LOOK)
        changed = replace(ACCOUNT, region=None, plans=ACCOUNT.plans[1:], source_account_ids=("ref-9",))
        store.save_account(changed)
        assert store.accounts() == (changed,)
        assert store.setting_evidence("anthropic-1") == (LOOK,)


def test_evidence_of_a_setting_is_added_once_and_never_rewritten(tmp_path: Path) -> None:
    """The same look twice is one; another look under its id is refused."""
    later = replace(
        LOOK, id="look-2", begins=NOW + timedelta(days=1), ends=NOW + timedelta(days=2), record=None
    )
    with open_store(tmp_path) as store:
        store.save_account(ACCOUNT)
        for evidence in (later, LOOK, LOOK):
            store.add_setting_evidence("anthropic-1", evidence)
        with pytest.raises(UsageProblem, match="look-1"):
            store.add_setting_evidence("anthropic-1", replace(LOOK, setting=Setting.SHARING))
        assert store.setting_evidence("anthropic-1") == (LOOK, later)


def test_an_unknown_account_is_a_usage_problem(tmp_path: Path) -> None:
    """The message names the accounts that there are."""
    with open_store(tmp_path) as store:
        store.save_account(ACCOUNT)
        for act in (
            lambda: store.account("x"),
            lambda: store.add_setting_evidence("x", LOOK),
            lambda: store.conversations(account="x"),
            lambda: store.remove_account("x"),
        ):
            with pytest.raises(UsageProblem) as caught:
                act()
            assert caught.value.next_step == "accounts known: anthropic-1"


def test_a_forgotten_account_leaves_its_conversations(tmp_path: Path) -> None:
    """Removing an account removes plans and settings; the index stays until it is forgotten itself."""
    with open_store(tmp_path) as store:
        store.save_account(ACCOUNT)
        store.add_setting_evidence("anthropic-1", LOOK)
        put(store, export(), chat())
        store.remove_account("anthropic-1")
        assert store.accounts() == ()
        store.save_account(Account("anthropic-1", "anthropic", "new"))
        assert store.setting_evidence("anthropic-1") == ()
        assert len(list(store.conversations())) == 1


def test_several_writes_count_together(tmp_path: Path) -> None:
    """If one of them fails, none has happened."""

    def save_and_fail(store: State) -> None:
        with store.transaction():
            store.save_account(ACCOUNT)
            store.add_setting_evidence("other", LOOK)

    with open_store(tmp_path) as store:
        with pytest.raises(UsageProblem):
            save_and_fail(store)
        assert store.accounts() == ()
