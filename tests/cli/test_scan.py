"""``withhold`` alone and ``withhold scan``."""

import json
import os
from pathlib import Path

import pytest

from tests.cli.tool import CODE, Tool, audited

HANDFUL = 8
"""Lines of a terminal of 80 columns: five of text, and what of them is wrapped."""


@pytest.mark.parametrize("words", [(), ("scan",)])
def test_an_empty_machine(tool: Tool, words: tuple[str, ...]) -> None:
    """On an empty home: a handful of lines, what cannot be seen, and one command that leads on."""
    ran = tool(*words)
    assert ran.code == 0
    lines = [line for line in ran.out.splitlines() if line.strip()]
    assert len(lines) <= HANDFUL, ran.out
    assert ran.out.count("Next: withhold ") == 1


def test_the_document_of_an_empty_machine(tool: Tool) -> None:
    """The document says nothing was found, and names what cannot be seen at all."""
    document = tool.document("scan")
    assert {t["id"] for t in document["tools"]} <= {"chrome", "edge", "firefox"}, "browsers of this computer"
    assert document["transcripts"] == document["routes"] == []
    assert document["unseen"]
    assert document["next"].startswith("withhold ")


def test_the_root_prints_the_same_document(tool: Tool) -> None:
    """``withhold --json`` is ``withhold scan --json``."""
    alone, named = tool.document(), tool.document("scan")
    assert {**alone, "generated_at": 0} == {**named, "generated_at": 0}


def test_sessions_of_claude_code(tool: Tool) -> None:
    """A home with Claude Code's files: its sessions are counted, and no file says whether they train."""
    document = tool.document("scan", "--home", CODE.parent, "--os", "linux")
    assert "claude-code" in {t["id"] for t in document["tools"]}
    (row,) = document["transcripts"]
    assert row["sessions"] == 3
    assert (row["first"], row["last"]) == ("2025-05-01T09:00:00Z", "2025-11-01T10:00:04Z")
    assert all(route["trainable"] != False for route in document["routes"])  # noqa: E712 - "unknown" differs


def test_it_reads_and_nothing_else(own_home: Path) -> None:
    """The scan opens no socket, starts no program and leaves no file behind."""
    done = audited("scan", "--home", CODE.parent, "--os", "linux", "--json")
    assert done.code == 0
    assert done.events == []
    assert list(own_home.iterdir()) == []


def test_variables_come_from_the_file_given(tool: Tool, tmp_path: Path) -> None:
    """For another tree, only variables from ``--env-file`` count, never those of this process."""
    os.environ["ANTHROPIC_API_KEY"] = "sk-ant-not-a-real-key"
    try:
        plain = tool.document("scan", "--home", CODE.parent, "--os", "linux")
    finally:
        del os.environ["ANTHROPIC_API_KEY"]
    (tmp_path / "env").write_text("ANTHROPIC_API_KEY=sk-ant-not-a-real-key\n", encoding="utf-8")
    keyed = tool.document("scan", "--home", CODE.parent, "--os", "linux", "--env-file", tmp_path / "env")
    assert plain["routes"] != keyed["routes"]
    assert "not-a-real-key" not in str(keyed)


def test_the_first_lines_say_what_matters_most(tool: Tool, tmp_path: Path) -> None:
    """One sentence a tool: its way, the training choice, and what is open or does nothing; in 80 columns."""
    home = tmp_path / "person"
    for path, text in {
        ".claude/settings.json": "{}",
        ".claude.json": '{"oauthAccount": {"organizationType": "claude_max"}}',
        ".codex/config.toml": "analytics_enabled = false\n",
        ".codex/auth.json": '{"auth_mode": "apikey"}',
    }.items():
        (home / path).parent.mkdir(parents=True, exist_ok=True)
        (home / path).write_text(text)
    lines = tool("scan", "--home", home, "--root", tmp_path, "--os", "linux").out.splitlines()
    assert max(map(len, lines)) <= 80
    short = " ".join(" ".join(lines[: lines.index("")]).split())
    assert "claude-code, personal login: training choice not visible here; feedback channel open" in short
    assert "codex-cli, API key: training excluded by contract, unless the organisation agreed to it" in short
    assert "1 setting of yours has no effect" in short


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('require = ["claude-code.auto-memory"]', 1),
        ('require = ["claude-code.training"]', 3),
        ('require = ["claude-code.artifact"]', 0),
        ('require = ["claude-code.auto-memroy"]', 2),
        ('require = ["purpose:trainig"]', 2),
        ('requires = ["claude-code.artifact"]', 2),
    ],
)
def test_a_policy_on_a_repository(text: str, code: int, tool: Tool, tmp_path: Path) -> None:
    """As a hook, on a computer without the tool: the repository's own settings count; misspelt rules fail."""
    home, project, policy = tmp_path / "home", tmp_path / "work", tmp_path / "policy.toml"
    home.mkdir()
    (project / ".claude").mkdir(parents=True)
    settings = {"autoMemoryEnabled": True, "disableArtifact": True}
    (project / ".claude/settings.json").write_text(json.dumps(settings))
    policy.write_text(text)
    where = ("--home", home, "--root", tmp_path, "--os", "linux", "--project", project)
    assert tool("scan", *where, "--policy", policy).code == code


@pytest.mark.parametrize("text", ["[feedback]\nenabled = true\n", "[feedback]\nenabled = false\n"])
def test_a_policy_on_a_repository_of_another_tool(text: str, tool: Tool, tmp_path: Path) -> None:
    """A project's file alone shows a tool; whether it counts depends on trust, so it is never fully well."""
    home, project, policy = tmp_path / "home", tmp_path / "work", tmp_path / "policy.toml"
    home.mkdir()
    (project / ".codex").mkdir(parents=True)
    (project / ".codex/config.toml").write_text(text)
    policy.write_text('require = ["codex-cli.feedback"]')
    where = ("--home", home, "--root", tmp_path, "--os", "linux", "--project", project)
    assert tool("scan", *where, "--policy", policy).code in {1, 3}


def test_variables_that_nobody_gave_are_said_to_be_unseen(tool: Tool, tmp_path: Path) -> None:
    """Of another home no variable is known, unless a file of them is given."""
    where = ("scan", "--home", CODE.parent, "--os", "linux")
    given = tmp_path / "variables"
    given.write_text("LANG=C\n")
    assert any("variables" in row["what"] for row in tool.document(*where)["unseen"])
    assert not any("variables" in row["what"] for row in tool.document(*where, "--env-file", given)["unseen"])
