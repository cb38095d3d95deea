"""The steps a person is given, as values."""

from dataclasses import replace
from datetime import date

import pytest

from tests.controls.fakes import control
from withhold.controls.guide import Platform, guide
from withhold.model.terms import Control, Label, Provider, StanceRule
from withhold.model.words import Confidence, Polarity, Stance

TODAY = date(2026, 11, 22)


def _label(lang: str, text: str, until: date | None = None) -> Label:
    return Label(lang, text, None, None, until, Confidence.DOCUMENTED, ("s",))


def _provider(*controls: Control) -> Provider:
    return Provider(
        id="example",
        name="Example",
        aliases=(),
        homepage=None,
        fictional=True,
        stance=StanceRule(Stance.UNKNOWN, None, None, None, None),
        products=(),
        controls=controls,
        sources={},
        kinds={},
    )


def test_steps_lead_from_the_address_to_the_switch() -> None:
    """The deep link comes first, then the menu, the phone where it differs, then the switch itself."""
    given = replace(
        control("Help improve Claude"),
        url="https://example.org/settings",
        mobile_menu_path=("Menu", "Privacy"),
        confirm_step="Press Save",
        decoys=("Location metadata",),
    )
    told = guide(_provider(given), given, on=TODAY)
    assert [step.split()[0] for step in told.steps] == ["Open", "Or", "On", "Look", "Completing"]
    assert "Settings > Privacy > Help improve Claude" in told.steps[1]
    assert told.leave_alone == ("Location metadata",)
    assert "Reload" in told.check


@pytest.mark.parametrize(
    ("polarity", "words"),
    [
        (Polarity.ON_TRAINS, "Off means: not used for training"),
        (Polarity.ON_PRIVATE, "On means: not used for training"),
        (Polarity.UNKNOWN, "not recorded"),
    ],
)
def test_the_effect_is_said_and_never_guessed(polarity: Polarity, words: str) -> None:
    """What off means is said from the polarity; an unknown polarity is said to be unknown."""
    given = control("Privacy Mode", polarity=polarity)
    assert words in guide(_provider(given), given, on=TODAY).effect


def test_names_no_longer_shown_are_left_out() -> None:
    """A label of the past is not given to look for; each name stands once a language."""
    labels = (
        _label("en", "Old name", date(2025, 10, 8)),
        _label("en", "New name"),
        _label("en", "New name"),
        _label("de", "Neuer Name"),
    )
    given = replace(control("New name"), labels=labels)
    assert guide(_provider(given), given, on=TODAY).called == (("en", "New name"), ("de", "Neuer Name"))


@pytest.mark.parametrize(("platform", "word"), [("web", "Reload"), ("ios", "app"), ("android", "app")])
def test_looking_again_is_what_one_can_do_there(platform: str, word: str) -> None:
    """An app has no page to reload: it is closed and opened again."""
    given = control("Privacy Mode")
    told = guide(_provider(given), given, on=TODAY, platform=Platform(platform)).check
    assert word in told
    assert "only what it shows" in told
