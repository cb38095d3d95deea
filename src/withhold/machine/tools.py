"""All tools of the packs on one computer, by the packs' rules alone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from withhold.machine.conditions import holds, weighed
from withhold.machine.effective import printable
from withhold.machine.finding import Surroundings, found_by, installed
from withhold.machine.interface import (
    Machine,
    PlaceboRow,
    RouteRow,
    SettingRow,
    SettingVerdict,
    ToolRow,
    UnseenRow,
)
from withhold.machine.places import shown
from withhold.machine.reading.documents import Broken
from withhold.machine.reading.registry import registry
from withhold.machine.readings import Reading, Sight, lookup
from withhold.machine.verdicts import ABSENT, Judge, Judged, same
from withhold.machine.ways import routes_of
from withhold.packs.tools import Rule, SettingFacts, ToolPack
from withhold.packs.tools.schema import PlaceboRule

V = SettingVerdict
_DONE = frozenset({V.GOOD, V.NOT_APPLICABLE})


@dataclass(frozen=True, slots=True)
class Found:
    """One tool that is here, with everything that was made out about it."""

    tool: ToolRow
    routes: tuple[RouteRow, ...]
    settings: tuple[SettingRow, ...]
    placebos: tuple[PlaceboRow, ...]
    unseen: tuple[UnseenRow, ...]


def surroundings(machine: Machine, packs: Mapping[str, ToolPack]) -> Surroundings:
    """What is looked up once for all tools."""
    return Surroundings.of(machine, registry(machine), packs)


def look(around: Surroundings, packs: Mapping[str, ToolPack]) -> tuple[Found, ...]:
    """Every tool of ``packs`` that shows a sign. Tools with a scanner of their own are passed over."""
    found = []
    for pack in packs.values():
        if pack.rules.scanner is not None:
            continue
        sight = _sight(pack, around)
        signs = found_by(pack, around, sight)
        if signs:
            found.append(_about(pack, sight, signs))
    return tuple(found)


def signs_of(pack: ToolPack, around: Surroundings) -> tuple[str, ...]:
    """Signs of a tool that has a scanner of its own: its programs, extensions and folders."""
    return tuple(installed(pack, around, _sight(pack, around)))


def _sight(pack: ToolPack, around: Surroundings) -> Sight:
    has_program = any(name in around.programs for name in pack.tool.detect.binaries)
    return Sight(pack, around.machine, around.registry, around.editors_with(pack), has_program)


def _about(pack: ToolPack, sight: Sight, signs: tuple[str, ...]) -> Found:
    ways = routes_of(sight)
    judged = [(s, judge(s, sight, ways)) for s in pack.tool.settings]
    return Found(
        tool=ToolRow(pack.id, signs, None),
        routes=ways,
        settings=tuple(_row(pack, s, j) for s, j in judged),
        placebos=tuple(dict.fromkeys((*_placebos(pack, sight), *_no_effect(pack, sight)))),
        unseen=tuple(_unseen(pack, judged)),
    )


def judge(setting: SettingFacts, sight: Sight, ways: Sequence[RouteRow]) -> Judged:
    """The verdict on one setting. What the account alone decides is never good from files."""
    rule = sight.pack.rules.settings.get(setting.id, Rule())

    def other(name: str) -> Judged:
        return judge(sight.pack.setting(name), sight, ways)

    counts = None if rule.when is None else holds(rule.when, sight, ways, other)
    if setting.authority == "account":
        judged = _of_account(setting, ways)
    else:
        judged = Judge(setting, rule, sight).judged()
    return judged if rule.when is None else weighed(setting, rule.when, counts, judged)


def _of_account(setting: SettingFacts, ways: Sequence[RouteRow]) -> Judged:
    if setting.id.endswith(".training") and ways and all(way.trainable == "no" for way in ways):
        return Judged(V.NOT_APPLICABLE, note="The contract of every possible way rules training out. ")
    verdict = ABSENT[setting.absent_means]
    verdict = V.UNKNOWN if verdict is V.GOOD else verdict
    return Judged(verdict, note="The account decides; no file on a computer holds the choice. ")


def _row(pack: ToolPack, setting: SettingFacts, judged: Judged) -> SettingRow:
    by = judged.by
    cached = setting.authority == "account-with-local-cache" and by is not None
    note = "A copy of what the server last said; the account decides. " if cached else ""
    return SettingRow(
        id=setting.id,
        tool=pack.id,
        purpose=setting.purpose,
        verdict=judged.verdict,
        effective_value=_shown(pack, setting, by),
        decided_by=None if by is None else f"{by.where} ({by.place.word})",
        fix="none" if judged.verdict in _DONE else setting.fix,
        why=f"{judged.note}{note}{setting.title}.",
        applies_when=setting.applies_when,
    )


def _shown(pack: ToolPack, setting: SettingFacts, by: Reading | None) -> str | None:
    unset = by is None or by.state != "set"
    return None if unset or by is None else printable(by.value, _known(pack, setting))


def _known(pack: ToolPack, setting: SettingFacts) -> tuple[object, ...]:
    """Words that the pack itself holds for this setting."""
    listed = (setting.private_value, *setting.also_private, *setting.not_private_values)
    slots = pack.rules.settings.get(setting.id, Rule()).slots
    own = (word for s in slots for word in (*(s.good or ()), *(s.bad or ()), *(s.partly or ())))
    return (*listed, *setting.partly_private_values, setting.default, *own)


def _no_effect(pack: ToolPack, sight: Sight) -> Iterator[PlaceboRow]:
    for setting in pack.tool.settings:
        rule = pack.rules.settings.get(setting.id)
        if rule is None or rule.no_effect is None:
            continue
        for reading in (r for place in setting.where for r in sight.readings(place)):
            if reading.state == "set":
                yield PlaceboRow(pack.id, f"{reading.place.word} ({reading.where})", rule.no_effect)


def _placebos(pack: ToolPack, sight: Sight) -> Iterator[PlaceboRow]:
    for rule in pack.rules.placebos:
        where = _placebo(rule, sight)
        if where is not None:
            yield PlaceboRow(pack.id, where, rule.why)


def _placebo(rule: PlaceboRule, sight: Sight) -> str | None:
    if rule.registry is not None:
        path, _, name = rule.registry.rpartition("\\")
        hive, _, key = path.partition("\\")
        return None if sight.registry.get(hive, key, name) is None else rule.registry
    if rule.env is not None:
        value = sight.machine.environment.get(rule.env)
        fits = value and (rule.values is None or value in rule.values)
        return f"{rule.env} (environment)" if fits else None
    path_found = sight.tree.one(rule.file or "")
    if path_found is None:
        return None
    try:
        state, held = lookup(sight.content(path_found, rule.format), rule.key)
    except Broken:
        return None
    if state == "absent" or (rule.values is not None and not any(same(held, v) for v in rule.values)):
        return None
    return f"{'.'.join(rule.key)} ({shown(path_found, sight.machine)})"


def _unseen(pack: ToolPack, judged: Sequence[tuple[SettingFacts, Judged]]) -> Iterator[UnseenRow]:
    broken: dict[str, Reading] = {j.by.where: j.by for _, j in judged if j.by and j.by.state == "broken"}
    for where, reading in broken.items():
        yield UnseenRow(where, reading.why)
    hidden = [s.title for s, j in judged if s.authority == "account" and j.verdict is not V.NOT_APPLICABLE]
    if hidden:
        why = "it lives in the account; no file holds it"
        yield UnseenRow(f"{pack.tool.name}: {hidden[0]}", why)
