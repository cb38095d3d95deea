"""The steps by which a person reaches a control and sets it, as values. Makes no request."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from withhold.model.terms import Control, Provider
from withhold.model.words import Polarity

_EFFECT = {
    Polarity.ON_TRAINS: "Off means: not used for training. Set it off.",
    Polarity.ON_PRIVATE: "On means: not used for training. Set it on.",
    Polarity.CHOICE_LIST: "It is a list of choices: take the one that refuses use for training.",
}
_UNKNOWN_EFFECT = "What on and off mean is not recorded: read the text beside it before you change anything."


@dataclass(frozen=True, slots=True)
class Guide:
    """How to set one control by hand. ``called`` holds (language, name) pairs."""

    control_id: str
    title: str
    url: str | None
    steps: tuple[str, ...]
    called: tuple[tuple[str, str], ...]
    effect: str
    leave_alone: tuple[str, ...]
    check: str
    """``effect`` says what on and off mean; ``leave_alone`` names switches beside it that do something else;
    ``check`` is what to look at afterwards."""


def guide(provider: Provider, control: Control, *, on: date) -> Guide:
    """The guide for ``control`` with the names in use on the day ``on``."""
    return Guide(
        control_id=control.id,
        title=f"{provider.name}: {control.name}",
        url=control.url,
        steps=(*_way(control), *_then(control)),
        called=_called(control, on),
        effect=_EFFECT.get(control.polarity, _UNKNOWN_EFFECT),
        leave_alone=control.decoys,
        check="Reload the page and look again: only what it shows after a fresh load was saved.",
    )


def _way(control: Control) -> list[str]:
    steps = [f"Open {control.url} while signed in."] if control.url else []
    if control.menu_path:
        steps.append(f"{'Or go' if steps else 'Go'} to {_path(control.menu_path)}.")
    if control.mobile_menu_path and control.mobile_menu_path != control.menu_path:
        steps.append(f"On a phone: {_path(control.mobile_menu_path)}.")
    return steps


def _then(control: Control) -> list[str]:
    steps = [f"Find {control.name!r}. {_EFFECT.get(control.polarity, _UNKNOWN_EFFECT)}"]
    if control.confirm_step:
        steps.append(f"Completing it: {control.confirm_step}")
    return steps


def _path(names: Sequence[str]) -> str:
    return " > ".join(names)


def _called(control: Control, on: date) -> tuple[tuple[str, str], ...]:
    current = (label for label in control.labels if label.seen_until is None or label.seen_until >= on)
    return tuple(dict.fromkeys((label.lang, label.text) for label in current))
