"""Reading a control's state: from the accessibility tree, checked against everything else that shows it."""

from collections.abc import Collection
from datetime import datetime

from withhold.controls.find import Match, Surroundings, find, surroundings, switches
from withhold.controls.lens import Lens, Node, View
from withhold.controls.phrases import shown_state
from withhold.model.control import Reading
from withhold.model.ports import Clock
from withhold.model.terms import Control
from withhold.model.words import ControlState, Polarity

_STATES = {"true": ControlState.ON, "false": ControlState.OFF}


def read_match(match: Match, control: Control, at: datetime) -> Reading:
    """The state of a found control; ``unknown`` with the reason where the page contradicts itself."""
    return _reading(match.node, match.around, at, control, match.confidence, match.why)


def unreadable(control: Control, why: str, at: datetime) -> Reading:
    """Stands for a control of which nothing could be read on the page."""
    label = control.labels[0].text if control.labels else control.name
    return Reading(
        label=label,
        role="",
        section=None,
        state=ControlState.UNKNOWN,
        polarity=control.polarity,
        confidence=0.0,
        why=(why,),
        at=at,
        control_id=control.id,
    )


def readings(lens: Lens, control: Control | None, clock: Clock) -> tuple[Reading, ...]:
    """Every switch of the page. Only those found for ``control`` carry a polarity; the rest are unknown."""
    view, at = lens.view(), clock()
    matched = {m.node: m for m in find(lens, view, control)} if control else {}
    return tuple(
        read_match(matched[node], control, at)
        if control is not None and node in matched
        else _reading(node, surroundings(lens, node), at, None, 0.0, ())
        for _, node in switches(view)
    )


def states(view: View, *, leave_out: Collection[Node] = ()) -> dict[str, ControlState]:
    """The state of every switch of the page by its key, to notice when another one moves."""
    return {
        key: _STATES.get(node.state or "", ControlState.UNKNOWN)
        for key, node in switches(view)
        if node not in leave_out
    }


def _reading(
    node: Node,
    around: Surroundings,
    at: datetime,
    control: Control | None,
    confidence: float,
    why: tuple[str, ...],
) -> Reading:
    contradiction = contradicts(node, around)
    state = (
        _STATES.get(node.state or "", ControlState.UNKNOWN) if contradiction is None else ControlState.UNKNOWN
    )
    return Reading(
        label=" ".join(node.name.split()) or next(iter(around.pieces), ""),
        role=node.role,
        section=around.section,
        state=state,
        polarity=control.polarity if control else Polarity.UNKNOWN,
        confidence=confidence,
        why=(*why, contradiction) if contradiction else why,
        at=at,
        disabled=node.disabled,
        control_id=control.id if control else None,
    )


def contradicts(node: Node, around: Surroundings) -> str | None:
    """What on the page says another state than the accessibility tree, if anything does."""
    on = node.state == "true"
    if around.native is not None and around.native is not on:
        return "contradiction: the box itself holds another state than the page announces"
    for attribute in (around.aria_checked, around.aria_pressed):
        if attribute in _STATES and (attribute == "true") is not on:
            return "contradiction: the page announces two different states"
    told = {state for piece in around.pieces if (state := shown_state(piece)) is not None}
    if told == {not on}:
        return (
            f"contradiction: the control announces {'on' if on else 'off'}, the words beside it say otherwise"
        )
    return None
