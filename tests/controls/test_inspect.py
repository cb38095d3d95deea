"""Listing every control of a page without touching one."""

import pytest

from tests.controls.conftest import LABEL, Desk
from tests.controls.fakes import QUICK, control, ticking
from tests.controls.site import switch
from withhold.controls.inspect import Inspected, inspect_page
from withhold.model.terms import Control
from withhold.model.words import ControlState, Polarity, Setting

pytestmark = pytest.mark.browser


def inspect(desk: Desk, *controls: Control) -> Inspected:
    seen = inspect_page(desk.tab, desk.site.url, controls, clock=ticking(), patience=QUICK)
    assert desk.site.writes == []
    assert all(not request.startswith("PATCH") for request in desk.site.requests)
    return seen


def test_all_controls_with_what_they_mean(desk: Desk) -> None:
    """Every switch is listed with state, section, size and meaning, the likeliest about training first."""
    desk.show(
        f"<section><h2>Mail</h2>{switch('email', 'Product e-mails')}</section>" + switch("training", LABEL)
    )
    first, second = inspect(desk, control(LABEL)).controls
    assert (first.reading.label, first.reading.state, first.reading.setting) == (
        LABEL,
        ControlState.ON,
        Setting.SHARING,
    )
    assert (first.reading.confidence, first.preset, first.width > 10) == (1.0, True, True)
    assert (second.reading.polarity, second.reading.section) == (Polarity.NOT_TRAINING, "Mail")


def test_no_pack_is_needed(desk: Desk) -> None:
    """The wording alone tells an opt-out from a permission."""
    desk.show(switch("training", "Do not use my chats for training"))
    [only] = inspect(desk).controls
    assert (only.reading.polarity, only.reading.setting) == (Polarity.ON_PRIVATE, Setting.PRIVATE)


def test_a_page_without_controls_gives_none(desk: Desk) -> None:
    """Nothing is made up."""
    desk.show("<p>Nothing here</p>", "")
    assert inspect(desk).controls == ()
