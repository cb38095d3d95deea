"""A second control behind a tab, with a person at the page: what nobody looked behind is no claim."""

import pytest

from tests.controls.site import Site, page, serve
from tests.controls.test_behind import tabs
from tests.witness.desk import Desk
from tests.witness.person import Person
from withhold.model.words import Outcome

pytestmark = pytest.mark.browser
OTHER, MINE = "[data-p=other]", "[data-p=mine]"
LOOKED = "document.querySelector('[data-key=second]')?.getAttribute('aria-checked')"


def comes_back(person: Person) -> None:
    """Load the page again, as a claim needs, and wait until it is read."""
    person.wait_for("performance.now() > 3000")
    person.reloads()
    person.wait_for("performance.now() > 4000")


def never_opens_it(person: Person) -> None:
    """The first press says what to open; the second records it as it is."""
    comes_back(person)
    person.presses("r", bar=True)
    person.reads("Open 'Data controls' too")
    said = "document.getElementById('now').innerText"
    person.wait_for(f"!{said}.includes('Open ')", bar=True)
    person.presses("r", bar=True)


def looks_behind_it(person: Person) -> None:
    comes_back(person)
    person.clicks(OTHER)
    person.wait_for(LOOKED)
    person.wait_for("performance.now() > 5500")
    person.clicks(MINE)
    person.wait_for("!!document.querySelector('[data-key=training]')")
    person.wait_for("performance.now() > 7500")
    person.presses("r", bar=True)


@pytest.mark.parametrize(
    ("second", "acts", "ends"),
    [
        (True, never_opens_it, Outcome.NEEDS_HUMAN),
        (False, looks_behind_it, Outcome.ALREADY_PRIVATE),
    ],
    ids=["not opened", "opened and private"],
)
def test_a_tab_is_to_be_looked_behind(desk: Desk, second: bool, acts: object, ends: Outcome) -> None:
    """Private in sight is recorded as private only once the person has looked behind the tab."""
    body, script = tabs("Data controls")
    with serve(Site(pages={"/": page(body, script)}, state={"training": False, "second": second})) as site:
        desk.url, desk.truly_private = site.url, not second
        result = desk.watch(acts)  # type: ignore[arg-type]
    assert result.outcome is ends, result.why


def test_what_was_seen_to_share_behind_a_tab_is_no_claim(desk: Desk) -> None:
    """The person opened it, saw that it shares, and came back: the record says so."""

    def acts(person: Person) -> None:
        comes_back(person)
        person.clicks(OTHER)
        person.wait_for(LOOKED)
        person.wait_for("performance.now() > 5500")
        person.clicks(MINE)
        person.wait_for("!!document.querySelector('[data-key=training]')")
        person.wait_for("performance.now() > 6500")
        person.presses("r", bar=True)
        person.wait_for("performance.now() > 10500")
        person.presses("r", bar=True)

    body, script = tabs("Data controls")
    state = {"training": False, "second": True}
    with serve(Site(pages={"/": page(body, script)}, state=state)) as site:
        desk.url = site.url
        result = desk.watch(acts)
    assert result.outcome is Outcome.NEEDS_HUMAN, result.why
