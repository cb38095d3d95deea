"""What the person tells, and that it is kept as their word."""

from datetime import timedelta

import pytest

from tests.app.conftest import Clock
from withhold.app.accounts import (
    add_acceptance,
    add_account,
    add_plan,
    attest_setting,
    link_account,
    list_accounts,
)
from withhold.app.bootstrap import Services
from withhold.support.errors import UsageProblem


def test_an_account_is_told_with_plan_and_acceptance(services: Services) -> None:
    """What is told on adding an account comes back as attested, each statement with a record."""
    add_account(
        services, "anthropic", "mine", tier="pro", tier_from="2024-05-01", accepted="2025-09-28..2025-10-08"
    )
    (row,) = list_accounts(services).accounts
    assert row.plans[0].tier == "Pro"
    assert row.plans[0].known == row.acceptances[0].known == "attested"
    assert [r.type for r in services.journal.records()] == ["attestation.plan", "attestation.acceptance"]


def test_a_day_without_a_zone_vouches_only_for_what_is_certain(services: Services, clock: Clock) -> None:
    """ "Off since 1 October" starts where that day has begun everywhere on Earth, and ends now."""
    add_account(services, "anthropic", "mine")
    attest_setting(services, "mine", "private", begins="2025-10-01")
    (row,) = list_accounts(services).accounts
    assert row.settings[0].begins.isoformat() == "2025-10-01T12:00:00+00:00"
    assert clock.now - row.settings[0].ends < timedelta(seconds=1)
    assert row.settings[0].record is not None


def test_unknown_providers_plans_and_accounts_are_refused_with_what_is_known(services: Services) -> None:
    """A slip of the pen says what would have been right."""
    with pytest.raises(UsageProblem, match="no pack for 'antropic'"):
        add_account(services, "antropic", "mine")
    add_account(services, "anthropic", "mine")
    with pytest.raises(UsageProblem, match="no plan called 'Prro'") as caught:
        add_plan(services, "mine", "Prro")
    assert "Pro" in (caught.value.next_step or "")
    with pytest.raises(UsageProblem, match="no account is called 'yours'"):
        add_acceptance(services, "yours", "2025-10-01")


def test_an_id_of_an_export_belongs_to_one_account(services: Services) -> None:
    """Linking the same export id to a second account is refused: evidence of one must not clear the other."""
    add_account(services, "anthropic", "one", source_ids=("ref",))
    add_account(services, "anthropic", "two")
    with pytest.raises(UsageProblem, match="belongs to the account 'one'"):
        link_account(services, "two", "ref")
    link_account(services, "one", "ref")


@pytest.mark.parametrize("text", ["yesterday", "2025-13-01", "2025-10-01T09:30", "2025-10-02..2025-09-01"])
def test_dates_that_say_nothing_are_refused(services: Services, text: str) -> None:
    """A date is read in one way or not at all; a time without a zone is no instant."""
    add_account(services, "anthropic", "mine")
    with pytest.raises(UsageProblem):
        add_acceptance(services, "mine", text)
