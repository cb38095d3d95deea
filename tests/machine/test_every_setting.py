"""Every setting of every tool, in every place, on every system: good is earned, never guessed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.machine.planting import Planted
from withhold.machine.interface import OsLayout, SettingVerdict
from withhold.packs.tools import Place, SettingFacts, ToolPack, load_tools

V = SettingVerdict
PACKS = load_tools()
LOCAL = [
    (pack, setting)
    for pack in PACKS.values()
    if pack.id != "ios"  # nothing on a computer shows it
    for setting in pack.tool.settings
    if setting.authority != "account" and pack.rules.scanner is None
]
IDS = [setting.id for _, setting in LOCAL]
PARTS_OF_A_WHOLE = {
    "codex-cli.memories",  # making and using notes are two switches
    "firefox.generative-ai",  # preferences: three switches
    "firefox.telemetry",
    "jetbrains.code-data",  # consents of two licences
    "langsmith.hide",
}
"""One private place of several is partly private."""
UNDONE_ELSEWHERE = {
    "macos.allowAppleIntelligenceReport",  # neither way is private
    "open-webui.community-sharing",  # after the first start the database wins
    "open-webui.message-rating",
    "windows.AllowTelemetry",  # Home and Pro take 0 for 1
}
"""The facts' notes take the private value back."""


def verdict(planted: Planted, setting: SettingFacts) -> SettingVerdict | None:
    pack = next(p for p in PACKS.values() if setting in p.tool.settings)
    return next((row.verdict for row in planted.scan(pack).settings if row.id == setting.id), None)


def cases(
    tmp_path: Path, pack: ToolPack, setting: SettingFacts, value: Any
) -> Iterator[tuple[Place, Planted]]:
    """The value in each place of each system, each in a copy of its own, with the tool installed."""
    for system in OsLayout:
        for number, place in enumerate(setting.where):
            planted = Planted(tmp_path / f"{system.value}{number}", system)
            install(planted, pack)
            try:
                there = planted.plant(pack, place, value)
            except (TypeError, ValueError):
                continue  # the format has no such value
            if there:
                yield place, planted


def install(planted: Planted, pack: ToolPack) -> None:
    """Signs of the tool that are not its settings."""
    planted.home.mkdir(parents=True, exist_ok=True)
    for name in pack.tool.detect.extension_ids:
        (planted.home / ".vscode/extensions" / f"{name.lower()}-1.0.0").mkdir(parents=True)
    if not pack.tool.detect.extension_ids:
        for name in pack.tool.detect.binaries:
            (planted.home / ".local/bin").mkdir(parents=True, exist_ok=True)
            (planted.home / ".local/bin" / name).touch()


@pytest.mark.parametrize(("pack", "setting"), LOCAL, ids=IDS)
def test_listed_values(pack: ToolPack, setting: SettingFacts, tmp_path: Path) -> None:
    """A value listed as not private is never good or partly, one listed as partly never good."""
    for value in setting.not_private_values:
        for place, planted in cases(tmp_path / f"not-{value}", pack, setting, value):
            found = verdict(planted, setting)
            assert found not in {V.GOOD, V.PARTLY} or polarity_differs(setting, place), (
                place.word,
                value,
                found,
            )
    for value in setting.partly_private_values:
        for place, planted in cases(tmp_path / f"partly-{value}", pack, setting, value):
            assert verdict(planted, setting) is not V.GOOD, (place.word, value)


def polarity_differs(setting: SettingFacts, place: Place) -> bool:
    """Places of one setting whose words mean the opposite of each other."""
    return setting.id in {
        "cline.telemetry",
        "roo-code.telemetry",
        "goose.telemetry",
        "amazon-q.telemetry-cli",
    } and (
        place.word
        in {"telemetrySetting", "GOOSE_TELEMETRY_OFF", "Q_DISABLE_TELEMETRY", "telemetry.telemetryLevel"}
    )


@pytest.mark.parametrize(("pack", "setting"), LOCAL, ids=IDS)
def test_the_private_value(pack: ToolPack, setting: SettingFacts, tmp_path: Path) -> None:
    """In its first place the private value is good, unless the facts say that it has no effect there."""
    value = setting.private_value
    prose = isinstance(value, str) and " " in value
    rule = pack.rules.settings.get(setting.id)
    if value is None or prose or (rule and rule.no_effect) or setting.id in UNDONE_ELSEWHERE:
        return
    for place, planted in cases(tmp_path, pack, setting, value):
        found = verdict(planted, setting)
        if place is setting.where[0] and setting.id not in PARTS_OF_A_WHOLE:
            elsewhere = rule.when.elsewhere if rule and rule.when else None
            uncertain = place.scope in pack.rules.uncertain or elsewhere == "unknown"
            assert found is V.GOOD or uncertain, (place.kind, place.word, planted.os, found)


@pytest.mark.parametrize(("pack", "setting"), LOCAL, ids=IDS)
def test_other_values_and_spoilt_files(pack: ToolPack, setting: SettingFacts, tmp_path: Path) -> None:
    """A value of another type, an unknown word, an object, or a file that is garbage is never good."""
    private = {str(v) for v in (setting.private_value, *setting.also_private)}
    if setting.id in {"open-interpreter.hosted-i", "langsmith.tracing"}:
        return  # good is any value but one
    for odd in ("zebra-7", 7777, {"a": 1}, ["x"], 0.5):
        if str(odd) in private:
            continue
        for place, planted in cases(tmp_path / type(odd).__name__, pack, setting, odd):
            if accepts_any(place, odd) or place.format == "marker-file" or anything_counts(pack, setting):
                continue
            assert verdict(planted, setting) is not V.GOOD, (place.kind, place.word, planted.os, odd)
    for system in OsLayout:
        for number, place in enumerate(setting.where):
            planted = Planted(tmp_path / f"spoilt-{system.value}{number}", system)
            install(planted, pack)
            if planted.spoil(place):
                assert verdict(planted, setting) in {V.UNKNOWN, None, V.BAD}, (place.word, system)


def accepts_any(place: Place, odd: object) -> bool:
    return place.value_semantics in {"presence", "exact-true"} or (
        place.kind == "registry" and not isinstance(odd, str | int)
    )


def anything_counts(pack: ToolPack, setting: SettingFacts) -> bool:
    rule = pack.rules.settings.get(setting.id)
    return rule is not None and any(slot.test in {"presence", "number"} for slot in rule.slots)


@pytest.mark.parametrize(("pack", "setting"), LOCAL, ids=IDS)
def test_absence(pack: ToolPack, setting: SettingFacts, tmp_path: Path) -> None:
    """Nothing set: as ``absent_means`` says, where the system has a place for it at all."""
    expected = {"private": V.GOOD, "not_private": V.BAD}.get(setting.absent_means, V.UNKNOWN)
    for system in OsLayout:
        planted = Planted(tmp_path / system.value, system)
        install(planted, pack)
        found = verdict(planted, setting)
        assert found in {expected, V.UNKNOWN, None}, system
        has_place = any(
            p.kind == "env" or (p.kind in {"file", "sqlite"} and (p.paths or {}).get(system.value))
            for p in setting.where
        )
        if has_place and found is not None and not taken_back(pack, setting):
            assert found is expected, system


def taken_back(pack: ToolPack, setting: SettingFacts) -> bool:
    """Whether the facts' notes say that absence means less than ``absent_means``."""
    rule = pack.rules.settings.get(setting.id)
    return rule is not None and rule.absent is not None


ACCOUNT = [s for p in PACKS.values() for s in p.tool.settings if s.authority == "account"]


@pytest.mark.parametrize("setting", ACCOUNT, ids=[s.id for s in ACCOUNT])
def test_what_the_account_decides(setting: SettingFacts, tmp_path: Path) -> None:
    """Never good from files, whatever lies around."""
    planted = Planted(tmp_path)
    for pack in PACKS.values():
        install_quietly(planted, pack)
    assert verdict(planted, setting) not in {V.GOOD, V.PARTLY}


def install_quietly(planted: Planted, pack: ToolPack) -> None:
    for documented in pack.tool.detect.config_dirs:
        if documented.startswith("~/.") and not documented.endswith((".json", ".yml", "*")):
            planted.path(documented).mkdir(parents=True, exist_ok=True)
