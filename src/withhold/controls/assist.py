"""Setting controls private in a real browser, and proving it.

What is promised: ``changed`` and ``already_private`` are said only of what a fresh load of the page showed,
read late, without contradiction. What is not promised: nobody outside can prove what a server does with it.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from withhold.controls.capture import Camera
from withhold.controls.driver import BrowserError, Cookie, Page
from withhold.controls.finder.another import Another, Elsewhere, late, reveal
from withhold.controls.finder.dialogs import NativeDialogs
from withhold.controls.finder.ending import (
    Ending,
    Proof,
    after_acting,
    hidden_away,
    kept_here,
    missing,
    moved,
    only_part,
    without_acting,
)
from withhold.controls.finder.found import Found, absent
from withhold.controls.finder.hand import Hand, Turn
from withhold.controls.finder.lists import looked_through
from withhold.controls.finder.place import elsewhere, stranger, unsent
from withhold.controls.finder.sight import Sight, sight
from withhold.controls.finder.told import Told
from withhold.controls.finder.way import Way
from withhold.controls.lens import Lens
from withhold.controls.record import RunContext, Story, draft
from withhold.controls.settle import Rest, begin, load, settle, watch_timers
from withhold.controls.traffic import Traffic, Write
from withhold.model.control import ControlResult, OptOutResult, Reading
from withhold.model.ports import Clock, EvidenceSink
from withhold.model.terms import Control
from withhold.model.words import Outcome, Setting

_SIGNED_OUT = (
    "after a second browser had come with your cookies, the page did not show it any more:"
    " the site may have signed you out"
)


def set_private(
    page: Page,
    url: str,
    controls: Sequence[Control] = (),
    *,
    clock: Clock,
    sink: EvidenceSink,
    context: RunContext,
) -> OptOutResult:
    """Bring every control on the page at ``url`` that decides about training to its private position.

    ``controls`` are those of a pack: their labels come first, and each of them has to be there. Without any,
    the wording of the page alone decides. Each control is operated once at most, and only in the sharing
    position; nothing else on the page is. Whether the terms allow it is for the caller to ask first
    (:func:`~withhold.controls.stance.require_assist`). The record is in ``sink`` when this returns, also
    after a failure or Ctrl-C. Raises only what ``sink`` raises.
    """
    return _Run(page, url, controls, clock, context).carry_out(_Run.set_private, sink)


def check(
    page: Page,
    url: str,
    controls: Sequence[Control] = (),
    *,
    clock: Clock,
    sink: EvidenceSink,
    context: RunContext,
) -> OptOutResult:
    """Read the controls without setting anything, and record it.

    ``already_private`` as in :func:`set_private`; a control that shares gives ``needs_human``.
    """
    return _Run(page, url, controls, clock, context).carry_out(_Run.check, sink)


class _Run:
    """One run over one page. Keeps what is known at every moment, so that it can always be recorded."""

    def __init__(
        self, page: Page, url: str, controls: Sequence[Control], clock: Clock, context: RunContext
    ) -> None:
        self._page, self._url, self._controls = page, url, tuple(controls)
        self._clock, self._context = clock, context
        self._patience = context.patience
        self._begun: datetime = clock()
        self._steps: list[str] = []
        self._traffic = Traffic(page)
        self._told = Told(page)
        self._lens = Lens(page)
        self._camera = Camera(self._lens, context.capture)
        self._dialogs = NativeDialogs(page, self._steps)
        self._way = Way(self._lens, self._sight, self._rest, self._steps, self._patience.lists)
        self._hand = Hand(self._lens, self._traffic, self._dialogs, self._patience, self._steps, self._sight)
        self._another = Another(page, url, self._controls, context.patience, self._steps)
        self._stages: dict[str, tuple[Sight, datetime]] = {}
        self._writes: list[Write] = []
        self._acted_at: float | None = None
        self._cookies: Sequence[Cookie] | None = None
        self._final_url: str | None = None

    def carry_out(self, plan: "Callable[[_Run], Ending]", sink: EvidenceSink) -> OptOutResult:
        try:
            return self._record(self._end(plan, sink), sink)
        finally:
            self._another.close()
            self._dialogs.close()
            self._camera.close()
            self._told.close()
            self._traffic.close()
            self._lens.close()

    def _end(self, plan: "Callable[[_Run], Ending]", sink: EvidenceSink) -> Ending:
        """How the plan ended. What is known is recorded also where the person broke it off."""
        try:
            watch_timers(self._page)
            self._lens.without_cache()
            return plan(self)
        except BrowserError as problem:
            said = problem.message.splitlines()[0]
            return Ending(Outcome.NEEDS_HUMAN, f"the browser could not go on: {said}")
        except BaseException:
            self._record(Ending(Outcome.NEEDS_HUMAN, "interrupted"), sink)
            raise

    def set_private(self) -> Ending:
        before, ending = self._first()
        if ending is not None:
            return ending
        others: list[Mapping[str, str]] = []
        turns = {f.key: self._turn(f.key, others) for f in before.deciding if f.setting is Setting.SHARING}
        self._taken("after", self._sight())
        self._leave()
        reloaded = self._again()
        foreign = elsewhere(self._page, self._url)
        if foreign is not None:
            return Ending(foreign.outcome, f"after the reload: {foreign.why}")
        proposal = unsent(self._lens, reloaded)
        if proposal is not None:
            return proposal
        told = after_acting(before, reloaded, turns, self._proof(None), _moved(others, before, reloaded))
        if not told.claims:
            return told
        return self._looked_behind(after_acting(before, reloaded, turns, self._proof(reloaded), ()))

    def check(self) -> Ending:
        before, ending = self._first()
        if ending is not None:
            return ending
        names = ", ".join(repr(f.label) for f in before.deciding if f.setting is not Setting.PRIVATE)
        return Ending(Outcome.NEEDS_HUMAN, f"{names} shares; nothing was changed")

    def _first(self) -> tuple[Sight, Ending | None]:
        """The first look, and the ending where nothing is to be done."""
        seen = self._fresh()
        foreign = stranger(self._page, seen, self._url)
        if foreign is not None:
            return seen, Ending(foreign.outcome, foreign.why)
        proposal = unsent(self._lens, seen)
        if proposal is not None:
            return seen, proposal
        if seen.all_private and missing(seen, self._controls) is None:
            return self._twice(seen)
        return seen, without_acting(seen, self._controls)

    def _twice(self, first: Sight) -> tuple[Sight, Ending | None]:
        """Private is believed only of two separate loads, and of what another browser would show."""
        self._told.end()
        again = self._again()
        foreign = stranger(self._page, again, self._url) or missing(again, self._controls)
        foreign = foreign or unsent(self._lens, again)
        same = {f.key for f in first.deciding} <= {f.key for f in again.deciding}
        if again.all_private and foreign is None and same:
            return again, self._already(first, again)
        self._steps.append("the second look differed from the first, so the later one counts")
        self._retake_before()
        if foreign is not None:
            return again, Ending(foreign.outcome, foreign.why)
        return again, without_acting(again, self._controls)

    def _already(self, first: Sight, again: Sight) -> Ending:
        part = only_part(again)
        if part is not None:
            return part
        proof = self._proof(again)
        if proof.against is not None:
            return Ending(Outcome.NEEDS_HUMAN, f"the page shows private, but {proof.against}")
        kept = kept_here(proof)
        if kept is not None:
            return kept
        self._steps += [
            f"another switch changed by itself: {key}" for key in moved(first.others, again.others)
        ]
        locked = [f.label for f in again.deciding if f.locked]
        suffix = f"; locked in that position: {', '.join(locked)}" if locked else ""
        claim = Ending(Outcome.ALREADY_PRIVATE, f"two separate loads showed it private{suffix}")
        return self._looked_behind(claim)

    def _looked_behind(self, ending: Ending) -> Ending:
        """A claim stands only where no closed part of the page speaks against it. For the end of a run."""
        if not ending.claims:
            return ending
        self._final_url = self._page.url
        return hidden_away(ending, self._way.behind())

    def _turn(self, key: str, others: list[Mapping[str, str]]) -> Turn:
        now = self._sight()
        if not others:
            others.append(now.others)
        found = now.of(key)
        foreign = elsewhere(self._page, self._url)
        if foreign is not None:
            return Turn(moved=False, trouble=foreign.why, acted=False)
        if found is None or found.setting is not Setting.SHARING or found.locked:
            why = "it changed by itself while we looked, and was left alone"
            return Turn(moved=False, trouble=why, acted=False)
        if self._cookies is None:
            self._cookies = self._page.context.cookies()
        self._traffic.forget_writes()
        self._told.begin()
        self._acted_at = time.monotonic()
        try:
            return self._hand.turn(found, now.view)
        finally:
            self._acted_at = time.monotonic()
            self._writes += self._traffic.writes()

    def _leave(self) -> None:
        """Leave the page, so that what it sends on leaving counts too, and give its server time to think."""
        self._page.goto("about:blank")
        self._told.end()
        left = self._patience.afterwards - (time.monotonic() - (self._acted_at or 0.0))
        if left > 0:
            self._page.wait_for_timeout(left * 1000)

    def _proof(self, reloaded: Sight | None) -> Proof:
        """What speaks for and against a claim; ``None``: as if nothing spoke against one."""
        if reloaded is None:
            return Proof((), told=True, against=None, elsewhere=Elsewhere.SAME)
        shown = _shown(reloaded)
        against = self._told.contradiction(shown)
        there = self._elsewhere(reloaded)
        if there is Elsewhere.UNTOLD and self._another.signed_in and not self._still_shown(reloaded):
            against = against or _SIGNED_OUT
        return Proof(self._writes, self._told.stated, against, there, shown, self._told.backed)

    def _elsewhere(self, seen: Sight) -> Elsewhere:
        self._another.open(self._cookies)
        return self._another.compare(seen.deciding, self._way.gone)

    def _still_shown(self, seen: Sight) -> bool:
        """Whether a fresh load shows again what was ``seen`` before a second browser came."""
        begin(self._page, self._url, self._patience)
        settle(self._page, self._traffic, self._patience, least=self._patience.first_look, put_off=True)
        there = self._way.again() and elsewhere(self._page, self._url) is None
        return there and {f.key for f in seen.deciding} <= {f.key for f in self._sight().found}

    def _fresh(self) -> Sight:
        """Load the page for the first look at it."""
        status, rest = load(
            self._page, self._url, self._traffic, self._patience, least=self._patience.first_look
        )
        if self._traffic.standing:
            rest = settle(self._page, self._traffic, self._patience, least=self._patience.claim / 2)
        self._steps.append(f"loaded the page afresh ({rest.value})")
        self._another.note()
        seen = self._sight(rest, status)
        if rest is not Rest.LOADING and elsewhere(self._page, self._url) is None:
            seen = self._way.search(self._later(seen, rest, status))
            seen = replace(seen, whole=bool(seen.deciding) or not self._way.unseen)
        return self._taken("before", seen)

    def _again(self) -> Sight:
        """Load the page afresh for a look that may carry a claim; another browser loads it meanwhile."""
        self._another.close()
        status = begin(self._page, self._url, self._patience)
        begun = time.monotonic()
        settle(self._page, self._traffic, self._patience)
        if self._way.gone or self._sight().all_private:
            self._another.open(self._cookies)
        rest = late(self._page, self._traffic, self._patience, begun)
        self._steps.append(f"loaded the page afresh ({rest.value})")
        if self._way.gone and not self._way.again():
            self._steps.append("the way to the control was not there any more")
        self._another.ready(self._way.gone)
        seen = self._sight(rest, status)
        if rest is not Rest.LOADING:
            seen = self._whole(seen, lambda: self._sight(rest, status))
        return self._taken("after-reload", seen)

    def _whole(self, seen: Sight, look: Callable[[], Sight]) -> Sight:
        """What the page shows once everything that decides was brought into view, long lists included."""
        first = looked_through(self._page, seen, look, self._patience.lists)
        reveal(self._lens, look())
        settle(self._page, self._traffic, self._patience, least=self._patience.quiet)
        last = look()
        if seen.all_private:
            return replace(last, beyond=first.beyond, whole=first.whole)
        return looked_through(
            self._page, last, look, self._patience.lists
        )  # it says more since it is in view

    def _taken(self, stage: str, seen: Sight) -> Sight:
        """``seen`` as what the run saw at ``stage``, with its picture."""
        self._stages[stage] = (seen, self._clock())
        found = next(iter((*seen.deciding, *seen.doubtful)), None)
        self._camera.take(stage, seen.view, found.thing.node if found else None)
        return seen

    def _later(self, seen: Sight, rest: Rest, status: int | None) -> Sight:
        """A second look where the first found nothing: some pages bring their controls late."""
        if seen.deciding or seen.doubtful or (status or 0) >= 400:
            return seen
        settle(
            self._page, self._traffic, self._patience, least=self._patience.claim - self._patience.first_look
        )
        return self._sight(rest, status)

    def _sight(self, rest: Rest = Rest.RESTED, status: int | None = None) -> Sight:
        return sight(self._lens, self._controls, rest=rest, status=status)

    def _rest(self) -> Rest:
        return settle(self._page, self._traffic, self._patience)

    def _retake_before(self) -> None:
        self._camera.rename("before", "first-look")
        self._camera.rename("after-reload", "before")
        self._stages["before"] = self._stages.pop("after-reload")

    def _record(self, ending: Ending, sink: EvidenceSink) -> OptOutResult:
        for stage in ("before", "after", "after-reload") if self._acted_at is not None else ("before",):
            if stage not in self._stages:
                self._camera.without(stage, f"the run ended before: {ending.why}")
        results = self._results(ending)
        record = sink.append(draft(self._context, self._story(ending, results), self._camera))
        return OptOutResult(
            outcome=ending.outcome,
            mode=self._context.mode,
            controls=results,
            steps=tuple(self._steps),
            why=ending.why,
            record=record.id,
            overrode_terms=self._context.overrode_terms,
            final_url=self._final_url or self._page.url,
        )

    def _story(self, ending: Ending, results: tuple[ControlResult, ...]) -> Story:
        return Story(
            asked_url=self._url,
            final_url=self._final_url or self._page.url,
            begun=self._begun,
            ended=self._clock(),
            acted=self._acted_at is not None,
            outcome=ending.outcome,
            why=ending.why,
            control_ids=[control.id for control in self._controls],
            results=results,
            steps=self._steps,
            writes=self._writes,
            decoys_moved=ending.decoys_moved,
        )

    def _results(self, ending: Ending) -> tuple[ControlResult, ...]:
        stages = {stage: self._readings(*taken) for stage, taken in self._stages.items()}
        before = stages.get("before", {})
        found = [
            ControlResult(reading, stages.get("after", {}).get(key), stages.get("after-reload", {}).get(key))
            for key, reading in before.items()
        ]
        known = {result.before.control_id for result in found}
        missed = [control for control in self._controls if control.id not in known]
        if not found or len(self._controls) > 1:
            nothing = [absent(control, ending.why, self._begun) for control in missed]
            found += [ControlResult(reading, None, None) for reading in nothing]
        return tuple(found)

    def _readings(self, seen: Sight, at: datetime) -> dict[tuple[str, int], Reading]:
        asked: Sequence[Found] = (*seen.deciding, *seen.doubtful)
        return {(f.key, n): reading for f in asked for n, reading in enumerate(f.readings(at))}


def _shown(seen: Sight) -> frozenset[bool]:
    """The positions in which switches that decide stand; none for choices, which have no on and off."""
    return frozenset(f.on for f in seen.deciding if f.on is not None and not f.options)


def _moved(others: list[Mapping[str, str]], before: Sight, reloaded: Sight) -> tuple[str, ...]:
    start = dict(others[0] if others else before.others)
    asked = {f.key for f in (*before.deciding, *reloaded.deciding)}
    return moved({key: place for key, place in start.items() if key not in asked}, reloaded.others)
