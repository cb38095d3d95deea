"""What an opt-out leaves as evidence of the setting, on the lab in a real browser."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.app.conftest import Clock
from withhold.app.accounts import add_account
from withhold.app.bootstrap import Services
from withhold.app.demo.person import Person
from withhold.app.exposure import exposure
from withhold.app.opt_out import opt_out
from withhold.controls.browser import OpenPage, find_browser, open_page
from withhold.lab.server import RunningLab, running_lab
from withhold.support.errors import RefusedByStance, UsageProblem

pytestmark = pytest.mark.browser
NEW_TERMS = datetime(2025, 11, 1, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def browser() -> Iterator[OpenPage]:
    with open_page(browser=find_browser(), headless=True, locale="en-US") as opened:
        yield opened


def visit(variant: str, opened: OpenPage) -> Iterator[RunningLab]:
    with running_lab(start=NEW_TERMS, variant=variant) as running:
        opened.page.context.clear_cookies()
        person = Person(opened.page, running.url)
        opened.page.goto(running.url)
        join = opened.page.get_by_role("region", name="Create an account")
        join.get_by_label("Name").fill("Robin")
        join.get_by_label("E-mail").fill("robin@lumen.example")
        join.get_by_label("Plan").select_option("Pro")
        join.get_by_role("button", name="Continue").click()
        opened.page.get_by_role("button", name="Accept").click()
        opened.page.wait_for_url("**/chats**")
        person.chat("Hello")
        yield running


@pytest.mark.parametrize(
    ("variant", "outcome", "seen"),
    [
        ("switch", "changed", ["sharing", "private"]),
        ("silent-failure", "not_persisted", ["sharing", "sharing"]),
        ("disabled", "blocked", ["sharing"]),
        ("unknown-label", "no_control", []),
        ("two-alike", "needs_human", []),
    ],
)
def test_only_a_confirmed_private_reading_becomes_evidence(
    services: Services, clock: Clock, browser: OpenPage, variant: str, outcome: str, seen: list[str]
) -> None:
    """On each kind of switch: the outcome, the evidence kept, and the lab's own books agree."""
    add_account(services, "lab", "robin@lumen.example")
    for running in visit(variant, browser):
        clock.now = running.lab.now
        document = opt_out(services, pack_id="lab", url=running.url, mode="assist", opened=browser)
        (account,) = services.store.accounts()
        evidence = services.store.setting_evidence(account.id)
        stored = next(iter(running.lab.accounts.values())).setting
        assert document.outcome == outcome
        assert [e.setting.value for e in evidence] == seen
        assert (stored is False) == (outcome == "changed")
        assert document.record == next(iter(services.journal.records())).id
        assert all(e.record == document.record for e in evidence)


def test_a_second_run_changes_nothing_and_is_another_look(
    services: Services, clock: Clock, browser: OpenPage
) -> None:
    """Running it again finds the control private, writes nothing and records another observation."""
    for running in visit("switch", browser):
        clock.now = running.lab.now
        opt_out(services, pack_id="lab", url=running.url, mode="assist", opened=browser)
        events = len(running.lab.events)
        clock.move(days=1)
        again = opt_out(services, pack_id="lab", url=running.url, mode="assist", opened=browser)
        assert again.outcome == "already_private"
        assert len(running.lab.events) == events
        assert [r.type for r in services.journal.records()] == ["control.optout", "control.check"]


def test_assist_is_refused_where_the_terms_do_not_permit_it(services: Services) -> None:
    """Anthropic's consumer terms forbid automation: nothing is opened, the other way is told."""
    with pytest.raises(RefusedByStance, match="prohibited"):
        opt_out(services, provider_id="anthropic", mode="assist")
    assert list(services.journal.records()) == []


def test_guide_claims_nothing(services: Services) -> None:
    """The guide names the switch, its path and what off means; nothing is recorded and nothing assured."""
    document = opt_out(services, provider_id="anthropic")
    assert document.outcome == "needs_human"
    assert any("Help improve Claude" in step for step in document.steps)
    assert document.record is None
    assert exposure(services).conversations == ()


def test_two_accounts_are_never_guessed_between(services: Services) -> None:
    """With two accounts at one provider the person has to say which one is signed in."""
    add_account(services, "anthropic", "one")
    add_account(services, "anthropic", "two")
    with pytest.raises(UsageProblem, match="2 accounts"):
        opt_out(services, provider_id="anthropic")
