"""What the spotter makes of words and measures, without a browser."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.controls.consent import AGREED, BY_GOING_ON, CONTINUE
from tests.pages.catalogue import LANGUAGES
from tests.pages.model import words_of
from withhold.controls.spotter.judge import Finding, judge
from withhold.controls.spotter.look import ButtonFacts, ControlFacts, RootFacts, SentenceFacts
from withhold.controls.spotter.words import about_training, has, purposes, trains
from withhold.model.words import Polarity


@pytest.mark.parametrize("lang", LANGUAGES)
def test_phrases_of_each_language(lang: str) -> None:
    """Small print, buttons and headings of each language are known for what they are, and no others."""
    words = words_of(lang)
    assert has("implied", BY_GOING_ON[lang])
    assert purposes(BY_GOING_ON[lang]) == ("terms",)
    assert has("primary", CONTINUE[lang])
    assert has("accept_all", words["accept_all"])
    assert not has("accept_all", words["reject"])
    assert has("updated", words["terms"])
    for label, told in words["train"]:
        assert about_training(label, told) is not None
    assert "marketing" in purposes(words["decoys"][0])
    assert "ads" in purposes(words["decoys"][1])
    for plain in (words["reject"], words["cancel"], words["sign_in"], words["cookies"], words["ask"]):
        assert not has("implied", plain)


@pytest.mark.parametrize("lang", AGREED)
def test_small_print_that_lets_content_be_used(lang: str) -> None:
    """A sentence that takes going on as a yes to training is known as both, in each language."""
    found = trains(AGREED[lang])
    assert has("implied", AGREED[lang])
    assert found is not None
    assert found.polarity is not Polarity.ON_PRIVATE


ORDINARY = (
    "An AI assistant for your documents.",
    "By continuing along the river you come to a mill.",
    "Next day delivery is included.",
    "Durch das Tal führt ein Weg.",
    "En continuant tout droit, vous arrivez à la gare.",
    "Al continuar verás la plaza.",
)


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_sentences_ask_for_nothing(text: str) -> None:
    """Words that begin like small print and ask for nothing are no consent."""
    assert not has("implied", text)
    assert purposes(text) == ()
    assert trains(text) is None


def _control(width: float, height: float, top: float, *, contrast: float = 21.0) -> ControlFacts:
    box = (0.0, top, width, height)
    return ControlFacts(
        kind="checkbox",
        label="Use my chats to train models",
        beside="",
        state=True,
        question="",
        options=(),
        box=box,
        hits=(box,),
        font=16.0,
        weight=400,
        contrast=contrast,
        hidden=None,
        place=0,
        disabled=False,
    )


def _judged(control: ControlFacts, *sentences: SentenceFacts) -> Finding:
    button = ButtonFacts("Continue", (0.0, 100.0, 300.0, 48.0), True, True, 15.0, 0, 16.0)
    found, primary = judge([RootFacts((control,), (button,), sentences, 16.0, True)])
    assert primary == "Continue"
    return found[0]


@given(width=st.floats(2, 200), height=st.floats(2, 200))
def test_small_is_less_than_24_pixels_in_one_direction(width: float, height: float) -> None:
    """A target under 24 CSS pixels in one direction is small, and so is one that its button dwarfs."""
    dwarfed = width * height * 20 <= 300 * 48
    assert _judged(_control(width, height, 0)).small is (min(width, height) < 24 or dwarfed)


@given(top=st.floats(0, 1000))
def test_after_the_button_is_below_it(top: float) -> None:
    """A control stands after the main button where it begins below that button's lower edge."""
    assert _judged(_control(30, 30, top)).after_primary_button is (top >= 146)


@given(contrast=st.floats(1, 21))
def test_pale_is_under_four_and_a_half(contrast: float) -> None:
    """Text of ordinary size is pale under 4.5 to 1."""
    assert _judged(_control(30, 30, 0, contrast=contrast)).low_contrast is (contrast < 4.5)


def test_the_gravest_first() -> None:
    """What covers training and says yes already comes before small print about terms."""
    small = SentenceFacts(BY_GOING_ON["en"], (0, 150, 300, 20), 10, 2.0, 0, False, False, False, None)
    assert _judged(_control(30, 30, 0), small).covers_training
