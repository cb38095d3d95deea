"""When a private reading may be believed: the stories in which it must not be, and those in which it may."""

from hypothesis import given
from hypothesis import strategies as st

from withhold.controls.witness.course import Course, Look
from withhold.model.words import Setting

ON, OFF = Setting.SHARING, Setting.PRIVATE
CLAIM, AFTER = 5.0, 2.5


def course(*looks: tuple[int, float, float, Setting | None, int | None]) -> Course:
    """From (load, began, at, setting, presses)."""
    made = Course(CLAIM, AFTER)
    for load, began, at, setting, presses in looks:
        made.add(Look(load, began, at, {"k": setting}, at_rest=True, presses=presses))
    return made


def test_a_change_and_a_later_load() -> None:
    """Sharing, set private, loaded again, private for long enough: read back."""
    seen = course((1, 0, 6, ON, 0), (1, 0, 8, OFF, 1), (2, 12, 13, OFF, 0), (2, 12, 18, OFF, 0))
    assert seen.read_back()
    assert seen.changed == {"k"}


def test_the_page_that_was_changed_is_not_believed() -> None:
    """However long it goes on showing private."""
    assert not course((1, 0, 6, ON, 0), (1, 0, 8, OFF, 1), (1, 0, 900, OFF, 1)).read_back()


def test_too_soon_after_the_load_or_the_change() -> None:
    """A default may still be corrected, and a server may think twice."""
    assert not course((1, 0, 8, OFF, 0), (2, 12, 14, OFF, 0)).read_back()
    assert not course((1, 0, 6, ON, 0), (1, 0, 8, OFF, 1), (2, 9, 20, OFF, 0)).read_back()


def test_a_hurried_hand_on_the_second_load() -> None:
    """It came back, and was pressed away again before we looked for long: that load counts for nothing."""
    start = ((1, 0, 6, ON, 0), (1, 0, 8, OFF, 1), (2, 12, 12.3, ON, 0), (2, 12, 30, OFF, 1))
    assert not course(*start).read_back()
    assert course(*start, (3, 40, 46, OFF, 0)).read_back()


def test_a_default_while_loading_is_no_change() -> None:
    """It read as sharing for a moment and nobody pressed anything: the load still counts."""
    seen = course((1, 0, 6, OFF, 0), (2, 12, 12.3, ON, 0), (2, 12, 13, None, 0), (2, 12, 18, OFF, 0))
    assert seen.read_back()
    assert not seen.changed


def test_presses_that_cannot_be_heard() -> None:
    """In a frame of another process any change of mind on a load spoils it."""
    assert not course((1, 0, 6, OFF, None), (2, 12, 13, ON, None), (2, 12, 19, OFF, None)).read_back()


def test_a_change_between_two_loads_needs_a_third() -> None:
    """Nobody saw it happen, so it may have happened on the very load that shows it."""
    seen = course((1, 0, 6, ON, 0), (2, 12, 18, OFF, 0))
    assert not seen.read_back()
    seen.add(Look(3, 30, 36, {"k": OFF}, at_rest=True, presses=0))
    assert seen.read_back()


def test_another_page_says_nothing_of_this_one() -> None:
    """A control that was private elsewhere does not stand in for this one."""
    made = Course(CLAIM, AFTER)
    made.add(Look(1, 0, 6, {"other": OFF}, at_rest=True))
    made.add(Look(2, 12, 19, {"k": OFF}, at_rest=True))
    assert not made.read_back()


def test_it_came_back() -> None:
    """Set private, and sharing on the next load without a press."""
    seen = course((1, 0, 6, ON, 0), (1, 0, 8, OFF, 1), (2, 12, 18, ON, 0))
    assert seen.came_back()
    assert not seen.read_back()


def test_who_puts_it_back_was_not_let_down() -> None:
    """Private on the later load, and then switched on by the person: that did not come back by itself."""
    assert not course(
        (1, 0, 6, ON, 0), (1, 0, 8, OFF, 1), (2, 12, 18, OFF, 0), (2, 12, 22, ON, 1)
    ).came_back()


LOOKS = st.lists(
    st.tuples(st.sampled_from([ON, OFF, None]), st.integers(0, 2), st.booleans(), st.booleans()), max_size=12
)


@given(LOOKS)
def test_no_story_is_believed_without_an_earlier_private_load(
    story: list[tuple[Setting | None, int, bool, bool]],
) -> None:
    """Whatever happens: what is read back was private now, and on a load before, at its last reading."""
    made, load, began, at, presses = Course(CLAIM, AFTER), 1, 0.0, 0.0, 0
    told: dict[int, list[Setting | None]] = {}
    for setting, more, reload, rest in story:
        at += 4
        if reload:
            load, began, presses = load + 1, at, 0
        presses += more
        told.setdefault(load, []).append(setting)
        made.add(Look(load, began, at, {"k": setting}, at_rest=rest, presses=presses))
        if made.read_back():
            earlier = [s for n, all_of in told.items() if n < load for s in all_of if s is not None]
            assert setting is OFF
            assert earlier
            assert earlier[-1] is OFF
