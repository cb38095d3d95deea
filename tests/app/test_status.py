"""What the posture says, and what it asks for next."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.app.conftest import Clock
from withhold.app.accounts import add_account, attest_setting
from withhold.app.bootstrap import Services
from withhold.app.status import status
from withhold.model.account import SettingEvidence
from withhold.model.words import Known, Setting


def look(services: Services, at: datetime, setting: Setting = Setting.PRIVATE) -> None:
    """An observation of one instant."""
    (account,) = services.store.accounts()
    services.store.add_setting_evidence(
        account.id,
        SettingEvidence(at.isoformat(), "claude-help-improve", at, at, setting, Known.OBSERVED),
    )


def test_the_gap_between_two_looks_is_asked_about(services: Services, clock: Clock) -> None:
    """Two private looks with nothing between: the posture says so and hands over the right command."""
    add_account(services, "anthropic", "mine")
    look(services, clock() - timedelta(days=20))
    look(services, clock() - timedelta(days=1))
    (row,) = status(services).posture
    assert row.setting == "private"
    assert "nobody vouches" in row.text
    words = row.next.split("   ")[0].split()
    assert words[:3] == ["withhold", "account", "setting"]
    attest_setting(services, "mine", "private", begins=words[words.index("--from") + 1], ends=words[-1])
    (row,) = status(services).posture
    assert "nobody vouches" not in row.text
    assert row.next == "withhold exposure"


@pytest.mark.parametrize(("apart", "asked"), [(timedelta(seconds=40), False), (timedelta(days=1), True)])
def test_a_short_gap_is_not_asked_about(
    apart: timedelta, asked: bool, services: Services, clock: Clock
) -> None:
    """Two looks of one opt-out lie seconds apart: nobody is asked for a word about those."""
    add_account(services, "anthropic", "mine")
    look(services, clock() - timedelta(days=2))
    look(services, clock() - timedelta(days=2) + apart)
    (row,) = status(services).posture
    assert ("nobody vouches" in row.text) is asked
    assert row.next.startswith("withhold account setting" if asked else "withhold exposure")


def test_looks_that_differ_leave_no_gap_for_a_word(services: Services, clock: Clock) -> None:
    """Between sharing and private the time of change is unknown: one word for the gap would be wrong."""
    add_account(services, "anthropic", "mine")
    look(services, clock() - timedelta(days=20), Setting.SHARING)
    look(services, clock() - timedelta(days=1))
    (row,) = status(services).posture
    assert "nobody vouches" not in row.text


def test_an_old_look_is_no_posture(services: Services, clock: Clock) -> None:
    """After thirty days a private look no longer stands for now."""
    add_account(services, "anthropic", "mine")
    look(services, datetime(2026, 9, 1, tzinfo=UTC))
    (row,) = status(services).posture
    assert row.setting == "unknown"
    assert row.next.startswith("withhold optout anthropic")
