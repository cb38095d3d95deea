"""What would hold for a conversation begun now on a plan: the rules, asked about a supposed account."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from withhold.model.account import Acceptance, Account, PlanPeriod, SettingEvidence
from withhold.model.conversation import Conversation, Message
from withhold.model.terms import Plan, Product, Terms
from withhold.model.verdict import Verdict
from withhold.model.when import When
from withhold.model.words import Author, Kind, Known, Setting
from withhold.policy.judge import Judge
from withhold.policy.regimes import RegimeTable
from withhold.policy.retention import terms_in

_BEFORE = timedelta(hours=1)
"""The supposed account exists, has accepted its terms and shows its settings for this long."""


@dataclass(frozen=True, slots=True)
class Prospect:
    """``terms`` are those that hold, or may hold, for it."""

    verdict: Verdict
    terms: tuple[Terms, ...]


def prospect(
    product: Product, plan: Plan, *, now: datetime, setting: Setting | None, region: str | None
) -> Prospect:
    """The verdict on one conversation sent at ``now`` by a new account on ``plan``.

    ``setting`` is where every control of the plan's terms stands; ``None`` where nothing is supposed of them.
    No other plan of ``product`` is considered. It is a supposition: no account of the person is read.
    """
    alone = replace(product, plans=(plan,))
    since = When.at(now - _BEFORE)
    tier = plan.tiers[0] if plan.tiers else plan.id
    account = Account(
        "supposed",
        "supposed",
        "supposed",
        region,
        (PlanPeriod("supposed", tier, since, None, Known.ATTESTED),),
        (Acceptance("supposed", since, Known.ATTESTED),),
    )
    table = RegimeTable(alone, account, _evidence(plan, setting, now), now)
    message = Message("supposed", Author.HUMAN, When.at(now))
    sent = Conversation("supposed", "supposed", Kind.CHAT, (message,), incognito=False)
    return Prospect(Judge(table)(sent), terms_in((table.at(now),)))


def _evidence(plan: Plan, setting: Setting | None, now: datetime) -> tuple[SettingEvidence, ...]:
    if setting is None:
        return ()
    controls = {t.training.control_id for t in plan.terms} - {None}
    return tuple(
        SettingEvidence(f"supposed-{c}", c, now - _BEFORE, now, setting, Known.OBSERVED)
        for c in sorted(filter(None, controls))
    )
