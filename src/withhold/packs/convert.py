"""Turns one provider of the collected facts (JSON) into the text of a pack.

Mechanical: the same facts give the same text, nothing is added but ids, and equal rules are written once.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from withhold.packs.emit import section

Json = dict[str, Any]

_HEADINGS = {
    "stance": "What the consumer terms say on automated access.",
    "kinds": "Which product a kind of conversation belongs to.",
    "products": "Terms per plan, oldest first. Training, retention and exceptions name rules further down.",
    "training_rules": "Whether content may be used for training, and what the setting covers.",
    "retention_rules": "How long things are kept. A rule without sources stands on those of its entry.",
    "exceptions": "What the terms treat differently from the setting.",
    "controls": "Where a person decides.",
    "other_routes": "Other ways to the same end.",
    "data_rights": "Deleting and exporting.",
    "timeline": "What happened when.",
    "uncertainties": "What is open or conflicting.",
    "sources": "Where all this was read.",
}


@dataclass(slots=True)
class _Rules:
    """Rules by id, each written once."""

    by_id: dict[str, Json] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    def id_of(self, wanted: str, rule: Json) -> str:
        """The id under which this very rule stands; ``wanted``, or that with a number, if it is new."""
        key = json.dumps([wanted, rule], sort_keys=True)
        if key not in self.ids:
            name, number = wanted, 1
            while name in self.by_id:
                number += 1
                name = f"{wanted}-{number}"
            self.by_id[name] = rule
            self.ids[key] = name
        return self.ids[key]


def convert(
    facts: Json,
    sources: Mapping[str, Json],
    *,
    compiled_on: str,
    stance: Json | None = None,
    kinds: Mapping[str, list[str]] | None = None,
    sections: Mapping[str, Mapping[str, list[str]]] | None = None,
) -> str:
    """The pack as YAML text.

    ``facts`` is one provider of ``providers.json`` and ``sources`` its source map; ``stance`` its entry of
    ``automation.json``. ``kinds`` (kind of conversation -> product ids) and ``sections`` (control id ->
    language -> headings) are not in those files; whoever converts gives them.
    """
    pack = _pack(facts, compiled_on, kinds or {}, sections or {})
    known = dict(sources)
    if stance is not None:
        pack["stance"] = _stance(stance, known)
    pack["sources"] = {key: _tidy(known[key]) for key in sorted(_used_sources(pack))}
    said = {key: value for key, value in pack.items() if value not in ({}, [], None)}
    return "".join(section(key, value, _HEADINGS.get(key)) for key, value in said.items())


def _pack(facts: Json, compiled_on: str, kinds: Mapping[str, list[str]], sections: Mapping[str, Any]) -> Json:
    training, retention, exceptions = _Rules(), _Rules(), _Rules()
    products = [_product(p, _Naming(training, retention, exceptions)) for p in facts["products"]]
    return {
        "id": facts["id"],
        "name": facts["name"],
        "aliases": facts["aliases"],
        "homepage": facts["homepage"],
        "compiled_on": compiled_on,
        "stance": None,
        "kinds": dict(kinds),
        "products": products,
        "training_rules": training.by_id,
        "retention_rules": retention.by_id,
        "exceptions": exceptions.by_id,
        "controls": [_control(c, sections) for c in facts["controls"]],
        "other_routes": [_tidy(r) for r in facts["other_routes"]],
        "data_rights": {k: _tidy(v) for k, v in facts["data_rights"].items() if v is not None},
        "timeline": [_tidy(e) for e in facts["timeline"]],
        "uncertainties": [_tidy(u) for u in facts["uncertainties"]],
    }


def _tidy(value: Json) -> Json:
    """Without what the provider does not say, and with confidence and sources last."""
    last = ("confidence", "sources")
    kept = {k: v for k, v in value.items() if v is not None and k not in last}
    return kept | {k: value[k] for k in last if value.get(k) is not None}


def _stance(given: Json, sources: dict[str, Json]) -> Json:
    """The stance with its address as a source of the pack."""
    name = f"{given['id']}-automation"
    sources[name] = {
        "url": given["source"],
        "title": "Consumer terms on automated access",
        "copy_date": given["copy_date"],
    }
    kept = {k: given[k] for k in ("stance", "summary", "copy_date", "confidence") if given[k] is not None}
    return kept | {"source": name}


def _used_sources(value: Any) -> set[str]:
    if isinstance(value, list):
        return {s for item in value for s in _used_sources(item)}
    if not isinstance(value, dict):
        return set()
    own = set(value.get("sources", ())) | ({value["source"]} if "source" in value else set())
    return own.union(*(_used_sources(v) for k, v in value.items() if k != "sources"))


@dataclass(frozen=True, slots=True)
class _Naming:
    training: _Rules
    retention: _Rules
    exceptions: _Rules

    def training_id(self, rule: Json) -> str:
        words = [rule["allowed"], rule["consent_model"] or "unstated"]
        nested = {k: _tidy(rule[k]) for k in ("applies_to", "after_switching_off")}
        filled = {k: v for k, v in ({**rule, **nested}).items() if v not in (None, {})}
        return self.training.id_of(_slug(*words), filled)

    def retention_id(self, basis: str, rule: Json) -> str:
        return self.retention.id_of(_slug(basis, (rule["duration"] or rule["kind"]).lower()), _tidy(rule))

    def exception_id(self, rule: Json) -> str:
        return self.exceptions.id_of(_slug(rule["kind"], rule["effect"]), _tidy(rule))


def _slug(*words: str) -> str:
    return "-".join(words).replace("_", "-")


def _product(product: Json, naming: _Naming) -> Json:
    plans = [{**plan, "terms": _terms(plan["terms"], naming)} for plan in product["plans"]]
    return {**{k: v for k, v in product.items() if v != []}, "plans": plans}


def _terms(entries: list[Json], naming: _Naming) -> list[Json]:
    return [_entry(entry, _until(index, entries), naming) for index, entry in enumerate(entries)]


def _until(index: int, entries: list[Json]) -> str | None:
    """The last day. The facts leave it open both where terms are in force and where their end is unknown;
    the latter is so where the same regions have a later entry.
    """
    until: str | None = entries[index]["effective_until"]
    regions = entries[index]["regions"]
    if until is None and any(e["regions"] == regions for e in entries[index + 1 :]):
        return "unknown"
    return until


def _entry(entry: Json, until: str | None, naming: _Naming) -> Json:
    kept = dict(entry["retention"])
    zero = kept.pop("zero_retention_option")
    retention = {b: naming.retention_id(b, rule) for b, rule in kept.items() if rule is not None}
    out = {
        "id": entry["id"],
        "effective_from": entry["effective_from"] or "unknown",
        "effective_from_basis": entry["effective_from_basis"],
        "effective_from_note": entry["effective_from_note"],
        "effective_until": until,
        "announced_on": entry["announced_on"],
        "starts_on_acceptance": entry["starts_on_acceptance"] or None,
        "regions": None if entry["regions"] == ["all"] else entry["regions"],
        "training": naming.training_id(entry["training"]),
        "retention": retention or None,
        "zero_retention": None if zero is None else _tidy(zero),
        "exceptions": [naming.exception_id(e) for e in entry["exceptions"]] or None,
        "note": entry["note"],
        "confidence": entry["confidence"],
        "sources": entry["sources"],
    }
    return {k: v for k, v in out.items() if v is not None}


def _control(control: Json, sections: Mapping[str, Any]) -> Json:
    head = {k: control[k] for k in ("id", "name", "kind")}
    labels = [_tidy(label) for label in control["labels"]]
    found = {"labels": labels} if labels else {}
    scoped = {"section": sections[control["id"]]} if control["id"] in sections else {}
    rest = {k: v for k, v in _tidy(control).items() if k not in (*head, "labels")}
    return head | found | scoped | rest
