"""From what a page shows to what a hurried person would agree to: pure rules on facts.

Sizes follow WCAG 2.5.8 (24 by 24 CSS pixels; the label counts where it turns the control), contrast follows
WCAG 1.4.3 (4.5, or 3 for large text). Nothing here says that a page breaks a rule or a law.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import hypot

from withhold.controls.finder.wording import Sense, option_sense, sense
from withhold.controls.spotter.look import Box, ButtonFacts, ControlFacts, RootFacts, SentenceFacts
from withhold.controls.spotter.words import (
    TRAINING,
    about_training,
    has,
    purposes,
    refuses,
    trains,
)
from withhold.model.words import Polarity

TARGET = 24.0
"""CSS pixels that a target should have in each direction."""
DWARFED = 20.0
"""A control is small against a button that covers this many times its own area."""
NEAR = 260.0
"""CSS pixels within which a sentence belongs to a button."""
_LARGE, _LARGE_BOLD, _BOLD = 24.0, 18.66, 700


@dataclass(frozen=True, slots=True)
class Finding:
    """One control, sentence or button. ``preset``: without a further act of the person it counts as a yes."""

    kind: str
    """``checkbox``, ``switch``, ``radio``, ``select``, ``button``, ``sentence``, ``custom`` (no role)."""
    label: str
    purposes: tuple[str, ...]
    state: bool | None
    preset: bool
    consents_when: str
    """``on``, ``off``, ``chosen``, ``continuing``, ``pressed`` or ``unknown``."""
    small: bool = False
    low_contrast: bool = False
    contrast: float | None = None
    after_primary_button: bool = False
    hidden: str | None = None
    implied_text: bool = False
    accept_all_button: bool = False
    size: tuple[float, float] = (0.0, 0.0)

    @property
    def covers_training(self) -> bool:
        return TRAINING in self.purposes

    @property
    def bundled(self) -> bool:
        """Several purposes with one answer."""
        return len(self.purposes) > 1


def judge(roots: Sequence[RootFacts]) -> tuple[tuple[Finding, ...], str | None]:
    """All findings, the gravest first, and the text of the main button."""
    seen = [_Root(root, _primary(root)) for root in roots]
    found = [finding for root in seen for finding in root.findings()]
    main = next((root.primary.text for root in seen if root.primary is not None), None)
    unique = tuple(dict.fromkeys(found))
    return tuple(sorted(unique, key=_gravity)), main


def _gravity(finding: Finding) -> tuple[bool, bool, bool]:
    return (not finding.covers_training, not finding.preset, finding.kind == "button")


def _primary(root: RootFacts) -> ButtonFacts | None:
    """The button that a hurried person presses: by its words, its make and its size."""
    scored = [(_weight(button), button) for button in root.buttons]
    best = max(scored, key=lambda pair: pair[0], default=None)
    return best[1] if best is not None and best[0] >= 2 else None


def _weight(button: ButtonFacts) -> float:
    _, _, width, height = button.box
    named = 2.0 * (has("primary", button.text) or has("accept_all", button.text))
    asked = 1.0 * (button.place is not None)
    return named + button.submit + button.filled + asked + min(1.0, width * height / 40_000)


@dataclass(frozen=True, slots=True)
class _Root:
    facts: RootFacts
    primary: ButtonFacts | None

    def findings(self) -> Iterator[Finding]:
        controls = [f for f in map(self._control, self.facts.controls) if f is not None]
        yield from _without_counterparts(controls)
        sentences = [f for f in map(self._sentence, self.facts.sentences) if f is not None]
        yield from sentences
        mentions = any(f.covers_training for f in (*controls, *sentences))
        for button in self.facts.buttons:
            if has("accept_all", button.text):
                yield self._accept_all(button, training=mentions)

    def _control(self, control: ControlFacts) -> Finding | None:
        if control.kind in {"select", "radio"}:
            return self._choice(control)
        training = about_training(control.label, control.beside)
        asked = _asked(control.label, training)
        if not asked:
            return None
        when = _when(control.label, training)
        on = control.state
        return self._measured(
            control, asked, when=when, preset=on is not None and on is (when != "off"), state=on
        )

    def _choice(self, control: ControlFacts) -> Finding | None:
        """A list or one of several choices: told of where a choice permits, by the choice that permits."""
        if control.kind == "radio":
            return self._radio(control)
        question = sense(control.label)
        means = [(o.chosen, option_sense(o.text, question)) for o in control.options]
        if all(polarity is not Polarity.ON_TRAINS for _, polarity in means):
            return None
        sharing = any(chosen and polarity is Polarity.ON_TRAINS for chosen, polarity in means)
        asked = _asked(control.label, question)
        return self._measured(
            control, (TRAINING, *(a for a in asked if a != TRAINING)), when="chosen", preset=sharing
        )

    def _radio(self, control: ControlFacts) -> Finding | None:
        question = sense(control.question) if control.question else sense(control.label)
        if option_sense(control.label, question) is not Polarity.ON_TRAINS:
            return None
        preset = control.state is True
        return self._measured(control, (TRAINING,), when="chosen", preset=preset, state=control.state)

    def _measured(
        self,
        control: ControlFacts,
        asked: tuple[str, ...],
        *,
        when: str,
        preset: bool,
        state: bool | None = None,
    ) -> Finding:
        return Finding(
            kind=control.kind,
            label=control.label,
            purposes=asked,
            state=state,
            preset=preset,
            consents_when=when,
            small=self._small(control),
            low_contrast=_pale(control.contrast, control.font, control.weight),
            contrast=control.contrast,
            after_primary_button=self._after(control.box),
            hidden=control.hidden,
            size=control.box[2:],
        )

    def _small(self, control: ControlFacts) -> bool:
        if control.hidden is not None and not any(control.box):
            return False
        reach = max(min(width, height) for _, _, width, height in control.hits)
        area = max(width * height for _, _, width, height in control.hits)
        button = self.primary.box[2] * self.primary.box[3] if self.primary else 0.0
        return reach < TARGET or area * DWARFED <= button

    def _after(self, box: Box) -> bool:
        """Whether the main button ends above, where reading stops."""
        return (
            self.primary is not None and any(box) and box[1] >= self.primary.box[1] + self.primary.box[3] - 2
        )

    def _sentence(self, sentence: SentenceFacts) -> Finding | None:
        if sentence.article or not self._belongs(sentence):
            return None
        implied, training = has("implied", sentence.text), trains(sentence.text)
        permits = training is not None and training.polarity is not Polarity.ON_PRIVATE
        if not implied and not (permits and not sentence.heading and self._updates()):
            return None
        asked = _asked(sentence.text, training)
        return Finding(
            kind="sentence",
            label=sentence.text,
            purposes=asked or ("terms",),
            state=None,
            preset=True,
            consents_when="continuing",
            small=sentence.font < min(12.0, 0.8 * self.facts.font),
            low_contrast=_pale(sentence.contrast, sentence.font, 400),
            contrast=sentence.contrast,
            after_primary_button=self._after(sentence.box),
            hidden=sentence.hidden,
            implied_text=True,
            size=sentence.box[2:],
        )

    def _belongs(self, sentence: SentenceFacts) -> bool:
        """Whether a sentence goes with something that a person would press."""
        if sentence.dialog or (sentence.place is not None and self.facts.buttons):
            return True
        pressed = [b for b in self.facts.buttons if has("primary", b.text) or has("accept_all", b.text)]
        return any(_distance(sentence.box, button.box) <= NEAR for button in pressed)

    def _updates(self) -> bool:
        """Whether this tells of new terms, with a button to take them."""
        told = any(has("updated", s.text) for s in self.facts.sentences)
        return self.primary is not None and (told or self.facts.asks)

    def _accept_all(self, button: ButtonFacts, *, training: bool) -> Finding:
        return Finding(
            kind="button",
            label=button.text,
            purposes=(TRAINING,) if training else ("terms",),
            state=None,
            preset=False,
            consents_when="pressed",
            small=min(button.box[2:]) < TARGET,
            low_contrast=_pale(button.contrast, button.font, 400),
            contrast=button.contrast,
            accept_all_button=True,
            size=button.box[2:],
        )


def _asked(text: str, training: Sense | None) -> tuple[str, ...]:
    about = (TRAINING,) if training is not None else ()
    return (*about, *purposes(text))


def _when(label: str, training: Sense | None) -> str:
    """In which position a control says yes."""
    if training is None:
        return "off" if refuses(label) else "on"
    return {Polarity.ON_TRAINS: "on", Polarity.ON_PRIVATE: "off"}.get(training.polarity, "unknown")


def _without_counterparts(controls: Iterable[Finding]) -> Iterator[Finding]:
    """Of two buttons for yes and no, the one for yes."""
    found = list(controls)
    yes = any(f.kind == "button" and f.consents_when == "on" for f in found)
    return (f for f in found if not (yes and f.kind == "button" and f.consents_when == "off"))


def _pale(contrast: float | None, font: float | None, weight: float) -> bool:
    size = font or 0.0
    large = size >= _LARGE or (size >= _LARGE_BOLD and weight >= _BOLD)
    return contrast is not None and contrast < (3.0 if large else 4.5)


def _distance(one: Box, other: Box) -> float:
    """Between the nearest edges of two boxes."""
    across = max(one[0] - other[0] - other[2], other[0] - one[0] - one[2], 0.0)
    down = max(one[1] - other[1] - other[3], other[1] - one[1] - one[3], 0.0)
    return hypot(across, down)
