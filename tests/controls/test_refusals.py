"""A refusal is never taken for a permission, however it is put: that would be a false claim of privacy."""

from pathlib import Path

import pytest

from tests.pages.model import words_of
from withhold.controls.finder.lexicon import begins_known, unknown
from withhold.controls.finder.wording import sense
from withhold.controls.phrases import harmful, normal
from withhold.model.words import Polarity

HERE = Path(__file__).parent


def _lines(name: str) -> list[str]:
    text = (HERE / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


@pytest.mark.parametrize("label", _lines("refusals.txt"))
def test_no_refusal_reads_as_a_permission(label: str) -> None:
    """Verbs of stopping, sparing and shutting out in fourteen languages refuse, or leave it open."""
    assert sense(label).polarity in {Polarity.ON_PRIVATE, Polarity.UNKNOWN}


def test_most_refusals_are_understood() -> None:
    """What is plain is not left open: two of three refusals are read as such."""
    labels = _lines("refusals.txt")
    understood = [label for label in labels if sense(label).polarity is Polarity.ON_PRIVATE]
    assert len(understood) >= 2 * len(labels) / 3


@pytest.mark.parametrize("label", _lines("liftings.txt"))
def test_the_end_of_a_refusal_is_left_open(label: str) -> None:
    """Switched on, such a label lets content be used; its words of refusal must not turn that round."""
    assert sense(label).polarity not in {Polarity.ON_PRIVATE, Polarity.ON_TRAINS}


@pytest.mark.parametrize("verb", ["Frobnicate", "Spare", "Insulate", "Verschonen", "Écarter", "Apartar"])
def test_an_unknown_verb_is_no_permission(verb: str) -> None:
    """What a verb means that no list knows is for the person to read."""
    assert sense(f"{verb} my chats from AI training").polarity is Polarity.UNKNOWN


def test_what_is_left_of_a_label_is_what_is_not_known() -> None:
    """Known words, names and articles are taken out in scripts with and without spaces."""
    assert unknown(normal("Training on your conversations with Claude")) == ""
    assert unknown(normal("Zero data training")) == "zero"
    assert unknown(normal("模型训练")) == ""
    assert unknown(normal("谢绝将我的数据用于训练")) == "谢绝"
    assert begins_known("help improve frobs")
    assert not begins_known("frob the models")


def test_sharp_s_is_compared_as_it_is_folded() -> None:
    """ "ß" is "ss" in what is compared, so it has to be in the lists too."""
    assert sense("Vom KI-Training ausschließen").polarity is Polarity.ON_PRIVATE
    assert harmful("Konto schließen")


@pytest.mark.parametrize("lang", ["en", "de", "fr", "es", "pt", "it", "ja", "zh", "ko", "ar"])
def test_permissions_are_still_understood(lang: str) -> None:
    """What the pages of the tests let people permit is still read as a permission."""
    for label, beside in words_of(lang)["train"]:
        assert sense(label, (beside,)).polarity is Polarity.ON_TRAINS, label
