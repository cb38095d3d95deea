"""Watching a person set a control themselves, and recording at their key what was read.

What is promised: nothing on the provider's page is pressed, typed or sent by us. The address is
opened once at the start and once more at the person's key, as a bookmark would; at that key long lists are
scrolled through. ``changed`` and ``already_private`` are said only by the rules of
:mod:`~withhold.controls.witness.course`, of a load that the person asked for. What is not promised: that a
server keeps what it showed.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from withhold.controls.capture import Camera
from withhold.controls.driver import BrowserError, Dialog, Page, Request
from withhold.controls.finder.another import Another, Elsewhere
from withhold.controls.finder.ending import (
    Ending,
    Proof,
    after_acting,
    missing,
    moved,
    unseen,
    without_acting,
)
from withhold.controls.finder.found import absent
from withhold.controls.finder.hand import Turn
from withhold.controls.finder.lists import looked_through
from withhold.controls.finder.place import elsewhere, signs_up, stranger, unsent
from withhold.controls.finder.sight import Sight, sight
from withhold.controls.finder.told import Told
from withhold.controls.lens import Lens, Node
from withhold.controls.record import RunContext, Story, draft
from withhold.controls.settle import Rest, settle
from withhold.controls.spotter.judge import Finding
from withhold.controls.spotter.spot import overlook
from withhold.controls.traffic import Traffic, Write
from withhold.controls.witness.bar import Bar, Words
from withhold.controls.witness.course import Course, Look
from withhold.controls.witness.parts import Parts
from withhold.controls.witness.presses import Presses
from withhold.controls.witness.ring import Ring
from withhold.controls.witness.words import Scene, words
from withhold.model.control import ControlResult, OptOutResult, Reading
from withhold.model.ports import Clock, EvidenceSink
from withhold.model.terms import Control
from withhold.model.words import Mode, Outcome, Setting

_TICK_MS = 250
_SPOT_EVERY = 3.0
_NOT_YET = "Nothing was read back after a reload yet"
_AS_IT_IS = "Press R once more to record it as it is; the result then says that a person has to look."


class Keys(Protocol):
    """Where else than on the bar the person may press: the terminal."""

    def pressed(self) -> str | None:
        """``record``, ``stop``, or ``None``. Returns at once."""

    def tell(self, text: str) -> None:
        """One line for the person: what the bar says."""


def witness(
    page: Page,
    url: str,
    controls: Sequence[Control] = (),
    *,
    clock: Clock,
    sink: EvidenceSink,
    context: RunContext,
    keys: Keys,
    heed: Callable[[], None] = lambda: None,
) -> OptOutResult:
    """Open ``url`` for a person, show what is read beside it, and record when they say so.

    Returns when they recorded, stopped or closed a window; only after the first is there a record. Ctrl-C
    rises from here, with nothing recorded; ``heed`` raises it again where it was lost on its way. ``page`` is
    in a visible browser with a profile of its own.
    """
    return _Witness(page, url, controls, clock, context, keys, heed).carry_out(sink)


class _Witness:
    def __init__(
        self,
        page: Page,
        url: str,
        controls: Sequence[Control],
        clock: Clock,
        context: RunContext,
        keys: Keys,
        heed: Callable[[], None],
    ) -> None:
        self._page, self._url, self._controls = page, url, tuple(controls)
        self._clock, self._context, self._keys, self._heed = clock, context, keys, heed
        self._patience = context.patience
        self._begun = clock()
        self._course = Course(self._patience.claim, self._patience.afterwards)
        self._steps = ["opened the address; everything else on the page was pressed by the person"]
        self._load, self._load_began = 0, time.monotonic()
        self._question = False
        self._stages: dict[str, tuple[Sight, datetime]] = {}
        self._writes: list[Write] = []
        self._findings: tuple[Finding, ...] = ()
        self._spotted_at = float("-inf")
        self._others: dict[str, str] | None = None
        self._cookies = page.context.cookies()
        self._settled_load = self._earlier = 0
        self._unpictured: tuple[Sight, datetime] | None = None
        """The newest look before any change."""
        self._sure_of: tuple[int, int] | None = None
        self._parts = Parts()
        self._said = ""

    def carry_out(self, sink: EvidenceSink) -> OptOutResult:
        self._open()
        try:
            return self._until_told(sink)
        finally:
            self._ring.off()
            self._camera.close()
            self._told.close()
            self._traffic.close()
            self._lens.close()
            self._bar.close()

    def _open(self) -> None:
        self._traffic, self._told = Traffic(self._page), Told(self._page)
        self._lens = Lens(self._page)
        self._camera = Camera(self._lens, self._context.capture)
        self._ring = Ring(self._lens)
        self._presses = Presses(self._lens.session)
        self._page.on("request", self._asked)
        self._page.on("dialog", self._asks)
        self._lens.session.on("Page.javascriptDialogClosed", lambda _: self._answered())
        self._lens.without_cache()
        self._bar = Bar(self._page)
        self._bar.show(Words("Opening the page", self._url))

    def _until_told(self, sink: EvidenceSink) -> OptOutResult:
        try:
            self._page.goto(self._url, wait_until="commit", timeout=self._patience.limit * 1000)
        except BrowserError as problem:
            if self._gone():
                return self._unrecorded("a window was closed")
            self._steps.append(f"the address did not open at once: {problem.message.splitlines()[0]}")
        while not self._gone():
            self._heed()
            told = self._turn(sink)
            if told is not None:
                return told
        return self._unrecorded("a window was closed before anything was recorded")

    def _turn(self, sink: EvidenceSink) -> OptOutResult | None:
        """One round: look, show, listen."""
        try:
            seen = None if self._question else self._look()
            if seen is not None:
                self._say(words(self._scene(seen)))
            self._bar.page.wait_for_timeout(_TICK_MS)
            return self._listen(seen, sink)
        except BrowserError:
            if self._gone():
                return None
            time.sleep(_TICK_MS / 1000)  # the page is being replaced by the next one right now
            return None

    def _listen(self, seen: Sight | None, sink: EvidenceSink) -> OptOutResult | None:
        pressed = [*self._bar.pressed(), *filter(None, [self._keys.pressed()])]
        if "stop" in pressed:
            return self._unrecorded("you stopped before anything was recorded")
        if "record" in pressed and seen is not None:
            return self._record_or_ask(seen, sink)
        return None

    def _record_or_ask(self, seen: Sight, sink: EvidenceSink) -> OptOutResult | None:
        now = (self._load, len(self._course.changed))
        ready = self._course.read_back() or self._course.came_back()
        closed = self._parts.unopened(seen)
        if self._sure_of != now and (closed is not None or not ready):
            self._sure_of = now
            behind = f"Open {closed!r} too: another setting may be behind it"
            self._say(Words(behind if ready else _NOT_YET, _AS_IT_IS, "warn"))
            self._bar.page.wait_for_timeout(2500)
            self._bar.pressed()  # an impatient hand presses twice
            return None
        return self._record(seen, sink)

    # looking

    def _look(self) -> Sight:
        rest = settle(self._page, self._traffic, replace(self._patience, limit=0.01))
        seen = sight(self._lens, self._controls, rest=rest)
        now = time.monotonic()
        at_rest = rest is Rest.RESTED or (
            rest is Rest.RESTLESS and now - self._load_began > self._patience.limit
        )
        earlier = set(self._course.changed)
        if elsewhere(self._page, self._url) is None and not signs_up(self._page, seen.view):
            self._course.add(self._as_look(seen, now, at_rest=at_rest))
            self._follow(seen, at_rest=at_rest, newly=self._course.changed - earlier)
        self._parts.heed(seen)
        self._ring.around(_to_ring(seen))
        self._spot(now)
        return seen

    def _as_look(self, seen: Sight, now: float, *, at_rest: bool) -> Look:
        pressed = self._presses.read()
        mine = all(f.thing.session is self._lens.session for f in seen.deciding)
        known = pressed is not None and mine
        first = self._load not in self._course.loads
        return Look(
            load=self._load,
            began=self._load_began,
            at=now,
            settings={f.key: f.setting for f in seen.deciding},
            at_rest=at_rest,
            clear=not seen.doubtful,
            presses=pressed.presses if pressed is not None and known else None,
            early=first and pressed is not None and pressed.settable > 0,
        )

    def _follow(self, seen: Sight, *, at_rest: bool, newly: set[str]) -> None:
        """Keep what was seen and sent around a change, while the page that sent it is still there."""
        if newly and "before" not in self._stages and self._unpictured is not None:
            self._stages["before"] = self._unpictured
            self._camera.without("before", "the person was faster than the camera")
        if not self._course.changed and seen.deciding:
            self._unpictured = (seen, self._clock())
        if newly:
            self._steps += [f"the person set {key}" for key in sorted(newly)]
        if self._course.changed:
            self._writes = _kept(self._writes, self._traffic.writes())
        else:
            self._traffic.forget_writes()
        if not at_rest or not seen.deciding:
            return
        if self._settled_load != self._load:
            self._settled_load = self._load
            self._told.begin()
        self._keep_stages(seen)

    def _keep_stages(self, seen: Sight) -> None:
        before = self._stages.get("before")
        if before is None or (not self._course.changed and _other(before[0], seen)):
            self._cookies = self._page.context.cookies()
            self._others = dict(seen.others)
            self._take("before", seen)
        elif self._course.changed and seen.all_private and "after" not in self._stages:
            self._take("after", seen)

    def _take(self, stage: str, seen: Sight) -> None:
        if stage in self._stages:
            self._earlier += 1
            self._camera.rename(stage, f"earlier-look-{self._earlier}")
        self._stages[stage] = (seen, self._clock())
        found = next(iter((*seen.deciding, *seen.doubtful)), None)
        self._ring.off()
        self._camera.take(stage, seen.view, found.thing.node if found else None)

    def _spot(self, now: float) -> None:
        """What the page lets one agree to, looked at now and then: it takes longer than a reading."""
        if now - self._spotted_at >= _SPOT_EVERY:
            self._findings = overlook(self._page).findings
            self._spotted_at = now

    # showing

    def _scene(self, seen: Sight) -> Scene:
        away = elsewhere(self._page, self._url)
        return Scene(
            seen,
            self._course,
            self._controls,
            self._writes,
            self._moved(seen),
            self._findings,
            None if away is None else away.why,
            self._course.may_reload(time.monotonic()),
            unsent(self._lens, seen),
        )

    def _say(self, told: Words) -> None:
        self._bar.show(told)
        line = f"{told.head}. {told.next}".strip()
        if line != self._said:
            self._said = line
            self._keys.tell(line)

    def _moved(self, seen: Sight) -> tuple[str, ...]:
        asked = {f.key for f in seen.deciding}
        start = {k: v for k, v in (self._others or {}).items() if k not in asked}
        return moved(start, seen.others)

    # ending

    def _record(self, seen: Sight, sink: EvidenceSink) -> OptOutResult:
        self._say(Words("Recording", "Pictures are taken, and the address is opened once more. A moment."))
        ending = self._ending(seen)
        self._take(self._last_stage(), seen)
        for stage in ("before", "after", "after-reload"):
            if stage not in self._stages:
                self._camera.without(stage, f"not seen: {ending.why}")
        results = self._results(ending)
        record = sink.append(draft(self._context, self._story(ending, results), self._camera))
        return self._result(ending, results, record.id)

    def _last_stage(self) -> str:
        """What the present page is in the record: read back, changed and not read back, or all there was."""
        if "before" not in self._stages:
            return "before"
        if self._course.read_back() or self._course.came_back():
            return "after-reload"
        return "after" if self._course.changed else "before"

    def _ending(self, seen: Sight) -> Ending:
        foreign = elsewhere(self._page, self._url) or stranger(self._page, seen, self._url)
        if foreign is not None:
            return foreign
        proposal = unsent(self._lens, seen)
        if proposal is not None:
            return proposal
        lacking = missing(seen, self._controls)
        if lacking is not None:
            return lacking
        before = self._stages.get("before")
        if before is None or not (self._course.read_back() or self._course.came_back()):
            return self._not_read_back(seen)
        turns = {key: Turn(moved=True) for key in self._course.changed}
        told = after_acting(before[0], seen, turns, self._proof(None), ())
        if not told.claims:
            return told
        all_of_it = looked_through(self._page, seen, self._sight, self._patience.lists)
        told = unseen(all_of_it) or after_acting(before[0], seen, turns, self._proof(seen), ())
        return self._parts.ending(told, seen)

    def _sight(self) -> Sight:
        return sight(self._lens, self._controls)

    def _not_read_back(self, seen: Sight) -> Ending:
        ending = None if seen.all_private else without_acting(seen, self._controls)
        if ending is not None:
            return ending
        shows = "shows private" if seen.all_private else "shares"
        return Ending(
            Outcome.NEEDS_HUMAN, f"the page {shows}; it was recorded before a later load had confirmed it"
        )

    def _proof(self, reloaded: Sight | None) -> Proof:
        if reloaded is None:
            return Proof((), told=True, against=None, elsewhere=Elsewhere.SAME)
        on = frozenset(f.on for f in reloaded.deciding if f.on is not None and not f.options)
        against = self._told.contradiction(on)
        other = Another(self._page, self._url, self._controls, self._patience, self._steps)
        other.open(self._cookies if self._course.changed else None)
        try:
            there = other.compare(reloaded.deciding, ())
        finally:
            other.close()
        return Proof(self._writes, self._told.stated, against, there, on, self._told.backed)

    def _story(self, ending: Ending, results: tuple[ControlResult, ...]) -> Story:
        seen = next(self._stages[s] for s in ("after-reload", "after", "before") if s in self._stages)
        return Story(
            asked_url=self._url,
            final_url=self._page.url,
            begun=self._begun,
            ended=self._clock(),
            acted=bool(self._course.changed),
            outcome=ending.outcome,
            why=ending.why,
            control_ids=[control.id for control in self._controls],
            results=results,
            steps=self._steps,
            writes=self._writes,
            decoys_moved=self._moved(seen[0]),
        )

    def _unrecorded(self, why: str) -> OptOutResult:
        ending = Ending(Outcome.NEEDS_HUMAN, f"{why}: nothing is on record")
        return self._result(ending, self._results(ending), None)

    def _result(self, ending: Ending, results: tuple[ControlResult, ...], record: str | None) -> OptOutResult:
        return OptOutResult(
            outcome=ending.outcome,
            mode=Mode.WITNESS,
            controls=results,
            steps=tuple(self._steps),
            why=ending.why,
            record=record,
            final_url=self._page.url,
        )

    def _results(self, ending: Ending) -> tuple[ControlResult, ...]:
        stages = {stage: _readings(*taken) for stage, taken in self._stages.items()}
        found = [
            ControlResult(reading, stages.get("after", {}).get(key), stages.get("after-reload", {}).get(key))
            for key, reading in stages.get("before", {}).items()
        ]
        if not found:
            nothing = [absent(control, ending.why, self._begun) for control in self._controls]
            found = [ControlResult(reading, None, None) for reading in nothing]
        return tuple(found)

    # what the browser tells

    def _gone(self) -> bool:
        return self._page.is_closed() or self._bar.closed

    def _asked(self, request: Request) -> None:
        if request.is_navigation_request() and request.frame == self._page.main_frame:
            self._load_began = time.monotonic()
            self._told.end()
            if request.redirected_from is None:
                self._load += 1
                if self._load > 1:
                    self._steps.append("the person loaded a page")

    def _asks(self, _dialog: Dialog) -> None:
        """A question of the browser's own: left to the person. Until then the page answers nobody."""
        self._question = True
        self._say(Words("The page asks you something", "Answer it in its own window."))

    def _answered(self) -> None:
        self._question = False


def _kept(known: Sequence[Write], now: Sequence[Write]) -> list[Write]:
    """``now``, with what an answer was seen to say against it before: its body goes with the page."""
    both = zip(known, now, strict=False)
    said = [old if old.doubt and old.status is not None else new for old, new in both]
    return said + list(now[len(known) :])


def _to_ring(seen: Sight) -> Node | None:
    """The first control that shares, else the first that cannot be read; none where all is private."""
    wanted = [f for f in seen.deciding if f.setting is not Setting.PRIVATE] or list(seen.doubtful)
    return next((f.thing.node for f in wanted if f.shown), None)


def _other(before: Sight, seen: Sight) -> bool:
    """Whether ``seen`` is of another page than ``before``, or shares where that was private."""
    same = {f.key for f in before.deciding} == {f.key for f in seen.deciding}
    return not same or (before.all_private and not seen.all_private)


def _readings(seen: Sight, at: datetime) -> dict[tuple[str, int], Reading]:
    found = (*seen.deciding, *seen.doubtful)
    return {(f.key, n): reading for f in found for n, reading in enumerate(f.readings(at))}
