"""DeepSeek, Grok, Le Chat and AI Studio: counts, branches, times and facts kept."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.sources.conftest import Result
from tests.sources.expected import COLLECTED, counted, needs_collected, wanted
from withhold.model.when import ANY_TIME
from withhold.model.words import Author
from withhold.sources.interface import Limits

Read = Callable[..., Result]


@needs_collected
@pytest.mark.parametrize("case", ["deepseek", "grok", "lechat"])
def test_collected_samples_are_counted_exactly(case: str, read: Read) -> None:
    """The counts equal the table that stands beside the samples."""
    assert counted(read(COLLECTED / "own" / case)) == wanted(case)


@pytest.mark.parametrize(
    ("case", "numbers"),
    [
        ("deepseek-export", (2, 0, 2, 3, 0)),
        ("grok-export", (2, 1, 1, 2, 0)),
        ("le-chat-export", (2, 1, 1, 2, 0)),
        ("ai-studio", (2, 0, 2, 3, 0)),
    ],
)
def test_own_samples_are_counted_exactly(
    case: str, numbers: tuple[int, ...], read: Read, samples: Path
) -> None:
    """Conversations, empty ones, prompts, answers, unrecognised."""
    row = read(samples / case).only
    assert (row.conversations, row.empty, row.human, row.model, row.unrecognised_count) == numbers


def test_deepseek_is_not_chatgpt(read: Read, samples: Path) -> None:
    """Both have a mapping; DeepSeek's zone moves the date, and its account has an address."""
    result = read(samples / "deepseek-export")
    assert result.only.format == "deepseek"
    assert result.only.last == datetime(2026, 1, 4, 23, 31, 5, tzinfo=UTC)
    assert result.only.accounts[0].email == "d@example.invalid"
    assert result.conversations["d-new"].account_ref == "ds-user"
    assert [m.author for m in result.conversations["d-old"].messages] == [Author.HUMAN, Author.MODEL]


def test_deepseek_fragments_of_no_known_kind_are_named(read: Read, tmp_path: Path) -> None:
    """They are nobody's words until somebody says whose."""
    said = {"inserted_at": "2026-01-01T00:00:00Z", "fragments": [{"type": "NOVEL", "content": "x"}]}
    row = {"id": "d", "inserted_at": 1, "mapping": {"1": {"id": "1", "parent": None, "message": said}}}
    (tmp_path / "x.json").write_text(json.dumps([row]))
    result = read(tmp_path).only
    assert (result.conversations, result.human, result.unrecognised_count) == (1, 0, 1)


def test_grok_keeps_what_was_temporary(read: Read, samples: Path) -> None:
    """The flag is kept; where it is absent nobody knows. Uploads and sign-ins are known members."""
    result = read(samples / "grok-export")
    assert result.conversations["k-1"].incognito is True
    assert result.conversations["k-2"].incognito is None
    assert dict(result.only.members) == {"profile and sign-ins": 1, "uploads": 1}


def test_grok_beyond_what_fits_in_one_item(read: Read, tmp_path: Path) -> None:
    """All chats stand in one object; it is read one chat at a time however large it is."""
    response = {"_id": "r", "message": "x" * 3000, "sender": "human", "create_time": "2026-01-01T00:00:00Z"}
    chats = [
        {"conversation": {"id": f"k{n}"}, "responses": [{"response": response}], "padding": "y" * 200_000}
        for n in range(400)
    ]
    (tmp_path / "x.json").write_text(json.dumps({"conversations": chats}))
    assert read(tmp_path, limits=Limits(item_bytes=1 << 20)).only.conversations == 400


@pytest.mark.parametrize("odd", [7, {}, {"conversation": {}}, {"responses": None}, {"responses": [7]}])
def test_grok_odd_chats_cost_themselves(odd: Any, read: Read, tmp_path: Path) -> None:
    """Each item is a conversation or named."""
    sure = {"conversation": {"id": "k"}, "responses": []}
    (tmp_path / "x.json").write_text(json.dumps({"conversations": [sure, odd, {**sure}]}))
    row = read(tmp_path).only
    named = [u for u in row.unrecognised if ".responses[" not in u.place]
    assert row.conversations + len(named) == 3


def test_le_chat_reactions_are_feedback(read: Read, samples: Path) -> None:
    """Thumbs and preferences count, ``neutral`` does not; their time is after the message's."""
    chat = read(samples / "le-chat-export").conversations["l-1"]
    assert [mark.kind for mark in chat.feedback] == ["dislike", "preference"]
    assert chat.feedback_visible
    assert chat.feedback[0].at.earliest == datetime(2026, 1, 10, 10, tzinfo=UTC)
    assert [m.author for m in chat.messages] == [Author.HUMAN, Author.MODEL, Author.MODEL]


def test_le_chat_empty_chats_count(read: Read, samples: Path) -> None:
    """A list without a message is an empty conversation, by the id in its name."""
    assert "aaaaaaaa-0000-4000-8000-000000000002" in read(samples / "le-chat-export").conversations


def test_ai_studio_dates_nothing_by_its_header(read: Read, samples: Path, tmp_path: Path) -> None:
    """Older files have no time for a chunk; what was never sent is not counted."""
    result = read(samples / "ai-studio")
    (undated,) = [c for c in result.conversations.values() if len(c.messages) == 2]
    assert {m.at for m in undated.messages} == {ANY_TIME}
    (dated,) = [c for c in result.conversations.values() if len(c.messages) == 4]
    assert dated.messages[0].author is Author.OTHER
    assert dated.messages[0].at == dated.messages[1].at


@needs_collected
def test_published_prompts_are_all_read(read: Read) -> None:
    """As many prompts and chunks as the words for them occur."""
    for path in sorted((COLLECTED / "ai-studio").iterdir()):
        text = "".join(path.read_text("utf-8").split())
        row = read(path).only
        assert row.conversations == text.count('"chunkedPrompt"'), path
        assert (row.human, row.model) == (text.count('"role":"user"'), text.count('"role":"model"')), path
        assert row.unrecognised_count == 0


@pytest.mark.parametrize("parent", [[], {}, 3, True])
def test_a_parent_that_is_no_text(parent: object, read: Read, tmp_path: Path) -> None:
    """It is nobody's answer, and costs no conversation."""
    said = {"inserted_at": "2026-01-01T00:00:00Z", "content": "hi"}
    nodes = {"m": {"id": "m", "parent": parent, "message": said}}
    chat = {"id": "c", "inserted_at": "2026-01-01T00:00:00Z", "mapping": nodes}
    (tmp_path / "x.json").write_text(json.dumps([chat, {**chat, "id": "d"}]))
    assert (read(tmp_path).only.format, read(tmp_path).only.conversations) == ("deepseek", 2)
