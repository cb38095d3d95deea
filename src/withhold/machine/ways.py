"""By which way a tool sends content, by the rules of its pack: the first way whose signs hold is taken.

Of files that hold secrets only the named field is kept, and no value is shown.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from withhold.machine.effective import unexpanded
from withhold.machine.interface import RouteRow, Trainable
from withhold.machine.places import shown
from withhold.machine.reading import rows
from withhold.machine.reading.documents import Broken, read
from withhold.machine.reading.tree import file_at
from withhold.machine.readings import LOST, Sight, lookup
from withhold.machine.verdicts import doubts, same
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
        doubt = next(_doubts(sight), None) if way.trainable == "no" else None
        clear = way.trainable != "no" or not (doubted or doubt)
        trainable: Trainable = way.trainable if clear else "unknown"
        yield RouteRow(sight.pack.id, way.kind, trainable, (*seen, way.why, *([doubt] if doubt else [])))
        if not way.possible:
            return


def _doubts(sight: Sight) -> Iterator[str]:
    """Why the files that were read may not be those that decide."""
    yield from (text.strip() for text in doubts(sight, None))


def _seen(way: WayRule, sight: Sight) -> tuple[str, ...] | None:
    """What was seen of all signs; ``None`` if one does not hold."""
    seen: list[str] = []
    for sign in way.signs:
        found = sign_seen(sign, sight)
        if found is None:
            return None
        seen.append(found)
    return tuple(seen)


def sign_seen(sign: Sign, sight: Sight) -> str | None:
    """What was seen of a sign; ``None`` if it does not hold. Raises :class:`Unclear`."""
    if sign.env:
        return _variable(sign, sight)
    for documented in sign.layers or (sign.file or "",):
        found = _in_file(sign, documented, sight)
        if found is not None:
            return found or None
    return None


def _in_file(sign: Sign, documented: str, sight: Sight) -> str | None:
    """What was seen in one file; empty where it speaks against the sign, ``None`` where it says nothing."""
    path = sight.tree.one(documented)
    if path is None and sight.tree.lost(documented):
        raise Unclear(f"{documented}: {LOST}")
    if path is None:
        return None
    where = shown(path, sight.machine)
    if sign.key is None and sign.row is None:
        return f"{where} exists" if file_at(path) else None
    try:
        value = _value(sign, path, sight)
    except Broken as problem:
        raise Unclear(f"{where}: {problem}") from None
    word = ".".join(sign.key) if sign.key else sign.row
    if sign.absent:
        return f"{where} has no {word}" if value is None else ""
    if value is None:
        return None
    return f"{word} ({where})" if _fits(sign, value) else ""


def _fits(sign: Sign, value: Any) -> bool:
    if sign.ends:
        return isinstance(value, str) and value.endswith(sign.ends)
    return sign.values is None or any(same(value, known) for known in sign.values)


def _variable(sign: Sign, sight: Sight) -> str | None:
    for name in sign.env:
        try:
            found = sight.variable(name)
        except Broken as problem:
            raise Unclear(str(problem)) from None
        if found is not None and found[0] and unexpanded(found[0]):
            raise Unclear(f"{name} ({found[1]}): a shell puts something else in it")
        if found is not None and found[0] and (sign.values is None or found[0] in sign.values):
            return f"{name} is set ({found[1]})"
    return None


def _value(sign: Sign, path: Path, sight: Sight) -> Any:
    """The one field, of the profile that is chosen if it has it. The rest of the file is dropped here."""
    if sign.row is not None:
        return rows.value(path, "ItemTable", "key", "value", sign.row)
    content = read(path, sign.format)
    ways = [sign.key or ()]
    selector = sight.pack.rules.profile_key
    chosen = content.get(selector[0]) if selector is not None and isinstance(content, dict) else None
    if selector is not None and isinstance(chosen, str):
        ways.insert(0, (selector[1], chosen, *(sign.key or ())))
    for key in ways:
        state, value = lookup(content, key)
        if state == "set" and value not in (None, ""):
            return value
    return None
