"""A person who sets the switch at the lab while we read along: what is claimed is true there."""

from collections.abc import Callable

import pytest

from tests.controls.conftest import LABEL
from tests.controls.site import Site, page, serve
from tests.controls.test_late import ROWS, STREAM, VIRTUAL
from tests.sizes import SIZES
from tests.witness.desk import SWITCH, Desk
from tests.witness.person import Person
from withhold.model.words import Outcome, Setting

pytestmark = pytest.mark.browser
BOX = f'<label><input type="checkbox"> {LABEL}</label>'


def sets_it(person: Person) -> None:
    person.reads("It shares your content now")
    person.clicks(SWITCH)
    person.reads("A page can show what it has not saved")


def too_early(person: Person) -> None:
    """The first press says what is lacking; the second records it without a claim."""
    sets_it(person)
    person.records_all_the_same("A page can show")


def set_in_earnest(person: Person) -> None:
    """Set, loaded again, recorded. Meanwhile the page finds nothing of ours, whatever it looks for."""
    assert person.sees("window.opener === null && window.frames.length === 0")
    assert person.sees("globalThis.withheld === undefined")
    assert person.sees("[...document.querySelectorAll('*')].every(e => !/withhold/i.test(e.outerHTML))")
    sets_it(person)
    person.reloads()
    person.reads("Read again after your reload: private")
    person.presses("r", bar=True)


def let_down(person: Person) -> None:
    """The page says saved and stores nothing: the bar says that it came back, and so does the record."""
    sets_it(person)
    person.reloads()
    person.reads("It came back")
    person.presses("r", bar=True)


def locked_out(person: Person) -> None:
    """Somebody else decides: it says so, and the record says blocked."""
    person.reads("Locked while it shares")
    person.records_all_the_same("Locked")


STORIES: tuple[tuple[str, Callable[[Person], None], Outcome], ...] = (
    ("switch", too_early, Outcome.NEEDS_HUMAN),
    ("switch", set_in_earnest, Outcome.CHANGED),
    ("silent-failure", let_down, Outcome.NOT_PERSISTED),
    ("disabled", locked_out, Outcome.BLOCKED),
)


@pytest.mark.skipif(SIZES.witness.sittings < 2, reason="not run: told in the larger tiers")
@pytest.mark.parametrize(("variant", "acts", "ends"), STORIES[: SIZES.witness.sittings])
def test_recorded(desk: Desk, variant: str, acts: Callable[[Person], None], ends: Outcome) -> None:
    """One record, made by a person, and what it says is what came of it."""
    desk.lab.site.choose_variant(variant)
    result = desk.watch(acts)
    assert result.outcome is ends, result.why
    (control,) = result.controls
    assert control.before.setting is Setting.SHARING
    assert (control.after_reload is not None) is (ends in {Outcome.CHANGED, Outcome.NOT_PERSISTED})
    (draft,) = desk.sink.drafts
    assert (draft.body["mode"], draft.body["actor"]) == ("witness", "person")
    assert (draft.type == "control.optout") is (variant != "disabled")


WINDOWS = {"bar": True, "page": False}


@pytest.mark.parametrize("window", list(WINDOWS)[: SIZES.witness.sittings])
def test_closing_a_window_records_nothing(desk: Desk, window: str) -> None:
    """Whichever window is closed: no record, no claim."""

    def acts(person: Person) -> None:
        person.reads("It shares your content now")
        person.clicks(SWITCH)
        person.closes(bar=WINDOWS[window])

    result = desk.watch(acts)
    assert (result.outcome, result.record) == (Outcome.NEEDS_HUMAN, None)
    assert not desk.sink.drafts


def test_a_proposal_is_never_said_to_be_private(desk: Desk) -> None:
    """New terms with a box that is off beforehand: loaded as often as one likes, nobody was told of it."""

    def acts(person: Person) -> None:
        person.reads("Proposed private, and sent to nobody yet")
        person.reloads()
        person.reads("Proposed private, and sent to nobody yet")
        person.wait_for("performance.now() > 4000")
        person.presses("r", bar=True)

    form = f'<form method="post"><p>New terms</p>{BOX}<button>Agree and continue</button></form>'
    with serve(Site(pages={"/": page(form, "")})) as site:
        desk.url = site.url
        result = desk.watch(acts)
    assert result.outcome is Outcome.NEEDS_HUMAN


@pytest.mark.parametrize("voice", [True, False])
def test_a_long_list_is_looked_through_at_the_key(desk: Desk, voice: bool) -> None:
    """A second control that is in the page only where its list is scrolled to: no claim on record."""

    def acts(person: Person) -> None:
        person.reads("private")
        person.wait_for("performance.now() > 3000")
        person.reloads()
        person.wait_for("performance.now() > 4000")
        person.presses("r", bar=True)

    script = VIRTUAL % {"count": 60, "first": 1, "second": 40}
    with serve(Site(pages={"/": page(ROWS, script)}, state={"training": False, "voice": voice})) as site:
        desk.url, desk.truly_private = site.url, not voice
        result = desk.watch(acts)
    assert result.outcome is (Outcome.NEEDS_HUMAN if voice else Outcome.ALREADY_PRIVATE), result.why


def test_a_standing_connection_is_waited_for_in_the_other_browser(desk: Desk) -> None:
    """A box that stands off until a stream brings the true state: recorded before it came, it is no claim."""

    def acts(person: Person) -> None:
        for _ in range(2):
            person.wait_for("performance.now() > 1900")
            person.reloads()
        person.wait_for("performance.now() > 1900")
        person.presses("r", bar=True)

    script = f"z.onchange = () => send('training', z.checked); {STREAM}"
    box = BOX.replace("<input", '<input id="z"')
    site = Site(pages={"/": page(box, script)}, state={"training": True}, stream_after=3.5)
    with serve(site):
        desk.url = site.url
        result = desk.watch(acts)
    assert result.outcome is not Outcome.ALREADY_PRIVATE, result.why
