"""Verdicts on local settings, and settings that do nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from withhold.machine.effective import Effective, Value, fits, known, printable
from withhold.machine.facts import Check, Placebo, SettingFacts, ToolFacts
from withhold.machine.interface import OsLayout, PlaceboRow, RouteRow, SettingRow, SettingVerdict
from withhold.machine.places import resolve, shown

_RANK = (SettingVerdict.BAD, SettingVerdict.UNKNOWN, SettingVerdict.PARTLY, SettingVerdict.GOOD)
_FAVOURABLE = frozenset({SettingVerdict.GOOD, SettingVerdict.PARTLY})


def setting_rows(facts: ToolFacts, effective: Effective, ways: Sequence[RouteRow]) -> tuple[SettingRow, ...]:
    """One row per known setting.

    A setting that the account alone decides is never good from files: it is unknown, or not applicable
    where every possible way is under a contract that rules training out.
    """
    return tuple(_row(facts, setting, effective, ways) for setting in facts.settings)


def _row(
    facts: ToolFacts, setting: SettingFacts, effective: Effective, ways: Sequence[RouteRow]
) -> SettingRow:
    if setting.account:
        return _made(facts, setting, _account_verdict(setting, ways), None)
    verdict, value = _judged(setting, effective)
    if verdict in _FAVOURABLE or value is None:
        if effective.broken:
            broken = shown(effective.broken[0].path, effective.machine)
            return _made(facts, setting, SettingVerdict.UNKNOWN, None, note=f"{broken} cannot be read. ")
        if effective.rejected and verdict in _FAVOURABLE:
            rest = "whether the rest of that file counts is unknown"
            note = f"The program rejects {effective.rejected[0]}; {rest}. "
            return _made(facts, setting, SettingVerdict.UNKNOWN, value, note=note)
        if effective.delivered and verdict in _FAVOURABLE:
            note = "An organisation's server delivers settings that win and were not read. "
            return _made(facts, setting, SettingVerdict.UNKNOWN, value, note=note)
    return _made(facts, setting, verdict, value)


def _account_verdict(setting: SettingFacts, ways: Sequence[RouteRow]) -> SettingVerdict:
    if setting.id.endswith(".training") and ways and all(way.trainable == "no" for way in ways):
        return SettingVerdict.NOT_APPLICABLE
    return setting.absent


def _judged(setting: SettingFacts, effective: Effective) -> tuple[SettingVerdict, Value | None]:
    """The first check that fits decides; else the least private of those that are set; else absence."""
    files = effective.managed if setting.managed_only else None
    seen: list[tuple[Check, Value]] = [
        (check, value) for check in setting.checks for value in effective.values(check, files)
    ]
    if files is None:
        seen = [(check, _contested(check, value, effective)) for check, value in seen]
    found = [(_of_check(check, value), value) for check, value in seen]
    passed = next((v for (check, v) in seen if known(v.value, check) and fits(v.value, check)), None)
    against = next((v for (c, v) in seen if c.overrides and v is not passed), None)
    if against is not None:
        return (SettingVerdict.UNKNOWN if passed else SettingVerdict.BAD), against
    if passed is not None:
        return next(each for each in found if each[1] is passed)
    return min(found, key=lambda each: _RANK.index(each[0])) if found else (setting.absent, None)


def _contested(check: Check, value: Value, effective: Effective) -> Value:
    """A person's own value, unknown where a stronger file holds another: whether that counts is not said."""
    stronger = (*effective.managed, *effective.project)
    other = effective.setting(check.setting, stronger) if check.user_only and check.setting else None
    return value if other is None or other.value is value.value else replace(value, value=[])


def _of_check(check: Check, value: Value) -> SettingVerdict:
    if not known(value.value, check):
        return SettingVerdict.UNKNOWN
    return check.gives if fits(value.value, check) else check.otherwise


def _made(
    facts: ToolFacts, setting: SettingFacts, verdict: SettingVerdict, value: Value | None, *, note: str = ""
) -> SettingRow:
    return SettingRow(
        id=setting.id,
        tool=facts.tool,
        purpose=setting.purpose,
        verdict=verdict,
        effective_value=setting.absent_value if value is None else printable(value.value),
        decided_by=None if value is None else f"{value.where} ({value.name})",
        fix="none" if verdict in {SettingVerdict.GOOD, SettingVerdict.NOT_APPLICABLE} else setting.fix,
        why=note + setting.why,
    )


def placebo_rows(facts: ToolFacts, effective: Effective) -> tuple[PlaceboRow, ...]:
    """Settings that someone made and that do nothing."""
    return tuple(
        PlaceboRow(facts.tool, where, placebo.why)
        for placebo in facts.placebos
        for where in _found(placebo, effective)
    )


def _found(placebo: Placebo, effective: Effective) -> Iterator[str]:
    machine = effective.machine
    if placebo.os not in {None, OsLayout(machine.os)}:
        return
    if placebo.file is not None:
        path = resolve(placebo.file, machine)
        if path.is_file():
            yield shown(path, machine)
        return
    files = (effective.user,) if placebo.where == "user" else None
    for value in effective.values(placebo, files):
        if fits(value.value, placebo):
            yield f"{value.name} ({value.where})"
