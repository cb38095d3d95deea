"""What differs between two packs."""

from tests.packs.small import SMALL
from withhold.packs.compare import Difference, compare
from withhold.packs.lint import check
from withhold.packs.schema import Pack


def pack(text: str) -> Pack:
    found, problems = check(text.encode(), "small.yaml")
    assert found is not None, problems
    return found


def test_a_pack_does_not_differ_from_itself() -> None:
    """The same text has no differences."""
    assert compare(pack(SMALL), pack(SMALL)) == ()


def test_one_changed_fact_is_one_difference() -> None:
    """A changed word is named with its path, before and after."""
    (found,) = compare(pack(SMALL), pack(SMALL.replace("name: Talk for persons", "name: Talk for people")))
    path = "products[talk].plans[talk-consumer].name"
    assert found == Difference(path, "Talk for persons", "Talk for people")


def test_a_fact_that_is_gone_is_told() -> None:
    """A source that one of the two lacks shows on one side only."""
    renamed = compare(pack(SMALL), pack(SMALL.replace("compiled_on: 2026-01-31", "compiled_on: 2026-02-01")))
    assert [d.path for d in renamed] == ["compiled_on"]
