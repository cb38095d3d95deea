"""Whether a setting counts here: its condition (``applies_when`` of the facts), as far as files show it."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from withhold.machine.interface import RouteRow, SettingVerdict
from withhold.machine.readings import Sight
from withhold.machine.verdicts import Judged, same
from withhold.machine.ways import Unclear, sign_seen
from withhold.packs.tools.schema import SettingFacts, When

V = SettingVerdict
_FAVOURABLE = frozenset({V.GOOD, V.PARTLY})
Other = Callable[[str], Judged]
"""The judgement on another setting of the pack, by its id."""


def holds(when: When, sight: Sight, ways: Sequence[RouteRow], other: Other) -> bool | None:
    """Whether the condition holds; ``None`` where files do not tell."""
    if when.any or when.all:
        found = [holds(each, sight, ways, other) for each in when.any or when.all]
        deciding = bool(when.any)
        return deciding if deciding in found else None if None in found else not deciding
    if when.ways:
        return _by_ways(when, ways)
    if when.setting is not None:
        return _by_other(other(when.setting))
    try:
        return True if when.sign is not None and sign_seen(when.sign, sight) else None
    except Unclear:
        return None


def _by_other(judged: Judged) -> bool | None:
    """A default that nobody set rules nothing out: a flag of the command line may turn it."""
    if judged.verdict is V.BAD:
        return True
    return False if judged.verdict is V.GOOD and judged.by is not None else None


def _by_ways(when: When, ways: Sequence[RouteRow]) -> bool | None:
    kinds = {way.kind for way in ways}
    if kinds and kinds <= {*when.ways}:
        return True
    return None if not kinds or kinds & {*when.ways, "unknown"} else False


def weighed(setting: SettingFacts, when: When, counts: bool | None, judged: Judged) -> Judged:
    """A verdict in the light of the condition: a good one stays only where no reading of it is worse."""
    condition = f"It counts only so: {setting.applies_when}. "
    if counts is False and when.elsewhere == "not-applicable":
        return Judged(V.NOT_APPLICABLE, judged.by, condition)
    if counts:
        return _unset(setting, judged)
    if judged.verdict not in _FAVOURABLE:
        return judged
    if when.elsewhere == "not-applicable":
        return replace(judged, note=f"{judged.note}{condition}")
    note = f"It counts only so: {setting.applies_when}. That was not seen. "
    return Judged(V.UNKNOWN, judged.by, note)


def _unset(setting: SettingFacts, judged: Judged) -> Judged:
    """Where absence depends on the condition and that holds, the documented default decides."""
    default, private = setting.default, setting.private_value
    nothing = judged.by is None and judged.verdict is V.UNKNOWN and not judged.note
    known = isinstance(default, bool) and isinstance(private, bool) and not same(default, private)
    if nothing and known and setting.absent_means == "depends":
        return replace(judged, verdict=V.BAD, note="It is not set, and unset it is not private. ")
    return judged
