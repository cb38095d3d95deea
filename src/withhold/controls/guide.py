"""The steps by which a person reaches a control and sets it, as values. Makes no request."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from withhold.model.terms import Control, Provider
from withhold.model.words import Polarity

_EFFECT = {
    Polarity.ON_TRAINS: "Off means: not used for training. Set it off.",
    Polarity.ON_PRIVATE: "On means: not used for training. Set it on.",
    Polarity.CHOICE_LIST: "It is a list of choices: take the one that refuses use for training.",
}
_UNKNOWN_EFFECT = "What on and off mean is not recorded: read the text beside it before you change anything."


_IN_A_TOOL = frozenset({"cli_command", "config_file"})


class Platform(StrEnum):
    """Where the person is. ``TERMINAL`` is inside a tool: ``/privacy-settings`` in Claude Code."""

    WEB = "web"
    IOS = "ios"
    ANDROID = "android"
    TERMINAL = "terminal"


_RELOAD = "Reload the page and look again: only what it shows after a fresh load was saved."
_RESTART = "Close the app, open it again and look again: only what it shows then was saved."


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


def guide(provider: Provider, control: Control, *, on: date, platform: Platform | None = None) -> Guide:
    """The guide for ``control`` with the names in use on the day ``on``.

    Without a ``platform`` all ways that the pack records are given. Packs record one way for phones; where
    they record none, that is said instead of a way nobody has checked.
    """
    return Guide(
        control_id=control.id,
        title=f"{provider.name}: {control.name}",
        url=control.url,
        steps=(*_steps(provider, control, platform), *_then(control)),
        called=_called(control, on),
        effect=_EFFECT.get(control.polarity, _UNKNOWN_EFFECT),
        leave_alone=control.decoys,
        check=_RESTART if platform in (Platform.IOS, Platform.ANDROID) else _RELOAD,
    )


def _steps(provider: Provider, control: Control, platform: Platform | None) -> list[str]:
    if platform is None:
        return _way(control)
    if platform is Platform.TERMINAL:
        return _in_a_tool(provider, control)
    if platform is Platform.WEB:
        return _on_the_web(control)
    if control.mobile_menu_path:
        return [f"In the app, go to {_path(control.mobile_menu_path)}."]
    unsure = "The pack records no way in the app, where menus may be called otherwise."
    return [unsure, *_on_the_web(control)]


def _on_the_web(control: Control) -> list[str]:
    if control.kind in _IN_A_TOOL:
        return [f"It is set inside the tool, not on the web: {_path(control.menu_path or (control.name,))}."]
    return _web(control)


def _in_a_tool(provider: Provider, control: Control) -> list[str]:
    """The way inside a tool: the control's own, or that of one for the same plans."""
    near = [c for c in provider.controls if c.kind in _IN_A_TOOL and set(c.plans) & set(control.plans)]
    found = control if control.kind in _IN_A_TOOL else next(iter(near), None)
    if found is None:
        return ["The pack records no way inside a tool.", *_web(control)]
    return [f"Inside the tool, go to {_path(found.menu_path or (found.name,))}."]


def _way(control: Control) -> list[str]:
    steps = _web(control)
    if control.mobile_menu_path and control.mobile_menu_path != control.menu_path:
        steps.append(f"On a phone: {_path(control.mobile_menu_path)}.")
    return steps


def _web(control: Control) -> list[str]:
    steps = [f"Open {control.url} while signed in."] if control.url else []
    if control.menu_path:
        steps.append(f"{'Or go' if steps else 'Go'} to {_path(control.menu_path)}.")
    return steps


def _then(control: Control) -> list[str]:
    steps = [f"Look for the setting {control.name!r}. {_EFFECT.get(control.polarity, _UNKNOWN_EFFECT)}"]
    if control.confirm_step:
        steps.append(f"Completing it: {control.confirm_step}")
    return steps


def _path(names: Sequence[str]) -> str:
    return " > ".join(names)


def _called(control: Control, on: date) -> tuple[tuple[str, str], ...]:
    current = (label for label in control.labels if label.seen_until is None or label.seen_until >= on)
    return tuple(dict.fromkeys((label.lang, label.text) for label in current))
