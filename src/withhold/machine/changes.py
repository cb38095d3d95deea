"""What could be written to make settings private, for those that a file decides."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from withhold.machine.apply.plan import Change
from withhold.machine.edit import Format
from withhold.machine.edit.interface import Scalar
from withhold.machine.finding import Surroundings
from withhold.machine.interface import Machine
from withhold.machine.reading.registry import registry
from withhold.machine.readings import Reading, Sight
from withhold.machine.verdicts import ORDER
from withhold.packs.tools import Place, Rule, SettingFacts, ToolPack

FORMATS = {
    "json": Format.JSON,
    "jsonc": Format.JSON,
    "toml": Format.TOML,
    "yaml": Format.YAML,
    "ini": Format.INI,
}
_KEEPS = "do-not-write"


@dataclass(frozen=True, slots=True)
class NoChange:
    """Why a setting is left alone; ``file`` is ``None`` where no file comes into question."""

    setting: str
    reason: str
    file: Path | None = None


def changes(
    machine: Machine, packs: Mapping[str, ToolPack], wanted: frozenset[str], *, managed: bool = False
) -> Iterator[Change | NoChange]:
    """For each setting of ``wanted``: the values to write, or why none is written.

    ``managed`` writes the files that an administrator hands out instead of the person's own. A setting that
    has a price (``offer-only``) is in ``wanted`` only where a person named it or was asked.
    """
    hives = registry(machine)
    around = Surroundings.of(machine, hives, packs)
    for pack in packs.values():
        mine = [s for s in pack.tool.settings if s.id in wanted]
        if mine:
            sight = Sight(pack, machine, hives, around.editors_with(pack))
            for setting in mine:
                yield from _of(setting, sight, managed=managed)


def _of(setting: SettingFacts, sight: Sight, *, managed: bool) -> Iterator[Change | NoChange]:
    pack = sight.pack
    if setting.fix not in {"edit-file", "offer-only"} and not (managed and setting.fix == "admin-only"):
        yield NoChange(setting.id, f"it is not to be set by editing a file ({setting.fix})")
        return
    if not managed and any(trap["id"] == _KEEPS and setting.id in trap["settings"] for trap in pack.traps):
        yield NoChange(setting.id, "the program writes this place back itself; set it in the program")
        return
    found = _writable(setting, pack.rules.settings.get(setting.id, Rule()), "managed" if managed else "user")
    readings = sight.readings(found[0]) if found else ()
    targets = [r for r in readings if r.path is not None]
    if found is None or not targets:
        yield NoChange(setting.id, "no file of this system holds a plain value for it")
        return
    place, value = found
    stronger = None if managed else next(_stronger(setting, sight), None)
    if stronger is not None:
        yield NoChange(setting.id, f"a stronger layer wins: {stronger.where} ({stronger.place.word})")
        return
    for reading in targets:
        if reading.path is not None:
            key = place.key if isinstance(place.key, tuple) else (str(place.key),)
            yield Change(setting.id, reading.path, FORMATS[place.format or "json"], key, value)


def _writable(setting: SettingFacts, rule: Rule, scope: str) -> tuple[Place, Scalar] | None:
    """The first file of a scope (the person's own, the managed one) whose private value is a plain one."""
    for place in setting.where:
        if place.kind != "file" or place.scope != scope or place.format not in FORMATS:
            continue
        value = plain_value(setting, rule, place)
        if value is not None:
            return place, value
    return None


def plain_value(setting: SettingFacts, rule: Rule, place: Place) -> "Scalar | None":
    """The private value of a place where it is a switch, a number or one word; ``None`` for all others.

    A setting's other places count only where the rules list their own value: they may want the opposite.
    """
    slot = next((s for s in rule.slots if place.word in s.match), None)
    listed = slot.good if slot is not None and slot.test == "listed" else None
    first = slot is None and last_word(place) == last_word(setting.where[0])
    value = listed[0] if listed else setting.private_value if first else None
    if isinstance(value, bool | int) or (isinstance(value, str) and value and " " not in value):
        return value
    return None


def last_word(place: Place) -> str:
    """The last part of a place's name: a variable is the same one in a file's ``env`` table."""
    return place.word.replace(".", "/").rpartition("/")[2]


def _stronger(setting: SettingFacts, sight: Sight) -> Iterator[Reading]:
    """What is set, or cannot be read, in a layer above the person's own file."""
    order = sight.pack.rules.order or ORDER
    limit = order.index("user")
    for place in setting.where:
        for reading in sight.readings(place):
            above = reading.scope in order and order.index(reading.scope) < limit
            if above and reading.state != "absent":
                yield reading
