"""The coverage report finds every fact that a pack has lost."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from withhold.packs.coverage import coverage
from withhold.packs.loader import load_all

FACTS = Path(__file__).parents[3] / "shared" / "facts" / "providers.json"

pytestmark = pytest.mark.skipif(not FACTS.exists(), reason="the collected facts are not beside this checkout")


@pytest.fixture(scope="module")
def facts() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(FACTS.read_text("utf-8"))
    return found


def test_no_collected_fact_is_lost(facts: dict[str, Any]) -> None:
    """Every value of every field of all 35 providers stands in the built-in packs."""
    rows = coverage(load_all(), facts)
    assert {r.field: r.lost for r in rows if r.lost} == {}
    assert sum(r.stated for r in rows) > 8_000


def test_a_lost_value_is_named_with_its_place(facts: dict[str, Any]) -> None:
    """One changed note and one missing provider: both are found, and nothing else."""
    packs = dict(load_all())
    openai = packs["openai"]
    changed = replace(openai.controls[0], note="something else")
    packs["openai"] = replace(openai, controls=(changed, *openai.controls[1:]))
    lost = [place for row in coverage(packs, facts) for place in row.lost]
    assert lost == ["openai.controls[0].note"]
    del packs["google"]
    lost = [place for row in coverage(packs, facts) for place in row.lost]
    assert {place.split(".")[0] for place in lost} == {"openai", "google"}
