"""Which pages a pack names, and what of the pack rests on each."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urldefrag, urlsplit

from withhold.model.terms import Provider, Terms
from withhold.model.words import Polarity

_DECIDING = (Polarity.ON_TRAINS, Polarity.ON_PRIVATE, Polarity.CHOICE_LIST)


@dataclass(frozen=True, slots=True)
class Page:
    """One address that a pack names as the provider's own, with the sources that stand for it."""

    provider_id: str
    url: str
    title: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Concerned:
    """What of a pack to look at again: ids of controls, products and entries of terms."""

    controls: tuple[str, ...]
    products: tuple[str, ...]
    entries: tuple[str, ...]


def pages_of(provider: Provider) -> tuple[Page, ...]:
    """The provider's own pages, each address once, by address."""
    by_url: dict[str, list[str]] = {}
    for source in provider.sources.values():
        url = urldefrag(source.url).url
        if source.kind == "provider" and urlsplit(url).scheme in ("http", "https"):
            by_url.setdefault(url, []).append(source.id)
    return tuple(
        Page(provider.id, url, provider.sources[ids[-1]].title, tuple(ids))
        for url, ids in sorted(by_url.items())
    )


def concerned(provider: Provider, page: Page) -> Concerned:
    """What rests on a page: entries of terms now in force that cite it, and the controls that these name.

    Where nothing that is in force cites it, every control that decides about training is named: rather one
    look too many.
    """
    cited = set(page.sources)
    entries = [
        (product.id, terms)
        for product in provider.products
        for plan in product.plans
        for terms in plan.terms
        if terms.ends is None and cited & set(_sources(terms))
    ]
    named = {terms.training.control_id for _, terms in entries}
    controls = [c.id for c in provider.controls if c.id in named or cited & set(c.sources)]
    controls = controls or [c.id for c in provider.controls if c.polarity in _DECIDING]
    products = _once(product for product, _ in entries) or tuple(p.id for p in provider.products)
    return Concerned(tuple(controls), products, tuple(terms.id for _, terms in entries))


def _sources(terms: Terms) -> tuple[str, ...]:
    rules = (s for rule in terms.retention.values() for s in rule.sources)
    return (*terms.sources, *rules, *(s for rule in terms.exceptions for s in rule.sources))


def _once(ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ids))
