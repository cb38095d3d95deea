"""Computers on which nobody set anything private: whatever else lies there, nothing becomes good by it.

The settings of every tool are written into any of their places, several at once, with values that are not the
private ones, under duplicate keys, comments and other spellings. What is good then was good with nothing set.
"""

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.machine.planting import Planted
from tests.machine.test_every_setting import LOCAL, PACKS, install
from tests.machine.test_mutation_sweep import against, anything_is_private
from tests.sizes import SIZES
from withhold.machine.interface import OsLayout, SettingVerdict
from withhold.packs.tools import Place, SettingFacts, ToolPack

FAVOURABLE = {SettingVerdict.GOOD, SettingVerdict.PARTLY}
OWN_PLACES = {
    pack.id: [
        (setting, place)
        for owner, setting in LOCAL
        if owner is pack and not anything_is_private(pack, setting)
        for place in setting.where
        if place.format != "marker-file"
    ]
    for pack in PACKS.values()
}
TOOLS = sorted(tool for tool, places in OWN_PLACES.items() if places)
NEVER_PRIVATE = st.sampled_from(
    ["maybe", "zebra-7", 7777, -3, 0.5, ["x"], {"a": {"b": 1}}, None, "", "$X", "tru"]
)
PRESENCE = {"presence", "exact-true", "true-words", "word-true"}

Choice = tuple[str, OsLayout, list[tuple[int, Any, int]]]


@st.composite
def computers(draw: st.DrawFn) -> Choice:
    """A tool, a system, and what stands in up to six of its places; the last number picks a spelling."""
    tool = draw(st.sampled_from(TOOLS))
    count = len(OWN_PLACES[tool])
    chosen = draw(st.lists(st.integers(0, count - 1), min_size=1, max_size=6, unique=True))
    picked = []
    for number in chosen:
        setting, place = OWN_PLACES[tool][number]
        known = against(setting, place)
        values = NEVER_PRIVATE if known is None else st.one_of(st.just(known), NEVER_PRIVATE)
        picked.append((number, draw(values), draw(st.integers(0, 40))))
    return tool, draw(st.sampled_from(list(OsLayout))), picked


def usable(setting: SettingFacts, place: Place, value: Any) -> bool:
    """Whether ``value`` cannot be a private word in this place."""
    if place.kind == "env" and place.value_semantics in PRESENCE | {None}:
        return False
    private = {str(v).lower() for v in (setting.private_value, *setting.also_private)}
    return str(value).lower() not in private


def around(data: bytes, place: Place, spelling: int) -> bytes:
    """The file with a comment that says the private thing, odd blanks, or itself twice."""
    comment = {"jsonc": b"// off, false, disabled, 0\n", "toml": b"# enabled = false\n", "yaml": b"# false\n"}
    match spelling % 5:
        case 0:
            return comment.get(place.format or "", b"") + data
        case 1:
            return data.replace(b"\n", b"\r\n") + b"\r\n"
        case 2 if place.format in {"json", "jsonc"}:
            return data.rstrip()[:-1] + b", " + data.lstrip()[1:]
        case _:
            return data


def plant(planted: Planted, pack: ToolPack, picked: list[tuple[int, Any, int]]) -> set[str]:
    """Write what was drawn; the settings that something was written for."""
    touched = set()
    for number, value, spelling in picked:
        setting, place = OWN_PLACES[pack.id][number]
        if not usable(setting, place, value):
            continue
        try:
            if not planted.plant(pack, place, value):
                continue
        except (TypeError, ValueError):
            continue
        touched.add(setting.id)
        if place.kind == "file":
            path = planted.path((place.paths or {})[planted.os.value] or "")
            path.write_bytes(around(path.read_bytes(), place, spelling))
    return touched


@given(computers())
@settings(
    max_examples=SIZES.nothing_private.computers,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    deadline=None,
)
def test_no_good_verdict_without_a_private_value(computer: Choice) -> None:
    """Only what is good, or partly, with nothing set may be so here."""
    tool, system, picked = computer
    pack = PACKS[tool]
    with tempfile.TemporaryDirectory() as folder:
        bare, planted = Planted(Path(folder) / "bare", system), Planted(Path(folder) / "odd", system)
        for each in (bare, planted):
            install(each, pack)
        touched = plant(planted, pack, picked)
        before = {row.id: row.verdict for row in bare.scan(pack).settings}
        for row in planted.scan(pack).settings:
            if row.verdict in FAVOURABLE:
                assert before.get(row.id) is row.verdict, (
                    row.id,
                    row.decided_by,
                    row.effective_value,
                    touched,
                )
