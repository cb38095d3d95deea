"""Setting controls private in a real browser, and proving it.

What is promised: ``changed`` and ``already_private`` are said only of what a fresh load of the page showed,
read late, without contradiction. What is not promised: nobody outside can prove what a server does with it.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from withhold.controls.act import Hand, NativeDialogs, Turn
from withhold.controls.capture import Camera
from withhold.controls.driver import BrowserError, Page
from withhold.controls.lens import Lens
from withhold.controls.look import Look, Seen, elsewhere, look, stranger
from withhold.controls.read import unreadable
from withhold.controls.record import RunContext, Story, draft
from withhold.controls.settle import Rest, load
from withhold.controls.traffic import Traffic, Write
from withhold.controls.verdict import Ending, after_acting, moved, of_problems
from withhold.model.control import ControlResult, OptOutResult, Reading
from withhold.model.ports import Clock, EvidenceSink
from withhold.model.terms import Control
from withhold.model.words import ControlState, Outcome, Setting
from withhold.support.errors import UsageProblem


def set_private(
    page: Page,
    url: str,
    controls: Sequence[Control],
    *,
    clock: Clock,
    sink: EvidenceSink,
    context: RunContext,
) -> OptOutResult:
    """Bring all ``controls`` on the page at ``url`` to their private position, read back after a fresh load.

    Each is operated once at most, and only in the sharing position; nothing else on the page is. Whether the
    terms allow it is for the caller to ask first (:func:`~withhold.controls.stance.require_assist`). The
    record is in ``sink`` when this returns, also after a failure or Ctrl-C. Raises only what ``sink`` raises.
    """
    return _Run(page, url, controls, clock, context).carry_out(_Run.set_private, sink)


def check(
    page: Page,
    url: str,
    controls: Sequence[Control],
    *,
    clock: Clock,
    sink: EvidenceSink,
    context: RunContext,
) -> OptOutResult:
    """Read ``controls`` without touching anything, and record it.

    ``already_private`` as in :func:`set_private`; a control that shares gives ``needs_human``.
    """
    return _Run(page, url, controls, clock, context).carry_out(_Run.check, sink)


class _Run:
    """One run over one page. Keeps what is known at every moment, so that it can always be recorded."""

    def __init__(
        self, page: Page, url: str, controls: Sequence[Control], clock: Clock, context: RunContext
    ) -> None:
        if not controls:
            raise UsageProblem("No control was named.", next_step="name a provider or a control")
        self._page, self._url, self._controls = page, url, tuple(controls)
        self._clock, self._context = clock, context
        self._patience = context.patience
        self._begun: datetime = clock()
        self._steps: list[str] = []
        self._traffic = Traffic(page)
        self._lens = Lens(page)
        self._camera = Camera(self._lens, context.capture)
        self._dialogs = NativeDialogs(page, self._steps)
        self._hand = Hand(self._lens, self._traffic, self._dialogs, self._patience, self._steps)
        self._stages: dict[str, Look] = {}
        self._writes: list[Write] = []
        self._acted = False
        self._others: Mapping[str, ControlState] | None = None
        """The other switches right before the first act."""

    def carry_out(self, plan: "Callable[[_Run], Ending]", sink: EvidenceSink) -> OptOutResult:
        try:
            return self._record(self._end(plan, sink), sink)
        finally:
            self._dialogs.close()
            self._camera.close()
            self._traffic.close()
            self._lens.close()

    def _end(self, plan: "Callable[[_Run], Ending]", sink: EvidenceSink) -> Ending:
        """How the plan ended. What is known is recorded also where the person broke it off."""
        try:
            return plan(self)
        except BrowserError as problem:
            said = problem.message.splitlines()[0]
            return Ending(Outcome.NEEDS_HUMAN, f"the browser could not go on: {said}")
        except BaseException:
            self._record(Ending(Outcome.NEEDS_HUMAN, "interrupted"), sink)
            raise

    def set_private(self) -> Ending:
        first = self._fresh("before", self._patience.first_look)
        ending = self._without_acting(first)
        if ending is not None:
            return ending
        before = self._stages["before"]
        turns = {s.control.id: self._turn(s.control) for s in before.seen if _to_turn(s)}
        if not turns:
            return of_problems(before)
        self._look("after", None, Rest.RESTED)
        reloaded = self._fresh("after-reload", self._patience.claim)
        foreign = elsewhere(self._page, self._url)
        if foreign is not None:
            return Ending(foreign.outcome, f"after the reload: {foreign.why}")
        others = moved(self._others or before.switches, reloaded.switches)
        return after_acting(before, reloaded, turns, self._writes, others)

    def check(self) -> Ending:
        first = self._fresh("before", self._patience.first_look)
        ending = self._without_acting(first)
        return ending or of_problems(self._stages["before"])

    def _without_acting(self, first: Look) -> Ending | None:
        """The ending, where the page is another one or shows private twice. ``before`` is then settled."""
        foreign = stranger(self._page, first, self._url)
        if foreign is not None:
            return Ending(foreign.outcome, foreign.why)
        if not first.all_private:
            return None
        again = self._fresh("after-reload", self._patience.claim)
        foreign = stranger(self._page, again, self._url)
        if again.all_private and foreign is None:
            return self._already(first, again)
        self._steps.append("the second look differed from the first, so the later one counts")
        self._retake_before(again)
        return Ending(foreign.outcome, foreign.why) if foreign else None

    def _already(self, first: Look, again: Look) -> Ending:
        others = moved(first.switches, again.switches)
        self._steps += [f"another switch changed by itself: {key}" for key in others]
        locked = [s.reading.label for s in again.seen if s.reading.disabled]
        suffix = f"; locked in that position: {', '.join(locked)}" if locked else ""
        return Ending(Outcome.ALREADY_PRIVATE, f"two separate loads showed it private{suffix}")

    def _turn(self, control: Control) -> Turn:
        everything = look(self._lens, self._controls, self._clock)
        self._others = self._others or everything.switches
        now = everything.of(control)
        foreign = elsewhere(self._page, self._url)
        if foreign is not None:
            return Turn(moved=False, trouble=foreign.why, acted=False)
        if now.match is None or not _to_turn(now):
            why = "it changed by itself while we looked, and was left alone"
            return Turn(moved=False, trouble=why, acted=False)
        wanted = ControlState.OFF if now.reading.state is ControlState.ON else ControlState.ON
        self._traffic.forget_writes()
        self._acted = True
        try:
            return self._hand.turn(control, now.match, wanted)
        finally:
            self._writes += self._traffic.writes()

    def _fresh(self, stage: str, least: float) -> Look:
        self._lens.without_cache()
        status, rest = load(self._page, self._url, self._traffic, self._patience, least=least)
        self._steps.append(f"loaded the page afresh ({rest.value})")
        return self._look(stage, status, rest)

    def _look(self, stage: str, status: int | None, rest: Rest) -> Look:
        seen = look(self._lens, self._controls, self._clock, status=status, rest=rest)
        self._stages[stage] = seen
        match = next((s.match for s in seen.seen if s.match), None)
        self._camera.take(stage, seen.view, match.node if match else None)
        return seen

    def _retake_before(self, again: Look) -> None:
        self._camera.rename("before", "first-look")
        self._camera.rename("after-reload", "before")
        del self._stages["after-reload"]
        self._stages["before"] = again

    def _record(self, ending: Ending, sink: EvidenceSink) -> OptOutResult:
        for stage in ("before", "after", "after-reload") if self._acted else ("before",):
            if stage not in self._stages:
                self._camera.without(stage, f"the run ended before: {ending.why}")
        results = tuple(self._result(control, ending) for control in self._controls)
        record = sink.append(draft(self._context, self._story(ending, results), self._camera))
        return OptOutResult(
            outcome=ending.outcome,
            mode=self._context.mode,
            controls=results,
            steps=tuple(self._steps),
            why=ending.why,
            record=record.id,
            overrode_terms=self._context.overrode_terms,
            final_url=self._page.url,
        )

    def _story(self, ending: Ending, results: tuple[ControlResult, ...]) -> Story:
        return Story(
            asked_url=self._url,
            final_url=self._page.url,
            begun=self._begun,
            ended=self._clock(),
            acted=self._acted,
            outcome=ending.outcome,
            why=ending.why,
            control_ids=[control.id for control in self._controls],
            results=results,
            steps=self._steps,
            writes=self._writes,
            decoys_moved=ending.decoys_moved,
        )

    def _result(self, control: Control, ending: Ending) -> ControlResult:
        before = self._reading("before", control)
        return ControlResult(
            before=before or unreadable(control, ending.why, self._begun),
            after=self._reading("after", control),
            after_reload=self._reading("after-reload", control),
        )

    def _reading(self, stage: str, control: Control) -> Reading | None:
        seen = self._stages.get(stage)
        return seen.of(control).reading if seen else None


def _to_turn(seen: Seen) -> bool:
    return seen.problem is None and seen.reading.setting is Setting.SHARING
