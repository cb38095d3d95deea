"""The lab's other kinds of switch, wordings and languages, each with a person at it."""

from dataclasses import dataclass

import pytest

from tests.sizes import SIZES
from tests.witness.desk import SWITCH, Desk
from tests.witness.person import Person
from withhold.model.words import Outcome

pytestmark = pytest.mark.browser
OPT_OUT = "[data-key=training_opt_out]"
OPENER = "[data-opens=training-dialog]"
CONFIRM = "#confirm-dialog button[value=yes]"


@dataclass(frozen=True)
class Shape:
    """What is clicked to set it private, and before it can be read on any load."""

    variant: str
    sets: tuple[str, ...] = (SWITCH,)
    opens: tuple[str, ...] = ()
    wording: str = "improve"
    language: str = "en"


SHAPES = (
    Shape("confirm", (OPT_OUT, CONFIRM), wording="opt-out", language="ar"),
    Shape("dialog", opens=(OPENER,)),
    Shape("hidden-box", ("label[for=help_improve]",)),
    Shape("hidden-box", ("label[for=training_opt_out]",), wording="opt-out", language="ja"),
    Shape("dialog", (OPT_OUT,), (OPENER,), wording="opt-out", language="de"),
    Shape("switch", wording="train", language="ar"),
)


def name(shape: Shape) -> str:
    return f"{shape.variant}-{shape.wording}-{shape.language}"


@pytest.mark.parametrize("shape", SHAPES[: SIZES.witness.sittings], ids=name)
def test_set_reloaded_recorded(desk: Desk, shape: Shape) -> None:
    """Set by hand, loaded again, recorded: changed, and true at the lab."""
    choose(desk, shape)

    def acts(person: Person) -> None:
        if shape.opens:
            person.reads("It shares your content, out of sight")
        clicks(person, shape.opens)
        person.reads("It shares your content now")
        clicks(person, shape.sets)
        person.reads("A page can show what it has not saved")
        person.reloads()
        clicks(person, shape.opens)
        person.reads("Read again after your reload: private")
        person.presses("r", bar=True)

    result = desk.watch(acts)
    assert result.outcome is Outcome.CHANGED, result.why
    assert len(desk.sink.drafts) == 1


DOUBTFUL = (Shape("two-alike"), Shape("reverting"), Shape("confirm"))


@pytest.mark.skipif(SIZES.witness.sittings < 2, reason="not run: told in the larger tiers")
@pytest.mark.parametrize("shape", DOUBTFUL, ids=name)
def test_what_was_not_saved_is_not_claimed(desk: Desk, shape: Shape) -> None:
    """Only one of two moved, taken back, or never confirmed: recorded, and no claim."""
    choose(desk, shape)

    def acts(person: Person) -> None:
        person.reads("shares")
        clicks(person, shape.sets)
        person.wait_for("performance.now() > 3000")
        person.reloads()
        person.wait_for("performance.now() > 4000")
        person.records_all_the_same("")

    result = desk.watch(acts)
    assert result.outcome not in {Outcome.CHANGED, Outcome.ALREADY_PRIVATE}


def choose(desk: Desk, shape: Shape) -> None:
    desk.lab.site.choose_variant(shape.variant)
    desk.lab.site.choose_wording(shape.wording)
    desk.lab.site.choose_language(shape.language)


def clicks(person: Person, selectors: tuple[str, ...]) -> None:
    for selector in selectors:
        person.clicks(selector)
