"""Terms made up for tests: one product with one plan, each part as it is asked for."""

from collections.abc import Mapping
from datetime import UTC, date, datetime

from withhold.model.account import Acceptance, Account, PlanPeriod, SettingEvidence
from withhold.model.conversation import Conversation, Message
from withhold.model.terms import ExceptionRule, Plan, Product, RetentionRule, Terms, TrainingRule
from withhold.model.when import When
from withhold.model.words import (
    Allowed,
    Author,
    Basis,
    Confidence,
    Effect,
    ExceptionKind,
    Kind,
    Known,
    PlanClass,
    RetentionKind,
    Setting,
    StartsFrom,
)

CONTROL = "switch"
NOW = datetime(2026, 7, 1, tzinfo=UTC)


def on(text: str) -> datetime:
    """An instant in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def training(
    allowed: Allowed = Allowed.UNLESS_OFF,
    *,
    older: bool | None = False,
    whole: bool | None = True,
    new: bool | None = True,
    resumed: bool | None = True,
    stored_out: bool | None = True,
) -> TrainingRule:
    return TrainingRule(
        allowed=allowed,
        default=None,
        consent_model=None,
        control_id=CONTROL,
        new_chats=new,
        resumed_chats=resumed,
        untouched_older_chats=older,
        whole_chat_when_resumed=whole,
        new_chats_excluded=True,
        stored_past_excluded=stored_out,
        trained_models_unchanged=True,
    )


def kept(duration: str | None, starts_from: StartsFrom | None = None) -> RetentionRule:
    kind = RetentionKind.UNTIL_DELETED if duration is None else RetentionKind.FIXED
    return RetentionRule(kind, duration, None, starts_from, None, ("src",), Confidence.DOCUMENTED)


def except_for(kind: ExceptionKind, effect: Effect) -> ExceptionRule:
    return ExceptionRule(kind, effect, None, ("src",), Confidence.DOCUMENTED)


def terms(
    rule: TrainingRule | None = None,
    *,
    name: str = "terms",
    plan: str = "plan",
    begins: When | None = None,
    ends: When | None = None,
    on_acceptance: bool = False,
    regions: tuple[str, ...] = ("all",),
    retention: Mapping[Basis, RetentionRule] | None = None,
    exceptions: tuple[ExceptionRule, ...] = (),
    last_checked: date = date(2026, 7, 1),
) -> Terms:
    return Terms(
        id=name,
        product_id="product",
        plan_id=plan,
        begins=begins,
        ends=ends,
        starts_on_acceptance=on_acceptance,
        regions=regions,
        training=rule or training(),
        retention=retention or {},
        exceptions=exceptions,
        sources=("src",),
        confidence=Confidence.DOCUMENTED,
        last_checked=last_checked,
    )


def product(*entries: Terms) -> Product:
    """One product with a plan for each plan id among the entries; the plan's tier has the same name."""
    ids = dict.fromkeys(t.plan_id for t in entries)
    plans = tuple(
        Plan(i, i, PlanClass.CONSUMER, (i,), tuple(t for t in entries if t.plan_id == i)) for i in ids
    )
    return Product("product", "Product", (), (), plans)


def account(
    *plans: PlanPeriod, accepted: When | None = None, region: str | None = None, tier: str | None = "plan"
) -> Account:
    """An account on ``tier`` for good, unless ``plans`` are given."""
    held = plans or ((period(tier),) if tier else ())
    acceptances = () if accepted is None else (Acceptance("accepted", accepted, Known.ATTESTED),)
    return Account("account", "provider", "label", region, held, acceptances)


def period(tier: str, begins: When | None = None, ends: When | None = None) -> PlanPeriod:
    start = begins or When.at(on("2000-01-01"))
    return PlanPeriod(f"{tier}-{start.earliest}", tier, start, ends, Known.ATTESTED)


def stood(setting: Setting, begins: str, ends: str | None = None) -> SettingEvidence:
    return SettingEvidence(
        f"{setting}-{begins}", CONTROL, on(begins), on(ends or begins), setting, Known.OBSERVED
    )


def chat(*times: str | When) -> Conversation:
    """A chat with a message of the person at each time."""
    return Conversation(
        source_id="chat",
        provider_id="provider",
        kind=Kind.CHAT,
        messages=tuple(
            Message(str(i), Author.HUMAN, When.at(on(t)) if isinstance(t, str) else t)
            for i, t in enumerate(times)
        ),
        incognito=False,
        feedback_visible=True,
    )
