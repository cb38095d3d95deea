"""A page that shows a default and corrects it late, and lists of which only a part is in the page."""

from dataclasses import replace

import pytest

from tests.controls.conftest import LABEL, PRIVATE, Desk
from tests.controls.fakes import QUICK
from tests.sizes import SIZES
from withhold.model.words import Outcome

pytestmark = pytest.mark.browser
BOX = f'<label><input type="checkbox" id="z"> {LABEL}</label>'
GET = "const get = () => load().then(s => { z.checked = s.training });"
STREAM = "new EventSource('/stream').onmessage = m => { z.checked = JSON.parse(m.data).training }"


CORRECTIONS = {
    "stream": STREAM,
    "timer-of-a-timer": "setTimeout(() => setTimeout(get, 1500), 400)",
    "polling": "setInterval(get, 2000)",
    "timer": "setTimeout(get, 2000)",
}


@pytest.mark.parametrize("correction", list(CORRECTIONS)[: SIZES.late.corrections])
def test_a_correction_later_than_the_claim_is_waited_for(desk: Desk, correction: str) -> None:
    """A box that stands off until a timer, a poll or a standing connection brings the true state."""
    desk.patience = replace(QUICK, claim=0.5, standing=2.5, pending=2.5)
    desk.show(BOX, f"{GET} {CORRECTIONS[correction]}")
    assert desk.opt_out_unknown().outcome not in PRIVATE


def test_a_page_that_polls_for_ever_is_still_claimed(desk: Desk) -> None:
    """Waiting for what is due has an end: a page that asks again and again is believed once answered."""
    desk.site.state["training"] = False
    desk.patience = replace(QUICK, claim=0.5, standing=2.5, pending=2.5)
    again = "const tick = () => { get(); setTimeout(tick, 700) }; tick();"
    desk.show(BOX, f"{GET} {again}")
    assert desk.opt_out_unknown().outcome is Outcome.ALREADY_PRIVATE


ROWS = """<div id="list" style="height:300px;overflow:auto;position:relative"><div id="inside"></div></div>"""
VIRTUAL = """
const rows = Array.from({length: %(count)d}, (_, i) => ({label: `Chapter ${i}`}));
rows[%(first)d] = {label: 'Help improve Claude with my chats', key: 'training'};
rows[%(second)d] = {label: 'Use my voice recordings to train models', key: 'voice'};
let state = {};
const draw = () => {
  inside.replaceChildren();
  const from = Math.floor(list.scrollTop / 60);
  rows.forEach((row, i) => {
    if (i < from - 1 || i > from + 6) return;
    const el = document.createElement('label');
    el.style = `position:absolute;top:${i * 60}px;left:0`;
    el.innerHTML = row.key ? `<input type=checkbox id=${row.key}> ${row.label}` : row.label;
    inside.append(el);
    if (!row.key) return;
    const box = el.firstChild;
    box.checked = state[row.key];
    box.onchange = () => { state[row.key] = box.checked; send(row.key, box.checked) };
  });
};
inside.style = `height:${rows.length * 60}px`;
list.onscroll = draw;
load().then(s => { state = s; draw() });
"""
PLACES = {"both-far": (20, 55), "below": (1, 40), "above": (40, 1)}


@pytest.mark.parametrize("place", list(PLACES)[: SIZES.late.places])
@pytest.mark.parametrize("training", [False, True][: SIZES.late.places], ids=str)
def test_the_second_control_of_a_long_list_counts(desk: Desk, place: str, *, training: bool) -> None:
    """A second control that is in the page only where it is scrolled to keeps a claim from being made."""
    desk.site.state |= {"training": training, "voice": True}
    desk.private_when = {"training": False, "voice": False}
    first, second = PLACES[place]
    desk.show(ROWS, VIRTUAL % {"count": 60, "first": first, "second": second})
    assert desk.opt_out_unknown().outcome not in PRIVATE


def test_a_long_list_with_both_private_is_claimed(desk: Desk) -> None:
    """Where every part of the list was looked through and all of it is private, that is said."""
    desk.site.state |= {"training": False, "voice": False}
    desk.private_when = {"training": False, "voice": False}
    desk.show(ROWS, VIRTUAL % {"count": 60, "first": 1, "second": 40})
    assert desk.opt_out_unknown().outcome is Outcome.ALREADY_PRIVATE


def test_a_list_too_long_to_look_through_is_no_claim(desk: Desk) -> None:
    """What was not seen to its end may hold another control."""
    desk.site.state |= {"training": False, "voice": True}
    desk.private_when = {"training": False, "voice": False}
    desk.patience = replace(QUICK, lists=1.0)
    desk.show(ROWS, VIRTUAL % {"count": 4000, "first": 1, "second": 3900})
    assert desk.opt_out_unknown().outcome not in PRIVATE


def test_a_list_is_looked_through_also_where_the_state_came_late(desk: Desk) -> None:
    """A control that shows its state only once the pointer moves may not keep the list behind it unseen."""
    desk.site.state |= {"training": False, "voice": True}
    desk.private_when = {"training": False, "voice": False}
    late = VIRTUAL % {"count": 60, "first": 1, "second": 40}
    late = late.replace("box.checked = state", "box.indeterminate = !moved; box.checked = state")
    late = f"let moved = false;\n{late}\nonmousemove = () => {{ if (!moved) {{ moved = true; draw() }} }};"
    desk.show(ROWS, late)
    assert desk.opt_out_unknown().outcome not in PRIVATE


@pytest.mark.parametrize("others", [14, 45])
def test_a_page_of_many_lists_is_no_claim(desk: Desk, others: int) -> None:
    """All parts that scroll are looked through up to a number: where there are more, nothing is claimed."""
    desk.site.state |= {"training": False, "voice": True}
    desk.private_when = {"training": False, "voice": False}
    part = (
        '<div style="height:130px;width:60px;overflow:auto;float:left"><div style="height:400px"></div></div>'
    )
    desk.show(part * 14 + ROWS, VIRTUAL % {"count": 60, "first": 1, "second": 40})
    assert desk.opt_out_unknown().outcome not in PRIVATE
