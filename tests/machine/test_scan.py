"""A look at a computer: what is said, what is not, and that nothing is touched."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from withhold.machine.interface import Machine, OsLayout, Scan, Session, SettingVerdict
from withhold.machine.scan import scan
from withhold.model.conversation import Conversation, Unrecognised
from withhold.model.when import When
from withhold.sources.registry import read_paths
from withhold.sources.resume import resumed_at
from withhold.support.errors import NothingRead

TOP = Path(__file__).resolve().parents[2]
SAMPLE = TOP / "tests" / "samples" / "claude-code"
SINCE = When.start_of(date(2025, 9, 28))
KEY = "sk-not-a-real-key-0123456789"
ACCOUNT_TOKEN = "sk-ant-oat01-not-a-real-token"


class Reader:
    """The readers of transcripts, as the app passes them in."""

    def sessions(self, config_dir: Path, _form: str) -> Iterator[Session | Unrecognised]:
        try:
            for reading in read_paths([config_dir]):
                for item in reading:
                    if isinstance(item, Conversation):
                        yield Session(item, resumed_at(item))
                    elif isinstance(item, Unrecognised):
                        yield item
        except NothingRead:
            return


class Home:
    """A made-up computer."""

    def __init__(self, root: Path, os: OsLayout = OsLayout.LINUX) -> None:
        self.root = root
        self.os = os
        self.home = root / "home" / "robin"
        self.home.mkdir(parents=True)
        self.environment: dict[str, str] = {}

    def write(self, path: str, value: Any) -> Path:
        """Write JSON under the home directory (``~/``) or the root (``/``)."""
        found = self.home / path[2:] if path.startswith("~/") else self.root / path.lstrip("/")
        found.parent.mkdir(parents=True, exist_ok=True)
        found.write_text(value if isinstance(value, str) else json.dumps(value))
        return found

    def login(self, kind: str | None) -> None:
        self.write("~/.claude/settings.json", {})
        self.write("~/.claude.json", {"oauthAccount": {"organizationType": kind}, "primaryApiKey": KEY})

    def scan(self, *, since: When | None = None, read: bool = False) -> Scan:
        machine = Machine(self.home, self.root, self.os, self.environment)
        return scan(machine, Reader() if read else None, {} if since is None else {"anthropic": since})


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def ways(found: Scan) -> list[tuple[str, str]]:
    return [(way.kind, way.trainable) for way in found.routes]


def verdict(found: Scan, setting: str) -> SettingVerdict:
    return next(row.verdict for row in found.settings if row.id == f"claude-code.{setting}")


def test_an_empty_machine_says_what_it_cannot_see(home: Home) -> None:
    """No tool, no way, no verdict; what stays unseen is said all the same."""
    found = home.scan(read=True)
    assert (found.tools, found.routes, found.settings, found.transcripts) == ((), (), (), ())
    assert any("training setting of the account" in row.what for row in found.unseen)


@pytest.mark.parametrize(
    ("kind", "way"),
    [
        ("claude_max", ("consumer-login", "unknown")),
        ("claude_pro", ("consumer-login", "unknown")),
        ("claude_team", ("work-login", "no")),
        ("claude_enterprise", ("work-login", "no")),
        (None, ("login", "unknown")),
        ("claude_novel", ("login", "unknown")),
    ],
)
def test_a_login_by_the_type_of_its_organisation(kind: str | None, way: tuple[str, str], home: Home) -> None:
    """A consumer's choice is in no file; only a commercial plan rules training out."""
    home.login(kind)
    found = home.scan()
    assert ways(found) == [way]
    excluded = way[1] == "no"
    assert verdict(found, "training") is (
        SettingVerdict.NOT_APPLICABLE if excluded else SettingVerdict.UNKNOWN
    )
    assert any("training setting of the account" in row.what for row in found.unseen) is not excluded


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"CLAUDE_CODE_USE_BEDROCK": "1"}, [("cloud-provider", "no")]),
        ({"CLAUDE_CODE_USE_VERTEX": "1", "ANTHROPIC_API_KEY": KEY}, [("cloud-provider", "no")]),
        ({"CLAUDE_CODE_USE_BEDROCK": ""}, [("consumer-login", "unknown")]),
        ({"CLAUDE_CODE_USE_BEDROCK": "0"}, [("cloud-provider", "unknown"), ("consumer-login", "unknown")]),
        (
            {"CLAUDE_CODE_USE_BEDROCK": "1", "ANTHROPIC_BEDROCK_BASE_URL": f"https://u:{KEY}@gate.invalid"},
            [("cloud-provider", "unknown")],
        ),
        (
            {"CLAUDE_CODE_USE_VERTEX": "1", "ANTHROPIC_VERTEX_BASE_URL": "https://gate.invalid"},
            [("cloud-provider", "unknown")],
        ),
        ({"ANTHROPIC_API_KEY": ACCOUNT_TOKEN}, [("api-key", "unknown"), ("consumer-login", "unknown")]),
        ({"ANTHROPIC_AUTH_TOKEN": KEY}, [("bearer-token", "unknown")]),
        ({"ANTHROPIC_API_KEY": KEY}, [("api-key", "no"), ("consumer-login", "unknown")]),
        ({"CLAUDE_CODE_OAUTH_TOKEN": KEY}, [("oauth-token", "unknown")]),
        ({"ANTHROPIC_PROFILE": "work"}, [("profile", "unknown")]),
        ({"ANTHROPIC_BASE_URL": f"http://u:{KEY}@localhost:1/"}, [("other-host", "unknown")]),
        ({"ANTHROPIC_BASE_URL": "https://api.anthropic.com"}, [("consumer-login", "unknown")]),
        (
            {"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": "https://gateway.invalid"},
            [("other-host", "unknown"), ("other-host", "unknown")],
        ),
    ],
)
def test_the_tools_own_precedence_decides(
    variables: dict[str, str], expected: list[tuple[str, str]], home: Home
) -> None:
    """Beside a consumer login: the first signal is the way, and where two are possible both are given."""
    home.login("claude_pro")
    home.environment = variables
    found = home.scan()
    assert ways(found) == expected
    assert KEY not in repr(found)
    assert ACCOUNT_TOKEN not in repr(found)
    excluded = all(way == "no" for _, way in expected)
    assert (verdict(found, "training") is SettingVerdict.NOT_APPLICABLE) is excluded


def test_a_variable_that_is_no_text(home: Home) -> None:
    """A list in a settings file's ``env`` may be taken or left out: the login behind it is possible too."""
    home.login(None)
    home.write("~/.claude/settings.json", {"env": {"ANTHROPIC_AUTH_TOKEN": ["x"]}})
    assert ways(home.scan()) == [("bearer-token", "unknown"), ("login", "unknown")]


def test_an_approved_key_is_the_only_way(home: Home) -> None:
    """The account file keeps the ends of keys that the person approved."""
    home.login("claude_pro")
    home.environment = {"ANTHROPIC_API_KEY": KEY}
    account = {"oauthAccount": {}, "customApiKeyResponses": {"approved": [KEY[-20:]]}}
    home.write("~/.claude.json", account)
    assert ways(home.scan()) == [("api-key", "no")]


def test_a_key_helper_in_a_settings_file(home: Home) -> None:
    """The command is neither run nor printed."""
    home.login(None)
    home.write("~/.claude/settings.json", {"apiKeyHelper": f"echo {KEY}"})
    found = home.scan()
    assert ways(found) == [("api-key-helper", "no")]
    assert KEY not in repr(found)


def test_a_file_wins_over_the_shell_and_the_managed_file_over_all(home: Home) -> None:
    """An empty variable in a settings file cancels an export; a managed value cannot be overridden."""
    home.login("claude_pro")
    home.environment = {"CLAUDE_CODE_USE_BEDROCK": "1"}
    home.write("~/.claude/settings.json", {"env": {"CLAUDE_CODE_USE_BEDROCK": ""}})
    assert ways(home.scan()) == [("consumer-login", "unknown")]
    home.write("/etc/claude-code/managed-settings.json", {"env": {"CLAUDE_CODE_USE_BEDROCK": "1"}})
    found = home.scan()
    assert ways(found) == [("cloud-provider", "no")]
    assert "/etc/claude-code/managed-settings.json" in found.routes[0].signals[0]


@pytest.mark.parametrize(
    ("os", "managed"),
    [
        (OsLayout.LINUX, "/etc/claude-code/managed-settings.json"),
        (OsLayout.LINUX, "/etc/claude-code/managed-settings.d/50-org.json"),
        (OsLayout.MACOS, "/Library/Application Support/ClaudeCode/managed-settings.json"),
        (OsLayout.WINDOWS, "/Program Files/ClaudeCode/managed-settings.json"),
    ],
)
def test_managed_files_of_every_system(os: OsLayout, managed: str, tmp_path: Path) -> None:
    """A copy of another system's files is read by that system's layout."""
    home = Home(tmp_path, os)
    home.login("claude_pro")
    home.write(managed, {"forceLoginOrgUUID": "org", "cleanupPeriodDays": 7})
    found = home.scan()
    assert verdict(found, "force-login-org") is SettingVerdict.GOOD
    assert verdict(found, "retention") is SettingVerdict.GOOD
    assert found.placebos == ()


@pytest.mark.parametrize(
    ("settings", "variables", "setting", "expected"),
    [
        ({}, {}, "telemetry", SettingVerdict.BAD),
        ({"env": {"DISABLE_TELEMETRY": "0"}}, {}, "telemetry", SettingVerdict.GOOD),
        ({}, {"DISABLE_TELEMETRY": "false"}, "telemetry", SettingVerdict.GOOD),
        ({}, {"DO_NOT_TRACK": "0"}, "telemetry", SettingVerdict.BAD),
        ({}, {"DO_NOT_TRACK": "1"}, "telemetry", SettingVerdict.GOOD),
        ({}, {"DISABLE_TELEMETRY": "1"}, "crash", SettingVerdict.BAD),
        ({}, {"DISABLE_FEEDBACK_COMMAND": "0"}, "feedback-command", SettingVerdict.BAD),
        ({}, {"DISABLE_BUG_COMMAND": "1"}, "feedback-command", SettingVerdict.GOOD),
        ({"feedbackSurveyRate": 0}, {}, "feedback-survey", SettingVerdict.GOOD),
        ({"feedbackSurveyRate": 0.5}, {}, "feedback-survey", SettingVerdict.BAD),
        ({"cleanupPeriodDays": 30}, {}, "retention", SettingVerdict.GOOD),
        ({"cleanupPeriodDays": 365}, {}, "retention", SettingVerdict.BAD),
        ({"cleanupPeriodDays": 0}, {}, "retention", SettingVerdict.BAD),
        ({"cleanupPeriodDays": "x"}, {}, "retention", SettingVerdict.BAD),
        ({}, {}, "retention", SettingVerdict.UNKNOWN),
        ({"autoMemoryEnabled": False}, {}, "auto-memory", SettingVerdict.GOOD),
        ({"forceLoginOrgUUID": "org"}, {}, "force-login-org", SettingVerdict.BAD),
        ({}, {}, "otel-content", SettingVerdict.GOOD),
        ({}, {"OTEL_LOG_USER_PROMPTS": "1"}, "otel-content", SettingVerdict.BAD),
        ({}, {"CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "0"}, "crash", SettingVerdict.GOOD),
        ({}, {"CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1"}, "training", SettingVerdict.UNKNOWN),
    ],
)
def test_settings_as_they_take_effect(
    settings: dict[str, Any], variables: dict[str, str], setting: str, expected: SettingVerdict, home: Home
) -> None:
    """Presence, switches and numbers are read as the tool reads them; telemetry never settles training."""
    home.login("claude_pro")
    home.write("~/.claude/settings.json", settings)
    home.environment = variables
    assert verdict(home.scan(), setting) is expected


def test_a_broken_settings_file_is_unknown(home: Home) -> None:
    """What a file sets that cannot be read is not known, and the file is named."""
    home.login("claude_pro")
    home.write("~/.claude/settings.json", "{not json")
    found = home.scan()
    assert verdict(found, "telemetry") is SettingVerdict.UNKNOWN
    assert verdict(found, "otel-content") is SettingVerdict.UNKNOWN
    assert any(row.what == "~/.claude/settings.json" for row in found.unseen)


def test_settings_that_do_nothing(home: Home) -> None:
    """Each is named with its place and the reason."""
    home.login("claude_pro")
    settings = {
        "forceLoginOrgUUID": "o",
        "cleanupPeriodDays": 0,
        "env": {"CLAUDE_CODE_ENABLE_TELEMETRY": "0"},
    }
    home.write("~/.claude/settings.json", settings)
    assert [row.where for row in home.scan().placebos] == [
        "forceLoginOrgUUID (~/.claude/settings.json)",
        "cleanupPeriodDays (~/.claude/settings.json)",
        "CLAUDE_CODE_ENABLE_TELEMETRY (~/.claude/settings.json)",
    ]


def test_the_sample_home_with_its_sessions(home: Home) -> None:
    """Sessions are counted, and those with the person's messages on both sides of a date."""
    for path in SAMPLE.rglob("*"):
        if path.is_file():
            home.write(f"~/{path.relative_to(SAMPLE).as_posix()}", path.read_text())
    found = home.scan(since=SINCE, read=True)
    (row,) = found.transcripts
    assert row.first is not None
    assert row.last is not None
    assert (row.sessions, row.resumed, row.resumed_after_pause) == (3, 1, 1)
    assert (row.first.date(), row.last.date()) == (date(2025, 5, 1), date(2025, 11, 1))
    assert ways(found) == [("consumer-login", "unknown")]
    assert home.scan(read=True).transcripts[0].resumed is None


def test_a_moved_profile_and_the_default_one(home: Home) -> None:
    """Two profiles are two possible ways; the settings of the active one count."""
    home.login("claude_pro")
    home.environment = {"CLAUDE_CONFIG_DIR": "/opt/profile"}
    home.write("/opt/profile/.claude.json", {"oauthAccount": {"organizationType": "claude_team"}})
    home.write("/opt/profile/settings.json", {"env": {"DISABLE_TELEMETRY": "1"}})
    found = home.scan()
    assert ways(found) == [("work-login", "no"), ("consumer-login", "unknown")]
    assert verdict(found, "telemetry") is SettingVerdict.GOOD
    assert verdict(found, "training") is SettingVerdict.UNKNOWN
    assert any("~/.claude" in row.what for row in found.unseen)


def test_what_found_the_tool(home: Home) -> None:
    """Folders, files and programs, looked at and never started; the version from the installer's link."""
    home.login(None)
    program = home.write("~/.local/share/claude/versions/2.1.240", "#!/bin/sh\ntouch started\n")
    (home.home / ".local/bin").mkdir()
    (home.home / ".local/bin/claude").symlink_to(program)
    home.write("/usr/bin/claude", "#!/bin/sh\n")
    home.environment = {"PATH": "/usr/bin:/nowhere"}
    (tool,) = home.scan().tools
    assert tool.version == "2.1.240"
    assert tool.found_by == ("~/.claude", "~/.claude.json", "~/.local/bin/claude", "/usr/bin/claude")


def test_no_secret_is_kept(home: Home) -> None:
    """Neither keys in the account file nor the file of tokens leave a trace."""
    home.login("claude_pro")
    home.write("~/.claude/.credentials.json", {"claudeAiOauth": {"accessToken": KEY}})
    home.environment = {"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_AUTH_TOKEN": ""}
    assert KEY not in json.dumps(asdict(home.scan(read=True)), default=str)


GUARDED = """
import sys
from pathlib import Path
from tests.machine.test_scan import Reader, SINCE
from withhold.machine.interface import Machine, OsLayout
from withhold.machine.scan import scan

def guard(event, args):
    started = {"subprocess.Popen", "os.system", "os.exec", "os.fork", "os.posix_spawn"}
    if event in started or "socket" in event:
        raise SystemExit(f"not allowed: {event}")
    if event == "open":
        path, mode, flags = args
        if "credentials" in str(path) or (flags and flags & 3):
            raise SystemExit(f"not allowed: opening {path} ({flags})")

home = Path(sys.argv[1])
environment = {"ANTHROPIC_API_KEY": "x", "PATH": "/usr/bin:/bin"}
sys.addaudithook(guard)
found = scan(Machine(home, home, OsLayout.LINUX, environment), Reader(), {"anthropic": SINCE})
assert found.transcripts[0].sessions == 3, found
"""


def fingerprints(folder: Path) -> dict[str, tuple[str, float]]:
    return {
        str(path): (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime)
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_it_reads_only(home: Home) -> None:
    """No socket, no program, no file opened for writing, no token file opened, nothing changed."""
    for path in SAMPLE.rglob("*"):
        if path.is_file():
            home.write(f"~/{path.relative_to(SAMPLE).as_posix()}", path.read_text())
    home.write("~/.claude/.credentials.json", {"claudeAiOauth": {"accessToken": KEY}})
    before = fingerprints(home.root)
    command = [sys.executable, "-B", "-c", GUARDED, home.home]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, cwd=TOP)
    assert ran.returncode == 0, ran.stderr
    assert fingerprints(home.root) == before


def test_the_guard_above_catches(home: Home) -> None:
    """The check itself can fail."""
    spoiled = GUARDED.replace("found = scan", "import socket; socket.socket(); found = scan")
    command = [sys.executable, "-B", "-c", spoiled, home.home]
    ran = subprocess.run(command, capture_output=True, check=False, cwd=TOP)
    assert ran.returncode != 0
    assert b"not allowed: socket" in ran.stderr
