"""Checks of a tool's pack: complete, sourced, and with rules that name what is there."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from withhold.packs.problem import START, Problem, Reports, Severity
from withhold.packs.tools.loader import read_tool
from withhold.packs.tools.schema import Rule, SettingFacts, Slot, ToolPack, When
from withhold.support.errors import PackInvalid


def is_tool_pack(path: Path) -> bool:
    """Whether a file is a tool's pack rather than a provider's: it has a part ``tool``."""
    try:
        with path.open(encoding="utf-8") as file:
            return any(line.startswith("tool:") for line in file)
    except (OSError, UnicodeDecodeError):
        return False


def lint_tool(path: Path) -> list[Problem]:
    """All problems of a file. Never raises for content."""
    reports = Reports(str(path))
    try:
        pack = read_tool(path)
    except PackInvalid as problem:
        reports.add(START, "unreadable", problem.message)
        return reports.found
    for code, text in _errors(pack):
        reports.add(START, code, text)
    for code, text in _warnings(pack):
        reports.add(START, code, text, Severity.WARNING)
    return reports.found


def _errors(pack: ToolPack) -> Iterator[tuple[str, str]]:
    ids = Counter(s.id for s in pack.tool.settings)
    yield from (("duplicate-id", f"{name} stands twice") for name, count in ids.items() if count > 1)
    for name in sorted(set(pack.rules.settings) - set(ids)):
        yield "unknown-setting", f"rules name the setting {name}, which is not there"
    for setting in pack.tool.settings:
        for source in setting.sources:
            if source not in pack.sources:
                yield "unknown-source", f"{setting.id} names the source {source}, which is not there"
        yield from _slots(pack, setting)
        yield from _condition(pack, setting)


def _condition(pack: ToolPack, setting: SettingFacts) -> Iterator[tuple[str, str]]:
    """A condition that nobody turned into a rule would be passed over; one must not lead back to itself."""
    when = pack.rules.settings.get(setting.id, Rule()).when
    read_elsewhere = pack.rules.scanner is not None or setting.authority == "account"
    if setting.applies_when and when is None and not read_elsewhere:
        yield "condition", f"{setting.id} applies on a condition, and no rule judges it"
    for name in _named(when):
        rule = pack.rules.settings.get(name, Rule())
        if name not in {s.id for s in pack.tool.settings} or rule.when is not None:
            yield (
                "condition",
                f"the condition of {setting.id} names {name}, not there or with its own",
            )


def _named(when: When | None) -> Iterator[str]:
    if when is None:
        return
    if when.setting is not None:
        yield when.setting
    for each in (*when.any, *when.all):
        yield from _named(each)


def _slots(pack: ToolPack, setting: SettingFacts) -> Iterator[tuple[str, str]]:
    rule = pack.rules.settings.get(setting.id)
    if rule is None:
        return
    words = {place.word for place in (*setting.where, *rule.extra)}
    for name in (name for slot in rule.slots for name in slot.match):
        if name not in words:
            yield "unknown-place", f"rules of {setting.id} name {name}, which no place has"


def _warnings(pack: ToolPack) -> Iterator[tuple[str, str]]:
    for setting in pack.tool.settings:
        if not setting.sources:
            yield "no-source", f"{setting.id} has no source"
        rule = pack.rules.settings.get(setting.id)
        slots: tuple[Slot, ...] = rule.slots if rule else ()
        prose = isinstance(setting.private_value, str) and " " in setting.private_value
        if prose and not slots and setting.authority != "account" and pack.rules.scanner is None:
            yield "prose-value", f"the private value of {setting.id} is prose, and no rule reads it"
