"""What the bar says, from what was seen: pure. It says what a page shows, never that it is kept."""

from collections.abc import Sequence
from dataclasses import dataclass

from withhold.controls.finder.ending import Ending, missing, problem
from withhold.controls.finder.found import Found
from withhold.controls.finder.sight import Sight
from withhold.controls.spotter.judge import Finding
from withhold.controls.traffic import Write
from withhold.controls.witness.bar import Row, Words
from withhold.controls.witness.course import Course
from withhold.model.terms import Control
from withhold.model.words import Outcome, Setting

_LABEL = 90
_MOST = 6
RELOAD = "Reload the page yourself (F5, or Cmd+R on a Mac), then come back to the control."


@dataclass(frozen=True, slots=True)
class Scene:
    """One moment: what stands on the page, what was sent, what else moved, what the spotter says."""

    seen: Sight
    course: Course
    controls: Sequence[Control]
    writes: Sequence[Write]
    moved: Sequence[str]
    findings: Sequence[Finding]
    foreign: str | None
    may_reload: bool
    unsent: Ending | None = None
    """Why what is shown is a proposal that only the person can send."""


def words(scene: Scene) -> Words:
    """The bar for ``scene``."""
    head, after, mood = _now(scene)
    seen = tuple(_row(f) for f in (*scene.seen.deciding, *scene.seen.doubtful)[:_MOST])
    return Words(head, after, mood, seen, _heard(scene), _care(scene))


def _now(scene: Scene) -> tuple[str, str, str]:
    course, seen = scene.course, scene.seen
    if scene.foreign is not None and "could not be loaded" in scene.foreign:
        return "The page did not load", f"{scene.foreign}.", ""
    if scene.foreign is not None:
        return "Not the provider's page", f"{scene.foreign}. Go back to it when you are done there.", ""
    if not seen.deciding and not seen.doubtful:
        return _nothing(scene)
    absent = missing(seen, scene.controls)
    if absent is not None:
        return (
            "No control with a name we know",
            "Look further: open the settings page named in the steps.",
            "",
        )
    if scene.unsent is not None:
        return _proposed(seen)
    if course.came_back():
        return "It came back: it shares again", "The change did not hold. Record it, or try once more.", "bad"
    if course.read_back():
        return "Read again after your reload: private", "Record it now.", "good"
    stuck = [e for f in seen.deciding if (e := problem(f)) is not None]
    if any(e.outcome is Outcome.BLOCKED for e in stuck):
        return "Locked while it shares", "Somebody else decides here. Record it, and ask them.", "bad"
    if seen.doubtful or any(f.setting is None for f in seen.deciding):
        return (
            "Not clear what this means",
            "We cannot read it. Look closely; Record keeps what can be seen.",
            "warn",
        )
    if any(f.setting is Setting.SHARING for f in seen.deciding):
        if not any(f.shown for f in seen.deciding if f.setting is Setting.SHARING):
            return (
                "It shares your content, out of sight",
                "Open the part that it is in, and set it there.",
                "warn",
            )
        return (
            "It shares your content now",
            "Set the ringed control yourself. Nothing is pressed for you.",
            "warn",
        )
    return _shown_private(scene)


def _nothing(scene: Scene) -> tuple[str, str, str]:
    if scene.course.changed or scene.course.loads:
        return "The control is out of sight", "Open it again, so that it can be read.", ""
    return (
        "Nothing here decides about training, as far as we can tell",
        "Sign in if you are asked to, and open the setting. We read along.",
        "",
    )


def _proposed(seen: Sight) -> tuple[str, str, str]:
    """A page to agree to: nothing on it is kept before it is sent."""
    if seen.all_private:
        return (
            "Proposed private, and sent to nobody yet",
            "It counts once you send this form. Then open the settings page, where it can be read back.",
            "warn",
        )
    return (
        "Sending this form would share your content, or may",
        "Set the ringed control first. Only you send the form; afterwards open the settings page.",
        "warn",
    )


def _shown_private(scene: Scene) -> tuple[str, str, str]:
    if scene.course.waiting():
        return "Shown private after your reload", "A few seconds more: a page may still correct itself.", ""
    if not scene.may_reload:
        return "Shown private, not read back yet", "Give the server a moment before you reload.", ""
    if scene.course.changed:
        return "Shown private, not read back yet", f"A page can show what it has not saved. {RELOAD}", "warn"
    return "Shown private on this load", f"It is believed only when two loads say so. {RELOAD}", ""


def _row(found: Found) -> Row:
    where = f" · {_cut(found.section)}" if found.section else ""
    name = _cut(found.label) or "(no label)"
    if found.setting is Setting.PRIVATE:
        return Row(name, f"{_position(found)}: private{where}", "good")
    if found.setting is Setting.SHARING:
        locked = ", locked" if found.locked else ""
        return Row(name, f"{_position(found)}: shares{locked}{where}", "bad")
    return Row(name, f"cannot be read{where}", "warn")


def _position(found: Found) -> str:
    if found.options:
        return next((_cut(o.text) for o in found.options if o.chosen), "one choice")
    return "on" if found.on else "off"


def _heard(scene: Scene) -> tuple[Row, ...]:
    rows = [_answer(write) for write in scene.writes[-2:]]
    if not rows and scene.course.changed and not scene.course.read_back():
        rows = [Row("Nothing was sent after your change, so far", "Is there a Save button?", "warn")]
    return tuple(rows)


def _answer(write: Write) -> Row:
    if write.status is None:
        return Row(f"Sent to {write.host}", "not answered yet")
    if write.doubt:
        return Row(f"Sent to {write.host}", write.doubt, "bad")
    return Row(f"Sent to {write.host}", f"answered {write.status}; that is a word, not yet a reading")


def _care(scene: Scene) -> tuple[Row, ...]:
    """Neighbours that moved, controls that decide nothing about training, what was set beforehand."""
    rows = [
        Row(_cut(key), "this moved too, and decides nothing about training", "warn") for key in scene.moved
    ]
    known = {f.label for f in scene.seen.deciding}
    preset = [f for f in scene.findings if f.preset and f.label not in known]
    rows += [Row(_cut(f.label), _preset(f), "warn") for f in preset if f.covers_training]
    rows += [Row(_cut(f.label), _preset(f)) for f in preset if not f.covers_training]
    rows += [Row(_cut(f.label), "is about something else; leave it") for f in _decoys(scene)]
    return tuple({row.name: row for row in reversed(rows)}.values())[::-1][:_MOST]


def _decoys(scene: Scene) -> tuple[Found, ...]:
    """Switches beside the one that decides, which a hurried hand may take for it."""
    if not scene.seen.deciding:
        return ()
    asked = {f.key for f in (*scene.seen.deciding, *scene.seen.doubtful)}
    near = {f.section for f in scene.seen.deciding}
    return tuple(f for f in scene.seen.found if f.key not in asked and f.shown and f.section in near)


def _preset(finding: Finding) -> str:
    marks = [
        *(["small"] if finding.small else []),
        *(["pale"] if finding.low_contrast else []),
        *(["hidden"] if finding.hidden else []),
        *(["after the main button"] if finding.after_primary_button else []),
    ]
    about = "sharing for training" if finding.covers_training else ", ".join(finding.purposes) or "consent"
    return f"set to a yes ({about}) before you touched it" + (f"; {', '.join(marks)}" if marks else "")


def _cut(text: str | None) -> str:
    text = " ".join((text or "").split())
    return text if len(text) <= _LABEL else f"{text[: _LABEL - 1]}…"
