"""What a provider states, as values: terms by plan and period, controls, sources.

Packs yield these; the rules read nothing else. ``None`` means that the provider does not say.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from withhold.model.when import When
from withhold.model.words import (
    Allowed,
    Basis,
    Bound,
    Confidence,
    ConsentModel,
    Default,
    Effect,
    ExceptionKind,
    PlanClass,
    Polarity,
    RetentionKind,
    Stance,
    StartsFrom,
)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact was read. ``summary`` is ours; ``quote`` is theirs, at most 25 words, usually absent."""

    id: str
    url: str
    title: str
    publisher: str | None = None
    kind: str | None = None
    published: date | None = None
    copy_date: date | None = None
    archive_url: str | None = None
    note: str | None = None
    quote: str | None = None
    published_text: str | None = None
    """Year or month of publication (``2025-06``) where the text itself names no day."""


@dataclass(frozen=True, slots=True)
class TrainingRule:
    """Whether content may be used for training, and what the setting covers."""

    allowed: Allowed
    default: Default | None
    consent_model: ConsentModel | None
    control_id: str | None
    new_chats: bool | None
    resumed_chats: bool | None
    untouched_older_chats: bool | None
    whole_chat_when_resumed: bool | None
    new_chats_excluded: bool | None
    """After switching off: are new conversations left out?"""
    stored_past_excluded: bool | None
    """After switching off: are stored older ones left out of runs that start later?"""
    trained_models_unchanged: bool | None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """How long something is kept on one basis. ``duration`` is ISO 8601; ``starts_from`` may be unknown."""

    kind: RetentionKind
    duration: str | None
    bound: Bound | None
    starts_from: StartsFrom | None
    note: str | None
    sources: tuple[str, ...]
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class ExceptionRule:
    """A class of content that the terms treat differently from the setting."""

    kind: ExceptionKind
    effect: Effect
    note: str | None
    sources: tuple[str, ...]
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class ZeroRetention:
    available: bool | None
    how: str | None
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for one plan, region and period.

    ``begins`` and ``ends`` are instants; a date without a zone makes them spans, so that adjacent periods
    overlap on the boundary day. ``begins`` is ``None`` for an unknown start, ``ends`` is ``None`` while
    the entry is in force: only such an entry can grow stale, counted from ``last_checked``.
    """

    id: str
    product_id: str
    plan_id: str
    begins: When | None
    ends: When | None
    starts_on_acceptance: bool
    regions: tuple[str, ...]
    training: TrainingRule
    retention: Mapping[Basis, RetentionRule]
    exceptions: tuple[ExceptionRule, ...]
    sources: tuple[str, ...]
    confidence: Confidence
    last_checked: date
    zero_retention: ZeroRetention | None = None
    note: str | None = None
    begins_basis: str | None = None
    begins_note: str | None = None
    announced_on: date | None = None
    known_from: date | None = None
    """Where the beginning is not known: the oldest day on which a source shows these terms."""

    def __hash__(self) -> int:
        return hash(self.id)


@dataclass(frozen=True, slots=True)
class Plan:
    id: str
    name: str
    plan_class: PlanClass
    tiers: tuple[str, ...]
    terms: tuple[Terms, ...]
    """Ordered by beginning."""


@dataclass(frozen=True, slots=True)
class Product:
    id: str
    name: str
    aliases: tuple[str, ...]
    surfaces: tuple[str, ...]
    plans: tuple[Plan, ...]


@dataclass(frozen=True, slots=True)
class Label:
    lang: str
    text: str
    where: str | None
    seen_from: date | None
    seen_until: date | None
    confidence: Confidence
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Control:
    """A switch, form, command or file entry by which a person decides about training."""

    id: str
    name: str
    kind: str
    labels: tuple[Label, ...]
    menu_path: tuple[str, ...] | None
    mobile_menu_path: tuple[str, ...] | None
    url: str | None
    polarity: Polarity
    default: str | None
    scope: str | None
    confirm_step: str | None
    plans: tuple[str, ...]
    note: str | None
    confidence: Confidence
    sources: tuple[str, ...]
    sections: tuple[str, ...] = ()
    """Headings under which the control stands on its page, in any language."""
    decoys: tuple[str, ...] = ()
    """Labels of neighbouring switches that are not this control and must never be touched."""


@dataclass(frozen=True, slots=True)
class StanceRule:
    stance: Stance
    summary: str | None
    copy_date: date | None
    confidence: Confidence | None
    source: str | None


@dataclass(frozen=True, slots=True)
class Route:
    """Another way to the same end: form, address, environment variable, programme."""

    id: str
    kind: str
    what_it_does: str
    target: str | None
    note: str | None
    confidence: Confidence
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DataRight:
    how: str
    url: str | None
    format: str | None
    note: str | None
    confidence: Confidence
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Event:
    date: str
    """``YYYY-MM-DD`` or ``YYYY-MM``, as the source gives it."""
    date_kind: str
    event: str
    confidence: Confidence
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Uncertainty:
    text: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Provider:
    """One pack: everything stated about one provider."""

    id: str
    name: str
    aliases: tuple[str, ...]
    homepage: str | None
    fictional: bool
    stance: StanceRule
    products: tuple[Product, ...]
    controls: tuple[Control, ...]
    sources: Mapping[str, Source]
    kinds: Mapping[str, tuple[str, ...]]
    """Which products a kind of conversation may belong to (``chat`` -> ``claude``)."""
    routes: tuple[Route, ...] = ()
    data_rights: Mapping[str, DataRight] = field(default_factory=dict)
    timeline: tuple[Event, ...] = ()
    uncertainties: tuple[Uncertainty, ...] = ()
    compiled_on: date | None = None
    own_file: str | None = None
    """The person's own file, where it stands in for (or adds to) the packs that come along."""
    sha256: str = ""
    """Hash of the pack file's bytes: evidence names the exact pack it was made with."""

    def holding(self, kind: str) -> Product | None:
        """The product that a kind of conversation belongs to.

        Where several may hold it (a coding session may run on a login or on an API key), they are one
        product with the plans of all: which it was is then as open as the plan.
        """
        found = [p for p in self.products if p.id in self.kinds.get(kind, ())]
        if len(found) < 2:
            return found[0] if found else None
        return Product(
            id="+".join(p.id for p in found),
            name=" or ".join(p.name for p in found),
            aliases=(),
            surfaces=tuple(dict.fromkeys(s for p in found for s in p.surfaces)),
            plans=tuple(plan for p in found for plan in p.plans),
        )

    def product(self, product_id: str) -> Product | None:
        return next((p for p in self.products if p.id == product_id), None)

    def control(self, control_id: str) -> Control | None:
        return next((c for c in self.controls if c.id == control_id), None)
