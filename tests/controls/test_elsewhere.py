"""What another browser of the account would see counts, and what only this browser stored does not."""

from dataclasses import replace

import pytest

from tests.controls.conftest import LABEL, PRIVATE, Desk
from tests.controls.fakes import QUICK
from tests.sizes import SIZES
from withhold.model.words import Outcome

pytestmark = pytest.mark.browser
BOX = f'<label><input type="checkbox" id="z"> {LABEL}</label>'
SHOWN_FROM_STORAGE = "z.checked = !localStorage.off;"


def _stored_earlier(desk: Desk, key: str, value: str) -> None:
    """As in a profile that is kept: this browser's storage holds something from an earlier sitting."""
    desk.site.pages["/blank"] = "<!doctype html><title>Settings</title>"
    desk.tab.goto(desk.site.url + "blank")
    desk.tab.evaluate("([key, value]) => localStorage.setItem(key, value)", [key, value])


def _signed_in(desk: Desk) -> None:
    """The account is told by a cookie that scripts cannot write."""
    cookie = {"name": "account", "value": "robin", "url": desk.site.url, "httpOnly": True}
    desk.tab.context.add_cookies([cookie])  # type: ignore[list-item]


@pytest.fixture(autouse=True)
def _no_cookies(desk: Desk) -> None:
    """Cookies know no ports: those of another test's site would count as this one's."""
    desk.tab.context.clear_cookies()


def test_a_choice_kept_in_this_profile_alone_is_no_claim(desk: Desk) -> None:
    """What an earlier sitting left in this browser's storage looks private, and no server heard of it."""
    _stored_earlier(desk, "off", "1")
    desk.show(BOX, SHOWN_FROM_STORAGE)
    assert desk.opt_out_unknown().outcome is Outcome.NEEDS_HUMAN


def test_a_choice_kept_in_this_profile_behind_a_token_is_no_claim(desk: Desk) -> None:
    """The same where the sign-in lies in the storage too, so that another browser sees no setting at all."""
    _stored_earlier(desk, "token", "t")
    _stored_earlier(desk, "off", "1")
    desk.show(
        "<div id=m></div>", f"if (localStorage.token) {{ m.innerHTML = `{BOX}`; {SHOWN_FROM_STORAGE} }}"
    )
    assert desk.opt_out_unknown().outcome is Outcome.NEEDS_HUMAN


def test_a_setting_that_the_server_states_is_believed_behind_a_token(desk: Desk) -> None:
    """Where no other browser can look, an answer of the fresh load that says so by name is enough."""
    _stored_earlier(desk, "token", "t")
    desk.site.state = {"training": False}
    load = "load().then(s => { z.checked = s.training })"
    desk.show("<div id=m></div>", f"if (localStorage.token) {{ m.innerHTML = `{BOX}`; {load} }}")
    assert desk.opt_out_unknown().outcome is Outcome.ALREADY_PRIVATE


@pytest.mark.parametrize("told", ["true", "1", "'yes'"][: SIZES.late.places])
def test_a_choice_in_storage_beside_another_setting_that_is_saved_is_no_claim(desk: Desk, told: str) -> None:
    """The page sends something that reads as on, but it is not this choice, which stays in the browser."""
    other = f"fetch('/ping', {{method: 'PATCH', body: JSON.stringify({{panel_open: {told}}})}})"
    desk.show(
        BOX, f"{SHOWN_FROM_STORAGE} z.onchange = () => {{ localStorage.off = z.checked ? '' : 1; {other} }}"
    )
    assert desk.opt_out_unknown().outcome not in PRIVATE


@pytest.mark.parametrize("private_before", [True, False], ids=["already", "changed"])
@pytest.mark.parametrize(
    "when",
    ["setTimeout(get, 700)", "new IntersectionObserver(s => { if (s[0].isIntersecting) get() }).observe(z)"],
    ids=["late", "in-view"],
)
def test_the_other_browser_waits_as_long_as_the_claim_does(
    desk: Desk, when: str, *, private_before: bool
) -> None:
    """Without this browser's copy the page shows a default first, and later that it shares."""
    _signed_in(desk)
    if private_before:
        _stored_earlier(desk, "copy", "off")
    desk.patience = replace(QUICK, claim=1.2)
    desk.site.saves = False
    script = (
        "const copy = localStorage.copy; z.checked = copy ? copy !== 'off' : false;"
        "let got = 0; const get = () => got++ || load().then(s => { z.checked = s.training });"
        f"if (!copy) {{ if (!document.cookie.includes('warm')) {when}; }}"
        "z.onchange = () => { localStorage.copy = z.checked ? 'on' : 'off'; send('training', z.checked) }"
    )
    if not private_before:
        _stored_earlier(desk, "copy", "on")
        desk.site.echo = False
    desk.show(f'<div style="height:3000px"></div>{BOX}', script)
    assert desk.opt_out_unknown().outcome not in PRIVATE
