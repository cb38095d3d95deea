"""The shape of a pack file. Keys stand in the order in which the converter writes them.

A key with a default may be left out. ``None`` means that the provider does not say. Rules that several
entries share (``training_rules``, ``retention_rules``, ``exceptions``, ``sources``) are written once under an
id and named by it.
"""

from datetime import date
from typing import Literal

from msgspec import Struct

from withhold.model.words import (
    Allowed,
    Basis,
    Bound,
    Confidence,
    ConsentModel,
    Default,
    Effect,
    ExceptionKind,
    Kind,
    PlanClass,
    RetentionKind,
    Stance,
    StartsFrom,
)
from withhold.packs.leaves import (
    ControlKind,
    Duration,
    Edge,
    Id,
    Ids,
    Language,
    LooseDate,
    PolarityWord,
    Right,
    Texts,
    Url,
    Words,
)


class Shape(Struct, frozen=True, forbid_unknown_fields=True):
    """Base of everything below."""


class Stanza(Shape, frozen=True, kw_only=True):
    """What consumer terms say on automated access. A pack without it counts as unknown."""

    stance: Stance
    summary: Words | None = None
    copy_date: date | None = None
    confidence: Confidence | None = None
    source: Id | None = None


class AppliesTo(Shape, frozen=True, kw_only=True):
    new_chats: bool | None = None
    resumed_chats: bool | None = None
    untouched_older_chats: bool | None = None
    whole_chat_when_resumed: bool | None = None


class AfterSwitchingOff(Shape, frozen=True, kw_only=True):
    new_chats_excluded: bool | None = None
    stored_past_chats_excluded_from_future_runs: bool | None = None
    already_trained_models_unchanged: bool | None = None


class Training(Shape, frozen=True, kw_only=True):
    allowed: Allowed
    default: Default | None = None
    consent_model: ConsentModel | None = None
    control_id: Id | None = None
    applies_to: AppliesTo = AppliesTo()
    after_switching_off: AfterSwitchingOff = AfterSwitchingOff()
    note: Words | None = None


class Retention(Shape, frozen=True, kw_only=True):
    """``sources`` and ``confidence`` left out are those of the terms entry that names the rule."""

    kind: RetentionKind
    duration: Duration | None = None
    bound: Bound | None = None
    starts_from: StartsFrom | None = None
    note: Words | None = None
    confidence: Confidence | None = None
    sources: Ids | None = None


class CarveOut(Shape, frozen=True, kw_only=True):
    kind: ExceptionKind
    effect: Effect
    note: Words | None = None
    confidence: Confidence
    sources: Ids = ()


class Zero(Shape, frozen=True, kw_only=True):
    available: bool | None = None
    how: Words | None = None
    sources: Ids = ()


class Entry(Shape, frozen=True, kw_only=True):
    """Terms of one plan for one period. No ``effective_until``: still in force."""

    id: Id
    effective_from: Edge | None
    effective_from_basis: Literal["stated", "first_seen", "unknown"] | None = None
    effective_from_note: Words | None = None
    effective_until: Edge | None = None
    announced_on: date | None = None
    starts_on_acceptance: bool = False
    regions: Texts = ("all",)
    training: Id
    retention: dict[Basis, Id] = {}
    zero_retention: Zero | None = None
    exceptions: Ids = ()
    note: Words | None = None
    confidence: Confidence
    sources: Ids = ()
    last_checked: date | None = None


class PlanShape(Shape, frozen=True, kw_only=True):
    id: Id
    name: Words
    plan_class: PlanClass
    tiers: Texts
    terms: tuple[Entry, ...]


class ProductShape(Shape, frozen=True, kw_only=True):
    id: Id
    name: Words
    aliases: Texts = ()
    surfaces: Texts = ()
    plans: tuple[PlanShape, ...]


class LabelShape(Shape, frozen=True, kw_only=True):
    lang: Language
    text: Words
    where: Words | None = None
    seen_from: date | None = None
    seen_until: date | None = None
    confidence: Confidence
    sources: Ids = ()


class ControlShape(Shape, frozen=True, kw_only=True):
    id: Id
    name: Words
    kind: ControlKind
    labels: tuple[LabelShape, ...] = ()
    section: dict[Language, Texts] = {}
    decoys: Texts = ()
    menu_path: Texts | None = None
    mobile_menu_path: Texts | None = None
    url: Url | None = None
    polarity: PolarityWord | None = None
    default: Literal["on", "off"] | None = None
    scope: (
        Literal[
            "account",
            "account_per_product",
            "device",
            "install",
            "team",
            "workspace",
            "organisation",
            "project",
            "request",
        ]
        | None
    ) = None
    confirm_step: Words | None = None
    plans: Ids = ()
    note: Words | None = None
    confidence: Confidence
    sources: Ids = ()


class RouteShape(Shape, frozen=True, kw_only=True):
    id: Id
    kind: ControlKind
    what_it_does: Words
    target: Words | None = None
    note: Words | None = None
    confidence: Confidence
    sources: Ids = ()


class RightShape(Shape, frozen=True, kw_only=True):
    how: Words
    url: Url | None = None
    format: Words | None = None
    note: Words | None = None
    confidence: Confidence
    sources: Ids = ()


class EventShape(Shape, frozen=True, kw_only=True):
    date: LooseDate
    date_kind: Literal["effective", "announced", "observed", "reported"]
    event: Words
    confidence: Confidence
    sources: Ids = ()


class DoubtShape(Shape, frozen=True, kw_only=True):
    text: Words
    sources: Ids = ()


class SourceShape(Shape, frozen=True, kw_only=True):
    """``quote`` is the provider's own wording, at most 25 words; everything else is ours."""

    url: Url
    title: Words
    publisher: Words | None = None
    kind: Literal["provider", "press", "third-party", "code"] | None = None
    published: LooseDate | None = None
    copy_date: date | None = None
    archive_url: Url | None = None
    note: Words | None = None
    quote: Words | None = None


class Pack(Shape, frozen=True, kw_only=True):
    """One provider."""

    id: Id
    name: Words
    aliases: Texts = ()
    homepage: Url | None = None
    fictional: bool = False
    compiled_on: date
    last_checked: date | None = None
    stance: Stanza | None = None
    kinds: dict[Kind, tuple[Id, ...]] = {}
    products: tuple[ProductShape, ...]
    training_rules: dict[Id, Training] = {}
    retention_rules: dict[Id, Retention] = {}
    exceptions: dict[Id, CarveOut] = {}
    controls: tuple[ControlShape, ...] = ()
    other_routes: tuple[RouteShape, ...] = ()
    data_rights: dict[Right, RightShape] = {}
    timeline: tuple[EventShape, ...] = ()
    uncertainties: tuple[DoubtShape, ...] = ()
    sources: dict[Id, SourceShape] = {}
