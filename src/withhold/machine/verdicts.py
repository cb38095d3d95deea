"""From what the places say to one verdict for a setting.

Good has to be earned: the value listed as private, in the place that decides. What is broken, contradicts
itself, may be overridden by something unseen, or is of another type than the tool writes, is unknown.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from withhold.machine.interface import SettingVerdict
from withhold.machine.reading.documents import Broken
from withhold.machine.readings import EDITORS, Reading, Sight, lookup
from withhold.packs.tools import Place, Rule, SettingFacts
from withhold.packs.tools.schema import Slot

ORDER = ("managed", "env", "project-local", "project", "user", "legacy", "system-defaults")
V = SettingVerdict
ABSENT = {"private": V.GOOD, "not_private": V.BAD, "unknown": V.UNKNOWN, "depends": V.UNKNOWN}
BESIDE = (
    "<project>/.vscode/settings.json",
    *(
        f"~/{f}/data/Machine/settings.json"
        for fs in EDITORS.values()
        for f in fs
        if f.endswith(("-server", "-server-insiders"))
    ),
)
"""Settings files of the VS Code family that win over those of the user."""
TRUE_WORDS = frozenset({"1", "on", "yes", "true"})


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict with the reading that decided it (``None``: nothing is set) and a note for people."""

    verdict: SettingVerdict
    by: Reading | None = None
    note: str = ""


@dataclass(frozen=True)
class Judge:
    """Judges one setting as one tool sees the computer."""

    setting: SettingFacts
    rule: Rule
    sight: Sight

    def judged(self) -> Judged:
        """The verdict from local places. Account settings are not asked about here."""
        places = [p for p in (*self.setting.where, *self.rule.extra) if p.kind not in {"account", "cli-flag"}]
        slots = tuple(self._slots(places))
        readings = [r for _, found in slots for r in found]
        if not readings:
            return Judged(V.UNKNOWN, note="No place that can be read on this system holds it. ")
        if self.rule.no_effect is not None:
            return Judged(self._absence())
        return self._guarded(self._over_contexts(slots, readings))

    def _slots(self, places: Sequence[Place]) -> Iterator[tuple[Slot, tuple[Reading, ...]]]:
        """Each slot with its readings; places that no slot names belong to the one without names."""
        slots = self.rule.slots
        if not any(s.role == "main" and not s.match and s.scope is None for s in slots):
            slots = (*slots, Slot())
        taken: dict[int, Slot] = {}
        for index, place in enumerate(places):
            taken[index] = next((s for s in slots if _names(s, place)), slots[-1])
        for slot in slots:
            mine = [places[i] for i, s in taken.items() if s is slot]
            newer = any(self.sight.tree.one(path) is not None for path in slot.only_without)
            if mine and slot.role != "ignore" and not newer:
                yield slot, tuple(r for place in mine for r in self.sight.readings(place))

    def _over_contexts(
        self, slots: Sequence[tuple[Slot, tuple[Reading, ...]]], readings: Sequence[Reading]
    ) -> Judged:
        contexts = list(dict.fromkeys(r.context for r in readings if r.context)) or [""]
        if self.rule.shared_by_profiles:
            contexts = [c for c in contexts if ", profile " not in c] or contexts
        found = [self._in_context(slots, context) for context in contexts]
        return _worst(found)

    def _in_context(self, slots: Sequence[tuple[Slot, tuple[Reading, ...]]], context: str) -> Judged:
        mine = [(s, tuple(r for r in found if r.context in {"", context})) for s, found in slots]
        main = [self._slot(s, found) for s, found in mine if s.role == "main" and found]
        result = self._combined(main)
        veto = [j for s, found in mine if s.role == "veto" for j in [self._slot(s, found)] if j]
        switch = [j for s, found in mine if s.role == "switch" for j in [self._slot(s, found)] if j]
        refusing = next((j for j in veto if j.verdict in {V.BAD, V.PARTLY, V.UNKNOWN}), None)
        granting = next((j for j in switch if j.verdict in {V.GOOD, V.PARTLY}), None)
        unclear = next((j for j in switch if j.verdict is V.UNKNOWN), None)
        if refusing is not None:
            return Judged(V.UNKNOWN, refusing.by, "Two settings contradict. ") if granting else refusing
        contrary = next((j for j in switch if j.verdict is not V.GOOD and _of_environment(j)), None)
        private = granting is not None or (result.verdict is V.GOOD and result.by is not None)
        if contrary is not None and private:
            return Judged(V.UNKNOWN, contrary.by, "A variable says otherwise and may win. ")
        if granting is not None and result.verdict is not V.GOOD:
            return granting
        if unclear is not None and (result.verdict is not V.GOOD or result.by is None):
            return unclear
        open_ = next((j for j in switch if j.verdict is V.BAD), None)
        if open_ is not None and result.by is None:
            return replace(open_, verdict=V.UNKNOWN if result.verdict is V.GOOD else result.verdict)
        return result

    def _combined(self, main: Sequence[Judged | None]) -> Judged:
        present = [j for j in main if j is not None]
        if not present:
            return Judged(self._absence())
        if self.rule.combine == "first":
            return present[0]
        if self.rule.combine == "policy-or-all":
            return self._policy_or_all(main)
        if self.rule.combine == "each" and len(present) < len(main):
            worst = _worst(present)
            return (
                Judged(V.UNKNOWN, worst.by, "One of several is not set. ")
                if worst.verdict is V.GOOD
                else worst
            )
        if self.rule.combine == "all" and len(present) < len(main):
            if all(j.verdict is V.GOOD for j in present):
                return replace(present[0], verdict=V.PARTLY, note="Only a part of its switches is set. ")
            return _worst(present)
        verdicts = {j.verdict for j in present}
        if self.rule.combine == "agree" and len(verdicts) > 1:
            return Judged(V.UNKNOWN, present[0].by, "Its places contradict each other. ")
        return _worst(present)

    def _policy_or_all(self, main: Sequence[Judged | None]) -> Judged:
        policy, *switches = main
        present = [j for j in switches if j is not None]
        if policy is not None:
            against = next((j for j in present if j.verdict is not policy.verdict), None)
            return policy if against is None else Judged(V.UNKNOWN, against.by, "It contradicts a policy. ")
        if all(j.verdict is V.GOOD for j in present) and len(present) < len(switches):
            return replace(present[0], verdict=V.PARTLY, note="Only a part of its switches is set. ")
        return _worst(present)

    def _slot(self, slot: Slot, readings: Sequence[Reading]) -> Judged | None:
        """The reading of the strongest layer; ``None`` where nothing is set."""
        order = self.sight.pack.rules.order or ORDER
        uncertain: list[Judged] = []
        ranked = sorted(readings, key=lambda r: order.index(r.scope) if r.scope in order else len(order))
        for scope in dict.fromkeys(r.scope for r in ranked):
            found = self._layer(slot, [r for r in ranked if r.scope == scope])
            if found is None:
                continue
            if scope in self.sight.pack.rules.uncertain or (scope == "managed" and self._also_env(ranked)):
                uncertain.append(found)
                continue
            return self._settled(found, uncertain)
        return self._settled(None, uncertain)

    @staticmethod
    def _also_env(readings: Sequence[Reading]) -> bool:
        """Which of a policy and a variable wins differs by tool: both have to say the same."""
        return any(r.scope == "env" and r.state == "set" for r in readings)

    def _settled(self, found: Judged | None, uncertain: Sequence[Judged]) -> Judged | None:
        base = found or (Judged(self._absence()) if uncertain else None)
        for other in uncertain:
            if base is not None and other.verdict is not base.verdict:
                return Judged(V.UNKNOWN, other.by, "It may or may not count beside other layers. ")
        return found or (uncertain[0] if uncertain else None)

    def _layer(self, slot: Slot, readings: Sequence[Reading]) -> Judged | None:
        broken = next((r for r in readings if r.state == "broken"), None)
        if broken is not None:
            return Judged(V.UNKNOWN, broken, f"{broken.where}: {broken.why}. ")
        found = [self._value(slot, r) for r in readings if r.state == "set"]
        if any(r.place.format == "mozilla-prefs" for r in readings):
            found = found[:1]  # user.js is read after prefs.js and wins
        if len({j.verdict for j in found}) > 1:
            return Judged(V.UNKNOWN, found[0].by, "Two files say different things. ")
        return found[0] if found else None

    def _value(self, slot: Slot, reading: Reading) -> Judged:
        verdict = self._listed(slot, reading) if slot.test == "listed" else self._tested(slot, reading)
        if slot.needs_extension_only and self.sight.has_program and verdict is V.GOOD:
            verdict = V.PARTLY
        return Judged(verdict, reading)

    def _tested(self, slot: Slot, reading: Reading) -> SettingVerdict:
        value = reading.value
        fits: bool | None
        match slot.test:
            case "presence":
                fits = isinstance(value, str | int | list) and value not in ("", 0, [], False)
            case "number":
                whole = isinstance(value, int) and not isinstance(value, bool)
                fits = slot.low <= value <= slot.high if whole else None
            case "days":
                fits = _days(value, slot)
            case "no-http":
                fits = _stays(value)
            case "word":
                fits = value not in (slot.bad or ()) if isinstance(value, str) and value else None
            case _:
                on = switch(value, slot.semantics or reading.place.value_semantics)
                fits = None if on is None else on is (slot.test == "on")
        if fits is None:
            return V.UNKNOWN
        if not fits and slot.otherwise is None:
            return V.BAD if slot.role == "main" else V.NOT_APPLICABLE
        return V(slot.fits) if fits else V(slot.otherwise or "bad")

    def _listed(self, slot: Slot, reading: Reading) -> SettingVerdict:
        s = self.setting
        own = slot.good is None and slot.bad is None and slot.partly is None
        good = (s.private_value, *s.also_private) if own else slot.good or ()
        bad = s.not_private_values if own else slot.bad or ()
        partly = s.partly_private_values if own else slot.partly or ()
        for value in self._forms(reading, (*good, *bad, *partly)):
            for listed, verdict in ((good, V.GOOD), (bad, V.BAD), (partly, V.PARTLY)):
                if any(same(value, known) for known in listed):
                    return verdict
            if isinstance(value, bool) and any(known is (not value) for known in good):
                return V.BAD
        if own and reading.place.kind == "env":
            return self._by_switch(reading)
        if own and s.default is not None and same(reading.value, s.default):
            return self._absence()
        return V.UNKNOWN

    def _by_switch(self, reading: Reading) -> SettingVerdict:
        """A variable whose value is not listed as such, read by its semantics."""
        on = switch(reading.value, reading.place.value_semantics)
        wanted = self.setting.private_value
        private = wanted if isinstance(wanted, bool) else switch(str(wanted), "boolean") if wanted else None
        if on is None or private is None:
            return V.UNKNOWN
        return V.GOOD if on is private else V.BAD

    def _forms(self, reading: Reading, listed: Iterable[Any]) -> Iterator[Any]:
        """The value as its place's type lets it be read."""
        value, place = reading.value, reading.place
        known = [x for x in listed if x is not None]
        numbers = {x for x in known if isinstance(x, int)}
        two_valued = bool(numbers) and numbers <= {0, 1}
        if type(value) is int and two_valued and takes_switches(self.setting, place):
            return
        yield value
        as_text = place.kind == "env" or place.format in {"ini", "sqlite"} or place.value_format == "text"
        quoted = "JSON text inside a string" in (place.note or "")  # the facts' words for such a file
        system = place.scope == "user" and place.kind in {"registry", "plist-domain"}
        if isinstance(value, str) and (as_text or quoted or system) and value in {"true", "false"}:
            yield value == "true"
        if place.kind == "registry" and two_valued and value in (0, 1) and not isinstance(value, bool):
            yield bool(value) if _has_switch(known) else value
        switch_like = self.setting.private_value == 0  # where 1 is private, `true` is no word for it
        if isinstance(value, bool) and two_valued and switch_like and not _has_switch(known):
            yield int(value)

    def _absence(self) -> SettingVerdict:
        if self.rule.absent is not None:
            return V.UNKNOWN
        return ABSENT[self.setting.absent_means]

    def _guarded(self, judged: Judged) -> Judged:
        """A good verdict falls where something unseen could override what was read."""
        if judged.verdict is not V.GOOD:
            return judged
        for doubt in (*doubts(self.sight, judged.by), *self._beside()):
            return Judged(V.UNKNOWN, judged.by, doubt)
        return judged

    def _beside(self) -> Iterator[str]:
        """Settings of a folder or of a remote side, which win over an editor's user settings."""
        if self.rule.shared_by_profiles:
            return
        keys = {p.key for p in self.setting.where if _of_editor(p) and isinstance(p.key, tuple)}
        for documented in BESIDE if keys else ():
            path = self.sight.tree.one(documented)
            if path is None:
                if self.sight.tree.lost(documented):
                    yield f"{documented} ends nowhere in this copy. "
                continue
            try:
                held = self.sight.content(path, "jsonc")
                sets = any(lookup(held, key)[0] == "set" for key in keys)
            except Broken as problem:
                yield f"{documented}: {problem}. "
                continue
            if sets:
                yield f"{documented} sets it too and may win. "


def doubts(sight: Sight, by: Reading | None) -> Iterator[str]:
    """Why what was read may not be what the tool reads."""
    rules, environment = sight.pack.rules, sight.machine.environment
    for name in rules.unsure_variables:
        if environment.get(name):
            yield f"{name} points the program to settings that were not read. "
    for documented in rules.hidden_layers:
        if sight.tree.one(documented) is not None:
            yield f"{documented} exists, can override it and is not understood. "
    moved = environment.get("XDG_CONFIG_HOME")
    elsewhere = moved and sight.tree.wanted(moved) != sight.tree.wanted("~/.config")
    if elsewhere and (by is None or _below_config(by, sight)):
        yield "XDG_CONFIG_HOME is set; whether the program follows it is not known. "


def _below_config(by: Reading, sight: Sight) -> bool:
    """Whether it stands, or is documented to stand, in that folder: a link may lead out of it."""
    documented = (by.place.paths or {}).get(sight.machine.os.value) or ""
    return any(path.startswith("~/.config") for path in (by.where, documented))


def switch(value: Any, semantics: str | None) -> bool | None:
    """Whether a variable's text switches on; ``None`` where the tool's reading of it is not known."""
    if isinstance(value, bool):
        return value
    if not isinstance(value, str):
        return None
    match semantics:
        case "presence":
            return value != ""
        case "true-words":
            return value.lower() in TRUE_WORDS
        case "exact-true":
            return value == "true"
        case "word-true":
            return value.lower() == "true"
        case "boolean-false":
            return False if value in {"False", "0"} else None
        case "boolean":
            return True if value in {"1", "true"} else False if value in {"0", "false"} else None
        case _:
            return None


def _has_switch(listed: Iterable[Any]) -> bool:
    return any(isinstance(x, bool) for x in listed)


def same(value: Any, known: Any) -> bool:
    """Equal and of one type: ``1`` is not ``true``."""
    return known is not None and type(value) is type(known) and value == known


def _names(slot: Slot, place: Place) -> bool:
    if slot.scope is not None and slot.scope != (place.scope or place.kind):
        return False
    if not slot.match:
        return slot.scope is not None or slot.role == "main"
    return any(
        place.word.startswith(name[:-1]) if name.endswith("*") else place.word == name for name in slot.match
    )


def takes_switches(setting: SettingFacts, place: Place) -> bool:
    """Whether a number is no word for it here: only a registry keeps switches as numbers.

    A browser's policy whose listed values are 0 and 1 is a switch in files and preference domains
    (Edge's pages give its type), and a value of another type is left out by the program.
    """
    listed = {setting.private_value, *setting.not_private_values, *setting.partly_private_values}
    typed = place.kind == "plist-domain" or place.format in {"json", "jsonc", "toml", "yaml"}
    policy = place.scope == "managed" and setting.private_value == 0 and listed <= {0, 1}
    return typed and (isinstance(setting.private_value, bool) or policy)


def _of_environment(judged: Judged) -> bool:
    return judged.by is not None and judged.by.place.kind == "env"


def _of_editor(place: Place) -> bool:
    return any(
        path and re.search(r"[/\\]User[/\\]settings\.json$", path) for path in (place.paths or {}).values()
    )


def _days(value: Any, slot: Slot) -> bool | None:
    """A retention such as ``30d``; hours and weeks are turned into days."""
    if not isinstance(value, str) or len(value) < 2 or not value[:-1].isdecimal():
        return None
    hours = {"h": 1, "d": 24, "w": 168}.get(value[-1])
    return None if hours is None else 0 < int(value[:-1]) * hours <= slot.high * 24


def _stays(value: Any) -> bool | None:
    if not isinstance(value, list):
        return None
    places = [entry.get("destination") if isinstance(entry, dict) else None for entry in value]
    if any(isinstance(p, str) and p.lower().startswith("http") for p in places):
        return False
    return True if all(isinstance(p, str) and p.startswith("file://") for p in places) else None


def _worst(found: Sequence[Judged]) -> Judged:
    """Several profiles or switches: good only if all are."""
    for verdict in (V.BAD, V.UNKNOWN, V.PARTLY):
        for judged in found:
            if judged.verdict is verdict:
                mixed = any(other.verdict is not verdict for other in found)
                note = (
                    f"Not everywhere alike: {judged.by.where} decides here. " if mixed and judged.by else ""
                )
                return replace(judged, note=judged.note or note)
    return found[0]
