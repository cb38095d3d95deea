"""By which way a tool sends content, by the rules of its pack: the first way whose signs hold is taken.

Of files that hold secrets only the named field is kept, and no value is shown.
"""

from collections.abc import Iterator
from typing import Any

from withhold.machine.interface import RouteRow, Trainable
from withhold.machine.places import shown
from withhold.machine.reading import rows
from withhold.machine.reading.documents import Broken, read
from withhold.machine.readings import Sight, lookup
from withhold.machine.verdicts import same
from withhold.packs.tools.schema import Sign, WayRule


class Unclear(Exception):
    """A file that would tell cannot be understood."""


def routes_of(sight: Sight) -> tuple[RouteRow, ...]:
    """The possible ways, likeliest first. A tool that is no route of its own has none."""
    rules, tool = sight.pack.rules, sight.pack.tool
    if rules.not_a_route:
        return ()
    found = tuple(_possible(sight))
    if found:
        return found
    signals = ("no file says which way is taken", tool.training_in_short)
    return (RouteRow(tool.id, "unknown", "unknown", signals),)


def _possible(sight: Sight) -> Iterator[RouteRow]:
    doubted = False
    for way in sight.pack.rules.ways:
        try:
            seen = _seen(way, sight)
        except Unclear as problem:
            if not doubted:
                yield RouteRow(sight.pack.id, "unknown", "unknown", (str(problem),))
            doubted = True
            continue
        if seen is None:
            continue
        trainable: Trainable = "unknown" if doubted and way.trainable == "no" else way.trainable
        yield RouteRow(sight.pack.id, way.kind, trainable, (*seen, way.why))
        if not way.possible:
            return


def _seen(way: WayRule, sight: Sight) -> tuple[str, ...] | None:
    """What was seen of all signs; ``None`` if one does not hold."""
    seen: list[str] = []
    for sign in way.signs:
        found = _holds(sign, sight)
        if found is None:
            return None
        seen.append(found)
    return tuple(seen)


def _holds(sign: Sign, sight: Sight) -> str | None:
    if sign.env:
        return _variable(sign, sight)
    path = sight.tree.one(sign.file or "")
    if path is None or not path.is_file():
        return None
    where = shown(path, sight.machine)
    if sign.key is None and sign.row is None:
        return f"{where} exists"
    try:
        value = _value(sign, path)
    except Broken as problem:
        raise Unclear(f"{where}: {problem}") from None
    word = ".".join(sign.key) if sign.key else sign.row
    if sign.absent:
        return f"{where} has no {word}" if value is None else None
    if value is None or (sign.values is not None and not any(same(value, v) for v in sign.values)):
        return None
    return f"{word} ({where})"


def _variable(sign: Sign, sight: Sight) -> str | None:
    for name in sign.env:
        try:
            found = sight.variable(name)
        except Broken as problem:
            raise Unclear(str(problem)) from None
        if found is not None and found[0] and (sign.values is None or found[0] in sign.values):
            return f"{name} is set ({found[1]})"
    return None


def _value(sign: Sign, path: Any) -> Any:
    """The one field. The rest of the file is dropped with this call."""
    if sign.row is not None:
        return rows.value(path, "ItemTable", "key", "value", sign.row)
    state, value = lookup(read(path, sign.format), sign.key or ())
    return value if state == "set" and value is not None else None
