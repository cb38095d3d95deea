"""Parts of a page that are put into it only when they are opened: what they hold counts before a claim."""

import json

import pytest

from tests.controls.conftest import LABEL, PRIVATE, Desk
from tests.controls.site import page, switch
from withhold.model.words import Outcome

pytestmark = pytest.mark.browser
SECOND = switch("second", "Allow my chats to be used to train models")
HARMLESS = switch("second", "Send me a newsletter by e-mail")
WITHIN = """<div role="tablist"><button role="tab" aria-selected="true">A</button>
<button role="tab" aria-selected="false" onclick="mount('second', inner)">B</button></div>
<div id="inner"></div>"""
OPENS = """
const parts = {parts};
const mount = (name, into = spot) => { into.innerHTML = parts[name];
  load().then(state => into.querySelectorAll('[data-key]').forEach(el => {
    show(el, state[el.dataset.key]); wire(el, el.dataset.key); })); };
"""
TABS = """<div role="tablist"><button role="tab" aria-selected="true" data-p="mine">Privacy</button>
<button role="tab" aria-selected="false" data-p="other">{name}</button></div>
<div role="tabpanel" id="spot"></div>"""
ADDRESS = "history.pushState({}, '', '/settings/' + tab.dataset.p);"
TURN = """
const tabs = document.querySelectorAll('[role=tab]');
tabs.forEach(tab => tab.onclick = () => {{ tabs.forEach(t => t.setAttribute('aria-selected', t === tab));
  {more} mount(tab.dataset.p); }});
mount('mine');
"""


def opens(*, mine: str = switch("training", LABEL), other: str = SECOND) -> str:
    return OPENS.replace("{parts}", json.dumps({"mine": mine, "other": other, "second": SECOND}))


def tabs(name: str, other: str = SECOND, more: str = "") -> tuple[str, str]:
    return TABS.format(name=name), opens(other=other) + TURN.format(more=more)


def closed(opener: str, event: str = "onclick") -> tuple[str, str]:
    body = f'{switch("training", LABEL)}{opener}<div id="spot"></div>'
    return body, f"ready(); {opens()} fold.{event} = () => mount('other');"


PAGES = {
    "tab": tabs("Data controls"),
    "tab with an address": tabs("Model training", more=ADDRESS),
    "tab of another name with an address": tabs("Team", more=ADDRESS),
    "tab in another language": tabs("Datenschutz und Daten"),
    "tab that is said to be advanced": tabs("Advanced"),
    "tab of another name": tabs("Chats"),
    "closed part of another name": closed('<button id="fold" aria-expanded="false">Chats</button>'),
    "tab within a tab": tabs("Account", other=WITHIN),
    "tab with a frame": tabs("Your data", other='<iframe src="/framed" width="500" height="200"></iframe>'),
    "closed part": closed('<button id="fold" aria-expanded="false">Advanced settings</button>'),
    "details": closed('<details id="fold"><summary>More options</summary></details>', "ontoggle"),
    "button without a word on its state": closed('<button id="fold">Data sharing options</button>'),
}


@pytest.mark.parametrize("shown", PAGES, ids=str)
@pytest.mark.parametrize("before", [False, True], ids=["private", "sharing"])
def test_a_second_control_behind_a_closed_part_is_no_claim(desk: Desk, shown: str, before: bool) -> None:
    """The one in sight is private, or was made so; the one behind still shares: the person has to look."""
    desk.site.state |= {"training": before, "second": True}
    desk.private_when = {"training": False, "second": False}
    desk.site.pages["/framed"] = page_of(SECOND)
    desk.show(*PAGES[shown])
    assert desk.opt_out_unknown().outcome not in PRIVATE


@pytest.mark.parametrize("more", ["", ADDRESS], ids=["", "address"])
@pytest.mark.parametrize("name", ["Notifications", "Data controls"])
@pytest.mark.parametrize("before", [False, True], ids=["private", "sharing"])
def test_a_closed_part_without_a_control_is_no_hindrance(
    desk: Desk, name: str, before: bool, more: str
) -> None:
    """What is behind a tab decides nothing: the claim is made as it would be without the tab."""
    desk.site.state |= {"training": before, "second": True}
    desk.show(*tabs(name, other=HARMLESS, more=more))
    assert desk.opt_out_unknown().outcome is (Outcome.CHANGED if before else Outcome.ALREADY_PRIVATE)
    assert desk.site.state["second"] is True


def test_a_second_control_that_is_private_too_is_no_hindrance(desk: Desk) -> None:
    """Both are private: so it is said."""
    desk.site.state |= {"training": False, "second": False}
    desk.show(*tabs("Data controls"))
    assert desk.opt_out_unknown().outcome is Outcome.ALREADY_PRIVATE
    assert desk.site.writes == []


def test_a_closed_part_that_does_not_open_is_no_claim(desk: Desk) -> None:
    """Something lies over it: nobody knows what is behind."""
    desk.site.state["training"] = False
    body, script = tabs("Data controls")
    over = '<div style="position:fixed;inset:0;opacity:0"></div>'
    desk.show(body + over, script)
    assert desk.opt_out_unknown().outcome is Outcome.NEEDS_HUMAN


def page_of(body: str) -> str:
    return page(body)
