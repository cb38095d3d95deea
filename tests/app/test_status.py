"""What the posture says, and what it asks for next."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.app.conftest import Clock
from withhold.app.accounts import add_account, attest_setting
from withhold.app.bootstrap import Services
from withhold.app.status import status
from withhold.model.account import SettingEvidence
from withhold.model.words import Known, Setting
from withhold.support.errors import UsageProblem


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


def test_several_controls_are_told_apart(services: Services, clock: Clock) -> None:
    """Where two switches decide, each has its row and name; a word about one is none about the other."""
    add_account(services, "microsoft", "mine")
    rows = status(services).posture
    assert len({row.control for row in rows}) == len({row.title for row in rows}) == len(rows) > 1
    assert {row.next for row in rows} == {"withhold optout --all"}
    begins = (clock() - timedelta(days=9)).isoformat()
    attest_setting(services, "mine", "private", begins=begins, control_id=rows[1].control)
    assert [row.setting for row in status(services).posture] == [
        "private" if row.control == rows[1].control else "unknown" for row in rows
    ]


def test_a_control_that_is_not_there_is_refused(services: Services) -> None:
    """A mistyped control must not be filed as another one."""
    add_account(services, "microsoft", "mine")
    with pytest.raises(UsageProblem, match="has no control 'x'"):
        attest_setting(services, "mine", "private", begins="2026-01-01", control_id="x")


def test_an_old_look_is_no_posture(services: Services, clock: Clock) -> None:
    """After thirty days a private look no longer stands for now."""
    add_account(services, "anthropic", "mine")
    look(services, datetime(2026, 9, 1, tzinfo=UTC))
    (row,) = status(services).posture
    assert row.setting == "unknown"
    assert row.next.startswith("withhold optout anthropic")
