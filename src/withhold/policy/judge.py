"""Both verdicts for a conversation, with reasons, carve-outs and clocks.

*Past exposure*: open to training at any time, because something was sent while the regime was open, or
because feedback was given. It only grows. *Future eligibility*: may a run that starts at the evaluation
instant take it: it was open before and is stored, or a copy was made with feedback.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, lru_cache, partial

from withhold.model.conversation import Conversation
from withhold.model.terms import Terms
from withhold.model.verdict import CarveOut, Clock, Verdict
from withhold.model.when import BEGINNING
from withhold.model.words import (
    Allowed,
    Cause,
    ExceptionKind,
    Extent,
    FutureEligibility,
    Mark,
    PastExposure,
)
from withhold.policy.bounds import NO, YES, Bounds, one_of
from withhold.policy.course import Course, course_of
from withhold.policy.explain import Explainer
from withhold.policy.exposure import (
    Finding,
    as_last_read,
    carve_out_rules,
    feedback_given,
    lingering,
    run_from_now,
    sent,
    used_after_deletion,
)
from withhold.policy.regimes import Alternative, Regime, RegimeTable
from withhold.policy.retention import Footing, Instants, Plan, clocks, planned, terms_in
from withhold.policy.shape import FeedbackShape, Shape, Span, shape_of
from withhold.policy.timeline import Stretch

_AS_LAST_SEEN = ("setting.as_last_seen", None)


@dataclass(frozen=True, slots=True)
class Step:
    """One link of the chain before it is put into words: a rule, the entry it rests on, the regime."""

    rule: str
    terms: Terms | None
    regime: int | None


@dataclass(frozen=True, slots=True)
class ShapeVerdict:
    """The verdict on a shape; the same for every conversation that has it."""

    past: PastExposure
    future: FutureEligibility
    extent: Extent
    past_causes: frozenset[Cause]
    future_causes: frozenset[Cause]
    shared: Bounds
    steps: tuple[Step, ...]
    marks: frozenset[Mark]

    @property
    def maybe_private(self) -> bool:
        """Whether it may be held on the footing of the private setting or of a contract."""
        return Cause.SETTING not in self.future_causes


class Judge:
    """Judges conversations of one account and product by one regime table."""

    def __init__(self, table: RegimeTable) -> None:
        self.table = table
        self._sent = lru_cache(maxsize=65_536)(self._judge_sending)
        self._lying = lru_cache(maxsize=65_536)(self._judge_lying)
        self._piece = lru_cache(maxsize=65_536)(self._judge_piece)
        self._runs = {_track_key(c): run_from_now(c, self._setting_now) for c in table.now}
        self.judge_shape = lru_cache(maxsize=65_536)(self._judge_shape)
        self.carve_outs = lru_cache(maxsize=4_096)(self._carve_outs)
        self.plan = lru_cache(maxsize=4_096)(partial(planned, table))

    def __call__(self, conversation: Conversation) -> Verdict:
        """The full verdict. Depends on nothing but the conversation and the table."""
        shape = shape_of(conversation, self.table)
        found = self.judge_shape(shape)
        explain = Explainer(conversation, self.table)
        return replace(
            self.brief(shape, course_of(conversation, self.table)),
            reasons=tuple(explain.reason(s.rule, s.terms, s.regime) for s in found.steps),
            would_settle=explain.would_settle(tuple(s.rule for s in found.steps), found.past, found.future),
        )

    def brief(self, shape: Shape, course: Course) -> Verdict:
        """The verdict of :meth:`__call__` without its reasons, for a conversation known by its columns."""
        found = self.judge_shape(shape)
        return Verdict(
            past=found.past,
            future=found.future,
            extent=found.extent,
            past_causes=found.past_causes,
            future_causes=found.future_causes,
            reasons=(),
            carve_outs=self.carve_outs(shape, course.feedback_visible),
            clocks=self.clocks(course, found),
            marks=found.marks,
            would_settle=(),
            as_of=self.table.as_of,
        )

    def _judge_shape(self, shape: Shape) -> ShapeVerdict:
        opened = self._opened(shape)
        rated = [(f, self._rated(f.span)) for f in shape.feedback]
        shared = _any(f.bounds for f in opened.values())
        by_feedback = _any(f.bounds for _, f in rated)
        future_shared, now_steps = self._future_shared(shape, shared)
        copies = _any(f.bounds & (NO if kept.expired else YES) for kept, f in rated)
        past = _word(shared | by_feedback, PastExposure.EXPOSED, PastExposure.NOT_EXPOSED)
        future = _word(future_shared | copies, FutureEligibility.ELIGIBLE, FutureEligibility.NOT_ELIGIBLE)
        steps = [*self._past_steps(opened), *_feedback_steps(rated)]
        extent, extent_step = _extent(opened)
        steps += extent_step
        if past != PastExposure.EXPOSED and self._stands_as_last_seen(shape):
            steps.append(Step("setting.as_last_seen", None, None))
        if past == PastExposure.EXPOSED and future != FutureEligibility.ELIGIBLE:
            steps.append(Step("past.never_cleared", None, None))
        return ShapeVerdict(
            past=PastExposure(past),
            future=FutureEligibility(future),
            extent=extent if by_feedback == NO or extent is Extent.WHOLE else Extent.WHOLE,
            past_causes=_causes(shared, by_feedback),
            future_causes=_causes(future_shared, copies),
            shared=shared,
            steps=tuple(dict.fromkeys((*steps, *now_steps, *_copy_steps(rated)))),
            marks=self._marks(shape),
        )

    def _opened(self, shape: Shape) -> dict[tuple[str, Span], Finding]:
        """What each sending, and lying stored, did."""
        result: dict[tuple[str, Span], Finding] = {}
        if shape.first is None:
            return result
        result["new", shape.first] = self._sent(shape.first, resumed=False, incognito=shape.incognito)
        for span in shape.later:
            result["resumed", span] = self._sent(span, resumed=True, incognito=shape.incognito)
        for i in range(shape.first[0], shape.until + 1):
            finding = self._lingered(i, shape)
            if finding.bounds.possible:
                result["stored", (i, i)] = finding
        return result

    def _judge_sending(self, span: Span, *, resumed: bool, incognito: bool | None) -> Finding:
        return _over(
            sent(choice, regime, resumed=resumed, incognito=incognito)
            for regime in self.table.regimes[span[0] : span[1] + 1]
            for choice in regime.alternatives
        )

    def _lingered(self, index: int, shape: Shape) -> Finding:
        """What lying stored did, by the terms as last read: an answer about the past does not age."""
        found = self._lying(index, shape.incognito)
        return Finding(found.bounds & shape.stored_in(index), found.because)

    def _judge_lying(self, index: int, incognito: bool | None) -> Finding:
        regime = self.table.regimes[index]
        found = _lain(self._as_last_seen(regime), incognito)
        because = tuple((r, t) for r, t in found.because if t is not None)
        if found.bounds.possible or not _lain(regime, incognito).bounds.possible:
            return Finding(found.bounds, because)
        return Finding(found.bounds, (_AS_LAST_SEEN,))

    def _stands_as_last_seen(self, shape: Shape) -> bool:
        """Whether the verdict leans on the last look for the time after it."""
        begun = shape.until + 1 if shape.first is None else shape.first[0]
        return any(
            _AS_LAST_SEEN in self._lying(i, shape.incognito).because and shape.stored_in(i).possible
            for i in range(begun, shape.until + 1)
        )

    def _as_last_seen(self, regime: Regime) -> Regime:
        """After the last look, what only lies stored is judged by where the setting stood then.

        Nobody looks all the time: the look that stands for "now" stands here too. What is *sent* after it is
        judged by what is known of its own time.
        """
        if not self.table.looked_at < regime.begins <= self.table.as_of:
            return regime
        seen = tuple((c, line.at(self.table.looked_at)) for c, line in self.table.timelines.items())
        return replace(regime, settings=seen)

    def _rated(self, span: Span) -> Finding:
        return _over(
            feedback_given(choice)
            for regime in self.table.regimes[span[0] : span[1] + 1]
            for choice in regime.alternatives
        )

    def _future_shared(self, shape: Shape, shared: Bounds) -> tuple[Bounds, list[Step]]:
        """May a run from now on take it as stored content? Judged by the plan it was shared under."""
        taken, because = self._taken_now(shape)
        if not (shared | taken).possible:
            return NO, [Step("future.never_shared", None, None)]
        steps = [Step(rule, terms, shape.until) for rule, terms in because]
        if not shape.deleted.possible:
            return taken, steps
        if shape.deleted.certain and not taken.possible:
            return NO, [Step("future.deleted", terms, None) for terms in dict.fromkeys(t for _, t in because)]
        return taken, [*steps, Step("future.deletion_unsure", None, None)]

    def _taken_now(self, shape: Shape) -> tuple[Bounds, tuple[tuple[str, Terms | None], ...]]:
        runs = self._runs
        there = {_track_key(c): ~shape.deleted | used_after_deletion(c) for c in self.table.now}
        total, because = NO, dict[tuple[str, Terms | None], None]()
        for kind, span in self._spans(shape):
            pieces = []
            for index in range(span[0], span[1] + 1):
                for place, choice in enumerate(self.table.regimes[index].alternatives):
                    key = _track_key(choice)
                    opened = self._piece(kind, index, place, shape.incognito)
                    if kind == "stored":
                        opened &= shape.stored_in(index)
                    pieces.append(opened & runs[key].bounds & there[key])
                    if opened.possible:
                        because.update(dict.fromkeys(runs[key].because))
            total |= one_of(pieces)
        return total, tuple(because)

    def _spans(self, shape: Shape) -> Iterable[tuple[str, Span]]:
        if shape.first is None:
            return
        yield "new", shape.first
        for span in shape.later:
            yield "resumed", span
        for i in range(shape.first[0], shape.until + 1):
            yield "stored", (i, i)

    def _judge_piece(self, kind: str, index: int, place: int, incognito: bool | None) -> Bounds:
        """What one alternative of a regime says of an act."""
        regime = self.table.regimes[index]
        choice = regime.alternatives[place]
        if kind == "stored":
            return lingering(choice, regime, incognito=incognito).bounds
        return sent(choice, regime, resumed=kind == "resumed", incognito=incognito).bounds

    def _setting_now(self, control_id: str | None) -> Stretch | None:
        line = self.table.timelines.get(control_id or "")
        return None if line is None else line.at(self.table.looked_at)

    def _past_steps(self, opened: dict[tuple[str, Span], Finding]) -> Iterable[Step]:
        for (kind, span), finding in opened.items():
            if span[0] != span[1]:
                yield Step("time.uncertain", None, span[0])
            if any(self.table.regimes[i].boundary for i in range(span[0], span[1] + 1)):
                yield Step("boundary_day", None, span[0])
            if any(self.table.regimes[i].either for i in range(span[0], span[1] + 1)):
                yield Step("terms.either", None, span[0])
            for rule, terms in finding.because:
                yield Step(rule, terms, span[0])
            if kind == "stored":
                yield Step("untouched.open", None, span[0])

    def _marks(self, shape: Shape) -> frozenset[Mark]:
        spans = [s for s in (shape.first, *shape.later) if s is not None]
        touched = {i for s in spans for i in range(s[0], s[1] + 1)}
        marks = set()
        if any(self.table.regimes[i].boundary for i in touched):
            marks.add(Mark.BOUNDARY_DAY)
        if any(self.table.regimes[i].age for i in (*touched, shape.until)):
            marks.add(Mark.STALE_TERMS)
        contradicted = any(line.contradicted for line in self.table.timelines.values())
        stretches = (s for i in touched for _, s in self.table.regimes[i].settings)
        if self.table.acceptance_conflict or contradicted or any(s.conflict for s in stretches):
            marks.add(Mark.CONFLICT)
        return frozenset(marks)

    def clocks(self, course: Course, found: ShapeVerdict) -> tuple[Clock, ...]:
        """All clocks of a conversation that ran ``course`` and was judged so; none without messages."""
        running = self.running(course, found)
        return () if running is None else clocks(*running)

    def running(self, course: Course, found: ShapeVerdict) -> tuple[Plan, Instants] | None:
        """Which periods run, and where they begin; ``None`` without messages."""
        if course.first is None or course.last is None:
            return None
        table = self.table
        footing = Footing(
            held=(table.index_at(course.first), table.index_at(max(course.last, table.as_of))),
            shared=found.shared.possible,
            maybe_private=found.maybe_private,
            gone=None if course.deletion is None else course.gone is not None,
            incognito=bool(course.incognito),
            feedback=tuple(table.span(at) for at in course.feedback),
        )
        return self.plan(footing), self._instants(course.first, course.last, course, found)

    def _instants(self, first: datetime, last: datetime, course: Course, found: ShapeVerdict) -> Instants:
        return Instants(
            first=first,
            last=last,
            shared=self._shared_until(last, course.gone) if found.shared.possible else None,
            gone=course.gone,
            feedback=tuple(at.latest for at in course.feedback),
        )

    def _shared_until(self, last: datetime, gone: datetime | None) -> datetime:
        """Last instant up to which it may have been shared: sharing goes on while the setting is on."""
        latest = max(last, self.open_until)
        return latest if gone is None else min(latest, max(last, gone))

    @cached_property
    def open_until(self) -> datetime:
        """The last instant, up to the evaluation, at which the setting may have allowed training."""
        as_of = self.table.as_of
        ends = (
            min(r.ends, as_of) for r in self.table.regimes if r.begins <= as_of and _may_share(r.settings)
        )
        return max(ends, default=BEGINNING)

    def _carve_outs(self, shape: Shape, feedback_visible: bool) -> tuple[CarveOut, ...]:
        """What may hold in spite of the verdict, for all terms from the first message to now."""
        if shape.first is None:
            return ()
        last = max(span[1] for span in (shape.first, *shape.later))
        held = self.table.regimes[shape.first[0] : max(last, shape.until) + 1]
        latest = {
            (rule.kind, rule.effect): CarveOut(
                rule.kind, rule.effect, rule.note or str(rule.effect), rule.sources, rule.confidence
            )
            for terms in terms_in(held)
            for rule in carve_out_rules(terms)
            if not (rule.kind is ExceptionKind.FEEDBACK and feedback_visible)
        }
        return tuple(latest.values())


def _may_share(settings: tuple[tuple[str, Stretch], ...]) -> bool:
    return any(s.sharing.possible for _, s in settings)


def _lain(regime: Regime, incognito: bool | None) -> Finding:
    """Lying stored in a regime, by the terms as last read."""
    return _over(lingering(as_last_read(c), regime, incognito=incognito) for c in regime.alternatives)


def _track_key(choice: Alternative) -> tuple[str, str | None]:
    return choice.track.plan.id, choice.track.region


def _over(findings: Iterable[Finding]) -> Finding:
    """The evidence leaves open which of the findings holds."""
    found = tuple(findings)
    because = tuple(dict.fromkeys(b for f in found for b in f.because))
    extra = _unknown_choice(found)
    return Finding(one_of(f.bounds for f in found), (*extra, *because))


def _unknown_choice(found: tuple[Finding, ...]) -> tuple[tuple[str, Terms | None], ...]:
    regions: dict[str, set[tuple[str, ...]]] = {}
    for finding in found:
        for _, terms in finding.because:
            if terms is not None:
                regions.setdefault(terms.plan_id, set()).add(terms.regions)
    plan: tuple[tuple[str, Terms | None], ...] = (("plan.unknown", None),) if len(regions) > 1 else ()
    return (*plan, ("region.unknown", None)) if any(len(r) > 1 for r in regions.values()) else plan


def _any(bounds: Iterable[Bounds]) -> Bounds:
    total = NO
    for b in bounds:
        total |= b
    return total


def _word(bounds: Bounds, true: str, false: str) -> str:
    return true if bounds.certain else "unknown" if bounds.possible else false


def _causes(setting: Bounds, feedback: Bounds) -> frozenset[Cause]:
    found = ((Cause.SETTING, setting), (Cause.FEEDBACK, feedback))
    return frozenset(cause for cause, bounds in found if bounds.certain)


def _extent(opened: dict[tuple[str, Span], Finding]) -> tuple[Extent, list[Step]]:
    """How far one open moment reaches: silence of the terms is read as the entire conversation."""
    exposing = [(kind, f) for (kind, _), f in opened.items() if f.bounds.possible]
    if not exposing:
        return Extent.NONE, []
    if any(kind == "new" and f.bounds.certain for kind, f in exposing):
        return Extent.WHOLE, []
    whole = any(
        t.training.whole_chat_when_resumed is not False
        for _, f in exposing
        for _, t in f.because
        if t is not None and t.training.allowed in (Allowed.UNLESS_OFF, Allowed.ONLY_IF_ON, Allowed.YES)
    )
    resumed = any(kind == "resumed" for kind, _ in exposing)
    rule = "resume.whole_chat" if whole else "resume.part"
    return Extent.WHOLE if whole else Extent.SINCE, [Step(rule, None, None)] if resumed else []


def _feedback_steps(rated: list[tuple[FeedbackShape, Finding]]) -> Iterable[Step]:
    for shape, finding in rated:
        for rule, terms in finding.because:
            yield Step(rule, terms, shape.span[0])


def _copy_steps(rated: list[tuple[FeedbackShape, Finding]]) -> Iterable[Step]:
    for shape, finding in rated:
        if finding.bounds.possible:
            rule = "future.feedback_expired" if shape.expired else "future.feedback_copy"
            yield Step(rule, None, shape.span[0])
