"""Every good posture of every tool, spoilt in every way at hand: good stays only where it is earned."""

import json
import os
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.machine import mutations
from tests.machine.planting import Planted
from tests.machine.test_every_setting import IDS, LOCAL, anything_counts, install, verdict
from tests.sizes import SIZES
from withhold.machine.interface import OsLayout, SettingVerdict
from withhold.machine.verdicts import ORDER
from withhold.packs.tools import Place, SettingFacts, ToolPack

V = SettingVerdict
USERS = re.compile(r"[/\\]User[/\\]settings\.json$")
WARP = ("TelemetryEnabled", "CrashReportingEnabled", "CloudConversationStorageEnabled")
HONOURED = {
    ("Q_DISABLE_TELEMETRY", "quotes"),  # any text counts
    *((word, kind) for word in WARP for kind in ("type: text", "text")),  # its values are JSON in a text
}
"""Spoilt ways that the program follows all the same."""


def good_places(root: Path, pack: ToolPack, setting: SettingFacts) -> Iterator[tuple[Place, OsLayout, Any]]:
    """Where the private value alone makes the setting good, which it is not without."""
    for system in OsLayout:
        for number, place in enumerate(setting.where):
            bare = Planted(root / f"bare-{system.value}{number}", system)
            install(bare, pack)
            planted = Planted(root / f"good-{system.value}{number}", system)
            install(planted, pack)
            try:
                there = planted.plant(pack, place, setting.private_value)
            except (TypeError, ValueError):
                continue
            if there and verdict(planted, setting) is V.GOOD and verdict(bare, setting) is not V.GOOD:
                yield place, system, setting.private_value


def anything_is_private(pack: ToolPack, setting: SettingFacts) -> bool:
    """Settings that any text makes private, and those whose one public value the other tests try."""
    return anything_counts(pack, setting) or setting.id == "langsmith.tracing"


def of_editor(place: Place) -> bool:
    return any(path and USERS.search(path) for path in (place.paths or {}).values())


def mutants(place: Place, value: Any) -> list[tuple[str, Any]]:
    if place.format == "marker-file":
        return []  # that it is there is all that counts
    if place.kind == "registry" and isinstance(value, int):
        return [("text", str(value)), ("text of another kind", "x"), ("other number", 77)]
    if place.kind == "sqlite":
        return [m for m in mutations.other_types(value, place) if m[0] != "switch"]
    if place.kind == "file":
        marks = {"a mark before it"} if of_editor(place) else set()  # editors take one
        every = (*mutations.by_content(place, value), *mutations.by_bytes(place, value))
        return [m for m in every if m[0] not in marks]
    if place.kind == "env":
        return list(mutations.of_variable(place, value))
    return [(name, odd) for name, odd in mutations.other_types(value, place)]


def spoilt(root: Path, pack: ToolPack, place: Place, system: OsLayout, mutant: Any) -> Planted | None:
    planted = Planted(root, system)
    install(planted, pack)
    if isinstance(mutant, bytes):
        planted.write((place.paths or {})[system.value] or "", mutant)
        return planted
    try:
        return planted if planted.plant(pack, place, mutant) else None
    except (TypeError, ValueError):
        return None


@pytest.mark.parametrize(("pack", "setting"), LOCAL, ids=IDS)
def test_a_spoilt_posture_is_not_good(pack: ToolPack, setting: SettingFacts, tmp_path: Path) -> None:
    """Another type, place, coding or comment: the tool would not follow it, so it is not called good."""
    draw = random.Random(f"{os.environ.get('WITHHOLD_SEED', '')}{setting.id}")
    found = []
    if anything_is_private(pack, setting):
        return
    for place, system, value in good_places(tmp_path, pack, setting):
        every = mutants(place, value)
        for number, (name, mutant) in enumerate(draw.sample(every, min(len(every), SIZES.sweep.mutants))):
            root = tmp_path / f"{system.value}-{place.kind}-{place.scope}-{number}-{draw.random()}"
            planted = spoilt(root, pack, place, system, mutant)
            if (
                (place.word, name) not in HONOURED
                and planted is not None
                and verdict(planted, setting) is V.GOOD
            ):
                found.append((system.value, place.kind, place.format, place.word, name))
    assert not found


EITHER = {
    *(("cline.telemetry", word) for word in ("telemetrySetting", "telemetry.telemetryLevel")),
    *(("continue.telemetry", w) for w in ("sharedConfig/allowAnonymousTelemetry", "allowAnonymousTelemetry")),
    *(("continue.telemetry", w) for w in ("continue.telemetryEnabled", "telemetry.telemetryLevel")),
    ("continue.cli-telemetry", "CONTINUE_CLI_ENABLE_TELEMETRY"),  # the other variable wins
    ("roo-code.telemetry", "telemetry.telemetryLevel"),
    ("roo-code.telemetry", "ROO_CODE_DISABLE_TELEMETRY"),
    ("amazon-q.telemetry-cli", "Q_DISABLE_TELEMETRY"),  # any text switches off
    ("goose.telemetry", "GOOSE_TELEMETRY_OFF"),
    *(
        ("warp." + each, word)
        for each, word in zip(("telemetry", "crash", "cloud-conversations"), WARP, strict=True)
    ),
    *(("aider.analytics", word) for word in ("analytics", "analytics-disable", "permanently_disable")),
    *(("aider.analytics", word) for word in ("AIDER_ANALYTICS", "AIDER_ANALYTICS_DISABLE")),
}
"""Settings of which one private place is enough, or where the other is not read: what may say no then."""


def against(setting: SettingFacts, place: Place) -> Any:
    """A value that is not private; ``None`` where none is known."""
    private = setting.private_value
    if setting.not_private_values:
        return setting.not_private_values[0]
    if isinstance(private, bool):
        return not private
    known = isinstance(setting.default, str | int) and type(setting.default) is type(private)
    return setting.default if known and setting.default != private else None


def stronger(pack: ToolPack, first: Place, second: Place) -> bool:
    """Whether ``second`` stands in a layer above the one of ``first``, or beside it."""
    order = pack.rules.order or ORDER
    ranks = [order.index(s) if s in order else len(order) for s in (scope(first), scope(second))]
    return ranks[1] <= ranks[0]


def scope(place: Place) -> str:
    usual = {"env": "env", "registry": "managed", "plist-domain": "managed"}
    return place.scope or usual.get(place.kind, "user")


def planted_both(
    root: Path, system: OsLayout, pack: ToolPack, held: list[tuple[Place, Any]]
) -> Planted | None:
    """Both values in their places; ``None`` where one cannot stand, or one file would hold both."""
    files = [(p.paths or {}).get(system.value) or f"{p.kind} {p.word} {p.hive} {p.domain}" for p, _ in held]
    if len(set(files)) < len(files):
        return None
    planted = Planted(root, system)
    install(planted, pack)
    try:
        return planted if all(planted.plant(pack, place, value) for place, value in held) else None
    except (TypeError, ValueError):
        return None


@pytest.mark.parametrize(("pack", "setting"), LOCAL, ids=IDS)
def test_a_stronger_layer_that_says_no(pack: ToolPack, setting: SettingFacts, tmp_path: Path) -> None:
    """A private value below, or beside, one that is not private is not called good."""
    found, private = [], setting.private_value
    pairs = [(a, b) for a in setting.where for b in setting.where if a is not b and stronger(pack, a, b)]
    draw = random.Random(f"{os.environ.get('WITHHOLD_SEED', '')}{setting.id}")
    for number, (low, high) in enumerate(draw.sample(pairs, min(len(pairs), SIZES.sweep.mutants))):
        value = against(setting, high)
        for system in OsLayout if value is not None else ():
            root = tmp_path / f"{system.value}{number}"
            planted = planted_both(root, system, pack, [(low, private), (high, value)])
            either = planted is None or (setting.id, high.word) in EITHER
            if not either and verdict(planted, setting) is V.GOOD:
                found.append((system.value, low.kind, low.scope, low.word, high.kind, high.scope, high.word))
    assert not found


EDITORS = [(p, s) for p, s in LOCAL if any(of_editor(place) for place in s.where)]


@pytest.mark.parametrize(("pack", "setting"), EDITORS, ids=[s.id for _, s in EDITORS])
@pytest.mark.parametrize("where", ["profile", "folder", "remote", "language", "twice in other case"])
def test_what_wins_over_an_editors_own_file(
    pack: ToolPack, setting: SettingFacts, where: str, tmp_path: Path
) -> None:
    """A profile, a folder, a remote side or a language that says otherwise takes the good verdict back."""
    place = next(p for p in setting.where if of_editor(p))
    value, path = against(setting, place), (place.paths or {})["linux"]
    if value is None or path is None:
        pytest.skip("no value that is not private is known")
    planted, key = Planted(tmp_path), str((place.key or [""])[0])
    install(planted, pack)
    mine, theirs = {key: setting.private_value}, {key: value}
    planted.write(path, json.dumps(mine))
    before = verdict(planted, setting)
    match where:
        case "profile":
            planted.write(path.replace("settings.json", "profiles/x1/settings.json"), json.dumps(theirs))
        case "folder":
            planted.write("<project>/.vscode/settings.json", json.dumps(theirs))
        case "remote":
            planted.write("~/.vscode-server/data/Machine/settings.json", json.dumps(theirs))
        case "language":
            planted.write(path, json.dumps({**mine, "[python]": theirs}))
        case _:
            planted.write(path, json.dumps({**mine, key.upper(): value}))
    rule = pack.rules.settings.get(setting.id)
    everywhere = rule is not None and rule.shared_by_profiles and where in {"profile", "folder", "remote"}
    after = verdict(planted, setting)
    assert after is before if everywhere else after is not V.GOOD
