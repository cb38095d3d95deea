"""One look at a page: what on it decides about training, what may, and where everything else stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from withhold.controls.finder.found import Found
from withhold.controls.finder.judge import judge
from withhold.controls.finder.survey import survey
from withhold.controls.finder.wording import SURE
from withhold.controls.lens import Lens, View
from withhold.controls.phrases import normal
from withhold.controls.settle import Rest
from withhold.model.terms import Control
from withhold.model.words import Polarity, Setting

_DECIDING = frozenset({Polarity.ON_TRAINS, Polarity.ON_PRIVATE, Polarity.CHOICE_LIST})


@dataclass(frozen=True, slots=True)
class Sight:
    """``deciding`` are to be private, each of them; ``doubtful`` may decide, and cannot be read."""

    view: View
    found: tuple[Found, ...]
    deciding: tuple[Found, ...]
    doubtful: tuple[Found, ...]
    rest: Rest = Rest.RESTED
    status: int | None = None
    beyond: tuple[Found, ...] = ()
    """What speaks against privacy in parts of a list that are in the page only where it is scrolled to."""
    whole: bool = True
    """Whether such lists were looked through to their end."""

    def of(self, key: str) -> Found | None:
        return next((f for f in self.found if f.key == key), None)

    @property
    def others(self) -> Mapping[str, str]:
        """Where everything stands that is not to be touched, by key."""
        asked = {f.key for f in self.deciding}
        return {f.key: _place(f) for f in self.found if f.key not in asked}

    @property
    def all_private(self) -> bool:
        """Every control that decides is private, and there is none of which it cannot be told."""
        return (
            bool(self.deciding)
            and not self.doubtful
            and not self.beyond
            and self.whole
            and self.rest is not Rest.LOADING
            and all(f.setting is Setting.PRIVATE for f in self.deciding)
        )


def _place(found: Found) -> str:
    if found.options:
        return next((o.text for o in found.options if o.chosen), "")
    return str(found.on)


def sight(
    lens: Lens, controls: Sequence[Control] = (), *, rest: Rest = Rest.RESTED, status: int | None = None
) -> Sight:
    """Survey and judge the page as it is now."""
    view = lens.view()
    found = judge(survey(lens, view), controls)
    deciding = _deciding(found, controls)
    doubtful = tuple(f for f in found if _may_decide(f) and f not in deciding)
    return Sight(view, found, deciding, doubtful, rest, status)


def _deciding(found: Sequence[Found], controls: Sequence[Control]) -> tuple[Found, ...]:
    able = [f for f in found if f.sense.polarity in _DECIDING and f.sense.topic >= SURE]
    able = _one_of_twins([f for f in able if f.control or not _namesake(f, able)])
    if controls and any(f.control for f in able):
        able = _in_section(able, controls)
    return tuple(able)


def _may_decide(found: Found) -> bool:
    if found.sense.topic < SURE or not found.shown:
        return False
    return found.sense.polarity is Polarity.UNKNOWN


def _namesake(found: Found, able: Sequence[Found]) -> bool:
    return any(f.control and normal(f.label) == normal(found.label) for f in able)


def _one_of_twins(able: list[Found]) -> list[Found]:
    """A hidden control with a shown one of the same label (another layout's, a template) is left out.

    Not so where it shares while the one that is shown does not: it may be another one, behind a tab.
    """
    shown = {normal(f.label): f.setting for f in able if f.shown}
    return [f for f in able if f.shown or normal(f.label) not in shown or _differs(f, shown[normal(f.label)])]


def _differs(hidden: Found, shown: Setting | None) -> bool:
    return hidden.setting is Setting.SHARING and shown is Setting.PRIVATE


def _in_section(able: list[Found], controls: Sequence[Control]) -> list[Found]:
    """Of several with a label of the pack, the one that alone stands in the pack's section."""
    kept = list(able)
    for control in controls:
        same = [f for f in kept if f.control is not None and f.control.id == control.id]
        best = max((f.sense.topic for f in same), default=0.0)
        same = [f for f in same if f.sense.topic == best]
        inside = [f for f in same if _sections(control) & _headings(f)]
        drop: list[Found] = [
            f for f in kept if f.control is not None and f.control.id == control.id and f not in same
        ]
        if len(same) > 1 and len(inside) == 1 and all(f.section is not None for f in same):
            drop += [f for f in same if f is not inside[0]]
        kept = [_surer(f) if f in inside and len(same) > 1 else f for f in kept if f not in drop]
    return kept


def _surer(found: Found) -> Found:
    why = (*found.sense.why, "of several with this name it alone stands in the pack's section")
    return replace(found, sense=replace(found.sense, topic=min(found.sense.topic, 0.9), why=why))


def _headings(found: Found) -> set[str]:
    return {normal(t) for t in (*found.thing.facts.headings, *found.thing.facts.regions)}


def _sections(control: Control) -> set[str]:
    steps = [step for step in (control.menu_path or ())[:-1] if not step.startswith("(")]
    return {normal(name) for name in (*control.sections, *steps)} - {"settings"}


def alike(found: Sequence[Found]) -> bool:
    """Whether two of them cannot be told apart: the same words under the same heading."""
    names = [(normal(f.label), normal(f.section or "")) for f in found]
    return len(set(names)) < len(names)
