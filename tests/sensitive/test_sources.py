"""Where the forms of secrets come from is said for every kind, also where it is nowhere."""

import re
from datetime import date

from withhold.sensitive.rules import all_rules, compared_on, kinds, sources, table


def test_every_kind_has_a_source_or_is_said_to_have_none() -> None:
    """No kind is left out, and sources are addresses with the day on which they were read."""
    said = sources()
    assert set(said) == set(kinds()) == {rule.kind for rule in all_rules()}
    compared = [source for source in said.values() if source is not None]
    assert all(re.fullmatch(r"https://[^\s()]+", source) for source in compared)
    days = compared_on()
    assert {kind for kind, source in said.items() if source} == set(days)
    assert all(date.fromisoformat(day) >= date(2026, 11, 22) for day in days.values())
    assert 110 < len(compared) < len(said)


def test_sources_name_beginnings_that_there_are() -> None:
    """A row of the sources that fits no rule would claim what nobody uses."""
    listed = {beginning for _, _, text in table("sources.txt", 3) for beginning in text.split()}
    known = {beginning for row in table("prefixed.txt", 6) for beginning in row[2].split()}
    assert listed <= known
