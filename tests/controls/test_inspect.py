"""Listing every switch of a page."""

import pytest

from tests.controls.conftest import LABEL, Desk
from tests.controls.fakes import control, ticking
from tests.controls.site import switch
from withhold.controls.lens import Lens
from withhold.controls.read import readings
from withhold.model.words import ControlState, Polarity

pytestmark = pytest.mark.browser


def test_all_switches_with_the_polarity_of_the_one_that_is_known(desk: Desk) -> None:
    """Every switch is listed with state and section; only the pack's control has a polarity."""
    desk.show(
        switch("training", LABEL) + f"<section><h2>Mail</h2>{switch('email', 'Product e-mails')}</section>"
    )
    desk.tab.goto(desk.site.url)
    desk.tab.wait_for_function("email.getAttribute('aria-checked') === 'true'")
    found = readings(Lens(desk.tab), control(LABEL), ticking())
    assert [(r.label, r.state, r.section, r.polarity) for r in found] == [
        (LABEL, ControlState.ON, "Privacy", Polarity.ON_TRAINS),
        ("Product e-mails", ControlState.ON, "Mail", Polarity.UNKNOWN),
    ]


def test_a_page_without_switches_gives_none(desk: Desk) -> None:
    """Nothing is made up."""
    desk.show("<p>Nothing here</p>", "")
    desk.tab.goto(desk.site.url)
    assert readings(Lens(desk.tab), None, ticking()) == ()
