"""Layers, journals, links, secrets: where a wrong ``good`` or a leak could hide."""

import json
import os
import plistlib
import sqlite3
import subprocess
import sys
from contextlib import closing
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from tests.machine.planting import Planted
from withhold.machine.interface import OsLayout, SettingVerdict
from withhold.machine.reading.registry import UNREADABLE, parse

V = SettingVerdict
TOP = Path(__file__).resolve().parents[2]
CANARY = "canary-9f3b2c7d1e-secret"


def of(planted: Planted, setting: str) -> Any:
    return next(row for row in planted.scan().settings if row.id == setting)


GEMINI = {
    "system": "/etc/gemini-cli/settings.json",
    "project": "<project>/.gemini/settings.json",
    "user": "~/.gemini/settings.json",
    "defaults": "/etc/gemini-cli/system-defaults.json",
}


@pytest.mark.parametrize("present", [p for n in range(1, 5) for p in permutations(GEMINI, n)])
def test_the_strongest_layer_decides(present: tuple[str, ...], tmp_path: Path) -> None:
    """Gemini CLI: system over project over user over system defaults, in whatever order they were written."""
    planted = Planted(tmp_path)
    strongest = min(present, key=list(GEMINI).index)
    for name in present:
        value = name != strongest
        planted.write(GEMINI[name], json.dumps({"privacy": {"usageStatisticsEnabled": value}}))
    assert of(planted, "gemini-cli.usage-statistics").verdict is V.GOOD
    for name in present:
        value = name == strongest
        planted.write(GEMINI[name], json.dumps({"privacy": {"usageStatisticsEnabled": value}}))
    assert of(planted, "gemini-cli.usage-statistics").verdict is V.BAD


def test_a_broken_stronger_layer_hides_a_private_weaker_one(tmp_path: Path) -> None:
    """What a policy that cannot be read says is not known."""
    planted = Planted(tmp_path)
    planted.write(GEMINI["user"], '{"privacy": {"usageStatisticsEnabled": false}}')
    planted.write(GEMINI["system"], "{broken")
    assert of(planted, "gemini-cli.usage-statistics").verdict is V.UNKNOWN


@pytest.mark.parametrize(
    ("config", "verdict"),
    [
        ("[analytics]\nenabled = false\n", V.GOOD),
        ("analytics_enabled = false\n", V.BAD),
        ('profile = "x"\n[analytics]\nenabled = false\n[profiles.x.analytics]\nenabled = true\n', V.BAD),
        ("[analytics]\nenabled = 'false'\n", V.UNKNOWN),
        ("[analytics]\nenabled = false\n[analytics]\nenabled = true\n", V.UNKNOWN),
        ("analytics = false\n", V.UNKNOWN),
    ],
)
def test_codex(config: str, verdict: SettingVerdict, tmp_path: Path) -> None:
    """The table counts, a flat name does nothing, a profile wins, twice is broken."""
    planted = Planted(tmp_path)
    planted.write("~/.codex/config.toml", config)
    assert of(planted, "codex-cli.analytics").verdict is verdict


def test_a_moved_folder_is_the_one_that_counts(tmp_path: Path) -> None:
    """``CODEX_HOME`` moves the whole folder: the default one is not read."""
    planted = Planted(tmp_path, environment={"CODEX_HOME": "/opt/codex"})
    planted.write("~/.codex/config.toml", "[feedback]\nenabled = false\n")
    planted.write("/opt/codex/config.toml", "[feedback]\nenabled = true\n")
    assert of(planted, "codex-cli.feedback").verdict is V.BAD


def test_an_untrusted_project_may_or_may_not_count(tmp_path: Path) -> None:
    """A project's own value that would change the verdict makes it unknown."""
    planted = Planted(tmp_path)
    planted.write("~/.codex/config.toml", "[feedback]\nenabled = false\n")
    planted.write("<project>/.codex/config.toml", "[feedback]\nenabled = true\n")
    assert of(planted, "codex-cli.feedback").verdict is V.UNKNOWN


def test_every_editor_that_has_the_extension_must_be_private(tmp_path: Path) -> None:
    """Private in VS Code and open in Cursor is not private."""
    planted = Planted(tmp_path)
    for folder in (".vscode", ".cursor"):
        (planted.home / folder / "extensions/amazonwebservices.amazon-q-vscode-1.2.3").mkdir(parents=True)
    planted.write("~/.config/Code/User/settings.json", '{"amazonQ.telemetry": false, /* mine */ }')
    assert of(planted, "amazon-q.telemetry-vscode").verdict is V.GOOD
    planted.write("~/.config/Cursor/User/settings.json", "{}")
    assert of(planted, "amazon-q.telemetry-vscode").verdict is V.BAD


def test_what_an_older_release_kept_counts_no_more(tmp_path: Path) -> None:
    """Where the newer file exists the older one is not read, though it alone says private."""
    planted = Planted(tmp_path)
    planted.write("~/.cline/data/globalState.json", '{"telemetrySetting": "disabled"}')
    planted.write("~/.config/warp-terminal/user_preferences.json", '{"TelemetryEnabled": "false"}')
    assert of(planted, "cline.telemetry").verdict is V.GOOD
    assert of(planted, "warp.telemetry").verdict is V.GOOD
    planted.write("~/.cline/data/settings/global-settings.json", "{}")
    planted.write("~/.config/warp-terminal/settings.toml", "")
    assert of(planted, "cline.telemetry").verdict is V.BAD
    assert of(planted, "warp.telemetry").verdict is V.BAD


def test_a_nested_key_is_not_the_literal_one(tmp_path: Path) -> None:
    """In VS Code's settings a dotted name is one key."""
    planted = Planted(tmp_path)
    planted.write("~/.config/Code/User/settings.json", '{"telemetry": {"telemetryLevel": "off"}}')
    assert of(planted, "vscode.telemetry").verdict is V.BAD


@pytest.mark.parametrize("os_", [OsLayout.WINDOWS, OsLayout.MACOS])
def test_names_in_any_case(os_: OsLayout, tmp_path: Path) -> None:
    """Windows and macOS find a folder whatever its letters' case."""
    planted = Planted(tmp_path, os_)
    planted.write("~/.GEMINI/Settings.JSON", '{"privacy": {"usageStatisticsEnabled": false}}')
    assert of(planted, "gemini-cli.usage-statistics").verdict is V.GOOD


def test_policies_in_the_registry_and_in_preferences_win(tmp_path: Path) -> None:
    """A policy that opens what the person closed decides."""
    windows = Planted(tmp_path / "w", OsLayout.WINDOWS)
    windows.write(r"%APPDATA%\Code\User\settings.json", '{"telemetry.telemetryLevel": "off"}')
    assert of(windows, "vscode.telemetry").verdict is V.GOOD
    windows.registry.append((r"HKLM\SOFTWARE\Policies\Microsoft\VSCode", "TelemetryLevel", "all"))
    assert of(windows, "vscode.telemetry").verdict is V.BAD
    mac = Planted(tmp_path / "m", OsLayout.MACOS)
    mac.write("~/Library/Application Support/Code/User/settings.json", '{"telemetry.telemetryLevel": "off"}')
    policy = plistlib.dumps({"TelemetryLevel": "all"}, fmt=plistlib.FMT_BINARY)
    mac.write("/Library/Managed Preferences/com.microsoft.VSCode.plist", policy)
    assert of(mac, "vscode.telemetry").verdict is V.BAD


def test_firefox_needs_its_policies_switched_on_in_preferences(tmp_path: Path) -> None:
    """Without ``EnterprisePoliciesEnabled`` a policy in a macOS domain does nothing."""
    planted = Planted(tmp_path, OsLayout.MACOS)
    place = "/Library/Managed Preferences/org.mozilla.firefox.plist"
    planted.write(place, plistlib.dumps({"DisableTelemetry": True}))
    (planted.root / "Applications/Firefox.app").mkdir(parents=True)
    assert of(planted, "firefox.telemetry").verdict is V.BAD
    planted.write(place, plistlib.dumps({"DisableTelemetry": True, "EnterprisePoliciesEnabled": True}))
    assert of(planted, "firefox.telemetry").verdict is V.GOOD


def test_what_only_the_cloud_console_sets_has_no_effect(tmp_path: Path) -> None:
    """Chrome's GenAiDefaultSettings in a file is a placebo; in its three-valued sisters 1 is private."""
    planted = Planted(tmp_path)
    policies = {"GenAiDefaultSettings": 2, "HelpMeWriteSettings": 1, "GeminiSettings": 0, "AIModeSettings": 1}
    planted.write("/etc/opt/chrome/policies/managed/a.json", json.dumps(policies))
    found = planted.scan()
    verdicts = {row.id: row.verdict for row in found.settings}
    assert verdicts["chrome.GenAiDefaultSettings"] is V.BAD
    assert verdicts["chrome.HelpMeWriteSettings"] is V.GOOD
    assert verdicts["chrome.GeminiSettings"] is V.BAD
    assert verdicts["chrome.AIModeSettings"] is V.GOOD
    assert any("GenAiDefaultSettings" in row.where for row in found.placebos)
    planted.write("/etc/opt/chrome/policies/managed/b.json", '{"HelpMeWriteSettings": 0}')
    assert of(planted, "chrome.HelpMeWriteSettings").verdict is V.UNKNOWN


def cursor(planted: Planted, mode: str, *, wal: bool = False) -> tuple[Path, sqlite3.Connection]:
    path = planted.path("~/.config/Cursor/User/globalStorage/state.vscdb")
    path.parent.mkdir(parents=True, exist_ok=True)
    base = sqlite3.connect(path)
    if wal:
        base.execute("PRAGMA journal_mode=WAL")
        base.execute("PRAGMA wal_autocheckpoint=0")
    base.execute("CREATE TABLE IF NOT EXISTS ItemTable (key PRIMARY KEY, value)")
    row = json.dumps({"privacyMode": mode})
    base.execute(
        "INSERT OR REPLACE INTO ItemTable VALUES ('cursorai/donotchange/newPrivacyMode2', ?)", (row,)
    )
    base.execute("INSERT OR REPLACE INTO ItemTable VALUES ('cursorAuth/accessToken', ?)", (CANARY,))
    base.commit()
    return path, base


def snapshot(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {p.name: (p.read_bytes(), p.stat().st_mtime_ns) for p in folder.iterdir()}


@pytest.mark.parametrize(("mode", "verdict"), [("NO_TRAINING", V.GOOD), ("UNSPECIFIED", V.UNKNOWN)])
def test_a_row_of_a_database(mode: str, verdict: SettingVerdict, tmp_path: Path) -> None:
    """Cursor's cached mode; a value that is not known is not good, and nothing on the disk changes."""
    planted = Planted(tmp_path)
    path, base = cursor(planted, mode)
    base.close()
    before = snapshot(path.parent)
    assert of(planted, "cursor.privacy-mode").verdict is verdict
    assert snapshot(path.parent) == before


def test_the_newest_write_counts_though_it_stands_in_the_log_only(tmp_path: Path) -> None:
    """A database in use: what its write-ahead log says wins, and the log stays as it is."""
    planted = Planted(tmp_path)
    path, base = cursor(planted, "NO_TRAINING", wal=True)
    with closing(base):
        base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        row = json.dumps({"privacyMode": "USAGE_DATA_TRAINING_ALLOWED"})
        base.execute("UPDATE ItemTable SET value = ? WHERE key LIKE '%newPrivacyMode2'", (row,))
        base.commit()
        assert path.with_name("state.vscdb-wal").stat().st_size > 0
        before = snapshot(path.parent)
        assert of(planted, "cursor.privacy-mode").verdict is V.BAD
        assert snapshot(path.parent) == before


def test_a_hot_journal_is_unknown(tmp_path: Path) -> None:
    """A write that was cut off: the database alone may be wrong."""
    planted = Planted(tmp_path)
    path, base = cursor(planted, "NO_TRAINING")
    base.close()
    path.with_name("state.vscdb-journal").write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + bytes(600))
    assert of(planted, "cursor.privacy-mode").verdict is V.UNKNOWN


def test_links_do_not_lead_out_of_a_copy(tmp_path: Path) -> None:
    """An absolute link in a copy means a place in the copy, never one of this one; else unknown."""
    outside = tmp_path / "outside.json"
    outside.write_text('{"privacy": {"usageStatisticsEnabled": false}}')
    planted = Planted(tmp_path / "copy")
    (planted.home / ".gemini").mkdir(parents=True)
    (planted.home / ".gemini/settings.json").symlink_to(outside)
    assert of(planted, "gemini-cli.usage-statistics").verdict is V.UNKNOWN
    planted.write("/opt/dotfiles/g.json", outside.read_text())
    (planted.home / ".gemini/settings.json").unlink()
    (planted.home / ".gemini/settings.json").symlink_to("/opt/dotfiles/g.json")
    assert of(planted, "gemini-cli.usage-statistics").verdict is V.GOOD


def test_exports_of_the_registry() -> None:
    """Text, numbers, deletions and continued lines; other types are there and not understood."""
    lines = (
        "Windows Registry Editor Version 5.00",
        r"[HKEY_LOCAL_MACHINE\Software\A]",
        '"n"=dword:0000000a',
        '"s"="a \\"b\\" \\\\c"',
        '"h"=hex:01,\\',
        "  02",
        '"gone"=-',
        r"[-HKEY_LOCAL_MACHINE\Software\B]",
        '"x"=dword:1',
    )
    text = "\r\n".join(lines)
    key = r"hklm\software\a"
    assert parse(text) == {(key, "n"): 10, (key, "s"): 'a "b" \\c', (key, "h"): UNREADABLE}


def test_no_secret_leaves_the_files(tmp_path: Path) -> None:
    """Keys and tokens of all tools, in files and variables, are in no row."""
    planted = Planted(tmp_path, environment={"GEMINI_API_KEY": CANARY, "OPENAI_API_KEY": CANARY})
    planted.write("~/.codex/auth.json", json.dumps({"auth_mode": CANARY, "OPENAI_API_KEY": CANARY}))
    planted.write("~/.codex/config.toml", f'[analytics]\nenabled = "{CANARY}"\n')
    planted.write("~/.gemini/settings.json", json.dumps({"privacy": {"usageStatisticsEnabled": CANARY}}))
    planted.write("~/.gemini/.env", f"GOOGLE_API_KEY={CANARY}\n")
    planted.write("~/.continue/config.yaml", f"models:\n  - apiKey: {CANARY}\ndata: {CANARY}\n")
    planted.write("~/.config/goose/config.yaml", f"GOOSE_TELEMETRY_ENABLED: {CANARY}\n")
    cursor(planted, CANARY)[1].close()
    found = planted.scan()
    assert len(found.tools) >= 5
    assert CANARY not in repr(found)


@pytest.mark.parametrize(
    ("files", "environment", "expected"),
    [
        ({"~/.codex/auth.json": '{"auth_mode": "apikey"}'}, {}, [("codex-cli", "api-key", "no")]),
        ({"~/.codex/auth.json": '{"auth_mode": "chatgpt"}'}, {}, [("codex-cli", "login", "unknown")]),
        ({"~/.codex/auth.json": '{"auth_mode": "new-kind"}'}, {}, [("codex-cli", "unknown", "unknown")]),
        (
            {"~/.codex/auth.json": '{"auth_mode": "chatgpt"}'},
            {"CODEX_API_KEY": "x"},
            [("codex-cli", "api-key", "no"), ("codex-cli", "login", "unknown")],
        ),
        ({"~/.gemini/settings.json": "{}"}, {"GEMINI_API_KEY": "x"}, [("gemini-cli", "api-key", "unknown")]),
        (
            {"~/.gemini/settings.json": '{"security": {"auth": {"selectedType": "vertex-ai"}}}'},
            {},
            [("gemini-cli", "cloud-provider", "no")],
        ),
        (
            {"~/.gemini/settings.json": '{"security": {"auth": {"selectedType": "gemini-api-key"}}}'},
            {"GOOGLE_GENAI_USE_VERTEXAI": "true"},
            [("gemini-cli", "api-key", "unknown")],
        ),
        (
            {"~/.config/nomic.ai/GPT4All.ini": "[network]\nisActive=true\n"},
            {},
            [("gpt4all", "datalake", "yes")],
        ),
    ],
)
def test_routes(
    files: dict[str, str], environment: dict[str, str], expected: list[tuple[str, ...]], tmp_path: Path
) -> None:
    """Each tool's own precedence; an unpaid key is not told from a paid one; two possible ways are two."""
    planted = Planted(tmp_path, environment=environment)
    for path, text in files.items():
        planted.write(path, text)
    found = planted.scan()
    assert [(r.tool, r.kind, r.trainable) for r in found.routes] == expected
    contract = all(way == "no" for *_, way in expected)
    for row in found.settings:
        if row.id.endswith(".training") and row.id.startswith(("codex-cli", "gemini-cli")):
            assert (row.verdict is V.NOT_APPLICABLE) is contract


SEALED = """
import ctypes, struct, sys
from pathlib import Path
from withhold.cli.main import run
from withhold.machine import scan, tools
import withhold.app.machine.scan, withhold.sources.registry, withhold.report.render, rich.console
AUDIT = {41: "socket", 42: "connect", 59: "execve", 322: "execveat", 53: "socketpair"}
lines = [(0x20, 0, 0, 0)]
for number in AUDIT:
    lines += [(0x15, 0, 1, number), (0x06, 0, 0, 0x80000000)]
lines.append((0x06, 0, 0, 0x7FFF0000))
program = b"".join(struct.pack("HBBI", *line) for line in lines)
held = ctypes.create_string_buffer(program)
class Filter(ctypes.Structure):
    _fields_ = [("count", ctypes.c_ushort), ("filter", ctypes.c_void_p)]
libc = ctypes.CDLL(None, use_errno=True)
assert libc.prctl(38, 1, 0, 0, 0) == 0
seal = Filter(len(lines), ctypes.addressof(held))
assert libc.prctl(22, 2, ctypes.byref(seal), 0, 0) == 0
SPOIL
sys.exit(run(["scan", "--home", sys.argv[1], "--os", "linux", "--json"]))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux") or os.uname().machine != "x86_64", reason="seccomp")
@pytest.mark.parametrize(
    "spoil", ["", "import socket; socket.socket()", "import os; os.execv('/bin/true', ['x'])"]
)
def test_the_kernel_kills_a_scan_that_connects_or_starts_programs(spoil: str, tmp_path: Path) -> None:
    """Under a filter that kills on socket, connect and execve the command ends well; the filter bites."""
    planted = Planted(tmp_path)
    planted.write("~/.codex/config.toml", "[feedback]\nenabled = false\n")
    planted.write("~/.claude/settings.json", "{}")
    cursor(planted, "NO_TRAINING")[1].close()
    environment = {**os.environ, "WITHHOLD_HOME": str(tmp_path / "state")}
    command = [sys.executable, "-c", SEALED.replace("SPOIL", spoil), str(planted.home)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, cwd=TOP, env=environment)
    if spoil:
        assert ran.returncode < 0
    else:
        assert ran.returncode == 0, ran.stderr
        assert "codex-cli.feedback" in ran.stdout
