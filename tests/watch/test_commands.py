"""``watch`` at the command line: documents, exit codes, texts."""

from pathlib import Path

import pytest

from tests.cli.tool import Tool


@pytest.fixture
def tool(capsys: pytest.CaptureFixture[str]) -> Tool:
    return Tool(capsys)


def test_a_drift_by_the_persons_own_word(tool: Tool) -> None:
    """Private, then sharing: told once with exit 1, then due with exit 3."""
    assert tool("account", "add", "lab", "robin").code == 0
    for setting, at in (("private", "2026-05-03T00:00:00Z"), ("sharing", "2026-05-09T00:00:00Z")):
        assert tool("account", "setting", "robin", setting, "--from", at, "--until", at).code == 0
    document = tool.document("watch", "run", code=1)
    (drift,) = document["drifts"]
    assert (drift["not_before"], drift["not_after"]) == ("2026-05-03T00:00:00Z", "2026-05-09T00:00:00Z")
    assert "between 2026-05-03 and 2026-05-09" in drift["text"]
    assert tool.document("watch", "run", code=3)["drifts"] == []
    text = tool("watch", "run")
    assert "needs you" in text.out
    assert "No drift was found in what could be looked at." in text.out


def test_choices_and_status(tool: Tool, tmp_path: Path) -> None:
    """Rhythm, timer, calendar and reminders by their commands; what is wrong is exit 2."""
    assert tool("account", "add", "lab", "robin").code == 0
    tool.document("watch", "rhythm", "--every", "14d")
    assert tool("watch", "rhythm", "--every", "90d").code == 2
    assert tool("watch", "rhythm", "--every", "soon").code == 2
    tool.document("watch", "install")
    status = tool.document("watch", "status")
    assert status["every_hours"] == 14 * 24
    assert {row["state"] for row in status["timer"]} == {"ours"}
    assert status["due"][0]["reason"] == "never_looked"
    tool.document("watch", "uninstall")
    assert tool("watch", "calendar", tmp_path / "due.ics").code == 0
    assert b"Look at the training setting" in (tmp_path / "due.ics").read_bytes()
    assert tool("watch", "done", "nothing").code == 2
    assert tool("watch", "notify").code == 2
    assert tool("watch", "use", "robin").code == 2
