"""What a person can know of a history at the lab, from all of it down to nothing."""

from dataclasses import dataclass
from datetime import datetime
from types import ModuleType

from tests.policy.histories import TICK, History
from withhold.lab.history import AccountHistory
from withhold.lab.state import Conversation as LabConversation
from withhold.model.account import Acceptance, Account, PlanPeriod, SettingEvidence
from withhold.model.conversation import Conversation, Deletion, Feedback, Message
from withhold.model.verdict import Verdict
from withhold.model.when import When
from withhold.model.words import Author, Kind, Known, Setting
from withhold.packs.loader import load_builtin

CONTROL = "lumen-help-improve"


@dataclass(frozen=True)
class Knowledge:
    """What is known of one account at ``as_of``. ``account`` is ``None`` where not even that is known."""

    account: Account | None
    settings: tuple[SettingEvidence, ...]
    conversations: tuple[Conversation, ...]
    as_of: datetime


def all_there_is(history: History) -> list[Knowledge]:
    """Full evidence, one for each account."""
    return [_full(history, account) for account in history.lab.accounts]


def judged(engine: ModuleType, knowledge: Knowledge, as_of: datetime | None = None) -> dict[str, Verdict]:
    """The verdicts of ``engine`` (the package of the rules) by conversation id."""
    pack = load_builtin("lab")
    result = {}
    for kind in pack.kinds:
        product = pack.holding(kind)
        assert product is not None
        of_kind = [c for c in knowledge.conversations if c.kind == kind]
        if of_kind:
            table = engine.RegimeTable(
                product, knowledge.account, knowledge.settings, as_of or knowledge.as_of
            )
            judge = engine.Judge(table)
            result.update({c.source_id: judge(c) for c in of_kind})
    return {c.source_id: result[c.source_id] for c in knowledge.conversations}


def _full(history: History, account_id: str) -> Knowledge:
    lab = history.lab
    known, now = lab.history(account_id), lab.now
    accepted = When.between(now + TICK, None) if known.accepted is None else When.at(known.accepted)
    account = Account(
        id=account_id,
        provider_id="lab",
        label="test",
        plans=tuple(_period(i, *tier) for i, tier in enumerate(known.tiers)),
        acceptances=(Acceptance("accepted", accepted, Known.OBSERVED),),
    )
    return Knowledge(
        account=account,
        settings=_settings(known, now),
        conversations=tuple(_conversation(c, known) for c in lab.account(account_id).conversations),
        as_of=now,
    )


def _period(number: int, tier: str, begins: datetime, ends: datetime | None) -> PlanPeriod:
    return PlanPeriod(
        f"plan-{number}", tier, When.at(begins), None if ends is None else When.at(ends), Known.OBSERVED
    )


def _settings(known: AccountHistory, now: datetime) -> tuple[SettingEvidence, ...]:
    """Every stretch as a complete log would show it; the last one goes on until now."""
    return tuple(
        SettingEvidence(
            id=f"setting-{number}",
            control_id=CONTROL,
            begins=begins,
            ends=now if number == len(known.setting) - 1 else ends - TICK,
            setting=Setting(setting),
            known=Known.OBSERVED,
        )
        for number, (setting, begins, ends) in enumerate(known.setting)
    )


def _conversation(found: LabConversation, known: AccountHistory) -> Conversation:
    return Conversation(
        source_id=found.id,
        provider_id="lab",
        kind=Kind(found.kind),
        messages=tuple(Message(m.id, Author(m.author), When.at(m.at), len(m.text)) for m in found.messages),
        incognito=found.incognito,
        feedback=tuple(Feedback(When.at(at), kind) for c, at, kind in known.feedback if c == found.id),
        feedback_visible=True,
        deletion=None if found.deleted_at is None else Deletion(When.at(found.deleted_at), Known.OBSERVED),
    )
