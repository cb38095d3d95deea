"""What one regime says about one act: sending a message, lying stored, giving feedback.

Every answer is a pair of bounds with the rules that led to it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from withhold.model.terms import ExceptionRule, Terms
from withhold.model.words import Allowed, ConsentModel, Effect, ExceptionKind
from withhold.policy.bounds import NO, OPEN, YES, Bounds, cautious, one_of, stated
from withhold.policy.regimes import Alternative, InForce, Regime
from withhold.policy.timeline import Stretch

GOVERNED = (Allowed.UNLESS_OFF, Allowed.ONLY_IF_ON)


@dataclass(frozen=True, slots=True)
class Finding:
    """Bounds with the rules behind them, each with the terms entry it rests on (if any)."""

    bounds: Bounds
    because: tuple[tuple[str, Terms | None], ...]


Judge = Callable[[Terms], Finding]


def merge(findings: Iterable[Finding], join: Callable[[Iterable[Bounds]], Bounds]) -> Finding:
    """Join findings; reasons are kept once each, in order."""
    found = tuple(findings)
    because = tuple(dict.fromkeys(b for f in found for b in f.because))
    return Finding(join(f.bounds for f in found), because)


def alternative(choice: Alternative, judge: Judge) -> Finding:
    """One plan and region: every entry that may be in force is judged, the cautious reading counts."""
    if not choice.in_force:
        return Finding(OPEN, (("terms.unknown", None),))
    found = merge((_entry(entry, judge) for entry in choice.in_force), cautious)
    if choice.covered:
        return found
    return merge((found, Finding(OPEN, (("terms.unknown", None),))), one_of)


def _entry(entry: InForce, judge: Judge) -> Finding:
    if entry.age == 2:
        return Finding(OPEN, (("terms.stale", entry.terms),))
    accepted = judge(entry.terms)
    if entry.accepted.certain:
        return accepted
    older = Finding(OPEN, (("terms.unknown", None),)) if entry.otherwise is None else judge(entry.otherwise)
    rule = "acceptance.uncertain" if entry.accepted.possible else "acceptance.pending"
    pending = Finding(older.bounds, ((rule, entry.terms), *older.because))
    return merge((accepted, pending), one_of) if entry.accepted.possible else pending


def sent(choice: Alternative, regime: Regime, *, resumed: bool, incognito: bool | None) -> Finding:
    """Does sending a message open the conversation to training?"""

    def judge(terms: Terms) -> Finding:
        return _kept_out(terms, _training(terms, regime, _covered(terms, resumed=resumed)), incognito)

    return alternative(choice, judge)


def lingering(choice: Alternative, regime: Regime, *, incognito: bool | None) -> Finding:
    """Is a stored conversation open without being resumed?"""

    def judge(terms: Terms) -> Finding:
        covered = _scope_of(terms, terms.training.untouched_older_chats)
        return _kept_out(terms, _training(terms, regime, covered), incognito)

    return alternative(choice, judge)


def as_last_read(choice: Alternative) -> Alternative:
    """The same choice with its entries taken as they were when last compared with their source."""
    return replace(choice, in_force=tuple(replace(entry, age=0) for entry in choice.in_force))


def _covered(terms: Terms, *, resumed: bool) -> Bounds:
    return _scope_of(terms, terms.training.resumed_chats if resumed else terms.training.new_chats)


def _scope_of(terms: Terms, value: bool | None) -> Bounds:
    """What the terms cover. An entry that a setting governs and that covers no new conversation speaks of
    the setting's default: what it covers otherwise is not stated."""
    governed = terms.training.allowed in GOVERNED and terms.training.new_chats is False
    return stated(None if governed else value)


def _training(terms: Terms, regime: Regime, covered: Bounds) -> Finding:
    training = terms.training
    match training.allowed:
        case Allowed.NO:
            contract = training.consent_model is ConsentModel.CONTRACT_EXCLUDED
            return Finding(NO, (("terms.contract" if contract else "terms.excluded", terms),))
        case Allowed.UNKNOWN:
            return Finding(OPEN, (("terms.unknown", terms),))
        case Allowed.YES:
            return Finding(covered, (("terms.no_refusal", terms), *_scope(covered, terms)))
        case Allowed.UNLESS_OFF | Allowed.ONLY_IF_ON:
            stretch = regime.setting(training.control_id)
            sharing = OPEN if stretch is None else stretch.sharing
            because = ((setting_rule(stretch), terms), *(_scope(covered, terms) if sharing.possible else ()))
            return Finding(sharing & covered, because)


def setting_rule(stretch: Stretch | None) -> str:
    """Which rule a stretch of the timeline stands for."""
    if stretch is None:
        return "setting.unknown"
    if stretch.conflict:
        return "setting.conflict"
    if stretch.setting is None:
        return "setting.between" if stretch.known == "inferred" else "setting.unknown"
    return "setting.sharing" if stretch.sharing.certain else "setting.private"


def _scope(covered: Bounds, terms: Terms) -> tuple[tuple[str, Terms], ...]:
    if covered.certain:
        return ()
    return (("scope.unknown" if covered.possible else "scope.excluded", terms),)


def _kept_out(terms: Terms, finding: Finding, incognito: bool | None) -> Finding:
    """Incognito conversations are left out where the terms say so; silence leaves it open."""
    if incognito is False or not finding.bounds.possible:
        return finding
    effect = exception_effect(terms, ExceptionKind.TEMPORARY_CHAT)
    if incognito and effect is Effect.NEVER_TRAINS:
        return Finding(NO, (("incognito.never", terms),))
    return Finding(finding.bounds & OPEN, (*finding.because, ("incognito.unknown", terms)))


@lru_cache(maxsize=4096)
def exception_effect(terms: Terms, kind: ExceptionKind) -> Effect | None:
    """The effect of an exception; where an entry states several, the one that trains."""
    effects = [e.effect for e in terms.exceptions if e.kind is kind]
    if Effect.TRAINS_EVEN_WHEN_OFF in effects:
        return Effect.TRAINS_EVEN_WHEN_OFF
    return effects[0] if effects else None


def feedback_given(choice: Alternative) -> Finding:
    """May a conversation train because feedback was given on it?"""
    return alternative(choice, _feedback)


def _feedback(terms: Terms) -> Finding:
    match exception_effect(terms, ExceptionKind.FEEDBACK):
        case Effect.TRAINS_EVEN_WHEN_OFF | Effect.TRAINS_NO_CONTROL:
            return Finding(YES, (("feedback.trains", terms),))
        case Effect.NEVER_TRAINS:
            return Finding(NO, (("feedback.never", terms),))
        case _:
            return Finding(OPEN, (("feedback.unknown", terms),))


def run_from_now(choice: Alternative, stretch_of: Callable[[str | None], Stretch | None]) -> Finding:
    """May a run that starts now take a stored conversation that was open before, under this plan's terms?"""
    return alternative(choice, lambda terms: _run(terms, stretch_of(terms.training.control_id)))


def _run(terms: Terms, stretch: Stretch | None) -> Finding:
    match terms.training.allowed:
        case Allowed.NO:
            return Finding(NO, (("future.terms_excluded", terms),))
        case Allowed.UNKNOWN:
            return Finding(OPEN, (("future.terms_unknown", terms),))
        case Allowed.YES:
            return Finding(YES, (("future.no_refusal", terms),))
        case Allowed.UNLESS_OFF | Allowed.ONLY_IF_ON:
            return _stored(terms, OPEN if stretch is None else stretch.sharing)


def _stored(terms: Terms, sharing: Bounds) -> Finding:
    kept_in_use = ~stated(terms.training.stored_past_excluded)
    if sharing.certain:
        return Finding(YES, (("future.setting_sharing", terms),))
    if sharing.possible:
        return Finding(sharing | kept_in_use, (("future.setting_unknown", terms),))
    rule = "future.stored_not_excluded" if kept_in_use.certain else "future.stored_unknown"
    return Finding(kept_in_use, ((rule if kept_in_use.possible else "future.setting_private", terms),))


def used_after_deletion(choice: Alternative) -> Bounds:
    """May a run still take a conversation that was deleted before it starts?"""

    def judge(terms: Terms) -> Finding:
        never = exception_effect(terms, ExceptionKind.DELETED_CHAT) is Effect.NEVER_TRAINS
        return Finding(NO if never or terms.training.allowed is Allowed.NO else OPEN, ())

    return alternative(choice, judge).bounds


def carve_out_rules(terms: Terms) -> tuple[ExceptionRule, ...]:
    """Exceptions that may hold in spite of a verdict because nobody outside can see them."""
    return tuple(e for e in terms.exceptions if e.effect in _UNSEEN)


_UNSEEN = frozenset(
    {
        Effect.TRAINS_EVEN_WHEN_OFF,
        Effect.TRAINS_NO_CONTROL,
        Effect.TRAINS_ONLY_IF_ON,
        Effect.SEPARATE_CONTROL,
        Effect.EXCLUDED_UNLESS_PASTED_IN,
        Effect.RETAINED_LONGER,
        Effect.UNKNOWN,
    }
)
