"""How a run ended, from what was seen: pure rules without a browser.

The worst of all controls decides: private is said only where each of them is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from withhold.controls.act import Turn
from withhold.controls.look import Look, Seen
from withhold.controls.settle import Rest
from withhold.controls.traffic import Write
from withhold.model.words import ControlState, Outcome

_WORST_FIRST = (
    Outcome.NEEDS_HUMAN,
    Outcome.NO_CONTROL,
    Outcome.BLOCKED,
    Outcome.NOT_PERSISTED,
    Outcome.CHANGED,
    Outcome.ALREADY_PRIVATE,
)


@dataclass(frozen=True, slots=True)
class Ending:
    outcome: Outcome
    why: str
    decoys_moved: tuple[str, ...] = ()


def worst(endings: Sequence[Ending]) -> Ending:
    """The ending that decides, with the reasons of all that end the same way."""
    outcome = min((e.outcome for e in endings), key=_WORST_FIRST.index)
    reasons = dict.fromkeys(e.why for e in endings if e.outcome is outcome)
    return Ending(outcome, "; ".join(reasons))


def of_problems(seen: Look) -> Ending:
    """The ending of a run that operated nothing, though one control at least is not private."""
    return worst([_untouched(s) for s in seen.seen if not s.private])


def _untouched(seen: Seen) -> Ending:
    label = seen.reading.label
    if seen.problem is not None:
        return Ending(seen.problem.outcome, seen.problem.why)
    return Ending(Outcome.NEEDS_HUMAN, f"{label!r} shares; nothing was changed")


def after_acting(
    before: Look,
    reloaded: Look,
    turns: Mapping[str, Turn],
    writes: Sequence[Write],
    others: tuple[str, ...],
) -> Ending:
    """The ending after a fresh load: what it shows decides, and every doubt counts against us.

    ``others`` are the other switches that moved meanwhile.
    """
    if others:
        why = f"another switch changed meanwhile, look at it yourself: {', '.join(others)}"
        return Ending(Outcome.NEEDS_HUMAN, why, others)
    if reloaded.rest is Rest.LOADING:
        return Ending(Outcome.NEEDS_HUMAN, "the page did not finish loading when it was loaded afresh")
    doubts = dict.fromkeys(write.doubt for write in writes if write.doubt)
    endings = [_one(before.of(s.control), s, turns.get(s.control.id)) for s in reloaded.seen]
    claims = any(e.outcome in {Outcome.CHANGED, Outcome.ALREADY_PRIVATE} for e in endings)
    if doubts and claims:
        why = f"the page shows private, but {'; '.join(filter(None, doubts))}"
        endings.append(Ending(Outcome.NEEDS_HUMAN, why))
    return worst(endings)


def _one(before: Seen, after: Seen, turn: Turn | None) -> Ending:
    label = before.reading.label
    if turn is None or not turn.acted:
        if after.private and before.problem is None:
            return Ending(Outcome.ALREADY_PRIVATE, f"{label!r} was private already")
        problem = before.problem or after.problem
        return _untouched(after) if problem is None else Ending(problem.outcome, problem.why)
    if after.private:
        return Ending(Outcome.CHANGED, f"{label!r} is private after a fresh load")
    if after.problem is not None:
        return Ending(Outcome.NEEDS_HUMAN, f"after the reload: {after.problem.why}")
    if turn.trouble is not None or not turn.moved:
        return Ending(Outcome.NEEDS_HUMAN, f"{label!r} still shares: {turn.trouble or 'it did not move'}")
    return Ending(Outcome.NOT_PERSISTED, f"{label!r} shares again after a fresh load")


def moved(before: Mapping[str, ControlState], after: Mapping[str, ControlState]) -> tuple[str, ...]:
    """Keys of switches that are in another position than before, of those present both times."""
    return tuple(key for key, state in before.items() if key in after and after[key] is not state)
