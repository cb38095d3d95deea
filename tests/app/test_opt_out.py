"""What an opt-out leaves as evidence of the setting, on the lab in a real browser."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.app.conftest import Clock
from tests.controls.site import Site, page, serve, switch
from withhold.app.accounts import add_account, training_control
from withhold.app.bootstrap import Services
from withhold.app.demo.person import Person
from withhold.app.ledger.exposure import exposure
from withhold.app.optout.opt_out import Target, _kept, opt_out
from withhold.controls.browser import OpenPage, find_browser, open_page
from withhold.lab.server import RunningLab, running_lab
from withhold.model.control import OptOutResult
from withhold.model.words import Mode, Outcome
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
        ("unknown-label", "changed", ["sharing", "private"]),
        ("two-alike", "needs_human", ["sharing", "sharing"]),
    ],
)
def test_only_a_confirmed_private_reading_becomes_evidence(
    services: Services, clock: Clock, browser: OpenPage, variant: str, outcome: str, seen: list[str]
) -> None:
    """On each kind of switch: the outcome, the evidence kept, and the lab's own books agree."""
    add_account(services, "lab", "robin@lumen.example")
    for running in visit(variant, browser):
        clock.now = running.lab.now
        document = opt_out(
            services,
            pack_id="lab",
            url=running.url,
            account="robin@lumen.example",
            mode="assist",
            opened=browser,
        )
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


def test_a_page_of_somebody_else_is_no_evidence(services: Services, clock: Clock, browser: OpenPage) -> None:
    """A look-alike on this computer is set and recorded, and says nothing of the Anthropic account."""
    add_account(services, "anthropic", "robin")
    site = Site(state={"training": True})
    site.pages["/x.html"] = page(switch("training", "Help improve Claude"))
    with serve(site):
        document = opt_out(
            services,
            pack_id="anthropic",
            url=f"{site.url}x.html",
            account="robin",
            mode="assist",
            opened=browser,
        )
    assert document.outcome == "changed"
    assert "not a page of Anthropic" in document.why
    (account,) = services.store.accounts()
    assert services.store.setting_evidence(account.id) == ()
    assert document.record == next(iter(services.journal.records())).id


def test_elsewhere_nothing_is_claimed(services: Services) -> None:
    """On a foreign host of the network a confirmed outcome is left to the person, and nothing is stored."""
    provider = services.packs["anthropic"]
    url = "https://claude.example/settings"
    target = Target(provider, training_control(provider), url, None, named=False)
    told = OptOutResult(Outcome.CHANGED, Mode.ASSIST, (), (), "private after a fresh load", final_url=url)
    kept = _kept(services, target, told)
    assert kept.outcome is Outcome.NEEDS_HUMAN
    assert "not a page of Anthropic" in kept.why
    assert services.store.accounts() == ()


def test_a_reading_is_filed_under_no_name_that_was_not_said(
    services: Services, clock: Clock, browser: OpenPage
) -> None:
    """Whoever is signed in: without --account the only known account stays as it was, also a second time."""
    add_account(services, "lab", "somebody else")
    for running in visit("switch", browser):
        clock.now = running.lab.now
        for _ in range(2):
            document = opt_out(services, pack_id="lab", url=running.url, mode="assist", opened=browser)
            assert "--account LABEL" in document.why
            clock.move(days=1)
    seen = {a.label: len(services.store.setting_evidence(a.id)) for a in services.store.accounts()}
    assert seen == {"somebody else": 0, "unnamed": 4}


def test_a_run_that_read_nothing_makes_no_account(services: Services, browser: OpenPage) -> None:
    """On a sign-in page nobody is signed in, so no account becomes known."""
    with running_lab(start=NEW_TERMS) as running:
        browser.page.context.clear_cookies()
        document = opt_out(services, pack_id="lab", url=running.url, mode="assist", opened=browser)
    assert document.outcome in {"needs_human", "no_control"}
    assert services.store.accounts() == ()


def test_the_permission_of_the_lab_stays_at_home(services: Services, browser: OpenPage) -> None:
    """The lab permits programs; another host is not the lab, and nothing is opened or recorded there."""
    with pytest.raises(RefusedByStance, match="Nothing is known"):
        opt_out(services, pack_id="lab", url="https://192.0.2.2/", mode="assist", opened=browser)
    with pytest.raises(UsageProblem, match="http:"):
        opt_out(services, pack_id="lab", url="http://192.0.2.2/", mode="assist", opened=browser)
    assert list(services.journal.records()) == []


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
