"""Putting the chain of reasons into words, with sources, evidence and what would settle an unknown."""

from datetime import datetime

from withhold.model.conversation import Conversation
from withhold.model.terms import Terms
from withhold.model.verdict import Reason
from withhold.model.words import FutureEligibility, Known, PastExposure
from withhold.policy.regimes import Regime, RegimeTable
from withhold.policy.retention import copy_kept_until
from withhold.policy.rules import RULES
from withhold.policy.timeline import Stretch

SETTLES: dict[str, str] = {
    "setting.unknown": "Your word on where the setting stood then, or a screenshot of it from that time.",
    "setting.between": "Your word that nobody moved the setting between the two looks.",
    "setting.conflict": "Clearing up which of the two contradicting pieces of evidence is right.",
    "acceptance.uncertain": "The day you accepted the new terms (the provider's e-mail or your word).",
    "plan.unknown": "Which plan the account was on then.",
    "region.unknown": "The region the account belongs to.",
    "time.uncertain": "A copy of the conversation whose times carry a zone.",
    "terms.stale": "Newer terms data: somebody has to compare the pack with the provider's page again.",
    "terms.either": "The day on which the older entry ended, with its source, added to the pack.",
    "terms.unknown": "The provider's own text for that time, added to the pack.",
    "scope.unknown": "A statement of the provider on what the setting covers.",
    "incognito.unknown": "Whether it was incognito, and what the terms then said about that.",
    "feedback.unknown": "A statement of the provider on feedback for that time.",
    "future.setting_unknown": "A look at the setting now.",
    "future.stored_unknown": "A statement of the provider on stored conversations after switching off.",
    "future.terms_unknown": "Newer terms data for this provider.",
    "future.deletion_unsure": "The day of deletion, and a complete export from after it.",
}


class Explainer:
    """Words for one conversation under one regime table."""

    def __init__(self, conversation: Conversation, table: RegimeTable) -> None:
        self._conversation = conversation
        self._table = table

    def reason(self, rule: str, terms: Terms | None, regime: int | None) -> Reason:
        """One link of the chain. ``terms`` and ``regime`` are what the rule rests on."""
        held = None if regime is None else self._table.regimes[regime]
        stretch = self._stretch(rule, terms, held)
        return Reason(
            rule=rule,
            text=self._text(rule, terms, stretch, held),
            sources=terms.sources if terms is not None else (),
            terms=None if terms is None else terms.id,
            at=self._first_in(held),
            evidence=None if stretch is None else stretch.record or stretch.evidence,
            known=None if stretch is None else stretch.known,
        )

    def would_settle(
        self, rules: tuple[str, ...], past: PastExposure, future: FutureEligibility
    ) -> tuple[str, ...]:
        """What would turn an unknown into an answer."""
        if past is not PastExposure.UNKNOWN and future is not FutureEligibility.UNKNOWN:
            return ()
        return tuple(dict.fromkeys(SETTLES[r] for r in rules if r in SETTLES))

    def _stretch(self, rule: str, terms: Terms | None, regime: Regime | None) -> Stretch | None:
        if terms is None or regime is None:
            return None
        if rule.startswith("setting."):
            return regime.setting(terms.training.control_id)
        if rule.startswith(("future.setting", "future.stored")):
            line = self._table.timelines.get(terms.training.control_id or "")
            return None if line is None else line.at(self._table.looked_at)
        return None

    def _text(self, rule: str, terms: Terms | None, stretch: Stretch | None, regime: Regime | None) -> str:
        text = RULES[rule].format(
            known="unknown" if stretch is None else stretch.known,
            checked="?" if terms is None else terms.last_checked.isoformat(),
            until=self._copy_until(),
            looked=f"{self._table.looked_at:%Y-%m-%d %H:%M} UTC",
        )
        only = _only_if(terms, regime)
        note = terms.training.note if terms is not None and rule in _WITH_NOTE else None
        gap = _gap(stretch, regime) if rule in ("setting.between", "setting.unknown") else None
        return " ".join(filter(None, (only, text, gap, note)))

    def _copy_until(self) -> str:
        ends = [copy_kept_until(f.at, self._table) for f in self._conversation.feedback]
        known = [e for e in ends if e is not None]
        return max(known).date().isoformat() if known and len(known) == len(ends) else "an unknown day"

    def _first_in(self, regime: Regime | None) -> datetime | None:
        """The earliest instant of the conversation in the regime, if its times are exact."""
        if regime is None:
            return None
        times = (m.at.earliest for m in self._conversation.messages if m.at.exact)
        return min((t for t in times if regime.begins <= t < regime.ends), default=None)


def _only_if(terms: Terms | None, regime: Regime | None) -> str | None:
    """Names the plan that a reason speaks of, where it is one of several that the evidence leaves open."""
    plans = {} if regime is None else {a.track.plan.id: a.track.plan.name for a in regime.alternatives}
    if terms is None or len(plans) < 2 or terms.plan_id not in plans:
        return None
    return f"Only if {plans[terms.plan_id]} was the plan."


_WITH_NOTE = frozenset({"terms.contract", "terms.excluded", "terms.no_refusal"})


def _gap(stretch: Stretch | None, regime: Regime | None) -> str | None:
    """Names the two looks around a gap, as far as there are any."""
    if stretch is None or regime is None:
        return None
    if stretch.known is Known.ASSUMED:
        return "The switch is known to be pre-set, so treat it as sharing."
    return f"Looked at around {stretch.begins.date()} and {stretch.ends.date()}."
