"""Reads ``cases.yaml``, judges each case, and says in what a verdict differs from what is expected."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml

from withhold.model.account import Acceptance, Account, PlanPeriod, SettingEvidence
from withhold.model.conversation import Conversation, Deletion, Feedback, Message
from withhold.model.terms import Product
from withhold.model.verdict import Verdict
from withhold.model.when import ANY_TIME, When
from withhold.model.words import Author, Kind, Known, Setting
from withhold.packs.loader import load_builtin

CONTROL = "claude-help-improve"
FILE = Path(__file__).with_name("cases.yaml")
TRUTH = {"yes": True, "no": False, "unknown": None}


@dataclass(frozen=True)
class Case:
    """One story as it stands in the file, with the defaults filled in. Every value is text."""

    data: Mapping[str, Any]

    @property
    def name(self) -> str:
        return str(self.data["name"])

    @property
    def as_of(self) -> datetime:
        return instant(self.data["as_of"])


@cache
def all_cases() -> tuple[Case, ...]:
    """Every case of the file, in its order."""
    # The base loader leaves all values text: this file has its own notation for times.
    text = yaml.load(FILE.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506
    return tuple(Case(text["defaults"] | case) for case in text["cases"])


def verdict_on(case: Case, engine: ModuleType) -> Verdict:
    """The verdict of ``engine`` (the package of the rules) on the case."""
    known = case.data.get("account") != "unknown"
    account = _account(case) if known else None
    settings = (
        tuple(_setting(case, i, s) for i, s in enumerate(case.data.get("setting", ()))) if known else ()
    )
    verdict = engine.Judge(engine.RegimeTable(_product(case), account, settings, case.as_of))(
        _conversation(case)
    )
    assert isinstance(verdict, Verdict)
    return verdict


def differences(case: Case, verdict: Verdict) -> list[str]:
    """Everything expected of the verdict that does not hold, in words."""
    want = case.data
    found = [
        f"{name} is {getattr(verdict, name)}, expected {want[name]}"
        for name in ("past", "future", "extent")
        if name in want and getattr(verdict, name) != want[name]
    ]
    found += _missing("rule", want["rules"], [r.rule for r in verdict.reasons])
    found += _missing("carve-out", want.get("carve_outs", ()), [c.kind for c in verdict.carve_outs])
    if "marks" in want and set(want["marks"]) != set(verdict.marks):
        found.append(f"marks are {sorted(verdict.marks)}, expected {want['marks']}")
    if want["source"] != "none":
        found += _missing("source", [want["source"]], sorted(sources(verdict)))
    return found + _clocks_off(want.get("clocks", {}), verdict)


def sources(verdict: Verdict) -> frozenset[str]:
    """Ids of all sources that the verdict names."""
    named = [r.sources for r in verdict.reasons]
    named += [c.sources for c in verdict.carve_outs]
    named += [c.sources for c in verdict.clocks]
    return frozenset(source for some in named for source in some)


def _missing(what: str, wanted: Sequence[str], there: Sequence[str]) -> list[str]:
    return [f"{what} {w} is missing in {there}" for w in wanted if w not in there]


def _clocks_off(wanted: Mapping[str, str], verdict: Verdict) -> list[str]:
    there = {clock.basis.value: clock.until for clock in verdict.clocks}
    expected = {basis: None if text == "none" else instant(text) for basis, text in wanted.items()}
    return [
        f"clock {basis} ends {there.get(basis, 'nowhere')}, expected {until}"
        for basis, until in expected.items()
        if basis not in there or there[basis] != until
    ]


def instant(text: str) -> datetime:
    when = _when(text)
    assert when.exact, text
    return when.earliest


def _when(text: str) -> When:
    if text == "?":
        return ANY_TIME
    if ".." in text:
        first, _, last = text.partition("..")
        days = When.some_time_on(date.fromisoformat(first), date.fromisoformat(last or first))
        return days if last else When.between(days.earliest, None)
    if "T" not in text:
        return When.some_time_on(date.fromisoformat(text))
    time = datetime.fromisoformat(text)
    return When.without_zone(time) if time.tzinfo is None else When.at(time)


def _product(case: Case) -> Product:
    pack = load_builtin("anthropic")
    named = case.data.get("product")
    product = pack.product(named) if named else pack.holding(case.data["kind"])
    assert product is not None
    return product


def _account(case: Case) -> Account:
    accepted = case.data["accepted"]
    spans = [accepted] if isinstance(accepted, str) else accepted
    return Account(
        id="account",
        provider_id="anthropic",
        label="p***@example.org",
        plans=_plans(case.data["plan"]),
        acceptances=tuple(
            Acceptance(f"accepted-{i}", _when(s), Known(case.data["accepted_known"]))
            for i, s in enumerate(spans)
            if s != "?"
        ),
    )


def _plans(plan: str | list[dict[str, str]]) -> tuple[PlanPeriod, ...]:
    if plan == "unknown":
        return ()
    periods = [{"tier": plan, "from": "2020-01-01T00:00Z"}] if isinstance(plan, str) else plan
    return tuple(
        PlanPeriod(
            id=f"plan-{i}",
            tier=p["tier"],
            begins=_when(p["from"]),
            ends=_when(p["to"]) if "to" in p else None,
            known=Known(p.get("known", "attested")),
        )
        for i, p in enumerate(periods)
    )


def _setting(case: Case, number: int, text: str) -> SettingEvidence:
    position, known, when = text.split(", ")
    begins, _, ends = when.partition(" to ")
    return SettingEvidence(
        id=f"setting-{number}",
        control_id=CONTROL,
        begins=instant(begins),
        ends=case.as_of if ends == "now" else instant(ends or begins),
        setting=Setting(position),
        known=Known(known),
    )


def _conversation(case: Case) -> Conversation:
    data = case.data
    deleted = data.get("deleted")
    return Conversation(
        source_id="conversation",
        provider_id="anthropic",
        kind=Kind(data["kind"]),
        messages=tuple(m for i, text in enumerate(data["messages"]) for m in _exchange(i, _when(text))),
        incognito=TRUTH[data["incognito"]],
        feedback=tuple(Feedback(_when(text), "thumbs_up") for text in data.get("feedback", ())),
        feedback_visible=data["feedback_shown"] == "yes",
        deletion=None if deleted is None else Deletion(_when(deleted["when"]), Known(deleted["known"])),
    )


def _exchange(number: int, at: When) -> tuple[Message, Message]:
    return Message(f"{number}-sent", Author.HUMAN, at), Message(f"{number}-answer", Author.MODEL, at)
