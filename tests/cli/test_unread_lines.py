"""A transcript that cannot be read whole gives no assurance."""

from pathlib import Path

import pytest

from tests.cli.tool import Tool

BEFORE_THE_TERMS = (
    '{"type": "user", "message": {"role": "user", "content": "hi"}, "sessionId": "s", "uuid": "u",'
    ' "timestamp": "2025-08-20T10:00:00Z"}\n'
)


@pytest.mark.parametrize(
    ("second", "verdict"),
    [
        ("", "not_exposed"),
        ('{"type": "mode", "sessionId": "s"}\n', "not_exposed"),
        ('{"type": "us\n', "unknown"),
        ('{"type": "us', "unknown"),
        ('{"type": "novel", "text": "x", "timestamp": "2025-12-01T00:00:00Z"}\n', "unknown"),
    ],
)
def test_what_may_have_been_sent_later_keeps_the_verdict_open(
    second: str, verdict: str, tool: Tool, tmp_path: Path
) -> None:
    """The session began before the terms of 2025; an unread line may have been sent under them."""
    (tmp_path / "s.jsonl").write_text(BEFORE_THE_TERMS + second)
    tool("account", "add", "anthropic", "home", "--plan", "Pro", "--accepted", "2025-10-01")
    tool("import", tmp_path / "s.jsonl")
    (found,) = tool.document("exposure", "--as-of", "2026-11-30T00:00:00Z")["conversations"]
    assert found["past_exposure"] == verdict


def test_one_message_is_said_as_one(tool: Tool, tmp_path: Path) -> None:
    """One is not counted like many."""
    (tmp_path / "s.jsonl").write_text(BEFORE_THE_TERMS)
    assert "1 message of yours," in tool("import", tmp_path / "s.jsonl").out.replace("\n", " ")
