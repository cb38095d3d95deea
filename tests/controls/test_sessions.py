"""A second browser with the same cookies: nobody is signed out silently, and no claim rests on that."""

import pytest

from tests.controls.fakes import QUICK, MemorySink, ticking
from tests.controls.sessions import Account, serve
from withhold.controls.assist import set_private
from withhold.controls.driver import Page
from withhold.controls.record import RunContext
from withhold.model.control import OptOutResult
from withhold.model.words import Outcome

pytestmark = pytest.mark.browser
EITHER = pytest.mark.parametrize("before", [False, True], ids=["private", "sharing"])


def _opt_out(tab: Page, account: Account) -> OptOutResult:
    tab.context.clear_cookies()
    session = {"name": "session", "value": account.token, "url": account.url, "httpOnly": True}
    tab.context.add_cookies([session])  # type: ignore[list-item]
    context = RunContext(None, None, "test", patience=QUICK)
    result = set_private(tab, account.url, clock=ticking(), sink=MemorySink(), context=context)
    if result.outcome in {Outcome.CHANGED, Outcome.ALREADY_PRIVATE}:
        assert account.training is False, "privacy was claimed, and the server holds another state"
    return result


def _still_signed_in(tab: Page, account: Account) -> bool:
    """What the person finds who opens the page next."""
    tab.goto(account.url)
    return account.signed_in and tab.get_by_text("signed out").count() == 0


@EITHER
def test_a_sign_in_that_each_load_renews_is_not_shared(tab: Page, before: bool) -> None:
    """No second browser comes where that would end it; the person stays signed in."""
    with serve(Account(training=before, renews_at=None)) as account:
        result = _opt_out(tab, account)
        assert any("changes its sign-in" in step for step in result.steps)
        assert "t0" in account.asked
        assert account.signed_in, "an old token was used"
        assert _still_signed_in(tab, account)


@EITHER
def test_a_sign_in_that_was_renewed_in_the_second_browser_is_handed_back(tab: Page, before: bool) -> None:
    """A token that is renewed now and then may be so just when the second browser comes."""
    with serve(Account(training=before, renews_at=frozenset({3}))) as account:
        result = _opt_out(tab, account)
        assert any("handed back" in step for step in result.steps)
        assert _still_signed_in(tab, account)
        assert result.outcome is (Outcome.CHANGED if before else Outcome.ALREADY_PRIVATE)


@EITHER
def test_a_site_that_admits_one_device_alone_is_no_claim(tab: Page, before: bool) -> None:
    """The site ended the sign-in when a second device came with its cookie: the person hears of it."""
    with serve(Account(training=before, one_device=True)) as account:
        result = _opt_out(tab, account)
        assert result.outcome is Outcome.NEEDS_HUMAN
        assert not account.signed_in
        assert "signed you out" in result.why


@EITHER
def test_a_sign_in_that_stays_is_shared_as_ever(tab: Page, before: bool) -> None:
    """Where nothing changes, the second browser looks, and the claim is made."""
    with serve(Account(training=before)) as account:
        result = _opt_out(tab, account)
        assert result.outcome is (Outcome.CHANGED if before else Outcome.ALREADY_PRIVATE), result.why
        assert _still_signed_in(tab, account)
