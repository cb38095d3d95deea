"""The data file agrees with the facts that were collected."""

import json
from pathlib import Path

import msgspec
import pytest

from withhold.machine.facts import ToolFacts, load

COLLECTED = Path(__file__).resolve().parents[3] / "shared" / "facts" / "local-tools.json"


def test_the_file_fits_its_schema() -> None:
    """An unknown or missing key stops the load."""
    facts = load("claude-code")
    assert facts.tool == "claude-code"
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"tool": "x", "novel": 1}, ToolFacts)


def test_ids_do_not_repeat() -> None:
    """A setting has one row."""
    ids = [setting.id for setting in load("claude-code").settings]
    assert len(ids) == len(set(ids))


@pytest.mark.skipif(not COLLECTED.is_file(), reason="the collected facts are not here")
def test_settings_are_the_collected_ones() -> None:
    """Same ids in the same order, same purpose, same way to mend, same places."""
    tools = json.loads(COLLECTED.read_text("utf-8"))["tools"]
    collected = next(tool for tool in tools if tool["id"] == "claude-code")["settings"]
    ours = load("claude-code").settings
    assert [(s.id, s.purpose, s.fix) for s in ours] == [(s["id"], s["purpose"], s["fix"]) for s in collected]
    for mine, theirs in zip(ours, collected, strict=True):
        absent = {"not_private": "bad", "private": "good"}.get(theirs["absent_means"], "unknown")
        assert mine.absent == absent, mine.id
        named = {place["name"] for place in theirs["where"] if place["kind"] == "env"}
        assert named <= {check.variable for check in mine.checks}, mine.id
