"""Computers on which something looks private, or under contract, and is not known to be."""

import json
import plistlib
from pathlib import Path
from typing import Any

import pytest

from tests.machine.planting import Planted
from withhold.machine.interface import Machine, OsLayout, SettingVerdict
from withhold.machine.reading.documents import Broken, understood
from withhold.machine.reading.variables import not_understood, variables

V = SettingVerdict
CLAUDE = "~/.claude/settings.json"
CODEX = "~/.codex/config.toml"
GEMINI = "~/.gemini/settings.json"
VERTEX = json.dumps({"security": {"auth": {"selectedType": "vertex-ai"}}})
GOOGLE = json.dumps({"security": {"auth": {"selectedType": "oauth-personal"}}})


def computer(
    tmp_path: Path,
    files: dict[str, Any],
    environment: dict[str, str] | None = None,
    os_: OsLayout = OsLayout.LINUX,
) -> Planted:
    planted = Planted(tmp_path, os_, dict(environment or {}))
    planted.home.mkdir(parents=True)
    for path, text in files.items():
        planted.write(path, text if isinstance(text, str) else json.dumps(text))
    return planted


@pytest.mark.parametrize(
    ("files", "environment", "setting"),
    [
        ({CLAUDE: {"autoMemoryEnabled": "false"}}, {}, "claude-code.auto-memory"),
        ({CLAUDE: {"disableRemoteControl": "true"}}, {}, "claude-code.remote-control"),
        ({CLAUDE: {"disableArtifact": 1}}, {}, "claude-code.artifact"),
        (
            {CLAUDE: {"autoMemoryEnabled": False}},
            {"CLAUDE_CODE_DISABLE_AUTO_MEMORY": "0"},
            "claude-code.auto-memory",
        ),
        ({CLAUDE: {"cleanupPeriodDays": 0, "disableArtifact": True}}, {}, "claude-code.artifact"),
        (
            {CLAUDE: {"autoMemoryEnabled": "no", "env": {"DISABLE_TELEMETRY": "1"}}},
            {},
            "claude-code.telemetry",
        ),
        (
            {CLAUDE: {}, "<project>/.claude/settings.json": {"enableArtifact": False}},
            {},
            "claude-code.artifact",
        ),
        (
            {CLAUDE: {}, "<project>/.claude/settings.json": {"remoteControlAtStartup": False}},
            {},
            "claude-code.remote-control",
        ),
        ({CLAUDE: {"env": {"OTEL_LOG_RAW_API_BODIES": "file:/tmp/x"}}}, {}, "claude-code.otel-content"),
        ({CLAUDE: {}}, {"DISABLE_TELEMETRY": "$FROM_ELSEWHERE"}, "claude-code.telemetry"),
        (
            {
                "/etc/firefox/policies/policies.json": {
                    "policies": {"GenerativeAI": {"Enabled": False, "Chatbot": True}}
                },
                "~/.mozilla/firefox/a.default/prefs.js": "",
            },
            {},
            "firefox.generative-ai",
        ),
        (
            {"~/.config/zed/settings.json": {"edit_predictions": {"allow_data_collection": "default"}}},
            {},
            "zed.edit-prediction-data",
        ),
        ({"~/.open-webui/x": ""}, {"ENABLE_COMMUNITY_SHARING": "False"}, "open-webui.community-sharing"),
        (
            {
                GEMINI: "{}",
                "<project>/.env": "OTHER=1\n",
                "~/.gemini/.env": "GEMINI_TELEMETRY_LOG_PROMPTS=false\n",
            },
            {},
            "gemini-cli.telemetry-prompts",
        ),
    ],
)
def test_what_looks_private_is_not_good(
    files: dict[str, Any], environment: dict[str, str], setting: str, tmp_path: Path
) -> None:
    """Wrong types, scopes that do not count, values that undo others, files a program rejects, expansions."""
    rows = {row.id: row for row in computer(tmp_path, files, environment).scan().settings}
    assert rows[setting].verdict in {V.UNKNOWN, V.BAD}


KEY = {"ANTHROPIC_API_KEY": "sk-ant-api03-x"}
ADMIN = "/Library/Application Support/GeminiCli/settings.json"


@pytest.mark.parametrize(
    ("tool", "files", "environment", "os_"),
    [
        ("claude-code", {CLAUDE: {"apiKeyHelper": ""}}, {}, "linux"),
        ("claude-code", {CLAUDE: {"apiKeyHelper": False}}, {}, "linux"),
        ("claude-code", {CLAUDE: '{"env": {"ANTHROPIC_BASE_URL": "http://x"},}'}, KEY, "linux"),
        ("claude-code", {"~/.claude.json": '{"oauthAccount": {'}, KEY, "linux"),
        ("claude-code", {CLAUDE: {}, "~/.claude/.credentials.json": "{}"}, KEY, "linux"),
        ("claude-code", {CLAUDE: {"env": {"CLAUDE_CODE_USE_BEDROCK": []}}}, {}, "linux"),
        ("claude-code", {CLAUDE: {}}, {"CLAUDE_CODE_USE_BEDROCK": "${USE_IT}"}, "linux"),
        ("codex-cli", {CODEX: 'model_provider = "ollama"\nmodel = "gpt-oss:120b-cloud"\n'}, {}, "linux"),
        (
            "codex-cli",
            {CODEX: 'model_provider = "ollama"\nprofile = "w"\n[profiles.w]\nmodel_provider = "openai"\n'},
            {},
            "linux",
        ),
        (
            "codex-cli",
            {CODEX: 'model_provider = "ollama"\n[model_providers.ollama]\nbase_url = "https://x"\n'},
            {},
            "linux",
        ),
        ("codex-cli", {CODEX: 'model_provider = "oss"\n'}, {"CODEX_OSS_BASE_URL": "https://x"}, "linux"),
        (
            "codex-cli",
            {
                CODEX: 'model_provider = "ollama"\n',
                "<project>/.codex/config.toml": 'model_provider = "openai"\n',
            },
            {},
            "linux",
        ),
        (
            "codex-cli",
            {"~/.codex/auth.json": {"auth_mode": "apikey"}, "/etc/codex/managed_config.toml": "x = 1\n"},
            {},
            "linux",
        ),
        ("gemini-cli", {GEMINI: VERTEX, "/etc/gemini-cli/settings.json": GOOGLE}, {}, "linux"),
        ("gemini-cli", {GEMINI: VERTEX, ADMIN: GOOGLE}, {}, "macos"),
        ("gemini-cli", {GEMINI: VERTEX, "C:\\ProgramData\\gemini-cli\\settings.json": GOOGLE}, {}, "windows"),
        ("gemini-cli", {GEMINI: VERTEX, "<project>/.gemini/settings.json": GOOGLE}, {}, "linux"),
        ("gemini-cli", {GEMINI: VERTEX}, {"GOOGLE_VERTEX_BASE_URL": "https://x"}, "linux"),
        ("gemini-cli", {GEMINI: VERTEX}, {"GEMINI_CLI_SYSTEM_SETTINGS_PATH": "/opt/x.json"}, "linux"),
        ("gemini-cli", {GEMINI: "{}"}, {"GEMINI_API_KEY": "x"}, "linux"),
        ("ollama", {"~/.ollama/server.json": {"disable_ollama_cloud": True}}, {"OLLAMA_HOST": "h"}, "linux"),
    ],
)
def test_what_looks_like_a_contract_is_not_all(
    tool: str, files: dict[str, Any], environment: dict[str, str], os_: str, tmp_path: Path
) -> None:
    """Where another way can be taken, the ways are not all said to be without training."""
    found = computer(tmp_path, files, environment, OsLayout(os_)).scan()
    assert any(row.trainable == "unknown" for row in found.routes if row.tool == tool)
    assert not any(row.verdict is V.NOT_APPLICABLE for row in found.settings if row.id == f"{tool}.training")


def test_a_model_that_only_this_computer_runs(tmp_path: Path) -> None:
    """A local provider with nothing against it still is a way without training."""
    found = computer(tmp_path, {CODEX: 'model_provider = "ollama"\nmodel = "gpt-oss:20b"\n'}).scan()
    assert [(r.kind, r.trainable) for r in found.routes if r.tool == "codex-cli"] == [("local-model", "no")]


def test_a_link_out_of_a_copy_hides_a_managed_file(tmp_path: Path) -> None:
    """In a copy, links of the tool's own files are followed inside it alone; a lost one is unknown."""
    planted = computer(tmp_path / "copy", {"~/dotfiles/settings.json": {"disableArtifact": True}})
    home = planted.home
    (home / ".claude").mkdir()
    (home / ".claude/settings.json").symlink_to("/home/ada/dotfiles/settings.json")
    assert artifact(planted) is V.GOOD
    outside = tmp_path / "managed.json"
    outside.write_text('{"disableArtifact": false}')
    managed = planted.root / "etc/claude-code/managed-settings.json"
    managed.parent.mkdir(parents=True)
    managed.symlink_to(outside)
    assert artifact(planted) is V.UNKNOWN


def artifact(planted: Planted) -> SettingVerdict:
    return next(row.verdict for row in planted.scan().settings if row.id == "claude-code.artifact")


PREFS = "~/.mozilla/firefox/a.default/"
KIRO = "~/.config/Kiro/User/"
KIRO_KEY = "telemetry.dataSharingAndPromptLogging.contentCollectionForServiceImprovement"
AMAZON_Q = "amazonQ.shareContentWithAWS"
CODE = {
    "~/.config/Code/User/settings.json": {AMAZON_Q: False},
    "~/.vscode/extensions/amazonwebservices.amazon-q-vscode-1.2.3/package.json": "{}",
}
GPT4ALL = "~/.config/nomic.ai/GPT4All.ini"
DESKTOP = "/Library/Managed Preferences/com.anthropic.claudefordesktop.plist"


@pytest.mark.parametrize(
    ("files", "setting", "os_"),
    [
        (
            {
                PREFS + "user.js": '/*\nuser_pref("browser.ai.control.smartWindow", "blocked");\n*/\n',
                PREFS + "prefs.js": "",
            },
            "firefox.smart-window",
            "linux",
        ),
        ({GPT4ALL: "[network]\na=1\n  isActive=true\n"}, "gpt4all.datalake", "linux"),
        (
            {KIRO + "settings.json": {KIRO_KEY: False}, KIRO + "profiles/a/settings.json": {KIRO_KEY: True}},
            "kiro.content-collection-ide",
            "linux",
        ),
        (
            {KIRO + "settings.json": {KIRO_KEY: False}, KIRO + "profiles/a/settings.json": {}},
            "kiro.content-collection-ide",
            "linux",
        ),
        (
            {**CODE, "<project>/.vscode/settings.json": {AMAZON_Q: True}},
            "amazon-q.content-sharing-vscode",
            "linux",
        ),
        (
            {**CODE, "~/.vscode-server/data/Machine/settings.json": {AMAZON_Q: True}},
            "amazon-q.content-sharing-vscode",
            "linux",
        ),
        (
            {
                DESKTOP: plistlib.dumps({"disableNonessentialTelemetry": True}).decode(),
                "~/Library/Application Support/Claude/x": "",
            },
            "claude-desktop.nonessential-telemetry",
            "macos",
        ),
        (
            {
                "/etc/opt/chrome/policies/managed/a.json": {"GeminiSettings": True},
                "~/.config/google-chrome/x": "",
            },
            "chrome.GeminiSettings",
            "linux",
        ),
        (
            {"~/.continue/config.json": {"allowAnonymousTelemetry": "false"}},
            "continue.telemetry",
            "linux",
        ),
    ],
)
def test_what_counts_elsewhere_or_not_at_all(
    files: dict[str, Any], setting: str, os_: str, tmp_path: Path
) -> None:
    """Comments, lines set in, other profiles, settings of folders and far sides, ways without an effect."""
    rows = {row.id: row for row in computer(tmp_path, files, os_=OsLayout(os_)).scan().settings}
    assert rows[setting].verdict in {V.UNKNOWN, V.BAD}


def test_text_in_another_encoding_or_case_is_not_good(tmp_path: Path) -> None:
    """UTF-16 is no encoding of settings, and a key that stands twice in other letters is not one value."""
    wide = computer(tmp_path / "wide", {})
    wide.write(CLAUDE, json.dumps({"disableArtifact": True}).encode("utf-16"))
    assert artifact(wide) is V.UNKNOWN
    twice = {"disable_ollama_cloud": True, "Disable_Ollama_Cloud": False}
    found = computer(tmp_path / "twice", {"~/.ollama/server.json": twice}).scan().settings
    assert next(row.verdict for row in found if row.id == "ollama.cloud") is V.UNKNOWN


def test_an_editor_without_anything_beside_it(tmp_path: Path) -> None:
    """The user's own setting counts where no folder, remote side or profile says otherwise."""
    rows = {row.id: row for row in computer(tmp_path, dict(CODE)).scan().settings}
    assert rows["amazon-q.content-sharing-vscode"].verdict is V.GOOD


def test_preferences_between_comments() -> None:
    """Preferences beside, before and after comments are seen; one that is cut off is not understood."""
    text = b"""# top
/* a */ user_pref("a", true); user_pref('b', 'it\\'s "so"'); // c
pref("n", -3, locked);
"""
    assert understood(text, "mozilla-prefs") == {"a": True, "b": 'it\'s "so"', "n": -3}
    with pytest.raises(Broken):
        understood(b'user_pref("a", true);\n/* never closed\nuser_pref("a", false);', "mozilla-prefs")


def test_variables_of_windows_have_names_in_any_case(tmp_path: Path) -> None:
    """On Windows a name in small letters is the variable that programs ask for in capitals; elsewhere not."""
    for os_, seen in ((OsLayout.WINDOWS, "1"), (OsLayout.LINUX, None)):
        machine = Machine(tmp_path, tmp_path, os_, {"Do_Not_Track": "1"})
        assert machine.environment.get("DO_NOT_TRACK") == seen


def test_variables_in_the_words_of_other_shells() -> None:
    """PowerShell, cmd, fish and csh; what is none of these is counted."""
    text = """$env:A = "1"
set "B=two words"
set -gx C 3
setenv D 4
# a comment
export E
{ odd
"""
    assert variables(text) == {"A": "1", "B": "two words", "C": "3", "D": "4"}
    assert not_understood(text) == 1


def test_parts_of_several_users(tmp_path: Path) -> None:
    """An export that holds several users' parts does not say which is this person's."""
    key = r"SOFTWARE\Policies\Microsoft\Windows\WindowsAI"
    lines = [
        "Windows Registry Editor Version 5.00",
        rf"[HKEY_USERS\S-1-5-21-1-1-1-1001\{key}]",
        '"DisableAIDataAnalysis"=dword:00000001',
        r"[HKEY_USERS\S-1-5-21-1-1-1-1002\SOFTWARE\Else]",
    ]
    for count, verdict in ((3, V.GOOD), (4, V.UNKNOWN)):
        planted = computer(tmp_path / str(count), {}, os_=OsLayout.WINDOWS)
        (planted.root / "x.reg").write_bytes("\r\n".join(lines[:count]).encode("utf-16"))
        rows = {row.id: row for row in planted.scan().settings}
        assert rows["windows.DisableAIDataAnalysis"].verdict is verdict


def test_lines_of_variables() -> None:
    """Quotes, exports, comments behind values, earlier variables; what is not known stays as written."""
    text = """\ufeff# a comment
export A="one"  # why
B='two # three'
declare -x C="say \\"hi\\""
D=$A-${B}
E=$NOWHERE
F=
  G=plain # more
not a line
"""
    assert variables(text) == {
        "A": "one",
        "B": "two # three",
        "C": 'say "hi"',
        "D": "one-two # three",
        "E": "$NOWHERE",
        "F": "",
        "G": "plain",
    }
