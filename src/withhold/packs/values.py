"""A checked pack as values of the model: references resolved, dates turned into instants."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from withhold.model.terms import (
    Control,
    DataRight,
    Event,
    ExceptionRule,
    Label,
    Plan,
    Product,
    Provider,
    RetentionRule,
    Route,
    Source,
    StanceRule,
    Terms,
    TrainingRule,
    Uncertainty,
    ZeroRetention,
)
from withhold.model.when import When
from withhold.model.words import Basis, Polarity, Stance
from withhold.packs.leaves import Edge, PolarityWord
from withhold.packs.periods import by_beginning, same_people
from withhold.packs.schema import (
    CarveOut,
    ControlShape,
    Entry,
    LabelShape,
    Pack,
    PlanShape,
    ProductShape,
    SourceShape,
    Stanza,
    Training,
)

_POLARITY: dict[PolarityWord | None, Polarity] = {
    "on_means_sharing": Polarity.ON_TRAINS,
    "on_means_opted_out": Polarity.ON_PRIVATE,
    "choice_list": Polarity.CHOICE_LIST,
    None: Polarity.UNKNOWN,
}


def provider(pack: Pack, sha256: str) -> Provider:
    """The provider that a pack without errors describes."""
    return Provider(
        id=pack.id,
        name=pack.name,
        aliases=pack.aliases,
        homepage=pack.homepage,
        fictional=pack.fictional,
        stance=_stance(pack.stance),
        products=tuple(_product(pack, p) for p in pack.products),
        controls=tuple(_control(c) for c in pack.controls),
        sources={key: _source(key, s) for key, s in pack.sources.items()},
        kinds={kind.value: held_by for kind, held_by in pack.kinds.items()},
        routes=tuple(
            Route(r.id, r.kind, r.what_it_does, r.target, r.note, r.confidence, r.sources)
            for r in pack.other_routes
        ),
        data_rights={
            key: DataRight(r.how, r.url, r.format, r.note, r.confidence, r.sources)
            for key, r in pack.data_rights.items()
        },
        timeline=tuple(Event(e.date, e.date_kind, e.event, e.confidence, e.sources) for e in pack.timeline),
        uncertainties=tuple(Uncertainty(u.text, u.sources) for u in pack.uncertainties),
        compiled_on=pack.compiled_on,
        sha256=sha256,
    )


def _stance(given: Stanza | None) -> StanceRule:
    if given is None:
        return StanceRule(Stance.UNKNOWN, None, None, None, None)
    return StanceRule(given.stance, given.summary, given.copy_date, given.confidence, given.source)


def _source(key: str, given: SourceShape) -> Source:
    day, text = _published(given.published)
    return Source(
        id=key,
        url=given.url,
        title=given.title,
        publisher=given.publisher,
        kind=given.kind,
        published=day,
        copy_date=given.copy_date,
        archive_url=given.archive_url,
        note=given.note,
        quote=given.quote,
        published_text=text,
    )


def _published(text: str | None) -> tuple[date | None, str | None]:
    if text is None or len(text) < len("2025-08-28"):
        return None, text
    return date.fromisoformat(text), None


def _product(pack: Pack, given: ProductShape) -> Product:
    plans = tuple(_plan(pack, given.id, plan) for plan in given.plans)
    return Product(given.id, given.name, given.aliases, given.surfaces, plans)


def _plan(pack: Pack, product_id: str, given: PlanShape) -> Plan:
    ordered = sorted(given.terms, key=by_beginning)
    terms = tuple(_Resolved(pack, product_id, given.id, e).terms(_end(e, ordered)) for e in ordered)
    return Plan(given.id, given.name, given.plan_class, given.tiers, terms)


def _begin(edge: Edge | None) -> When | None:
    if edge is None or edge.unknown:
        return None
    return When.start_of(edge.day) if edge.day else _exact(edge)


def _exact(edge: Edge) -> When | None:
    return None if edge.instant is None else When.at(edge.instant)


def _end(entry: Entry, ordered: Iterable[Entry]) -> When | None:
    """The end as a span; an unknown end lies before the next known beginning for the same people."""
    edge = entry.effective_until
    if edge is None:
        return None
    if not edge.unknown:
        return When.end_of(edge.day) if edge.day else _exact(edge)
    begin = _begin(entry.effective_from)
    earliest = None if begin is None else begin.earliest
    following = [
        later.latest
        for other in ordered
        if other is not entry and same_people(entry.regions, other.regions)
        if (later := _begin(other.effective_from)) and (begin is None or later > begin)
    ]
    return When.between(earliest, min(following, default=None))


@dataclass(frozen=True, slots=True)
class _Resolved:
    """A terms entry together with the rules it names."""

    pack: Pack
    product_id: str
    plan_id: str
    entry: Entry

    def terms(self, ends: When | None) -> Terms:
        entry, pack = self.entry, self.pack
        return Terms(
            id=entry.id,
            product_id=self.product_id,
            plan_id=self.plan_id,
            begins=_begin(entry.effective_from),
            ends=ends,
            starts_on_acceptance=entry.starts_on_acceptance,
            regions=entry.regions,
            training=_training(pack.training_rules[entry.training]),
            retention={basis: self._retention(rule) for basis, rule in self._in_order()},
            exceptions=tuple(_exception(pack.exceptions[name]) for name in entry.exceptions),
            sources=entry.sources,
            confidence=entry.confidence,
            last_checked=entry.last_checked or pack.last_checked or pack.compiled_on,
            zero_retention=self._zero(),
            note=entry.note,
            begins_basis=entry.effective_from_basis,
            begins_note=entry.effective_from_note,
            announced_on=entry.announced_on,
            known_from=self._known_from(),
        )

    def _known_from(self) -> date | None:
        """The oldest day that a source gives for itself, or was copied on; else the day of compiling.

        A provider that is not real has said so from the beginning.
        """
        if self.pack.fictional:
            return None
        dates = [d for name in self.entry.sources for d in _dates(self.pack.sources[name])]
        return min(dates, default=self.pack.compiled_on)

    def _in_order(self) -> list[tuple[Basis, str]]:
        return [(basis, self.entry.retention[basis]) for basis in Basis if basis in self.entry.retention]

    def _retention(self, name: str) -> RetentionRule:
        rule = self.pack.retention_rules[name]
        sources = self.entry.sources if rule.sources is None else rule.sources
        confidence = rule.confidence or self.entry.confidence
        return RetentionRule(
            rule.kind, rule.duration, rule.bound, rule.starts_from, rule.note, sources, confidence
        )

    def _zero(self) -> ZeroRetention | None:
        given = self.entry.zero_retention
        return None if given is None else ZeroRetention(given.available, given.how, given.sources)


def _dates(source: SourceShape) -> Iterator[date]:
    published, _ = _published(source.published)
    if published is not None:
        yield published
    if source.copy_date is not None:
        yield source.copy_date


def _training(given: Training) -> TrainingRule:
    covers, after = given.applies_to, given.after_switching_off
    return TrainingRule(
        allowed=given.allowed,
        default=given.default,
        consent_model=given.consent_model,
        control_id=given.control_id,
        new_chats=covers.new_chats,
        resumed_chats=covers.resumed_chats,
        untouched_older_chats=covers.untouched_older_chats,
        whole_chat_when_resumed=covers.whole_chat_when_resumed,
        new_chats_excluded=after.new_chats_excluded,
        stored_past_excluded=after.stored_past_chats_excluded_from_future_runs,
        trained_models_unchanged=after.already_trained_models_unchanged,
        note=given.note,
    )


def _exception(given: CarveOut) -> ExceptionRule:
    return ExceptionRule(given.kind, given.effect, given.note, given.sources, given.confidence)


def _label(given: LabelShape) -> Label:
    return Label(
        given.lang,
        given.text,
        given.where,
        given.seen_from,
        given.seen_until,
        given.confidence,
        given.sources,
    )


def _control(given: ControlShape) -> Control:
    return Control(
        id=given.id,
        name=given.name,
        kind=given.kind,
        labels=tuple(_label(label) for label in given.labels),
        menu_path=given.menu_path,
        mobile_menu_path=given.mobile_menu_path,
        url=given.url,
        polarity=_POLARITY[given.polarity],
        default=given.default,
        scope=given.scope,
        confirm_step=given.confirm_step,
        plans=given.plans,
        note=given.note,
        confidence=given.confidence,
        sources=given.sources,
        sections=tuple(dict.fromkeys(name for names in given.section.values() for name in names)),
        decoys=given.decoys,
    )
