"""``packs/<id>.md``: what each built-in pack states, for people."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from generating import markdown
from generating.controls import controls
from generating.markdown import bullets, code, duration, sentence, spaced, table
from withhold.model.terms import Plan, Product, Provider, RetentionRule, Source, Terms, TrainingRule
from withhold.model.when import When
from withhold.packs.loader import builtin_ids, load_builtin

NOTHING = ("The pack holds no statement on this.",)
SAID = {True: "yes", False: "no", None: "not stated"}


def pages() -> dict[str, str]:
    """A page for each pack that comes with the program, and one that lists them."""
    packs = [load_builtin(id_) for id_ in builtin_ids()]
    return {"index": _index(packs), **{pack.id: _page(pack) for pack in packs}}


def _index(packs: Iterable[Provider]) -> str:
    return markdown.page(
        "Packs",
        "What each built-in pack holds. `withhold packs show ID` prints one, `withhold packs lint FILE`"
        " checks one of your own. A file in the folder `packs` of the state replaces the built-in pack of its"
        " id.",
        table(
            ("Pack", "Provider", "Automated access", "Terms", "Controls", "Last checked"), map(_row, packs)
        ),
    )


def _row(pack: Provider) -> tuple[str, ...]:
    terms = [terms for _, _, terms in _all_terms(pack)]
    checked = min((t.last_checked for t in terms), default=pack.compiled_on)
    return (
        f"[{pack.id}]({pack.id}.md)",
        pack.name + (" (fictional)" if pack.fictional else ""),
        pack.stance.stance.value,
        str(len(terms)),
        str(len(pack.controls)),
        "unknown" if checked is None else checked.isoformat(),
    )


def _page(provider: Provider) -> str:
    return markdown.page(
        provider.name + (" (fictional)" if provider.fictional else ""),
        _head(provider),
        "## Automated access",
        _stance(provider),
        "## Terms by plan",
        *_products(provider),
        "## What the setting covers",
        *_trainings(provider),
        "## How long things are kept",
        *(tuple(_retentions(provider)) or NOTHING),
        "## What the setting does not decide",
        _exceptions(provider) or NOTHING[0],
        "## Where a person decides",
        *(tuple(controls(provider)) or NOTHING),
        *_optional("## Other routes", _routes(provider)),
        *_optional("## Deleting and exporting", _rights(provider)),
        *_optional("## What happened when", _timeline(provider)),
        *_optional("## Open or conflicting points", _uncertainties(provider)),
        "## Sources",
        table(("Id", "What", "Published", "Copy of", "Kind"), map(_source, provider.sources.values())),
    )


def _optional(heading: str, block: str) -> tuple[str, ...]:
    return (heading, block) if block else ()


def _head(provider: Provider) -> str:
    compiled = "unknown" if provider.compiled_on is None else provider.compiled_on.isoformat()
    kinds = (f" {kind.capitalize()} conversations: {ids(held)}." for kind, held in provider.kinds.items())
    return (
        f"Pack {code(provider.id)}, facts compiled on {compiled}.{''.join(kinds)} Everything is in our own"
        " words. Days are the provider's, without a zone. What is left out is not stated."
    )


def _stance(provider: Provider) -> str:
    rule = provider.stance
    day = f" (copy of {rule.copy_date.isoformat()})" if rule.copy_date else ""
    source = f" Source: {code(rule.source)}{day}." if rule.source else ""
    return f"**{rule.stance.value}**. {sentence(rule.summary)}{source}"


def _all_terms(provider: Provider) -> Iterator[tuple[Product, Plan, Terms]]:
    for product in provider.products:
        for plan in product.plans:
            for terms in plan.terms:
                yield product, plan, terms


def _products(provider: Provider) -> Iterator[str]:
    for product in provider.products:
        surfaces = ", ".join(product.surfaces)
        yield f"### {product.name}" + (f" ({surfaces})" if surfaces else "")
        for plan in product.plans:
            yield f"#### {plan.name}"
            yield f"{spaced(plan.plan_class.value).capitalize()} terms; marketed as {', '.join(plan.tiers)}."
            yield table(("Terms", "From", "To", "Training", "Sources"), map(_terms, plan.terms))
            notes = [f"{code(t.id)}: {n}" for t in plan.terms for n in _notes(t)]
            yield bullets(notes)


def _terms(terms: Terms) -> tuple[str, ...]:
    begins = first_day(terms.begins) + (
        " (each account from its acceptance)" if terms.starts_on_acceptance else ""
    )
    regions = "" if terms.regions == ("all",) else f" in {', '.join(terms.regions)}"
    return (
        code(terms.id) + regions,
        begins,
        "in force" if terms.ends is None else last_day(terms.ends),
        f"{spaced(terms.training.allowed.value)} ({terms.confidence.value})",
        ids(terms.sources),
    )


def _notes(terms: Terms) -> Iterator[str]:
    for note in (terms.begins_note, terms.note):
        if note:
            yield sentence(note)
    zero = terms.zero_retention
    if zero is not None and (zero.how or zero.available is not None):
        yield f"Zero retention: {SAID[zero.available]}. {sentence(zero.how)}".strip()


def first_day(when: When | None) -> str:
    """The day (or instant) on which something begins."""
    if when is None:
        return "unknown"
    return when.earliest.isoformat() if when.exact else when.latest.date().isoformat()


def last_day(when: When) -> str:
    """The last day (or the instant) of something that ends at ``when``."""
    if when.exact:
        return when.earliest.isoformat()
    return (when.latest.date() - timedelta(days=1)).isoformat()


def ids(names: Iterable[str]) -> str:
    """Source ids, as they stand in the last table of the page."""
    return ", ".join(map(code, names))


def _trainings(provider: Provider) -> Iterator[str]:
    """Each distinct rule once, with the entries it holds for."""
    found: dict[TrainingRule, list[str]] = {}
    for _, _, terms in _all_terms(provider):
        found.setdefault(terms.training, []).append(terms.id)
    for rule, entries in found.items():
        yield f"### Training: {spaced(rule.allowed.value)}" + (
            f" ({code(rule.control_id)})" if rule.control_id else ""
        )
        yield f"Holds for {ids(entries)}. {sentence(rule.note)}"
        yield table(("Question", "Answer"), _training(rule))


def _training(rule: TrainingRule) -> Iterator[tuple[str, str]]:
    yield "default", "not stated" if rule.default is None else spaced(rule.default.value)
    yield "covers new conversations", SAID[rule.new_chats]
    yield "covers resumed conversations", SAID[rule.resumed_chats]
    yield "covers older ones that are not touched", SAID[rule.untouched_older_chats]
    if rule.control_id is None:
        return
    yield "a resumed conversation counts whole", SAID[rule.whole_chat_when_resumed]
    yield "switched off: new conversations are left out", SAID[rule.new_chats_excluded]
    yield "switched off: stored ones are left out of later runs", SAID[rule.stored_past_excluded]
    yield "switched off: models already trained stay as they are", SAID[rule.trained_models_unchanged]


def _retentions(provider: Provider) -> Iterator[str]:
    """Each distinct statement of a basis once, with all entries and sources that make it."""
    found: dict[str, dict[tuple[str, ...], tuple[list[str], list[str]]]] = {}
    for _, _, terms in _all_terms(provider):
        for basis, rule in terms.retention.items():
            entries, sources = found.setdefault(basis.value, {}).setdefault(_retention(rule), ([], []))
            entries.append(terms.id)
            sources += rule.sources
    for name, statements in found.items():
        yield f"### {spaced(name).capitalize()}"
        rows = (
            (*said[:3], ids(entries), f"{ids(dict.fromkeys(sources))} ({said[3]})")
            for said, (entries, sources) in statements.items()
        )
        yield table(("How long", "Counted from", "Note", "Terms", "Sources"), rows)


def _retention(rule: RetentionRule) -> tuple[str, ...]:
    kind = "" if rule.duration and rule.kind.value == "fixed" else spaced(rule.kind.value)
    return (
        " ".join(filter(None, (kind, spaced(rule.bound or ""), duration(rule.duration)))),
        "not stated" if rule.starts_from is None else spaced(rule.starts_from.value),
        sentence(rule.note),
        rule.confidence.value,
    )


def _exceptions(provider: Provider) -> str:
    found: dict[tuple[str, ...], list[str]] = {}
    for _, _, terms in _all_terms(provider):
        for rule in terms.exceptions:
            key = (
                spaced(rule.kind.value),
                spaced(rule.effect.value),
                sentence(rule.note),
                f"{ids(rule.sources)} ({rule.confidence.value})",
            )
            found.setdefault(key, []).append(terms.id)
    rows = ((*key[:3], ids(entries), key[3]) for key, entries in found.items())
    return table(("What", "Effect", "In words", "Terms", "Sources"), rows)


def _routes(provider: Provider) -> str:
    rows = (
        (
            sentence(r.what_it_does),
            spaced(r.kind),
            r.target or "",
            sentence(r.note),
            ids(r.sources),
        )
        for r in provider.routes
    )
    return table(("What it does", "Kind", "Target", "Note", "Sources"), rows)


def _rights(provider: Provider) -> str:
    rows = (
        (
            spaced(name),
            sentence(right.how),
            right.url or "",
            " ".join(filter(None, (sentence(right.format), sentence(right.note)))),
            f"{ids(right.sources)} ({right.confidence.value})",
        )
        for name, right in provider.data_rights.items()
    )
    return table(("What", "How", "Page", "Note", "Sources"), rows)


def _timeline(provider: Provider) -> str:
    rows = ((e.date, e.date_kind, sentence(e.event), ids(e.sources)) for e in provider.timeline)
    return table(("Day", "Kind", "What", "Sources"), rows)


def _uncertainties(provider: Provider) -> str:
    return bullets(f"{sentence(u.text)} ({ids(u.sources)})" for u in provider.uncertainties)


def _source(source: Source) -> tuple[str, ...]:
    published = source.published.isoformat() if source.published else source.published_text or ""
    archived = f" ([copy]({source.archive_url}))" if source.archive_url else ""
    note = f" {sentence(source.note)}" if source.note else ""
    return (
        code(source.id),
        f"[{source.title}]({source.url}){archived}.{note}",
        published,
        "" if source.copy_date is None else source.copy_date.isoformat(),
        source.kind or "",
    )
