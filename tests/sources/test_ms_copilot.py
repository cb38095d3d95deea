"""Microsoft Copilot's CSV files: runs of rows, order, zones, odd rows."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.sources.conftest import Result
from tests.sources.expected import COLLECTED, counted, needs_collected, wanted
from withhold.model.words import Author
from withhold.sources.interface import Limits

Read = Callable[..., Result]
HEADER = "Conversation,Time,Author,Message\n"


@needs_collected
def test_collected_samples_are_counted_exactly(read: Read) -> None:
    """The counts equal the table; questions stand before their answers; times without a zone are told."""
    result = read(COLLECTED / "own" / "ms-copilot")
    assert counted(result) == wanted("ms-copilot")
    assert any("without a zone" in text for text in result.only.warnings)
    for chat in result.conversations.values():
        assert [m.author for m in chat.messages] == [Author.HUMAN, Author.MODEL]


def test_own_samples_are_counted_exactly(read: Read, samples: Path) -> None:
    """Byte-order mark, CRLF, line ends in fields, three kinds of file."""
    row = read(samples / "ms-copilot-export").only
    assert (row.conversations, row.human, row.model, row.unrecognised_count) == (5, 6, 3, 0)
    assert row.last == datetime(2026, 3, 5, 4, 2, 9, tzinfo=UTC)


def test_a_run_is_turned_and_not_sorted(read: Read, samples: Path) -> None:
    """Newest first in the file, oldest first here, each question before its answer."""
    chats = read(samples / "ms-copilot-export").conversations.values()
    (tea,) = [chat for chat in chats if len(chat.messages) == 4]
    assert [m.author for m in tea.messages] == [Author.HUMAN, Author.MODEL] * 2
    assert tea.messages[0].at < tea.messages[2].at


def test_odd_rows_cost_themselves(read: Read, tmp_path: Path) -> None:
    """A row with too many fields is named with its line and does not part its conversation."""
    rows = "A,2026-01-02T00:00:00,Human,x\nA,1,2,3,4\nA,2026-01-01T00:00:00,robot,x\n"
    (tmp_path / "x.csv").write_text(HEADER + rows)
    row = read(tmp_path).only
    assert (row.conversations, row.human, row.model) == (1, 1, 0)
    assert [u.place for u in row.unrecognised] == ["x.csv:3", "x.csv:4"]


@pytest.mark.parametrize(
    "text", ["13/13/2026 1:02:03 +02:00", "soon", "", "0/1/2026 1:02", "1/1/0001 1:02 +14:00"]
)
def test_a_time_that_is_none_is_unknown(text: str, read: Read, tmp_path: Path) -> None:
    """It never becomes another day."""
    (tmp_path / "x.csv").write_text(f"CreatedAt,MessageContent,Author,ChatName\n{text},hello,user,Hi\n")
    row = read(tmp_path).only
    assert (row.conversations, row.human, row.first) == (1, 1, None)


def test_an_endless_field_is_named(read: Read, tmp_path: Path) -> None:
    """A quote that is never closed costs the rest of the file and is said to."""
    whole = HEADER + "A,2026-01-01T00:00:00,Human,x\n"
    (tmp_path / "x.csv").write_text(whole + 'B,2026-01-01T00:00:00,Human,"' + "y" * 300_000)
    row = read(tmp_path, limits=Limits(item_bytes=100_000)).only
    assert row.conversations == 1
    assert "lost" in row.unrecognised[0].reason


def test_conversation_ids_survive_a_later_export(read: Read, tmp_path: Path) -> None:
    """The id hangs on the oldest row, which a resumed conversation keeps."""
    old = "A,2026-01-01T00:00:00,AI,y\nA,2026-01-01T00:00:00,Human,x\n"
    (tmp_path / "x.csv").write_text(HEADER + old)
    before = set(read(tmp_path).conversations)
    (tmp_path / "x.csv").write_text(HEADER + "A,2026-02-01T00:00:00,Human,z\n" + old)
    assert set(read(tmp_path).conversations) == before
