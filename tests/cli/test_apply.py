"""``withhold apply``: it asks before it writes."""

import json
import os
import sys
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


def answering(answers: str, *arguments: str) -> str:
    """What a command says on a terminal whose person gives these answers, each to one question."""
    import pty

    child, terminal = pty.fork()
    if child == 0:
        command = [sys.executable, "-m", "withhold", *arguments]
        os.execve(sys.executable, command, {**os.environ, "TERM": "dumb"})  # noqa: S606 - our own program
    said, left = "", list(answers)
    while True:
        try:
            more = os.read(terminal, 4096)
        except OSError:  # Linux says so when the other end is closed
            break
        if not more:
            break
        said += more.decode("utf-8", "replace")
        if left and said.rstrip().endswith("[y/N]:"):
            os.write(terminal, f"{left.pop(0)}\n".encode())
            said += "\n"
    os.waitpid(child, 0)
    os.close(terminal)
    return said


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such terminals")
def test_what_has_a_price_is_asked_about_by_itself(codex: Path) -> None:
    """On a terminal a setting with a price is asked about first; refused, it is not written."""
    settings = codex.parents[1] / ".claude/settings.json"
    settings.parent.mkdir()
    settings.write_text("{}")
    said = answering("ny", "apply")
    assert said.index("claude-code.webfetch-preflight") < said.index("Write this?")
    held = json.loads(settings.read_text())
    assert held["env"]["DISABLE_TELEMETRY"] == "1"
    assert "skipWebFetchPreflight" not in held
    answering("yy", "apply")
    assert json.loads(settings.read_text())["skipWebFetchPreflight"] is True


def test_what_has_a_price_is_written_if_named(tool: Tool, codex: Path) -> None:
    """Without a terminal a setting with a price is written when its id is given, and not otherwise."""
    settings = codex.parents[1] / ".claude/settings.json"
    settings.parent.mkdir()
    settings.write_text("{}")
    tool("apply", "--yes")
    assert "skipWebFetchPreflight" not in json.loads(settings.read_text())
    tool("apply", "--yes", "claude-code.webfetch-preflight")
    assert json.loads(settings.read_text())["skipWebFetchPreflight"] is True
