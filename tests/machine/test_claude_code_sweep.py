"""Claude Code: every good posture in every layer, spoilt in every way at hand; good has to be earned."""

import json
import os
import plistlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.machine import mutations
from tests.machine.planting import Planted
from tests.machine.test_every_setting import PACKS, install
from tests.sizes import SIZES
from withhold.machine.interface import OsLayout, Scan, SettingVerdict
from withhold.packs.tools import Place

V = SettingVerdict
PACK = PACKS["claude-code"]
SEED = os.environ.get("WITHHOLD_SEED", "")
POLICY = "SOFTWARE\\Policies\\ClaudeCode"
DOMAIN = "com.anthropic.claudecode"
MANAGED = {
    OsLayout.LINUX: "/etc/claude-code/",
    OsLayout.MACOS: "/Library/Application Support/ClaudeCode/",
    OsLayout.WINDOWS: "C:\\Program Files\\ClaudeCode\\",
}
LAYERS = ("device", "piece", "managed", "registry-user", "local", "project", "user", "shell")
"""Strongest first. Of the first four, the sources of an organisation, the first that is there counts."""
OFFICIAL = LAYERS[:4]
FILES = {
    "local": "<project>/.claude/settings.local.json",
    "project": "<project>/.claude/settings.json",
    "user": "~/.claude/settings.json",
}


@dataclass(frozen=True)
class Good:
    """A setting, a key under which it can stand, its private value there and one that is not private."""

    setting: str
    key: tuple[str, ...]
    private: Any
    public: Any
    presence: bool = False
    user_only: bool = False


def variable(setting: str, name: str, *, presence: bool = False) -> Good:
    return Good(setting, ("env", name), "1", "" if presence else "0", presence)


GOOD = [
    variable("nonessential-traffic", "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", presence=True),
    variable("telemetry", "DISABLE_TELEMETRY", presence=True),
    variable("telemetry", "DO_NOT_TRACK"),
    variable("telemetry", "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", presence=True),
    variable("crash", "DISABLE_ERROR_REPORTING", presence=True),
    variable("feedback-command", "DISABLE_FEEDBACK_COMMAND"),
    variable("feedback-command", "DISABLE_BUG_COMMAND"),
    variable("feedback-survey", "CLAUDE_CODE_DISABLE_FEEDBACK_SURVEY"),
    variable("feedback-survey", "DISABLE_TELEMETRY", presence=True),
    variable("skip-history", "CLAUDE_CODE_SKIP_PROMPT_HISTORY"),
    variable("auto-memory", "CLAUDE_CODE_DISABLE_AUTO_MEMORY"),
    variable("artifact", "CLAUDE_CODE_DISABLE_ARTIFACT"),
    Good("feedback-survey", ("feedbackSurveyRate",), 0, 0.5),
    Good("retention", ("cleanupPeriodDays",), 14, 400),
    Good("auto-memory", ("autoMemoryEnabled",), False, True),
    Good("remote-control", ("disableRemoteControl",), True, False),
    Good("remote-control", ("remoteControlAtStartup",), False, True, user_only=True),
    Good("artifact", ("disableArtifact",), True, False),
    Good("artifact", ("enableArtifact",), False, True, user_only=True),
    Good("webfetch-preflight", ("skipWebFetchPreflight",), True, False),
]
IDS = [f"{good.setting}-{good.key[-1]}" for good in GOOD]
HONOURED = {"fraction that is equal"}
"""One number to a program that reads JSON as JavaScript does."""
ANY_TEXT = {"spaces", "line end", "other case", "quotes"}
"""Where any text but the empty one counts, these still are texts."""


def verdict(found: Scan, setting: str) -> SettingVerdict:
    return next(row.verdict for row in found.settings if row.id == f"claude-code.{setting}")


def computer(root: Path, system: OsLayout = OsLayout.LINUX) -> Planted:
    planted = Planted(root, system)
    install(planted, PACK)
    return planted


def put(planted: Planted, layer: str, content: dict[str, Any]) -> bool:
    """Write settings into a layer; whether this system has it."""
    folder, text = MANAGED[planted.os], json.dumps(content)
    match layer:
        case "device" if planted.os is OsLayout.MACOS:
            planted.write(f"/Library/Managed Preferences/{DOMAIN}.plist", plistlib.dumps(content))
        case "device" | "registry-user" if planted.os is OsLayout.WINDOWS:
            hive = "HKLM" if layer == "device" else "HKCU"
            planted.registry.append((f"{hive}\\{POLICY}", "Settings", text))
        case "piece" | "managed":
            name = "managed-settings.d/50.json" if layer == "piece" else "managed-settings.json"
            planted.write(folder + name, text)
        case "shell" if set(content) == {"env"}:
            planted.environment.update(content["env"])
        case _ if layer in FILES:
            planted.write(FILES[layer], text)
        case _:
            return False
    return True


def layers(good: Good) -> tuple[str, ...]:
    return ("user",) if good.user_only else LAYERS


def cases(root: Path, good: Good) -> Iterator[tuple[OsLayout, str]]:
    """Systems and layers in which the private value alone makes the setting good."""
    for system in OsLayout:
        for layer in layers(good):
            planted = computer(root / f"{system.value}-{layer}", system)
            if put(planted, layer, mutations.nested(good.key, good.private)):
                assert verdict(planted.scan(PACK), good.setting) is V.GOOD, (system, layer)
                yield system, layer


@pytest.mark.parametrize("good", GOOD, ids=IDS)
def test_each_layer_alone_makes_it_good(good: Good, tmp_path: Path) -> None:
    """The private value counts wherever the tool reads it, and takes effect over an empty computer."""
    assert len(list(cases(tmp_path, good))) >= (3 if good.user_only else 12)


def spoilt(good: Good) -> list[tuple[str, bytes]]:
    file = FILES["user"]
    place = Place(kind="file", scope="user", format="json", paths={"linux": file}, key=good.key)
    every = (*mutations.by_content(place, good.private), *mutations.by_bytes(place, good.private))
    kept = HONOURED | (ANY_TEXT if good.presence else set())
    private = json.dumps(mutations.nested(good.key, good.private), indent=2).encode()
    return [(n, m) for n, m in every if n.removeprefix("type: ") not in kept and m != private]


@pytest.mark.parametrize("good", GOOD, ids=IDS)
def test_a_spoilt_file_is_not_good(good: Good, tmp_path: Path) -> None:
    """Another type, place, coding or comment, in the user's, the project's or a managed file."""
    draw, every, found = random.Random(f"{SEED}{good}"), spoilt(good), []
    for layer in ("user",) if good.user_only else ("managed", "piece", "local", "project", "user"):
        for number, (name, data) in enumerate(draw.sample(every, min(len(every), SIZES.sweep.mutants))):
            planted = computer(tmp_path / f"{layer}{number}")
            put(planted, layer, {})
            folder = MANAGED[planted.os]
            path = FILES.get(layer) or folder + (
                "managed-settings.d/50.json" if layer == "piece" else "managed-settings.json"
            )
            planted.write(path, data)
            if verdict(planted.scan(PACK), good.setting) is V.GOOD:
                found.append((layer, name))
    assert not found


@pytest.mark.parametrize("good", [g for g in GOOD if g.key[0] == "env"])
def test_a_spoilt_variable_is_not_good(good: Good, tmp_path: Path) -> None:
    """Texts of a variable in the shell that are nearly the private one."""
    place = Place(kind="env", name=good.key[-1], value_semantics="presence" if good.presence else "boolean")
    for number, (name, text) in enumerate(mutations.of_variable(place, good.private)):
        planted = computer(tmp_path / str(number))
        planted.environment[good.key[-1]] = text
        if not (good.presence and name == "quotes"):
            assert verdict(planted.scan(PACK), good.setting) is not V.GOOD, name


def one_rank(strong: str, weak: str) -> bool:
    return strong in OFFICIAL and weak in OFFICIAL


@pytest.mark.parametrize(
    "good", [g for g in GOOD if not g.user_only], ids=lambda g: f"{g.setting}-{g.key[-1]}"
)
def test_a_stronger_layer_that_says_no(good: Good, tmp_path: Path) -> None:
    """A private value below one that is not private is not good; above one that is not, it is."""
    pairs = [(a, b) for n, a in enumerate(LAYERS) for b in LAYERS[n + 1 :]]
    draw = random.Random(f"{SEED}{good}")
    for number, (strong, weak) in enumerate(draw.sample(pairs, min(len(pairs), SIZES.sweep.mutants))):
        for system in OsLayout:
            for high, low, expected in (
                (good.public, good.private, False),
                (good.private, good.public, True),
            ):
                planted = computer(tmp_path / f"{number}{system.value}{expected}", system)
                both = put(planted, strong, mutations.nested(good.key, high)) and put(
                    planted, weak, mutations.nested(good.key, low)
                )
                if both:
                    seen = verdict(planted.scan(PACK), good.setting)
                    assert (seen is V.GOOD) is expected, (system, strong, weak, seen)


@pytest.mark.parametrize("good", [g for g in GOOD if g.user_only], ids=lambda g: f"{g.setting}-{g.key[-1]}")
def test_what_counts_in_the_persons_own_file_alone(good: Good, tmp_path: Path) -> None:
    """Elsewhere it does nothing, and one that says otherwise above the person's own makes it unknown."""
    for layer in LAYERS[:-2]:
        if layer in {"device", "registry-user"}:
            continue
        planted = computer(tmp_path / f"{layer}-alone")
        put(planted, layer, mutations.nested(good.key, good.private))
        assert verdict(planted.scan(PACK), good.setting) is not V.GOOD, layer
        planted = computer(tmp_path / f"{layer}-against")
        put(planted, layer, mutations.nested(good.key, good.public))
        put(planted, "user", mutations.nested(good.key, good.private))
        assert verdict(planted.scan(PACK), good.setting) is V.UNKNOWN, layer


@pytest.mark.parametrize("strong", OFFICIAL)
def test_sources_of_an_organisation_are_not_merged(strong: str, tmp_path: Path) -> None:
    """The first source that holds anything counts, of weaker ones only variables; pieces and file are one."""
    for system in OsLayout:
        for weak in OFFICIAL[OFFICIAL.index(strong) + 1 :]:
            planted = computer(tmp_path / f"{system.value}{weak}", system)
            setting, env = {"disableArtifact": True}, {"env": {"DISABLE_TELEMETRY": "1"}}
            if not (put(planted, strong, {"model": "x"}) and put(planted, weak, {**setting, **env})):
                continue
            found = planted.scan(PACK)
            one = {strong, weak} == {"piece", "managed"}
            assert (verdict(found, "artifact") is V.GOOD) is one, (system, weak)
            admin = weak != "registry-user"
            assert (verdict(found, "telemetry") is V.GOOD) is admin, (system, weak)


OTEL = (
    "OTEL_LOG_USER_PROMPTS",
    "OTEL_LOG_ASSISTANT_RESPONSES",
    "OTEL_LOG_TOOL_CONTENT",
    "OTEL_LOG_RAW_API_BODIES",
)


@pytest.mark.parametrize("name", OTEL)
@pytest.mark.parametrize("layer", ["managed", "local", "project", "user", "shell"])
def test_content_sent_to_a_collector(name: str, layer: str, tmp_path: Path) -> None:
    """Only the words that switch it off, and absence, are good; anything else may send content."""
    for number, text in enumerate(
        ("1", "true", "TRUE", "yes", " 1 ", "file:/tmp/x", "$X", "2", "0 # off", "off")
    ):
        planted = computer(tmp_path / f"{number}")
        put(planted, layer, {"env": {name: text}})
        assert verdict(planted.scan(PACK), "otel-content") is not V.GOOD, text
    for text in ("", "0", "false"):
        planted = computer(tmp_path / f"off{text}")
        put(planted, layer, {"env": {name: text}})
        assert verdict(planted.scan(PACK), "otel-content") is V.GOOD, text


@pytest.mark.parametrize("key", ["forceLoginOrgUUID"])
@pytest.mark.parametrize("value", [True, 1, 0, [], ["a"], {}, {"a": 1}, "", "  ", "$ORG", None, 0.5])
def test_a_login_that_binds_to_nothing(key: str, value: Any, tmp_path: Path) -> None:
    """Only an id in a managed source binds a login."""
    planted = computer(tmp_path)
    put(planted, "managed", {key: value})
    assert verdict(planted.scan(PACK), "force-login-org") is not V.GOOD


def test_a_login_that_binds_elsewhere_than_in_a_policy(tmp_path: Path) -> None:
    """In a person's or project's file the same id merely pre-selects."""
    for layer in ("local", "project", "user"):
        planted = computer(tmp_path / layer)
        put(planted, layer, {"forceLoginOrgUUID": "0b0e5f0e-1111-4222-8333-444455556666"})
        assert verdict(planted.scan(PACK), "force-login-org") is V.BAD


TEAM = {"oauthAccount": {"organizationType": "claude_team"}}
MAX = {"oauthAccount": {"organizationType": "claude_max"}}
SWITCHES = ("CLAUDE_CODE_USE_BEDROCK", "CLAUDE_CODE_USE_VERTEX", "CLAUDE_CODE_USE_FOUNDRY")
WAYS = [*SWITCHES, "ANTHROPIC_API_KEY", "apiKeyHelper", "team login"]
ROUTE_ODDITIES: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "another host": ({"env": {"ANTHROPIC_BASE_URL": "https://gate.invalid"}}, {}),
    "a token of a gateway": ({"env": {"ANTHROPIC_AUTH_TOKEN": "x"}}, {}),
    "a number in env": ({"env": {"SOME": 1}}, {}),
    "days that are rejected": ({"cleanupPeriodDays": 0}, {}),
    "a list as env": ({"env": []}, {}),
    "a host from the shell": ({}, {"ANTHROPIC_BASE_URL": "https://gate.invalid"}),
    "a host that is no address": ({}, {"ANTHROPIC_BASE_URL": "http://[half"}),
}


def way(planted: Planted, kind: str, value: str = "1") -> None:
    """A way without training, as the shell or the person's own files set it."""
    planted.write("~/.claude.json", json.dumps(TEAM if kind == "team login" else MAX))
    if kind == "apiKeyHelper":
        put(planted, "user", {"apiKeyHelper": "print-key"})
    elif kind != "team login":
        planted.environment[kind] = (
            f"sk-ant-api03-{'a' * 30}" if kind.endswith("KEY") and value == "1" else value
        )
    if kind == "ANTHROPIC_API_KEY":
        approved = {"customApiKeyResponses": {"approved": ["a" * 20]}}
        planted.write("~/.claude.json", json.dumps({**MAX, **approved}))


@pytest.mark.parametrize("kind", WAYS)
def test_a_way_without_training(kind: str, tmp_path: Path) -> None:
    """Each alone decides: the account's own setting does not apply."""
    planted = computer(tmp_path)
    way(planted, kind)
    assert verdict(planted.scan(PACK), "training") is V.NOT_APPLICABLE


@pytest.mark.parametrize("kind", WAYS)
@pytest.mark.parametrize("layer", ["managed", "local", "project", "delivered", "broken"])
def test_a_way_that_may_not_be_taken(kind: str, layer: str, tmp_path: Path) -> None:
    """Another host, a stronger credential, a file that is left out or not read: training stays unknown."""
    odd = {"-": ({}, {})} if layer in {"delivered", "broken"} else ROUTE_ODDITIES
    for name, (content, shell) in odd.items():
        planted = computer(tmp_path / name)
        way(planted, kind)
        planted.environment.update(shell)
        if layer == "delivered":
            planted.write("~/.claude/remote-settings.json", "{}")
        elif layer == "broken":
            put(planted, "local", {})
            planted.write(FILES["local"], "{")
        else:
            put(planted, layer, content)
        overruled = kind in SWITCHES and ("host" in name or "gateway" in name)
        seen = verdict(planted.scan(PACK), "training")
        assert overruled or seen is V.UNKNOWN, name


@pytest.mark.parametrize("kind", SWITCHES)
@pytest.mark.parametrize("value", ["0", "false", "FALSE", "no", " ", "yes", "$USE", "2", "'1'", "1 # mine"])
def test_a_provider_that_is_not_surely_switched_on(kind: str, value: str, tmp_path: Path) -> None:
    """The consumer login behind it is a possible way, and is said."""
    planted = computer(tmp_path)
    way(planted, kind, value)
    found = planted.scan(PACK)
    assert verdict(found, "training") is V.UNKNOWN
    assert [row.kind for row in found.routes] == ["cloud-provider", "consumer-login"]


@pytest.mark.parametrize("account", [MAX, {}, {"oauthAccount": {"organizationType": "claude_teams"}}])
def test_no_file_makes_the_choice_of_an_account_good(account: dict[str, Any], tmp_path: Path) -> None:
    """``/privacy-settings`` writes to the account: neither its cache nor a made-up key is the choice."""
    cache = {"groveConfigCache": {"a": {"grove_enabled": False}}, "grove_enabled": False}
    invented = {"training": False, "helpImproveClaude": False, "allowTraining": False, "grove_enabled": False}
    planted = computer(tmp_path)
    planted.write("~/.claude.json", json.dumps({**account, **cache}))
    for layer in ("managed", "local", "project", "user"):
        put(planted, layer, {**invented, "env": {"DISABLE_TELEMETRY": "1", "DISABLE_TRAINING": "1"}})
    found = planted.scan(PACK)
    for setting in ("training", "dev-partner-program"):
        assert verdict(found, setting) is V.UNKNOWN
