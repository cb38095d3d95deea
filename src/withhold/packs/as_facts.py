"""A loaded pack written back in the words of the collected facts, so that both can be laid side by side.

The collected facts are JSON (``providers.json``); packs are made from them (``convert.py``).
"""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from withhold.model.terms import Control, Provider, RetentionRule, Source, Terms
from withhold.model.when import EASTMOST, When
from withhold.model.words import Basis, Polarity

_POLARITY = {
    Polarity.ON_TRAINS: "on_means_sharing",
    Polarity.ON_PRIVATE: "on_means_opted_out",
    Polarity.CHOICE_LIST: "choice_list",
    Polarity.UNKNOWN: None,
}
RIGHTS = ("delete_chat", "delete_all", "delete_account", "export")
OWN_VALUES = ("sources", "confidence")


def as_facts(pack: Provider) -> dict[str, Any]:
    """The provider as in ``providers.json``. What a retention rule inherits is written out."""
    return {
        "id": pack.id,
        "name": pack.name,
        "aliases": list(pack.aliases),
        "homepage": pack.homepage,
        "products": [
            {
                "id": product.id,
                "name": product.name,
                "aliases": list(product.aliases),
                "surfaces": list(product.surfaces),
                "plans": [
                    {
                        "id": plan.id,
                        "name": plan.name,
                        "plan_class": plan.plan_class.value,
                        "tiers": list(plan.tiers),
                        "terms": [_terms(t) for t in plan.terms],
                    }
                    for plan in product.plans
                ],
            }
            for product in pack.products
        ],
        "controls": [_control(c) for c in pack.controls],
        "other_routes": [_plain(asdict(r)) for r in pack.routes],
        "data_rights": {
            name: _plain(asdict(pack.data_rights[name])) if name in pack.data_rights else None
            for name in RIGHTS
        },
        "timeline": [_plain(asdict(e)) for e in pack.timeline],
        "uncertainties": [_plain(asdict(u)) for u in pack.uncertainties],
    }


def filled(facts: dict[str, Any]) -> dict[str, Any]:
    """A provider of ``providers.json`` with the sources and confidence that retention values inherit."""
    products = [
        {**product, "plans": [{**p, "terms": [_filled(t) for t in p["terms"]]} for p in product["plans"]]}
        for product in facts["products"]
    ]
    return {**facts, "products": products}


def _filled(entry: dict[str, Any]) -> dict[str, Any]:
    inherited = {key: entry[key] for key in OWN_VALUES}
    retention = {
        basis: value if value is None or basis == "zero_retention_option" else inherited | value
        for basis, value in entry["retention"].items()
    }
    return {**entry, "retention": retention}


def source_as_facts(source: Source) -> dict[str, Any]:
    """A source as in ``providers.json``."""
    given: dict[str, Any] = _plain(asdict(source))
    given["published"] = given["published"] or given.pop("published_text")
    return {k: v for k, v in given.items() if k not in ("id", "quote", "published_text")}


def _terms(terms: Terms) -> dict[str, Any]:
    rule, zero = terms.training, terms.zero_retention
    retention: dict[str, Any] = {basis.value: _retention(terms.retention.get(basis)) for basis in Basis}
    retention["zero_retention_option"] = None if zero is None else _plain(asdict(zero))
    return {
        "id": terms.id,
        "effective_from": _iso(_first_day(terms.begins)),
        "effective_from_basis": terms.begins_basis,
        "effective_until": _iso(_last_day(terms.ends)),
        "announced_on": _iso(terms.announced_on),
        "regions": list(terms.regions),
        "effective_from_note": terms.begins_note,
        "starts_on_acceptance": terms.starts_on_acceptance,
        "training": {
            "allowed": rule.allowed.value,
            "default": rule.default,
            "consent_model": rule.consent_model,
            "control_id": rule.control_id,
            "applies_to": {
                "new_chats": rule.new_chats,
                "resumed_chats": rule.resumed_chats,
                "untouched_older_chats": rule.untouched_older_chats,
                "whole_chat_when_resumed": rule.whole_chat_when_resumed,
            },
            "after_switching_off": {
                "new_chats_excluded": rule.new_chats_excluded,
                "stored_past_chats_excluded_from_future_runs": rule.stored_past_excluded,
                "already_trained_models_unchanged": rule.trained_models_unchanged,
            },
            "note": rule.note,
        },
        "retention": retention,
        "exceptions": [_plain(asdict(e)) for e in terms.exceptions],
        "note": terms.note,
        "confidence": terms.confidence.value,
        "sources": list(terms.sources),
    }


def _retention(rule: RetentionRule | None) -> dict[str, Any] | None:
    return None if rule is None else _plain(asdict(rule))


def _control(control: Control) -> dict[str, Any]:
    given: dict[str, Any] = _plain(asdict(control))
    given["polarity"] = _POLARITY[control.polarity]
    return {k: v for k, v in given.items() if k not in ("sections", "decoys")}


def _plain(value: Any) -> Any:
    """Dates as text, tuples as lists, words as their values."""
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return _iso(value) if isinstance(value, date) else value


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _day(when: When) -> date | None:
    """The day whose first instant ``when`` is, anywhere on Earth; ``None`` for any other span."""
    day = when.earliest.astimezone(EASTMOST).date()
    return day if when == When.start_of(day) else None


def _first_day(when: When | None) -> date | None:
    return None if when is None else _day(when)


def _last_day(when: When | None) -> date | None:
    day = None if when is None else _day(when)
    return None if day is None else day - timedelta(days=1)


def leaves(value: Any, path: str = "") -> Iterable[tuple[str, Any]]:
    """Every single value of a JSON document with its path."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, f"{path}.{key}")
    elif isinstance(value, list):
        yield f"{path}.length", len(value)
        for index, item in enumerate(value):
            yield from leaves(item, f"{path}[{index}]")
    else:
        yield path, value
