"""Checks of a pack: is every fact complete, sourced, dated and referred to rightly?

Errors make the loader refuse the file. Warnings and notes say what a reader should know.
"""

from collections.abc import Iterable, Iterator
from itertools import combinations
from pathlib import Path as File
from typing import Any, TypeAlias

from withhold.model.words import Allowed, Stance
from withhold.packs.periods import FOREVER, Period, overlap, period, same_people
from withhold.packs.problem import START, Problem, Reports, Severity
from withhold.packs.schema import Entry, Pack, PlanShape, Retention, Shape, SourceShape, Stanza
from withhold.packs.shape import Path, Places, shape
from withhold.packs.tree import MAX_BYTES, parse

__all__ = ["Problem", "Severity", "check", "lint"]

MAX_QUOTE_WORDS = 25

Found: TypeAlias = tuple[Path, Shape]


def lint(pack: File | bytes, *, name: str | None = None) -> list[Problem]:
    """All problems of a file (or of its bytes), in the order of its lines. Never raises for content.

    ``name`` is how the file is called in the problems; by default its path as given.
    """
    if isinstance(pack, bytes):
        return check(pack, name or "<bytes>")[1]
    reports = Reports(name or str(pack))
    data = read(pack, reports)
    return reports.found if data is None else check(data, reports.file)[1]


def read(path: File, reports: Reports) -> bytes | None:
    """The bytes of a pack file, at most one more than a pack may have."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as problem:
        reports.add(START, "unreadable", f"cannot be read: {problem.strerror or problem}")
        return None


def check(data: bytes, name: str) -> tuple[Pack | None, list[Problem]]:
    """The typed pack (``None`` if values are missing or wrong) and all problems."""
    reports = Reports(name)
    root = parse(data, reports)
    if root is None:
        return None, reports.found
    pack, places = shape(root, reports)
    if pack is not None:
        _Facts(pack, places, reports).check()
    return pack, sorted(reports.found)


class _Facts:
    """What the schema alone cannot say."""

    def __init__(self, pack: Pack, places: Places, reports: Reports) -> None:
        self.pack = pack
        self.places = places
        self.reports = reports
        self.found = list(_walk(pack, ()))
        self.control_ids = {c.id for c in pack.controls}
        self.plan_ids = {plan.id for product in pack.products for plan in product.plans}

    def check(self) -> None:
        self._sources()
        self._rule_references()
        self._other_references()
        self._unique_ids()
        self._controls_of_training()
        self._dates()
        self._quotes()
        for path, plan in self._each(PlanShape):
            self._periods(path, plan)

    def _say(self, path: Path, code: str, message: str, severity: Severity = Severity.ERROR) -> None:
        self.reports.add(self.places[path], code, message, severity)

    def _each(self, kind: type[Any]) -> Iterator[tuple[Path, Any]]:
        return ((path, value) for path, value in self.found if isinstance(value, kind))

    def _sources(self) -> None:
        used: set[str] = set()
        for path, value in self.found:
            used.update(self._sources_of(path, value))
        self._unused("sources", self.pack.sources, used)

    def _sources_of(self, path: Path, value: Shape) -> Iterable[str]:
        if isinstance(value, Stanza):
            return self._source_of_stance(path, value)
        given: tuple[str, ...] | None = getattr(value, "sources", ())
        if given is None or not _stands_on_sources(value):
            return ()
        if not given:
            self._say(path, "no_source", f"{_called(path, value)} names no source")
        for index, source in enumerate(given):
            self._known(source, self.pack.sources, (*path, "sources", index), "source")
        return given

    def _source_of_stance(self, path: Path, value: Stanza) -> Iterable[str]:
        if value.source is not None:
            self._known(value.source, self.pack.sources, (*path, "source"), "source")
            return (value.source,)
        if value.stance is not Stance.UNKNOWN:
            self._say(path, "no_source", "the stance names no source")
        return ()

    def _rule_references(self) -> None:
        training: set[str] = set()
        retention: set[str] = set()
        exceptions: set[str] = set()
        for path, entry in self._each(Entry):
            training.add(entry.training)
            self._known(entry.training, self.pack.training_rules, (*path, "training"), "training rule")
            for basis, rule in entry.retention.items():
                retention.add(rule)
                place = (*path, "retention", basis.value)
                self._known(rule, self.pack.retention_rules, place, "retention rule")
            for index, rule in enumerate(entry.exceptions):
                exceptions.add(rule)
                self._known(rule, self.pack.exceptions, (*path, "exceptions", index), "exception")
        self._unused("training_rules", self.pack.training_rules, training)
        self._unused("retention_rules", self.pack.retention_rules, retention)
        self._unused("exceptions", self.pack.exceptions, exceptions)

    def _other_references(self) -> None:
        products = {p.id for p in self.pack.products}
        for kind, held_by in self.pack.kinds.items():
            for index, product in enumerate(held_by):
                self._known(product, products, ("kinds", kind.value, index), "product")
        for index, control in enumerate(self.pack.controls):
            for number, plan in enumerate(control.plans):
                self._known(plan, self.plan_ids, ("controls", index, "plans", number), "plan")

    def _known(self, name: str, known: Iterable[str], path: Path, what: str) -> None:
        if name not in known:
            self._say(path, "dangling", f"there is no {what} {name!r} in this pack")

    def _unused(self, table: str, defined: Iterable[str], used: set[str]) -> None:
        for name in defined:
            if name not in used:
                self._say((table, name), "unused", f"nothing refers to {table}.{name}")

    def _unique_ids(self) -> None:
        seen: dict[tuple[str, str], Path] = {}
        for path, value in self.found:
            name = getattr(value, "id", None)
            if name is None or not path:
                continue
            first = seen.setdefault((type(value).__name__, name), path)
            if first != path:
                line = self.places[first].line
                self._say((*path, "id"), "duplicate_id", f"{name!r} is used already in line {line}")

    def _controls_of_training(self) -> None:
        for name, rule in self.pack.training_rules.items():
            path: Path = ("training_rules", name)
            if rule.control_id is not None:
                self._known(rule.control_id, self.control_ids, (*path, "control_id"), "control")
            elif rule.allowed in (Allowed.UNLESS_OFF, Allowed.ONLY_IF_ON):
                said = f"training is {rule.allowed.value}, but no control is named: nobody can be told where"
                self._say(path, "no_control", said, Severity.WARNING)

    def _dates(self) -> None:
        compiled = self.pack.compiled_on
        for path, value in self.found:
            checked = getattr(value, "last_checked", None)
            if checked is not None and checked > compiled and not self.pack.fictional:
                said = f"last_checked {checked} lies after compiled_on {compiled}"
                self._say((*path, "last_checked"), "future_date", said)
            seen, until = getattr(value, "seen_from", None), getattr(value, "seen_until", None)
            if seen and until and seen > until:
                self._say((*path, "seen_from"), "dates_reversed", f"seen_from {seen} lies after {until}")

    def _quotes(self) -> None:
        for path, source in self._each(SourceShape):
            words = count_words(source.quote or "")
            if words > MAX_QUOTE_WORDS:
                said = f"a quote has at most {MAX_QUOTE_WORDS} words; this one has {words}"
                self._say((*path, "quote"), "long_quote", said)

    def _periods(self, path: Path, plan: PlanShape) -> None:
        entries = [
            ((*path, "terms", index), entry, period(entry, self.pack.compiled_on))
            for index, entry in enumerate(plan.terms)
        ]
        if not entries:
            self._say((*path, "terms"), "no_terms", f"plan {plan.id!r} has no terms", Severity.WARNING)
        ordered = [e for e in entries if not self._reversed(*e)]
        for one, other in combinations(ordered, 2):
            self._overlap(one, other)
        for dated in ordered:
            self._followed(dated, ordered)

    def _reversed(self, path: Path, entry: Entry, span: Period) -> bool:
        if span.begin is None or span.end is None or span.begin < span.end:
            return False
        said = f"effective_from lies after effective_until in {entry.id!r}"
        self._say((*path, "effective_from"), "dates_reversed", said)
        return True

    def _overlap(self, one: "Dated", other: "Dated") -> None:
        if same_people(one[1].regions, other[1].regions) and overlap(one[2], other[2]):
            said = f"{other[1].id!r} holds at the same time and place as {one[1].id!r}"
            self._say(other[0], "overlap", f"{said} (line {self.places[one[0]].line})")

    def _followed(self, dated: "Dated", others: list["Dated"]) -> None:
        """Notes a stretch after an entry for which its plan says nothing."""
        path, entry, span = dated
        if span.end is None:
            said = f"when {entry.id!r} ended is not known"
            self._say((*path, "effective_until"), "unknown_end", said, Severity.NOTE)
            return
        later = [
            other
            for _, e, other in others
            if same_people(entry.regions, e.regions) and other.sure_end > span.end
        ]
        gap = later and not any(o.begin is None or o.begin <= span.end for o in later)
        if span.end is not FOREVER and (gap or not later):
            said = f"nothing is said about the time after {entry.id!r} ended"
            self._say((*path, "effective_until"), "gap", said, Severity.NOTE)


Dated: TypeAlias = tuple[Path, Entry, Period]


def _walk(value: Any, path: Path) -> Iterator[Found]:
    """Every structure of the pack with its path, outside in."""
    if isinstance(value, Shape):
        yield path, value
        for name in value.__struct_fields__:
            yield from _walk(getattr(value, name), (*path, name))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _walk(item, (*path, str(key)))
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _walk(item, (*path, index))


def _stands_on_sources(value: Shape) -> bool:
    return not isinstance(value, Pack) and "sources" in value.__struct_fields__


def _called(path: Path, value: Shape) -> str:
    """What a reader calls the thing: its id, else where it stands."""
    kind = "retention rule" if isinstance(value, Retention) else str(path[0])
    return f"{kind} {getattr(value, 'id', path[-1])!r}"


def count_words(text: str) -> int:
    """Words as one counts them; scripts written without spaces count two characters as a word."""
    wide = sum(ord(c) > 0x2E7F for c in text)
    return len("".join(" " if ord(c) > 0x2E7F else c for c in text).split()) + (wide + 1) // 2
