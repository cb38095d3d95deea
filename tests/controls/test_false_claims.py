"""Ways to look private without being it that a first reading of the page does not show."""

import pytest

from tests.controls.conftest import LABEL, PRIVATE, Desk
from tests.controls.site import switch
from withhold.model.words import Outcome

pytestmark = pytest.mark.browser
BOX = f'<label><input type="checkbox" id="z"> {LABEL}</label>'
COOKIE = "z.checked = !document.cookie.includes('t=0');"
BEACON = "fetch('/ping', {method: 'PATCH', body: '{}'})"


def test_a_choice_that_only_a_cookie_of_this_browser_keeps_is_no_claim(desk: Desk) -> None:
    """A page that counts the click but keeps the choice in the browser has not told the account's server."""
    script = f"{COOKIE}z.onchange = () => {{ document.cookie = `t=${{+z.checked}};path=/`; {BEACON} }}"
    desk.show(BOX, script)
    assert desk.opt_out_unknown().outcome not in PRIVATE


@pytest.mark.parametrize(
    "sends",
    [
        BEACON,
        "new Image().src = '/pixel?e=click'",
        "navigator.sendBeacon('/count', JSON.stringify({event: 'toggle', id: 'training', n: 1}))",
    ],
    ids=["patch", "pixel", "beacon"],
)
def test_a_choice_in_this_browsers_storage_beside_a_counted_click_is_no_claim(desk: Desk, sends: str) -> None:
    """What the page sends says nothing of the setting: no server can have heard of it."""
    kept = "localStorage.off = z.checked ? '' : 1"
    script = f"z.checked = !localStorage.off; z.onchange = () => {{ {kept}; {sends} }}"
    desk.show(BOX, script)
    assert desk.opt_out_unknown().outcome not in PRIVATE


def test_private_for_a_part_is_no_claim(desk: Desk) -> None:
    """Where all there is is about pictures, the rest may be shared: that is for the person to see."""
    desk.private_when = {"training": True}
    desk.site.state["training"] = False
    desk.show(switch("training", "Exclude images from model training"))
    assert desk.opt_out_unknown().outcome is Outcome.NEEDS_HUMAN


def test_a_part_beside_the_whole_is_set_with_it(desk: Desk) -> None:
    """A part decides too, and does not stand in the way of a claim about the whole."""
    desk.site.state["images"] = True
    desk.private_when = {"training": False, "images": False}
    desk.show(switch("training", LABEL) + switch("images", "Use my images to train models"))
    assert desk.opt_out_unknown().outcome is Outcome.CHANGED
    assert desk.site.state["images"] is False


def test_a_pressed_button_that_says_stop_is_left_to_the_person(desk: Desk) -> None:
    """Pressed, and "Stop ...": stopped already, or may be stopped by pressing? Its words do not tell."""
    desk.show('<button data-key="training" aria-pressed="true">Stop training on my chats</button>')
    assert desk.opt_out_unknown().outcome is Outcome.NEEDS_HUMAN
    assert desk.site.writes == []


@pytest.mark.parametrize(
    "wait",
    [
        "new IntersectionObserver(seen => { if (seen[0].isIntersecting) get(); }).observe(z)",
        "addEventListener('mousemove', get)",
    ],
    ids=["in-view", "pointer"],
)
def test_a_state_that_is_asked_for_only_when_looked_at(desk: Desk, wait: str) -> None:
    """A box that stands off until it comes into view, or the pointer moves, is not believed before."""
    script = (
        f"let got = 0; const get = () => got++ || load().then(s => {{ z.checked = s.training }}); {wait};"
    )
    desk.show(f'<div style="height:3000px"></div>{BOX}', script)
    assert desk.opt_out_unknown().outcome not in PRIVATE


def test_saving_when_the_focus_leaves(desk: Desk) -> None:
    """A page that saves a box only when the focus leaves it is set too."""
    desk.show(
        BOX, "load().then(s => { z.checked = s.training }); z.onblur = () => send('training', z.checked);"
    )
    assert desk.opt_out_unknown().outcome is Outcome.CHANGED
