"""How a run ended, from what was seen: pure rules without a browser.

The worst of all controls decides: private is said only where each of them is, and every doubt counts
against us.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from withhold.controls.finder.another import Elsewhere
from withhold.controls.finder.found import Found
from withhold.controls.finder.hand import Turn
from withhold.controls.finder.sight import Sight, alike
from withhold.controls.finder.way import Behind
from withhold.controls.finder.wording import topic
from withhold.controls.lens import View
from withhold.controls.phrases import TURN_OFF_WORDS, TURN_ON_WORDS, normal
from withhold.controls.settle import Rest
from withhold.controls.traffic import Write
from withhold.model.terms import Control
from withhold.model.words import Outcome, Setting

_WORST_FIRST = (
    Outcome.NEEDS_HUMAN,
    Outcome.NO_CONTROL,
    Outcome.BLOCKED,
    Outcome.NOT_PERSISTED,
    Outcome.CHANGED,
    Outcome.ALREADY_PRIVATE,
)
_EXPLICIT = 0.75
_TOO_LONG = "a list on the page is too long to be looked through to its end: do it yourself"
CLAIMS = frozenset({Outcome.CHANGED, Outcome.ALREADY_PRIVATE})


@dataclass(frozen=True, slots=True)
class Ending:
    outcome: Outcome
    why: str
    decoys_moved: tuple[str, ...] = ()

    @property
    def claims(self) -> bool:
        """Whether it says that the setting is private."""
        return self.outcome in CLAIMS


@dataclass(frozen=True, slots=True)
class Proof:
    """What was seen besides the page itself after acting."""

    writes: Sequence[Write]
    told: bool
    """Whether the page sent anything after the act that says of a thing that it is on or off."""
    against: str | None
    """What an answer of the server says against it."""
    elsewhere: Elsewhere
    shown: frozenset[bool] = frozenset()
    """The positions in which the switches stand now; none for choices, which have no on and off."""
    backed: bool = False
    """Whether an answer of the fresh load says by name that it is private."""


def worst(endings: Sequence[Ending]) -> Ending:
    """The ending that decides, with the reasons of all that end the same way."""
    outcome = min((e.outcome for e in endings), key=_WORST_FIRST.index)
    reasons = dict.fromkeys(e.why for e in endings if e.outcome is outcome)
    return Ending(outcome, "; ".join(reasons))


def problem(found: Found) -> Ending | None:
    """Why ``found`` cannot be operated, and what that makes of the run."""
    if found.doubt is not None:
        return Ending(Outcome.NEEDS_HUMAN, f"{found.label!r}: {found.doubt}")
    if found.setting is None:
        return Ending(Outcome.NEEDS_HUMAN, f"the state of {found.label!r} could not be read")
    if found.setting is Setting.PRIVATE:
        return None
    if found.locked:
        by = ", by its own words by somebody else" if found.managed else ""
        return Ending(Outcome.BLOCKED, f"{found.label!r} is locked in the position that shares{by}")
    if not found.shown:
        return Ending(Outcome.NEEDS_HUMAN, f"{found.label!r} is in {found.thing.facts.hidden_in}")
    return None


def unclear(found: Found) -> Ending:
    """The ending for a control that may decide about training and cannot be read."""
    reasons = "; ".join(dict.fromkeys((*found.sense.why, *((found.doubt,) if found.doubt else ()))))
    return Ending(Outcome.NEEDS_HUMAN, f"it is not clear what {found.label!r} means: {reasons}")


def without_acting(seen: Sight, controls: Sequence[Control]) -> Ending | None:
    """The ending where nothing may be operated; ``None`` where there is something to do."""
    absent = missing(seen, controls)
    if not seen.deciding:
        return absent if not seen.doubtful else worst([unclear(f) for f in seen.doubtful])
    if absent is not None:
        return absent
    sharing = [f for f in seen.deciding if f.setting is not Setting.PRIVATE]
    if alike(seen.deciding) and sharing:
        return Ending(Outcome.NEEDS_HUMAN, f"{len(seen.deciding)} controls fit and cannot be told apart")
    if any(problem(f) is None for f in sharing):
        return None
    rest = [problem(f) for f in sharing]
    out_of_view = unseen(seen)
    doubts = [*(unclear(f) for f in seen.doubtful), *([out_of_view] if out_of_view else [])]
    return worst([*(e for e in rest if e), *doubts])


def unseen(seen: Sight) -> Ending | None:
    """The ending where a long list holds more that decides, or was not seen to its end."""
    if seen.beyond:
        names = ", ".join(dict.fromkeys(repr(f.label) for f in seen.beyond))
        why = f"what is shown is private, but further along in a list there is {names}: look at it yourself"
        return Ending(Outcome.NEEDS_HUMAN, why)
    if seen.whole:
        return None
    return Ending(Outcome.NEEDS_HUMAN, f"what is shown is private, but {_TOO_LONG}")


def hidden_away(claim: Ending, behind: Behind | None) -> Ending:
    """What becomes of ``claim`` where a closed part of the page speaks against it."""
    if behind is None:
        return claim
    name = behind.name
    if behind.against is None:
        why = f"what is shown is private, but {name!r} could not be opened: look behind it yourself"
        return Ending(Outcome.NEEDS_HUMAN, why)
    label = behind.against.label
    why = f"what is shown is private, but behind {name!r} there is {label!r}: look at it yourself"
    return Ending(Outcome.NEEDS_HUMAN, why)


def missing(seen: Sight, controls: Sequence[Control]) -> Ending | None:
    """A control that was asked for by name and is not there. One that is like it stands in for one alone."""
    if not seen.deciding and not controls:
        if _by_button(seen.view):
            why = "the page speaks of training, and its buttons may decide about it: look at them yourself"
            return Ending(Outcome.NEEDS_HUMAN, why)
        if _by_list(seen.view):
            return Ending(
                Outcome.NEEDS_HUMAN, "a list on the page may decide about training: look at it yourself"
            )
        if not seen.whole:
            return Ending(Outcome.NEEDS_HUMAN, _TOO_LONG)
        return Ending(
            Outcome.NO_CONTROL, "nothing on the page decides about training, as far as its words tell"
        )
    known = {f.control.id for f in seen.deciding if f.control}
    absent = [c for c in controls if c.id not in known]
    if not absent or (len(controls) == 1 and seen.deciding):
        return None
    return Ending(Outcome.NO_CONTROL, "no control on the page has a label of the pack")


def _by_button(view: View) -> bool:
    """Whether the page speaks of training and has a button that says "turn off" rather than a switch."""
    verbs = TURN_OFF_WORDS | TURN_ON_WORDS
    if not any(normal(b.name) in verbs for b in view.of_role("button", "link")):
        return False
    return any(topic(normal(text.name)) >= _EXPLICIT for text in view.of_role("StaticText"))


def _by_list(view: View) -> bool:
    """Whether a list to choose from, which is read nowhere as a control, is named by words about training."""
    return any(topic(normal(node.name)) >= _EXPLICIT for node in view.of_role("listbox"))


def after_acting(
    before: Sight, reloaded: Sight, turns: Mapping[str, Turn], proof: Proof, others: tuple[str, ...]
) -> Ending:
    """The ending after a fresh load: what it shows decides. ``others`` moved without being asked."""
    if others:
        why = f"another switch changed meanwhile, look at it yourself: {', '.join(others)}"
        return Ending(Outcome.NEEDS_HUMAN, why, others)
    if reloaded.rest is Rest.LOADING:
        return Ending(Outcome.NEEDS_HUMAN, "the page did not finish loading when it was loaded afresh")
    asked = {f.key for f in before.deciding}
    endings = [_one(f, reloaded.of(f.key), turns.get(f.key)) for f in before.deciding]
    endings += [_newcomer(f) for f in reloaded.deciding if f.key not in asked]
    endings += [unclear(f) for f in reloaded.doubtful]
    told = worst(endings)
    if not told.claims:
        return told
    return unseen(reloaded) or only_part(reloaded) or _doubted(told, proof)


def only_part(seen: Sight) -> Ending | None:
    """The ending where all that decides is about a part of the content, and no pack says that this is all."""
    if any(f.control is not None or not f.sense.partial for f in seen.deciding):
        return None
    labels = ", ".join(repr(f.label) for f in seen.deciding)
    why = f"{labels} shows private, but by its words it is about a part alone: look for the rest yourself"
    return Ending(Outcome.NEEDS_HUMAN, why)


def _newcomer(found: Found) -> Ending:
    if found.setting is Setting.PRIVATE:
        return Ending(Outcome.ALREADY_PRIVATE, f"{found.label!r} came up later, and is private")
    return Ending(Outcome.NEEDS_HUMAN, f"{found.label!r} came up only after the fresh load")


def _one(before: Found, after: Found | None, turn: Turn | None) -> Ending:
    label = before.label
    if after is None:
        return Ending(Outcome.NEEDS_HUMAN, f"{label!r} is not on the page any more after a fresh load")
    if after.setting is Setting.PRIVATE:
        if turn is None or not turn.acted:
            return Ending(Outcome.ALREADY_PRIVATE, f"{label!r} was private already")
        return Ending(Outcome.CHANGED, f"{label!r} is private after a fresh load")
    stuck = problem(after)
    if stuck is not None and (stuck.outcome is not Outcome.BLOCKED or turn is None):
        return Ending(stuck.outcome, f"after the reload: {stuck.why}")
    if turn is None or not turn.acted:
        why = turn.trouble if turn else "nothing was changed"
        return Ending(Outcome.NEEDS_HUMAN, f"{label!r} shares; {why}")
    if turn.trouble is not None or not turn.moved:
        if after.managed or (stuck is not None and stuck.outcome is Outcome.BLOCKED):
            return Ending(
                Outcome.BLOCKED, f"{label!r} does not move, and is said to be managed by somebody else"
            )
        return Ending(Outcome.NEEDS_HUMAN, f"{label!r} still shares: {turn.trouble or 'it did not move'}")
    return Ending(Outcome.NOT_PERSISTED, f"{label!r} shares again after a fresh load")


def _doubted(claim: Ending, proof: Proof) -> Ending:
    """A claim stands only where nothing that was sent, answered or seen elsewhere speaks against it."""
    doubts = dict.fromkeys(write.doubt for write in proof.writes if write.doubt)
    if proof.against:
        doubts[proof.against] = None
    if doubts:
        why = f"the page shows private, but {'; '.join(filter(None, doubts))}"
        return Ending(Outcome.NEEDS_HUMAN, why)
    if proof.elsewhere is Elsewhere.SHARES:
        return Ending(Outcome.NOT_PERSISTED, proof.elsewhere.value)
    if claim.outcome is Outcome.ALREADY_PRIVATE:
        return kept_here(proof) or claim
    if not _heard_of(proof):
        why = (
            "the page shows private, but told its server of no setting that could be read:"
            " perhaps only this browser remembers it"
        )
        return Ending(Outcome.NEEDS_HUMAN, why)
    return claim


def kept_here(proof: Proof) -> Ending | None:
    """The ending where what was private from the start may be so in this browser's storage alone."""
    nowhere = proof.elsewhere is Elsewhere.UNTOLD and not proof.backed
    if not nowhere and proof.elsewhere not in {Elsewhere.SHARES, Elsewhere.NOBODY}:
        return None
    return Ending(Outcome.NEEDS_HUMAN, f"the page shows private, but {proof.elsewhere.value}")


def _heard_of(proof: Proof) -> bool:
    """Whether a server can have heard of the choice, and not this browser's storage alone."""
    if proof.elsewhere is Elsewhere.NOBODY:
        sent = frozenset().union(*(write.positions for write in proof.writes))
        return bool(sent & proof.shown if proof.shown else sent)
    if proof.elsewhere is Elsewhere.ANYBODY and proof.writes:
        return True  # what was sent could not be read, but a browser with nothing stored sees what came of it
    return proof.told or proof.elsewhere is Elsewhere.SAME


def moved(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    """Keys of what is in another position than before, of what is present both times."""
    return tuple(key for key, place in before.items() if key in after and after[key] != place)
