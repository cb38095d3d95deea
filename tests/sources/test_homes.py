"""Home directories: transcripts at known places, and nothing else."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.sources.conftest import Result
from withhold.sources.homes import places_in
from withhold.support.errors import NothingRead

Read = Callable[..., Result]
TOKENS = (
    ".codex/auth.json",
    ".gemini/oauth_creds.json",
    ".local/share/opencode/auth.json",
    ".cursor/mcp.json",
)


@pytest.fixture
def home(samples: Path, tmp_path: Path) -> Path:
    """The home of someone who uses several programs."""
    for name in ("codex", "gemini-cli", "copilot-cli", "cursor", "continue", "grok-cli", "claude-code"):
        shutil.copytree(samples / name, tmp_path, dirs_exist_ok=True)
    shutil.copytree(samples / "opencode/storage", tmp_path / ".local/share/opencode/storage")
    shutil.copytree(samples / "vscode-copilot/Code", tmp_path / ".config/Code")
    shutil.copytree(samples / "cline/Code", tmp_path / "AppData/Roaming/Code")
    for name in TOKENS:
        (tmp_path / name).write_text(json.dumps({"token": "never opened"}))
    (tmp_path / "Documents").mkdir()
    (tmp_path / "Documents" / "conversations.json").write_text("[{}]")
    return tmp_path


def test_every_program_of_a_home_is_found(home: Path, read: Read) -> None:
    """Each with its own counts; what lies elsewhere in the home is left alone."""
    result = read(home)
    found = {row.format: row.conversations for row in result.summaries}
    assert found == {
        "claude-code": 3,
        "cline": 2,
        "codex": 5,
        "continue": 1,
        "copilot-cli": 2,
        "cursor": 2,
        "gemini-cli": 3,
        "grok-cli": 1,
        "opencode": 2,
        "vscode-copilot": 2,
    }
    assert not any(row.unrecognised for row in result.summaries)
    assert any("a home directory" in text for row in result.summaries for text in row.warnings)


@pytest.mark.parametrize("place", [*TOKENS, "Documents/conversations.json"])
def test_tokens_are_no_place(home: Path, place: str) -> None:
    """Nothing outside the known places is on the list."""
    places = places_in(home)
    assert places is not None
    assert not any((home / place).is_relative_to(path) for path in places.paths)


@pytest.mark.parametrize(("folder", "conversations"), [(".codex", 5), (".gemini", 3), (".copilot", 2)])
def test_a_programs_folder_will_do(home: Path, folder: str, conversations: int, read: Read) -> None:
    """As the home itself; tokens in it are not opened."""
    assert read(home / folder).only.conversations == conversations
    assert read(home / folder).only.unrecognised == ()


def test_a_home_inside_a_folder(home: Path, read: Read, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A backup of a home is a home."""
    backup = tmp_path_factory.mktemp("backup")
    shutil.copytree(home, backup / "robin")
    assert {row.format for row in read(backup).summaries} == {row.format for row in read(home).summaries}
    assert not any(row.unrecognised for row in read(backup).summaries)


def test_a_repository_with_aiders_history_is_no_home(tmp_path: Path) -> None:
    """Its other files are looked at as those of any folder."""
    (tmp_path / ".aider.chat.history.md").write_text("x")
    assert places_in(tmp_path) is None


def put(path: Path, body: bytes = b"x" * 100) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)


@pytest.mark.parametrize(
    ("place", "program"),
    [
        (".codeium/windsurf/cascade/a.pb", "Windsurf"),
        ("Library/Application Support/com.openai.chat/conversations-v2-x/a.data", "ChatGPT desktop"),
        ("AppData/Local/nomic.ai/GPT4All/gpt4all-a.chat", "GPT4All"),
        (".ollama/history", "Ollama"),
        (".config/io.datasette.llm/logs.db", "llm"),
    ],
)
def test_conversations_that_nobody_can_read_are_told(
    place: str, program: str, home: Path, read: Read
) -> None:
    """With their number, size and dates: a silent nothing would pass for there being none."""
    put(home / place)
    (told,) = [u for row in read(home).summaries for u in row.unrecognised]
    assert place.startswith(told.place)
    assert program in told.reason
    assert "1 files of 100 bytes" in told.reason


def test_a_home_with_nothing_that_can_be_read(tmp_path: Path, read: Read) -> None:
    """It is a home all the same: its other files are nobody's business."""
    put(tmp_path / ".codeium/windsurf/cascade/a.pb")
    put(tmp_path / "Documents/conversations.json", b"[{}]")
    with pytest.raises(NothingRead, match="Windsurf") as told:
        read(tmp_path)
    assert "Documents" not in told.value.message


def test_paths_of_the_desktop_program_name_the_account(tmp_path: Path, samples: Path, read: Read) -> None:
    """Claude's desktop program keeps transcripts under the account, and documents that name others."""
    session = next((samples / "claude-code/.claude/projects/-src-demo").glob("*.jsonl"))
    base = tmp_path / "Library/Application Support/Claude"
    put(
        base / f"local-agent-mode-sessions/org/acc-1/local_x/.claude/projects/p/{session.name}",
        session.read_bytes(),
    )
    row = read(tmp_path).only
    assert (row.format, row.conversations, row.account_refs) == ("claude-code", 1, ("acc-1",))
    put(tmp_path / f"own/.claude/projects/p/{session.name}", session.read_bytes())
    index = json.dumps({"sessionId": "local_y", "cliSessionId": session.stem}).encode()
    put(tmp_path / "own/AppData/Roaming/Claude/claude-code-sessions/acc-2/org/local_y.json", index)
    row = read(tmp_path / "own").only
    assert (row.conversations, row.account_refs) == (1, ("acc-2",))
    assert row.members == (("index of sessions", 1),)
