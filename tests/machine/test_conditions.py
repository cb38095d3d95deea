"""Settings that count only on a condition, as far as files show whether it holds."""

import json
from pathlib import Path

import pytest

from tests.machine.planting import Planted
from withhold.machine.conditions import holds
from withhold.machine.interface import RouteRow, SettingVerdict
from withhold.machine.readings import Reading
from withhold.machine.verdicts import Judged
from withhold.packs.tools import Place, load_tools
from withhold.packs.tools.lint import lint_tool
from withhold.packs.tools.loader import tools_dir
from withhold.packs.tools.schema import When

V = SettingVerdict
PACKS = load_tools()
CONSENTS = "~/.local/share/JetBrains/{}/localConsents/accepted"
NONCOM, COM = "ai.trace.data.collection.and.use.noncom.policy", "ai.trace.data.collection.and.use.com.policy"
OTEL = {"github.copilot.chat.otel.captureContent": False}


def verdict(planted: Planted, tool: str, setting: str) -> SettingVerdict:
    found = planted.scan(PACKS[tool])
    return next(row.verdict for row in found.settings if row.id == setting)


def gemini(planted: Planted, **telemetry: object) -> SettingVerdict:
    planted.write("~/.gemini/settings.json", json.dumps({"telemetry": telemetry}))
    return verdict(planted, "gemini-cli", "gemini-cli.telemetry-prompts")


@pytest.mark.parametrize(
    ("telemetry", "expected"),
    [
        ({}, V.UNKNOWN),
        ({"logPrompts": True}, V.BAD),
        ({"logPrompts": False}, V.GOOD),
        ({"enabled": False}, V.NOT_APPLICABLE),
        ({"enabled": False, "logPrompts": True}, V.NOT_APPLICABLE),
        ({"enabled": True}, V.BAD),
        ({"enabled": True, "logPrompts": True}, V.BAD),
        ({"enabled": True, "logPrompts": False}, V.GOOD),
        ({"enabled": "yes"}, V.UNKNOWN),
        ({"enabled": "yes", "logPrompts": False}, V.GOOD),
    ],
)
def test_prompts_in_an_export(telemetry: dict[str, object], expected: V, tmp_path: Path) -> None:
    """Text of prompts leaves only with the export: off, nothing leaves; on, its default lets it out."""
    assert gemini(Planted(tmp_path), **telemetry) is expected


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({NONCOM: 0, COM: 0}, V.GOOD),
        ({NONCOM: 0}, V.UNKNOWN),
        ({COM: 0}, V.UNKNOWN),
        ({NONCOM: 0, COM: 1}, V.BAD),
        ({NONCOM: 1, COM: 0}, V.BAD),
        ({}, V.UNKNOWN),
    ],
)
def test_consents_of_two_licences(answers: dict[str, int], expected: V, tmp_path: Path) -> None:
    """Which licence is in use is not visible: a refusal counts where both were refused."""
    planted = Planted(tmp_path)
    text = ";".join(f"{name}:1.1:{value}:1690000000000" for name, value in answers.items())
    planted.write(CONSENTS.format("IntelliJIdea2026.2"), text)
    assert verdict(planted, "jetbrains-ai", "jetbrains.code-data") is expected
    older = "ai.data.collection.and.use.policy:1.1:1:1690000000000"
    planted.write("~/.local/share/JetBrains/consentOptions/accepted", older)
    assert verdict(planted, "jetbrains-ai", "jetbrains.code-data") is V.BAD


@pytest.mark.parametrize("other", ["", f"{NONCOM}:1.1:0:1690000000000", "no record at all"])
def test_each_product_has_consents_of_its_own(other: str, tmp_path: Path) -> None:
    """What was refused in one product is not refused in the one beside it."""
    planted = Planted(tmp_path)
    refused = f"{NONCOM}:1.1:0:1690000000000;{COM}:1.1:0:1690000000000"
    planted.write(CONSENTS.format("IntelliJIdea2026.2"), refused)
    assert verdict(planted, "jetbrains-ai", "jetbrains.code-data") is V.GOOD
    place = CONSENTS.format("PyCharm2026.1")
    planted.write(place if other else "~/.local/share/JetBrains/PyCharm2026.1/a.log", other)
    assert verdict(planted, "jetbrains-ai", "jetbrains.code-data") is V.UNKNOWN
    planted.write(place, refused)
    assert verdict(planted, "jetbrains-ai", "jetbrains.code-data") is V.GOOD


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, V.GOOD),
        ({"COPILOT_OTEL_CAPTURE_CONTENT": "false"}, V.GOOD),
        ({"COPILOT_OTEL_CAPTURE_CONTENT": "true"}, V.BAD),
        ({"OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "1"}, V.BAD),
        ({"COPILOT_OTEL_CAPTURE_CONTENT": "perhaps"}, V.UNKNOWN),
    ],
)
@pytest.mark.parametrize("settings", [{}, OTEL], ids=["unset", "off"])
def test_a_variable_wins_over_the_editors_switch(
    settings: dict[str, bool], environment: dict[str, str], expected: V, tmp_path: Path
) -> None:
    """Content in a chat's traces is switched on by variables too, whatever the editor's file says."""
    planted = Planted(tmp_path, environment=environment)
    (planted.home / ".vscode/extensions/github.copilot-chat-1.0.0").mkdir(parents=True)
    planted.write("~/.config/Code/User/settings.json", json.dumps(settings))
    assert verdict(planted, "github-copilot", "github-copilot.otel-content") is expected


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("{}", V.UNKNOWN),
        ("{success_callback: [langfuse]}", V.BAD),
        ("{callbacks: [langsmith], turn_off_message_logging: false}", V.BAD),
        ("{callbacks: [langsmith], turn_off_message_logging: true}", V.GOOD),
        ("{turn_off_message_logging: true}", V.GOOD),
        ('{callbacks: [langsmith], turn_off_message_logging: "true"}', V.UNKNOWN),
    ],
)
def test_messages_to_integrations(settings: str, expected: V, tmp_path: Path) -> None:
    """With an integration the default sends the text; none in the file is no sign that code adds none."""
    planted = Planted(tmp_path)
    planted.write("<project>/config.yaml", f"litellm_settings: {settings}\n")
    assert verdict(planted, "litellm", "litellm.message-logging") is expected


def test_tracing_that_is_off_hides_everything(tmp_path: Path) -> None:
    """With tracing off nothing is sent that could be hidden; switched on, hiding all three is good."""
    hidden = {f"LANGSMITH_HIDE_{part}": "true" for part in ("INPUTS", "OUTPUTS", "METADATA")}
    planted = Planted(tmp_path, environment={"LANGSMITH_TRACING": "false"})
    assert verdict(planted, "langsmith", "langsmith.hide") is V.NOT_APPLICABLE
    planted.environment = {"LANGSMITH_TRACING": "true", **hidden}
    assert verdict(planted, "langsmith", "langsmith.hide") is V.GOOD
    planted.environment = {"LANGSMITH_TRACING": "true"}
    assert verdict(planted, "langsmith", "langsmith.hide") is V.UNKNOWN


def judged(verdict: SettingVerdict | str) -> Judged:
    place = Place(kind="env", name="SOME")
    return Judged(V(verdict), Reading(place, "env", "set", "environment", "x"))


def ways(*kinds: str) -> tuple[RouteRow, ...]:
    return tuple(RouteRow("some", kind, "unknown", ()) for kind in kinds)


@pytest.mark.parametrize(
    ("seen", "expected"),
    [(("a",), True), (("a", "b"), None), (("b",), False), (("unknown",), None), ((), None)],
)
def test_a_condition_on_the_way(seen: tuple[str, ...], expected: bool | None) -> None:
    """One of two possible ways is not surely taken, and a way that is not known may be the one."""
    sight = None  # ways alone are looked at
    when = When(ways=("a",))
    assert holds(when, sight, ways(*seen), lambda _: judged(V.GOOD)) is expected  # type: ignore[arg-type]


@pytest.mark.parametrize("first", [V.GOOD, V.BAD, V.UNKNOWN])
@pytest.mark.parametrize("second", [V.GOOD, V.BAD, V.UNKNOWN])
def test_conditions_join_as_kleene_had_it(first: V, second: V) -> None:
    """``any`` holds where one does, ``all`` where all do, and what is not told tells nothing."""
    found = {"a": judged(first), "b": judged(second)}
    both = (When(setting="a"), When(setting="b"))
    truth = {V.BAD: True, V.GOOD: False, V.UNKNOWN: None}
    values = [truth[first], truth[second]]
    some = True if True in values else None if None in values else False
    every = False if False in values else None if None in values else True
    assert holds(When(any=both), None, (), found.__getitem__) is some  # type: ignore[arg-type]
    assert holds(When(all=both), None, (), found.__getitem__) is every  # type: ignore[arg-type]


def test_no_condition_is_passed_over(tmp_path: Path) -> None:
    """The linter refuses a pack whose facts state a condition that no rule judges."""
    text = (tools_dir() / "kilo-code.yaml").read_text()
    planted = text.replace("    kilo-code.session-ingest:\n      when: {elsewhere: not-applicable}\n", "")
    assert planted != text
    path = tmp_path / "kilo-code.yaml"
    path.write_text(planted)
    assert [p.code for p in lint_tool(path)] == ["condition"]
    for tool in PACKS:
        assert [p for p in lint_tool(tools_dir() / f"{tool}.yaml") if p.code == "condition"] == []
