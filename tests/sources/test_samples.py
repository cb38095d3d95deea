"""Both sample sets are counted exactly as their tables say."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.sources.conftest import OWN, Result
from withhold.sources.resume import resumed_at
from withhold.support.errors import NothingRead

COLLECTED = Path(__file__).resolve().parents[3] / "shared" / "samples"
OURS = json.loads((OWN / "EXPECTED.json").read_text("utf-8"))
KNOWN = ("claude-2026-09", "claude-design")
TIME = "%Y-%m-%dT%H:%M:%S.%fZ"

needs_collected = pytest.mark.skipif(not COLLECTED.is_dir(), reason="the collected samples are not here")


@pytest.mark.parametrize("case", OURS)
def test_own_samples_are_counted_exactly(case: str, read: Callable[..., Result], samples: Path) -> None:
    """Every number of the table is met, and so are the times at which conversations were taken up again."""
    wanted = OURS[case]
    result = read(samples / case)
    row = result.only
    assert row.first is not None
    assert row.last is not None
    assert {
        "format": row.format,
        "conversations": row.conversations,
        "human": row.human,
        "model": row.model,
        "first": row.first.strftime(TIME),
        "last": row.last.strftime(TIME),
        "unrecognised": row.unrecognised_count,
    } == {key: wanted[key] for key in wanted if key != "resumed"}
    resumed = {
        source_id: [when.earliest.strftime(TIME) for when in resumed_at(found)]
        for source_id, found in result.conversations.items()
        if resumed_at(found)
    }
    assert resumed == wanted["resumed"]


@needs_collected
@pytest.mark.parametrize("case", KNOWN)
def test_collected_samples_are_counted_exactly(case: str, read: Callable[..., Result]) -> None:
    """The counts equal the table that stands beside the collected samples."""
    wanted = json.loads((COLLECTED / "own" / "EXPECTED.json").read_text("utf-8"))[case]
    row = read(COLLECTED / "own" / case).only
    assert row.first is not None
    assert row.last is not None
    found = (
        row.format,
        row.conversations,
        row.human,
        row.model,
        row.first.strftime(TIME),
        row.last.strftime(TIME),
    )
    assert found == tuple(
        wanted[key] for key in ("format", "conversations", "human", "model", "first", "last")
    )
    assert row.unrecognised == ()


@needs_collected
@pytest.mark.parametrize("folder", ["claude-ai", "claude-code"])
def test_no_published_sample_is_lost(folder: str, read: Callable[..., Result]) -> None:
    """Each published sample gives a conversation, save the two files that only describe a sub-agent."""
    for path in sorted((COLLECTED / folder).iterdir()):
        if path.name.endswith(".meta.json"):
            with pytest.raises(NothingRead):
                read(path)
        else:
            row = read(path).only
            assert row.format == folder, path
            assert row.conversations > 0, path
            assert row.unrecognised == (), path


@needs_collected
def test_dumber_counts_agree_on_published_chats(read: Callable[..., Result]) -> None:
    """Messages by sender are as many as the sender's word occurs in the file."""
    for path in sorted((COLLECTED / "claude-ai").glob("*.json")):
        text = "".join(path.read_text("utf-8").split())
        row = read(path).only
        assert row.human == text.count('"sender":"human"'), path
        assert row.model == text.count('"sender":"assistant"'), path


@needs_collected
def test_samples_of_other_formats_are_not_taken_for_ours(read: Callable[..., Result]) -> None:
    """Other vendors' files, many of them with the same names, are never taken for Claude's."""
    others = {p.name for p in COLLECTED.iterdir() if p.is_dir()} - {
        "claude-ai",
        "claude-code",
        "own",
        "toggles",
    }
    own = {p.name for p in (COLLECTED / "own").iterdir() if p.is_dir()} - set(KNOWN)
    for path in [*(COLLECTED / name for name in others), *(COLLECTED / "own" / name for name in own)]:
        try:
            formats = {row.format for row in read(path).summaries}
        except NothingRead:
            continue
        assert not formats & {"claude-ai", "claude-code"}, path
