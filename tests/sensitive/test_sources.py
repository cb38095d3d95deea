"""Where the forms of secrets come from is said for every kind, also where it is nowhere."""

import os
import random
import re
import string
from datetime import date

import pytest

from withhold.sensitive.finder import Finder
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
    assert 200 <= len(compared) < len(said)


def test_sources_name_beginnings_that_there_are() -> None:
    """A row of the sources that fits no rule would claim what nobody uses; no form has two sources."""
    listed = [name for _, _, text in table("sources.txt", 3) for name in text.split()]
    known = {beginning for row in table("prefixed.txt", 6) for beginning in row[2].split()}
    told_otherwise = {row[0] for file, n in (("named.txt", 5), ("shapes.txt", 6)) for row in table(file, n)}
    assert set(listed) <= known | told_otherwise
    assert len(set(listed)) == len(listed)


DESCRIBED = [
    ("adafruit-key", "adafruit_key = {}", "a-z0-9_-", 32),
    ("algolia-key", "algolia_api_key: {}", "a-z0-9", 32),
    ("assemblyai-key", "assemblyai_token={}", "a-z0-9", 32),
    ("anthropic-oauth-token", "sk-ant-oat01-{}", "A-Za-z0-9_-", 45),
    ("anthropic-refresh-token", "sk-ant-ort01-{}", "A-Za-z0-9_-", 60),
    ("buildkite-token", "bkua_{}", "a-z0-9", 40),
    ("clarifai-key", "clarifai_key = {}", "a-f0-9", 36),
    ("datadog-api-key", "DD_API_KEY={}", "A-Za-z0-9", 32),
    ("datadog-app-key", "DD_APP_KEY={}", "A-Za-z0-9-", 40),
    ("flickr-key", "flickr_token = {}", "a-z0-9", 32),
    ("freshbooks-token", "freshbooks_token = {}", "a-z0-9", 64),
    ("gitter-token", "gitter_token = {}", "a-z0-9_-", 40),
    ("google-access-token", "ya29.{}", "A-Za-z0-9_-", 30),
    ("netlify-old-token", "netlify_token = {}", "A-Za-z0-9_-", 41),
    ("rapidapi-key", "rapidapi_key = {}", "a-z0-9_-", 50),
]
"""Kinds whose public description is wider than the rule once was: alphabet and length as described."""


@pytest.mark.parametrize(("kind", "text", "letters", "length"), DESCRIBED, ids=[d[0] for d in DESCRIBED])
def test_a_key_of_the_described_form_is_found(kind: str, text: str, letters: str, length: int) -> None:
    """Nearly every value drawn from the described alphabet and length is found under its kind."""
    draw, finder = random.Random(f"{os.environ.get('WITHHOLD_SEED', '')}{kind}"), Finder(b"a key of the test")
    every = [c for c in map(chr, range(33, 127)) if re.fullmatch(f"[{letters}]", c)]
    found = 0
    for _ in range(100):
        value = draw.choice(string.ascii_lowercase[:6]) + "".join(draw.choices(every, k=length - 2)) + "7"
        found += any(f.kind == kind for f in finder.in_text(text.format(value).encode()))
    assert found >= 95
