"""Faults planted in the rules, one at a time. Each must be caught by a case or by a history at the lab.

``old`` stands exactly once in ``file`` (below ``src/withhold/policy``); a fault that no longer fits fails its
test, so the list cannot rot.
"""

from typing import NamedTuple


class Fault(NamedTuple):
    """Replacing ``old`` by ``new`` in ``file`` makes the mistake ``name`` speaks of."""

    name: str
    file: str
    old: str
    new: str


FAULTS: tuple[Fault, ...] = (
    # calendar and clocks
    Fault(
        "29 February clipped to the 28th",
        "calendar.py",
        "moved = overflow.replace(year=year, month=month + 1)",
        "moved = overflow.replace(year=year, month=month + 1) - timedelta(days=1)",
    ),
    Fault(
        "a year counted as eleven months",
        "calendar.py",
        'months=12 * part.get("years", 0)',
        'months=11 * part.get("years", 0)',
    ),
    Fault("days of a duration dropped", "calendar.py", 'days=part.get("days", 0)', "days=0"),
    Fault(
        "a period without a stated start counted from the first message",
        "retention.py",
        "rule.starts_from or StartsFrom.DELETION, event",
        "rule.starts_from or StartsFrom.CREATION, event",
    ),
    Fault(
        "a deletion taken at its earliest",
        "course.py",
        "return gone.when.latest\n",
        "return gone.when.earliest\n",
    ),
    Fault(
        "an inferred deletion starts its clock",
        "course.py",
        "if gone is None or gone.known not in CREDIBLE or self.contradicted:",
        "if gone is None or self.contradicted:",
    ),
    Fault(
        "the shorter of two clocks kept",
        "retention.py",
        "clock.until >= held.until",
        "clock.until <= held.until",
    ),
    Fault("no clock for incognito chats", "retention.py", "if footing.incognito:", "if False:"),
    Fault(
        "feedback clock counted from its earliest instant",
        "judge.py",
        "feedback=tuple(at.latest for at in course.feedback)",
        "feedback=tuple(at.earliest for at in course.feedback)",
    ),
    Fault(
        "sharing ends with the last message although the setting stayed on",
        "judge.py",
        "latest = max(last, self.open_until)",
        "latest = last",
    ),
    # the shape of a conversation
    Fault("resumes forgotten", "shape.py", "sorted(set(later))", "sorted(set[Span]())"),
    Fault("the last message forgotten", "shape.py", "        spans[1:],\n", "        spans[1:-1],\n"),
    Fault(
        "an uncertain time taken at its earliest",
        "shape.py",
        "spans = [table.span(table.known_by(at)) for at in sendings(conversation)]",
        "spans = [(table.index_at(at.earliest),) * 2 for at in sendings(conversation)]",
    ),
    Fault(
        "an inferred deletion taken as proof",
        "shape.py",
        "if deletion.known in CREDIBLE and deletion.when.latest <= as_of and not contradicted(conversation):",
        "if deletion.when.latest <= as_of:",
    ),
    Fault(
        "a deletion of uncertain time taken as done",
        "shape.py",
        "if deletion.known in CREDIBLE and deletion.when.latest <= as_of and not contradicted(conversation):",
        "if deletion.known in CREDIBLE:",
    ),
    Fault(
        "a deletion still to come taken as done",
        "shape.py",
        "if deletion is None or deletion.when.earliest > as_of:\n        return NO\n"
        "    if deletion.known in CREDIBLE and deletion.when.latest <= as_of"
        " and not contradicted(conversation):",
        "if deletion is None:\n        return NO\n    if deletion.known in CREDIBLE:",
    ),
    Fault("an expired copy still used", "shape.py", "table.as_of > kept", "False"),
    Fault(
        "a deletion believed against what was said after it",
        "course.py",
        "any(gone.when.latest < m.at.earliest for m in conversation.messages)",
        "False",
    ),
    Fault(
        "terms of unknown beginning taken as of old",
        "regimes.py",
        "return When(BEGINNING, min(shown, _ends(terms).latest))",
        "return When(BEGINNING, BEGINNING)",
    ),
    # terms in force
    Fault(
        "a day of change begins at UTC-12 only",
        "regimes.py",
        "if _begins(t).earliest <= instant",
        "if _begins(t).latest <= instant",
    ),
    Fault(
        "a day of change ends at UTC+14 already",
        "regimes.py",
        "instant < _ends(t).latest)",
        "instant < _ends(t).earliest)",
    ),
    Fault(
        "a day of change lasts a day too long",
        "regimes.py",
        "instant < _ends(t).latest)",
        "instant < _ends(t).latest + timedelta(days=1))",
    ),
    Fault("acceptance ignored", "regimes.py", "        if terms.starts_on_acceptance:", "        if False:"),
    Fault(
        "an uncertain acceptance taken at its earliest",
        "regimes.py",
        "Bounds(self._acceptance.latest <= instant,",
        "Bounds(self._acceptance.earliest <= instant,",
    ),
    Fault(
        "an uncertain acceptance taken at its latest",
        "regimes.py",
        "self._acceptance.earliest <= instant)",
        "self._acceptance.latest <= instant)",
    ),
    Fault(
        "a guessed acceptance believed",
        "regimes.py",
        "for a in account.acceptances if a.known in CREDIBLE]",
        "for a in account.acceptances]",
    ),
    Fault(
        "only the first statement on the acceptance read",
        "regimes.py",
        "max(s.earliest for s in spans), min(s.latest for s in spans)\n    if",
        "spans[0].earliest, spans[0].latest\n    if",
    ),
    Fault(
        "who has not accepted is judged by terms that nobody knows",
        "regimes.py",
        "otherwise=track.before(terms) if terms.starts_on_acceptance else None,",
        "otherwise=None,",
    ),
    Fault(
        "an unknown plan taken as a consumer plan",
        "regimes.py",
        "every = frozenset(t.plan.id for t in self._tracks)",
        'every = frozenset(t.plan.id for t in self._tracks if t.plan.plan_class == "consumer")',
    ),
    Fault(
        "an unknown plan taken as a contract",
        "regimes.py",
        "every = frozenset(t.plan.id for t in self._tracks)",
        'every = frozenset(t.plan.id for t in self._tracks if t.plan.plan_class != "consumer")',
    ),
    Fault(
        "an inferred plan believed",
        "regimes.py",
        "for p in account.plans if p.known in CREDIBLE)",
        "for p in account.plans)",
    ),
    Fault(
        "a plan that ended goes on",
        "regimes.py",
        "ends = When(END, END) if period.ends is None else period.ends",
        "ends = When(END, END)",
    ),
    Fault(
        "a plan holds at the instant of its end",
        "regimes.py",
        "period.begins.latest <= instant < ends.earliest,",
        "period.begins.latest <= instant <= ends.earliest,",
    ),
    Fault(
        "a tier that nobody knows outvoted",
        "regimes.py",
        "return frozenset().union(*named) if all(named) else every",
        "return frozenset().union(*named) if any(named) else every",
    ),
    Fault("stale terms ignored", "regimes.py", "return 2 if age > UNKNOWN_AFTER else", "return"),
    Fault("no mark on stale terms", "regimes.py", "else 1 if age > MARK_AFTER else 0", "else 0"),
    Fault("stale a day early", "regimes.py", "1 if age > MARK_AFTER", "1 if age >= MARK_AFTER"),
    Fault(
        "early times weaken with age",
        "regimes.py",
        "if terms.ends is not None or instant < checked:",
        "if terms.ends is not None:",
    ),
    # the setting's timeline
    Fault(
        "a default taken as evidence",
        "timeline.py",
        "CREDIBLE = (Known.OBSERVED, Known.ATTESTED)",
        "CREDIBLE = (Known.OBSERVED, Known.ATTESTED, Known.ASSUMED)",
    ),
    Fault(
        "a conclusion taken as known",
        "timeline.py",
        "CREDIBLE = (Known.OBSERVED, Known.ATTESTED)",
        "CREDIBLE = (Known.OBSERVED, Known.ATTESTED, Known.INFERRED)",
    ),
    Fault(
        "the person's word not believed",
        "timeline.py",
        "CREDIBLE = (Known.OBSERVED, Known.ATTESTED)",
        "CREDIBLE = (Known.OBSERVED,)",
    ),
    Fault(
        "the last look carried forward",
        "timeline.py",
        "        setting=None,\n        known=known,",
        "        setting=before.setting if before else None,\n        known=known,",
    ),
    Fault(
        "the first look carried back",
        "timeline.py",
        "        setting=None,\n        known=known,",
        "        setting=after.setting if after else None,\n        known=known,",
    ),
    Fault(
        "the same position on both sides taken for the time between",
        "timeline.py",
        "        setting=None,\n        known=known,",
        "        setting=before.setting if same and before else None,\n        known=known,",
    ),
    Fault(
        "unknown taken as private",
        "timeline.py",
        "        if self.setting is None:\n            return OPEN",
        "        if self.setting is None:\n            return NO",
    ),
    Fault(
        "unknown taken as sharing",
        "timeline.py",
        "        if self.setting is None:\n            return OPEN",
        "        if self.setting is None:\n            return YES",
    ),
    Fault(
        "a conflict resolved to private",
        "timeline.py",
        "setting=None if conflict else best.setting",
        "setting=Setting.PRIVATE if conflict else best.setting",
    ),
    Fault(
        "a word against a capture still believed elsewhere",
        "timeline.py",
        "return [e for e in evidence if e.id not in contradicted], contradicted",
        "return evidence, contradicted",
    ),
    Fault(
        "a stretch without its last instant",
        "timeline.py",
        "for c in (e.begins, e.ends + TICK)",
        "for c in (e.begins, e.ends)",
    ),
    # what one regime says
    Fault(
        "contract ignored",
        "exposure.py",
        'return Finding(NO, (("terms.contract" if contract',
        'return Finding(YES if contract else NO, (("terms.contract" if contract',
    ),
    Fault(
        "untouched older chats taken as open",
        "exposure.py",
        "return Finding(sharing & covered, because)",
        "return Finding(sharing, because)",
    ),
    Fault(
        "incognito ignored",
        "exposure.py",
        "if incognito is False or not finding.bounds.possible:",
        "if True or not finding.bounds.possible:",
    ),
    Fault(
        "incognito unknown taken as not incognito",
        "exposure.py",
        "if incognito is False or not finding.bounds.possible:",
        "if not incognito or not finding.bounds.possible:",
    ),
    Fault(
        "incognito unknown taken as incognito",
        "exposure.py",
        "if incognito and effect is Effect.NEVER_TRAINS:",
        "if effect is Effect.NEVER_TRAINS:",
    ),
    Fault(
        "feedback does not train",
        "exposure.py",
        'return Finding(YES, (("feedback.trains", terms),))',
        'return Finding(NO, (("feedback.trains", terms),))',
    ),
    Fault(
        "feedback for debugging trains",
        "exposure.py",
        'return Finding(NO, (("feedback.never", terms),))',
        'return Finding(YES, (("feedback.never", terms),))',
    ),
    Fault(
        "pending acceptance judged by the new terms",
        "exposure.py",
        "pending = Finding(older.bounds,",
        "pending = Finding(accepted.bounds,",
    ),
    Fault(
        "uncertain acceptance judged by the old terms",
        "exposure.py",
        "return merge((accepted, pending), one_of) if entry.accepted.possible else pending",
        "return pending",
    ),
    Fault(
        "on a day of change the reading that exposes less",
        "exposure.py",
        "for entry in choice.in_force), cautious)",
        "for entry in choice.in_force), one_of)",
    ),
    Fault(
        "stored chats stay in use after switching off",
        "exposure.py",
        "kept_in_use = ~stated(terms.training.stored_past_excluded)",
        "kept_in_use = stated(terms.training.stored_past_excluded)",
    ),
    Fault(
        "an unknown setting now taken as private",
        "exposure.py",
        "return Finding(sharing | kept_in_use,",
        "return Finding(kept_in_use,",
    ),
    Fault(
        "what the terms say on deleted chats not read",
        "exposure.py",
        "return Finding(NO if never or terms.training.allowed is Allowed.NO else OPEN, ())",
        "return Finding(OPEN, ())",
    ),
    Fault("stale terms judged as if fresh", "exposure.py", "if entry.age == 2:", "if entry.age == 3:"),
    Fault(
        "no carve-out for what trains even when off",
        "exposure.py",
        "        Effect.TRAINS_EVEN_WHEN_OFF,\n        Effect.TRAINS_NO_CONTROL,\n",
        "        Effect.TRAINS_NO_CONTROL,\n",
    ),
    # both verdicts
    Fault(
        "resume not whole",
        "judge.py",
        "t.training.whole_chat_when_resumed is not False",
        "t.training.whole_chat_when_resumed is False",
    ),
    Fault(
        "only the first message counts",
        "judge.py",
        "        for span in shape.later:\n            result[",
        "        for span in ():\n            result[",
    ),
    Fault(
        "deletion clears the past",
        "judge.py",
        "past = _word(shared | by_feedback,",
        "past = _word((shared & ~shape.deleted) | by_feedback,",
    ),
    Fault(
        "off taken as cleared",
        "judge.py",
        "past = _word(shared | by_feedback,",
        "past = _word(future_shared | by_feedback,",
    ),
    Fault(
        "feedback left out of the past",
        "judge.py",
        "past = _word(shared | by_feedback,",
        "past = _word(shared,",
    ),
    Fault(
        "feedback copy forgotten",
        "judge.py",
        "future = _word(future_shared | copies,",
        "future = _word(future_shared,",
    ),
    Fault(
        "an expired copy counts",
        "judge.py",
        "(NO if kept.expired else YES)",
        "(YES if kept.expired else YES)",
    ),
    Fault(
        "of an uncertain time only the first regime counts",
        "judge.py",
        "incognito=incognito)\n            for regime in self.table.regimes[span[0] : span[1] + 1]",
        "incognito=incognito)\n            for regime in self.table.regimes[span[0] : span[0] + 1]",
    ),
    Fault(
        "eligible although never open",
        "judge.py",
        "pieces.append(opened & runs[key].bounds & there[key])",
        "pieces.append(runs[key].bounds & there[key])",
    ),
    Fault(
        "deleted chats stay eligible",
        "judge.py",
        "pieces.append(opened & runs[key].bounds & there[key])",
        "pieces.append(opened & runs[key].bounds)",
    ),
    Fault(
        "the setting of today does not matter",
        "judge.py",
        "pieces.append(opened & runs[key].bounds & there[key])",
        "pieces.append(opened & there[key])",
    ),
    Fault(
        "the carve-out for feedback dropped where feedback does not show",
        "judge.py",
        "not (rule.kind is ExceptionKind.FEEDBACK and feedback_visible)",
        "rule.kind is not ExceptionKind.FEEDBACK",
    ),
    Fault(
        "carve-outs only of the first terms",
        "judge.py",
        "held = self.table.regimes[shape.first[0] : max(last, shape.until) + 1]",
        "held = self.table.regimes[shape.first[0] : shape.first[0] + 1]",
    ),
    Fault(
        "one history that fits is enough",
        "bounds.py",
        "return Bounds(all(b.certain for b in found), any(b.possible for b in found))",
        "return Bounds(any(b.certain for b in found), any(b.possible for b in found))",
    ),
    Fault(
        "what may be counts as not",
        "judge.py",
        'return true if bounds.certain else "unknown" if bounds.possible else false',
        "return true if bounds.certain else false",
    ),
)
