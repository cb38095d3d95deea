"""``withhold apply``: it asks before it writes."""

from pathlib import Path

import pytest

from tests.cli.tool import Tool

CODEX = "[feedback]\nenabled = true\n"


@pytest.fixture
def codex(own_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path / "person"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "person"))
    path = tmp_path / "person/.codex/config.toml"
    path.parent.mkdir(parents=True)
    path.write_text(CODEX)
    return path


def test_it_is_shown_asked_written_and_undone(tool: Tool, codex: Path) -> None:
    """Without a terminal nothing is written (exit code 2); with ``--yes`` it is, and undone again."""
    shown = tool("apply", "codex-cli.feedback", "--dry-run")
    assert "-enabled = true" in shown.out
    assert "+enabled = false" in shown.out
    assert tool("apply", "codex-cli.feedback").code == 2
    assert codex.read_text() == CODEX
    done = tool.document("apply", "codex-cli.feedback", "--yes")
    assert done["changes"][0]["verdict_after"] == "good"
    assert codex.read_text() == CODEX.replace("true", "false")
    assert len(tool.document("apply", "--list")["runs"]) == 1
    assert tool.document("apply", "--undo", "last")["files"][0]["problem"] is None
    assert codex.read_text() == CODEX
    assert "undone" in tool("apply", "--list").out
