"""Finding the control that a pack describes, by role and accessible name, in its section."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from withhold.controls.lens import Lens, Node, View
from withhold.controls.phrases import may_differ, normal, shown_state
from withhold.model.terms import Control

ACT_FROM = 0.6
"""Matches below this confidence are never operated and never carry a claim."""
_SWITCH_ROLES = frozenset(
    {"switch", "checkbox", "radio", "button", "ToggleButton", "menuitemcheckbox", "menuitemradio"}
)
_NAMELESS_LIMIT = 50


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stands around a control's element, read from the document."""

    native: bool | None
    aria_checked: str | None
    aria_pressed: str | None
    pieces: tuple[str, ...]
    """Visible texts of its row, in order."""
    headings: tuple[str, ...]
    """Nearest heading above, then those it stands under."""
    regions: tuple[str, ...]

    @property
    def section(self) -> str | None:
        return next(iter((*self.headings, *self.regions)), None)


@dataclass(frozen=True, slots=True)
class Match:
    """A control found for a label. ``confidence`` is about the identity, not the state."""

    node: Node
    around: Surroundings
    confidence: float
    why: tuple[str, ...]


def switches(view: View) -> Iterator[tuple[str, Node]]:
    """Everything with an on/off state, under a key that stays the same over reloads."""
    seen: Counter[str] = Counter()
    for node in view.nodes:
        if node.ignored or node.role not in _SWITCH_ROLES or node.state is None or node.backend_id is None:
            continue
        name = f"{node.role} {' '.join(node.name.split())!r}"
        seen[name] += 1
        yield (name if seen[name] == 1 else f"{name} #{seen[name]}"), node


def surroundings(lens: Lens, node: Node) -> Surroundings:
    told: dict[str, Any] = lens.call(node, "context")
    return Surroundings(
        native=told["native"],
        aria_checked=told["ariaChecked"],
        aria_pressed=told["ariaPressed"],
        pieces=tuple(told["pieces"]),
        headings=tuple(told["headings"]),
        regions=tuple(told["regions"]),
    )


def find(lens: Lens, view: View, control: Control) -> tuple[Match, ...]:
    """The best matches for ``control``: none, one, or several that cannot be told apart.

    An exact label beats a name that contains one, and that beats a label beside a nameless switch. Several
    are narrowed by section, only where exactly one stands in a section that the pack names.
    A control that bears the name of a decoy of the pack is never a match.
    """
    labels = {normal(label.text) for label in control.labels} - {""}
    decoys = {normal(label) for label in control.decoys}
    nodes = [node for _, node in switches(view) if normal(node.name) not in decoys]
    for tier in (_exact, _containing, _beside):
        found = tuple(tier(lens, nodes, labels))
        if found:
            return _in_section(found, control)
    return ()


def _exact(lens: Lens, nodes: Sequence[Node], labels: set[str]) -> Iterator[Match]:
    for node in nodes:
        if normal(node.name) in labels:
            yield Match(node, surroundings(lens, node), 1.0, ("its name is a label of the pack",))


def _containing(lens: Lens, nodes: Sequence[Node], labels: set[str]) -> Iterator[Match]:
    for node in nodes:
        name = normal(node.name)
        held = max((label for label in labels if label in name), key=len, default=None)
        if held is None:
            continue
        rest = name.replace(held, " ", 1)
        clear = name.startswith(held) and not may_differ(rest)
        why = (
            "its name begins with a label of the pack"
            if clear
            else ("its name holds a label of the pack, but may say something else")
        )
        yield Match(node, surroundings(lens, node), 0.7 if clear else 0.4, (why,))


def _beside(lens: Lens, nodes: Sequence[Node], labels: set[str]) -> Iterator[Match]:
    nameless = [n for n in nodes if not normal(n.name) or _only_states(n.name)]
    for node in nameless[:_NAMELESS_LIMIT]:
        around = surroundings(lens, node)
        said = [normal(piece) for piece in around.pieces if shown_state(piece) is None]
        if said and said[0] in labels:
            yield Match(node, around, 0.65, ("it has no name of its own; the text of its row is a label",))


def _only_states(name: str) -> bool:
    return all(shown_state(word) is not None for word in name.split())


def _in_section(found: tuple[Match, ...], control: Control) -> tuple[Match, ...]:
    wanted = _sections(control)
    inside = tuple(m for m in found if wanted & {normal(t) for t in (*m.around.headings, *m.around.regions)})
    if len(found) == 1 or len(inside) != 1 or any(m.around.section is None for m in found):
        return found
    kept = inside[0]
    why = (*kept.why, "of several with this name it alone stands in the pack's section")
    return (Match(kept.node, kept.around, min(kept.confidence, 0.9), why),)


def _sections(control: Control) -> set[str]:
    """Headings of the pack, and names of the pages on the way to the control without the control itself."""
    steps = [step for step in (control.menu_path or ())[:-1] if not step.startswith("(")]
    return {normal(name) for name in (*control.sections, *steps)} - {"settings"}
