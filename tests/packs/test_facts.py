"""The schema carries every fact collected about every provider; Anthropic's pack carries its own."""

import json
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from withhold.model.terms import Provider
from withhold.model.when import When
from withhold.model.words import Stance
from withhold.packs.as_facts import as_facts, filled, leaves, source_as_facts
from withhold.packs.convert import convert
from withhold.packs.lint import Severity, lint
from withhold.packs.loader import load, load_builtin

FACTS = Path(__file__).parents[3] / "shared" / "facts"
PROVIDERS = FACTS / "providers.json"
STANCES = FACTS / "automation.json"
FEWEST_PROVIDERS = 35

pytestmark = pytest.mark.skipif(
    not PROVIDERS.exists(), reason="the collected facts are not beside this checkout"
)


@cache
def collected() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(PROVIDERS.read_text(encoding="utf-8"))
    return found


@cache
def stances() -> dict[str, Any]:
    found = json.loads(STANCES.read_text(encoding="utf-8"))
    return {entry["id"]: entry for entry in found["providers"]}


def provider_ids() -> list[str]:
    return [p["id"] for p in collected()["providers"]] if PROVIDERS.exists() else []


def facts_of(provider_id: str) -> dict[str, Any]:
    found: dict[str, Any] = next(p for p in collected()["providers"] if p["id"] == provider_id)
    return found


def converted(provider_id: str) -> str:
    known = collected()
    return convert(
        facts_of(provider_id),
        known["sources"],
        compiled_on=known["compiled_on"],
        stance=stances().get(provider_id),
    )


def source_ids(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from item if key == "sources" else source_ids(item)
    elif isinstance(value, list):
        for item in value:
            yield from source_ids(item)


def assert_carries(pack: Provider, facts: dict[str, Any]) -> None:
    """Every single value of the facts stands in the pack, and the pack says nothing else."""
    expected = dict(leaves(filled(facts)))
    found = dict(leaves(as_facts(pack)))
    lost = {k: (v, found.get(k)) for k, v in expected.items() if k not in found or found[k] != v}
    assert lost == {}
    assert found.keys() - expected.keys() == set()


def assert_carries_sources(pack: Provider, facts: dict[str, Any]) -> None:
    """The pack holds exactly the sources its facts name, and beside them that of the stance."""
    for name in set(source_ids(facts)):
        assert source_as_facts(pack.sources[name]) == collected()["sources"][name]
    beside = pack.sources.keys() - set(source_ids(facts))
    assert beside == ({pack.stance.source} if pack.stance.source else set())


def assert_carries_stance(pack: Provider) -> None:
    """Stance, summary, day and address are those collected; a provider without one is unknown."""
    entry = stances().get(pack.id)
    if entry is None:
        assert pack.stance.stance is Stance.UNKNOWN
        return
    assert pack.stance.source is not None
    assert (
        pack.stance.stance.value,
        pack.stance.summary,
        pack.stance.copy_date.isoformat() if pack.stance.copy_date else None,
        pack.stance.confidence,
        pack.sources[pack.stance.source].url,
    ) == tuple(entry[k] for k in ("stance", "summary", "copy_date", "confidence", "source"))


def test_there_are_as_many_providers_as_promised() -> None:
    """The tests below really run over the whole collection."""
    assert len(provider_ids()) >= FEWEST_PROVIDERS


@pytest.mark.parametrize("provider_id", provider_ids())
def test_provider_converts_lints_loads_and_loses_nothing(provider_id: str, tmp_path: Path) -> None:
    """A mechanical conversion has no errors, loads, and still says everything that was collected."""
    path = tmp_path / f"{provider_id}.yaml"
    path.write_text(converted(provider_id), encoding="utf-8")
    assert [str(p) for p in lint(path) if p.severity is Severity.ERROR] == []
    pack = load(path)
    assert_carries(pack, facts_of(provider_id))
    assert_carries_sources(pack, facts_of(provider_id))
    assert_carries_stance(pack)
    assert pack.compiled_on == date.fromisoformat(collected()["compiled_on"])


def test_conversion_is_the_same_each_time() -> None:
    """The same facts give the same text, so that a later change shows as a small difference."""
    assert converted("anthropic") == converted("anthropic")


def test_anthropics_pack_carries_exactly_what_was_collected() -> None:
    """The committed file was put in order by hand; its facts are still those collected, all and only."""
    pack = load_builtin("anthropic")
    assert_carries(pack, facts_of("anthropic"))
    assert_carries_sources(pack, facts_of("anthropic"))
    assert_carries_stance(pack)


def test_an_open_end_before_a_later_entry_is_unknown_and_bounded(tmp_path: Path) -> None:
    """ChatGPT's first controls ended on an unrecorded day: after they began, before the next dated text."""
    path = tmp_path / "openai.yaml"
    path.write_text(converted("openai"), encoding="utf-8")
    plan = load(path).products[0].plans[0]
    first, _, third = plan.terms
    assert first.begins is not None
    assert third.begins is not None
    assert first.ends == When(first.begins.earliest, third.begins.latest)
