"""The hand-written cases of ``cases.yaml``."""

from collections import Counter

import pytest

import withhold.policy as engine
from tests.policy.cases import Case, all_cases, differences, sources, verdict_on
from withhold.packs.loader import load_builtin
from withhold.policy.rules import RULES


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.name)
def test_case(case: Case) -> None:
    """The verdict on the case is the expected one, for the expected reasons, from the expected source."""
    assert not differences(case, verdict_on(case, engine))


def test_there_are_enough_cases_and_no_two_have_the_same_name() -> None:
    """At least seventy stories; a name stands for one of them."""
    names = Counter(case.name for case in all_cases())
    assert len(names) >= 70
    assert set(names.values()) == {1}


def test_every_named_source_is_in_the_pack() -> None:
    """Reasons, carve-outs and clocks name sources that the pack describes."""
    known = load_builtin("anthropic").sources
    assert all(sources(verdict_on(case, engine)) <= known.keys() for case in all_cases())


def test_rules_named_by_cases_are_in_the_catalogue() -> None:
    """Expected rule ids exist."""
    assert {rule for case in all_cases() for rule in case.data["rules"]} <= RULES.keys()
