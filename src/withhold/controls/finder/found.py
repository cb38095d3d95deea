"""A control that was found: what it is called, what it means, where it stands, what may be done with it."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from withhold.controls.finder.survey import Thing
from withhold.controls.finder.wording import NOTHING, Sense
from withhold.model.control import Reading
from withhold.model.terms import Control
from withhold.model.words import ControlState, Polarity, Setting

_PRIVATE_WHEN = {Polarity.ON_TRAINS: False, Polarity.ON_PRIVATE: True}


@dataclass(frozen=True, slots=True)
class Option:
    """One of several choices. ``thing`` is absent for the entries of a list."""

    text: str
    polarity: Polarity
    chosen: bool | None
    locked: bool
    thing: Thing | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """One control as it is at one look. Without ``options`` it is a switch."""

    key: str
    """Stays the same over fresh loads."""
    label: str
    section: str | None
    sense: Sense
    thing: Thing = field(repr=False)
    on: bool | None = None
    doubt: str | None = None
    options: tuple[Option, ...] = ()
    listed: bool = False
    """Its options come to light only when it is opened."""
    question: Sense = NOTHING
    """What the options are an answer to."""
    control: Control | None = None
    """The control of the pack that it is taken for."""
    managed: bool = False

    @property
    def setting(self) -> Setting | None:
        """Private or sharing, where the page shows it without contradiction."""
        if self.doubt is not None:
            return None
        if self.options:
            return self._chosen_setting()
        wanted = _PRIVATE_WHEN.get(self.sense.polarity)
        if wanted is None or self.on is None:
            return None
        return Setting.PRIVATE if self.on is wanted else Setting.SHARING

    def _chosen_setting(self) -> Setting | None:
        chosen = [o for o in self.options if o.chosen]
        if len(chosen) != 1:
            return None
        if chosen[0].polarity is Polarity.ON_PRIVATE:
            return Setting.PRIVATE
        if self.listed:
            return Setting.SHARING if chosen[0].polarity is Polarity.ON_TRAINS else None
        return Setting.SHARING if self.private_option is not None else None

    @property
    def private_option(self) -> Option | None:
        """The one choice that refuses; none where there are several or none at all."""
        refusing = [o for o in self.options if o.polarity is Polarity.ON_PRIVATE]
        return refusing[0] if len(refusing) == 1 else None

    @property
    def locked(self) -> bool:
        """Whether nobody can operate it here."""
        if self.options and not self.listed and self.thing.facts.kind != "select":
            wanted = self.private_option
            return wanted.locked if wanted is not None else all(o.locked for o in self.options)
        return self.thing.facts.locked or (self.thing.facts.untouchable and self.managed)

    @property
    def shown(self) -> bool:
        return self.thing.facts.shown or any(o.thing and o.thing.facts.shown for o in self.options)

    @property
    def wanted(self) -> bool:
        """The position in which a switch is private."""
        return _PRIVATE_WHEN[self.sense.polarity]

    def readings(self, at: datetime) -> tuple[Reading, ...]:
        """As readings: one for a switch, one for each choice of several."""
        if not self.options:
            return (self._reading(self.label, self.sense.polarity, self.on, at),)
        return tuple(
            self._reading(f"{self.label}: {o.text}" if self.label else o.text, o.polarity, o.chosen, at)
            for o in self.options
        )

    def _reading(self, label: str, polarity: Polarity, on: bool | None, at: datetime) -> Reading:
        state = ControlState.UNKNOWN if on is None else (ControlState.ON if on else ControlState.OFF)
        return Reading(
            label=label,
            role=role_of(self.thing),
            section=self.section,
            state=state if self.doubt is None else ControlState.UNKNOWN,
            polarity=polarity,
            confidence=round(self.sense.topic, 2),
            why=(*self.sense.why, *((self.doubt,) if self.doubt else ())),
            at=at,
            disabled=self.locked,
            control_id=self.control.id if self.control else None,
        )

    def with_doubt(self, why: str) -> "Found":
        return replace(self, doubt=self.doubt or why)


def absent(control: Control, why: str, at: datetime) -> Reading:
    """Stands for a control of the pack that was not found."""
    return Reading(
        label=control.labels[0].text if control.labels else control.name,
        role="",
        section=None,
        state=ControlState.UNKNOWN,
        polarity=control.polarity,
        confidence=0.0,
        why=(why,),
        at=at,
        control_id=control.id,
    )


def role_of(thing: Thing) -> str:
    """How assistive technology calls it, else what it is made of."""
    node = thing.node
    return (node.role if node is not None else "") or thing.facts.role or thing.facts.tag
