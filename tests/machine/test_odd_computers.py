"""Computers of odd but real shapes: what is said of them holds, what is not known is said to be unknown."""

import json
import os
import plistlib
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.machine.planting import Planted
from withhold.machine.edit import edited
from withhold.machine.edit.interface import CannotEdit
from withhold.machine.interface import OsLayout, Scan, SettingVerdict

V = SettingVerdict
LINUX, MACOS, WINDOWS = OsLayout
SECRET = "sk-live-Zx81Qw72Er63Ty54Ui45"


def computer(root: Path, files: dict[str, Any], os_: OsLayout = LINUX, **variables: str) -> Planted:
    planted = Planted(root, os_, variables)
    planted.home.mkdir(parents=True)
    for path, held in files.items():
        planted.write(path, held if isinstance(held, str | bytes) else json.dumps(held))
    return planted


def verdicts(found: Scan, *settings: str) -> list[SettingVerdict | None]:
    by_id = {row.id: row.verdict for row in found.settings}
    return [by_id.get(setting) for setting in settings]


def ways(found: Scan, tool: str) -> list[tuple[str, str]]:
    return [(row.kind, row.trainable) for row in found.routes if row.tool == tool]


@pytest.mark.skipif(sys.platform == "win32", reason="pipes")
@pytest.mark.parametrize("kind", ["pipe", "folder", "ring of links"])
@pytest.mark.parametrize(
    ("path", "setting"),
    [
        ("~/.claude/settings.json", "claude-code.otel-content"),
        ("~/.codex/config.toml", "codex-cli.otel-prompt"),
        ("~/.gemini/settings.json", "gemini-cli.telemetry"),
        ("~/.config/zed/settings.json", "zed.metrics"),
        ("~/.config/opencode/opencode.json", "opencode.share"),
    ],
)
def test_something_else_in_the_place_of_a_file(path: str, setting: str, kind: str, tmp_path: Path) -> None:
    """A pipe is not waited for; what it, a folder or links without an end would say is unknown."""
    planted = computer(tmp_path, {path: ""})
    at = planted.path(path)
    at.unlink()
    match kind:
        case "pipe":
            os.mkfifo(at)
        case "folder":
            at.mkdir()
        case _:
            at.symlink_to(at.name)
    assert verdicts(planted.scan(), setting)[0] in {V.UNKNOWN, V.BAD}


def test_numbers_that_only_some_programs_take(tmp_path: Path) -> None:
    """``NaN`` is no JSON: the program that rejects the file follows nothing of it."""
    held = '{"privacy": {"usageStatisticsEnabled": false}, "other": NaN}'
    planted = computer(tmp_path, {"~/.gemini/settings.json": held, "~/.claude/settings.json": held})
    expected = [V.UNKNOWN, V.UNKNOWN]
    assert verdicts(planted.scan(), "gemini-cli.usage-statistics", "claude-code.otel-content") == expected


def test_a_policy_in_a_binary_list_wins_over_the_person(tmp_path: Path) -> None:
    """macOS: managed preferences as a device manager writes them, beside an open file of the person's own."""
    managed = {"disableArtifact": True, "env": {"DISABLE_TELEMETRY": "1"}}
    files = {
        "/Library/Managed Preferences/com.anthropic.claudecode.plist": plistlib.dumps(
            managed, fmt=plistlib.FMT_BINARY
        ),
        "~/.claude/settings.json": {"disableArtifact": False, "env": {"DISABLE_TELEMETRY": ""}},
    }
    found = computer(tmp_path, files, MACOS).scan()
    assert verdicts(found, "claude-code.artifact", "claude-code.telemetry") == [V.GOOD, V.GOOD]


def test_insiders_and_a_profile_beside_the_editor(tmp_path: Path) -> None:
    """Windows, marks and CRLF, comments and commas: every edition that is here has to be private."""
    private = '\ufeff{\r\n\t// mine\r\n\t"telemetry.telemetryLevel": "off",\r\n}\r\n'
    files = {"%APPDATA%\\Code - Insiders\\User\\settings.json": private}
    files["%APPDATA%\\Code\\User\\settings.json"] = private
    planted = computer(tmp_path, files, WINDOWS)
    assert verdicts(planted.scan(), "vscode.telemetry") == [V.GOOD]
    planted.write("%APPDATA%\\Code - Insiders\\User\\settings.json", private.replace("off", "all"))
    assert verdicts(planted.scan(), "vscode.telemetry") == [V.BAD]


def test_a_database_whose_last_word_is_in_its_log(tmp_path: Path) -> None:
    """Cursor left its write-ahead log behind: what stands in it counts, and neither file is touched."""
    planted = computer(tmp_path / "made", {})
    path = planted.home / ".config/Cursor/User/globalStorage/state.vscdb"
    path.parent.mkdir(parents=True)
    with closing(sqlite3.connect(path)) as base:
        base.execute("PRAGMA journal_mode=WAL")
        base.execute("CREATE TABLE ItemTable (key TEXT PRIMARY KEY, value BLOB)")
        for mode in ("NO_TRAINING", "NO_STORAGE_OFF"):
            row = (
                "cursorai/donotchange/newPrivacyMode2",
                json.dumps({"privacyMode": f"PRIVACY_MODE_{mode}"}),
            )
            base.execute("INSERT OR REPLACE INTO ItemTable VALUES (?, ?)", row)
            base.commit()
        held = {p.name: p.read_bytes() for p in path.parent.iterdir()}
        assert verdicts(planted.scan(), "cursor.privacy-mode")[0] is not V.GOOD
        assert {p.name: p.read_bytes() for p in path.parent.iterdir()} == held


def test_folders_that_variables_move(tmp_path: Path) -> None:
    """The moved folders are read, those at the usual places are not, and links are followed."""
    planted = computer(
        tmp_path,
        {
            "~/.codex/config.toml": "[feedback]\nenabled = false\n",
            "~/cdx/config.toml": "[feedback]\nenabled = true\n",
            "~/.claude/settings.json": {"disableArtifact": False},
            "~/cl/settings.json": {"disableArtifact": True},
            "~/dot/goose.yaml": "GOOSE_TELEMETRY_ENABLED: false\n",
        },
    )
    planted.environment = {
        "CODEX_HOME": str(Path("/home/ada/cdx")),
        "CLAUDE_CONFIG_DIR": str(Path("/home/ada/cl")),
        "XDG_CONFIG_HOME": str(Path("/home/ada/cfg")),
    }
    (planted.home / ".config/goose").mkdir(parents=True)
    (planted.home / ".config/goose/config.yaml").symlink_to("../../dot/goose.yaml")
    found = planted.scan()
    assert verdicts(found, "codex-cli.feedback", "claude-code.artifact") == [V.BAD, V.GOOD]
    assert verdicts(found, "goose.telemetry")[0] is not V.GOOD
    assert any("~/.claude" in row.what for row in found.unseen)


def test_login_files_are_not_the_way_when_a_provider_is_chosen(tmp_path: Path) -> None:
    """A token file that ran out lies around; the provider's variable decides, and no token is shown."""
    files = {
        "~/.claude/.credentials.json": {"claudeAiOauth": {"accessToken": SECRET, "expiresAt": 1}},
        "~/.claude.json": {},
        "~/.claude/settings.json": {"env": {"CLAUDE_CODE_USE_BEDROCK": "1"}},
        "~/.codex/auth.json": {"auth_mode": "chatgpt", "tokens": {"access_token": SECRET}},
        "~/.codex/config.toml": 'model_provider = "azure"\n[model_providers.azure]\nbase_url = "https://a"\n',
    }
    found = computer(tmp_path, files).scan()
    assert ways(found, "claude-code") == [("cloud-provider", "no")]
    assert {trainable for _, trainable in ways(found, "codex-cli")} == {"unknown"}
    assert SECRET not in repr(found)


def test_a_repository_that_leads_requests_elsewhere(tmp_path: Path) -> None:
    """Where nobody is signed in, the host that a project's own file names is the way that is said."""
    held = {"env": {"ANTHROPIC_BASE_URL": f"https://u:{SECRET}@gate.invalid"}}
    found = computer(tmp_path, {"<project>/.claude/settings.json": held}).scan()
    assert ways(found, "claude-code") == [("other-host", "unknown")]
    assert "gate.invalid" in repr(found.routes)
    assert SECRET not in repr(found)


@pytest.mark.parametrize(("folder", "name"), [("~/.var/app/com.x/x", "Flatpak"), ("~/snap/code/x", "Snap")])
def test_programs_with_settings_of_their_own_kind_of_installation(
    folder: str, name: str, tmp_path: Path
) -> None:
    """That their settings were not read is said."""
    found = computer(tmp_path, {folder: "", "~/.config/Code/User/settings.json": "{}"}).scan()
    assert any(name in row.what for row in found.unseen)


def test_found_by_its_extension_program_or_policy_alone(tmp_path: Path) -> None:
    """Claude Code without a folder of its own: in an editor, among a copy's programs, by a managed file."""
    for number, path in enumerate(
        (
            "~/.vscode-insiders/extensions/anthropic.claude-code-2.1.0/package.json",
            "/usr/bin/claude",
            "/etc/claude-code/managed-settings.json",
        )
    ):
        found = computer(tmp_path / str(number), {path: "{}"}).scan()
        assert [tool.id for tool in found.tools if tool.id == "claude-code"] == ["claude-code"], path


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("json", f'{{"{SECRET}": 1, "{SECRET}": 2}}'),
        ("yaml", f"{SECRET}: 1\n{SECRET}: 2\n"),
        ("toml", f'"{SECRET}" = 1\n"{SECRET}" = 2\n'),
        ("ini", f"[a]\n{SECRET}=1\n{SECRET}=2\n"),
    ],
)
def test_a_refusal_quotes_nothing_of_the_file(form: str, text: str) -> None:
    """A key that was pasted where a name belongs, and twice at that, is not in the reason."""
    with pytest.raises(CannotEdit) as refused:
        edited(text.encode(), form, ("a", "b"), True)
    assert SECRET not in str(refused.value)
