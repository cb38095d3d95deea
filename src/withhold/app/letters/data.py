"""Laws, wordings and routes of letters, read from the data that comes along."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

from msgspec import Struct, yaml

from withhold.model.letter import LetterKind
from withhold.packs.loader import builtin_dir
from withhold.support.errors import UsageProblem

Texts = Mapping[str, str]
"""By language."""


class Shape(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of everything below."""


class Deadline(Shape, frozen=True, kw_only=True):
    """When an answer is due. ``duration`` and ``extension`` are ISO 8601, counted from receipt.

    ``fixed_for`` names the kinds for which the law itself names the time (default: all); for the others it is
    what the letter asks for.
    """

    source: str
    note: str
    duration: str | None = None
    business_days: int | None = None
    extension: str | None = None
    last_day: Literal["as_it_is", "to_working_day"] = "as_it_is"
    fixed_for: tuple[LetterKind, ...] | None = None


class AuthorityData(Shape, frozen=True, kw_only=True):
    names: Texts
    find: str
    hint: str


class Law(Shape, frozen=True, kw_only=True):
    """One law. ``kinds`` holds, for every right that it knows, how it is cited in each language."""

    id: str
    names: Texts
    regions: tuple[str, ...]
    deadline: Deadline
    deadlines: Mapping[LetterKind, Deadline] = {}
    kinds: Mapping[LetterKind, Texts]
    time_rule: Texts
    period: Texts
    periods: Mapping[LetterKind, Texts] = {}
    authority: AuthorityData

    def deadline_of(self, kind: LetterKind) -> Deadline:
        """When an answer to a letter of ``kind`` is due."""
        return self.deadlines.get(kind, self.deadline)

    def period_of(self, kind: LetterKind) -> Texts:
        """The same in words of a letter."""
        return self.periods.get(kind, self.period)


class LawSource(Shape, frozen=True, kw_only=True):
    url: str
    title: str
    date: date


class Laws(Shape, frozen=True, kw_only=True):
    compiled_on: date
    facts: Mapping[LetterKind, tuple[Literal["account", "setting", "exposed", "letters"], ...]]
    laws: tuple[Law, ...]
    sources: Mapping[str, LawSource]


class KindWords(Shape, frozen=True, kw_only=True):
    subject: str
    lead: str
    intro: str
    asks: tuple[str, ...]
    after: str = ""


class Wording(Shape, frozen=True, kw_only=True):
    """All words of one language. Braces are filled in."""

    lang: str
    greeting: str
    closing: str
    signature: str
    blanks: Mapping[str, str]
    data_protection: str
    facts: Mapping[str, str]
    values: Mapping[str, str]
    answer: str
    answer_plain: str
    identity: str
    kinds: Mapping[LetterKind, KindWords]
    extra: Mapping[str, Mapping[LetterKind, str]] = {}
    reminder: KindWords
    unanswered: str
    conversations: Mapping[str, str]
    day: str
    months: tuple[str, ...]


def _folder() -> Path:
    return builtin_dir() / "letters"


@cache
def laws() -> Laws:
    """Every law that letters can be written under."""
    return yaml.decode((_folder() / "laws.yaml").read_bytes(), type=Laws)


def law_named(name: str) -> Law:
    """Raises ``UsageProblem`` for a law that the data do not hold."""
    found = next((law for law in laws().laws if law.id == name), None)
    if found is None:
        raise UsageProblem(
            f"there is no law {name!r} in the data",
            next_step="one of: " + ", ".join(law.id for law in laws().laws),
        )
    return found


@cache
def wording(lang: str) -> Wording:
    """The words of a language; ``UsageProblem`` where there are none."""
    path = _folder() / f"{lang}.yaml"
    if lang not in languages():
        raise UsageProblem(
            f"letters are not written in {lang!r}", next_step="one of: " + ", ".join(languages())
        )
    return yaml.decode(path.read_bytes(), type=Wording)


@cache
def languages() -> tuple[str, ...]:
    """Languages that letters are written in."""
    return tuple(sorted(path.stem for path in _folder().glob("??.yaml")))


@cache
def routes() -> Mapping[str, Mapping[str, tuple[LetterKind, ...]]]:
    """By provider: which of its routes takes letters of which kinds."""
    return yaml.decode(
        (_folder() / "routes.yaml").read_bytes(), type=dict[str, dict[str, tuple[LetterKind, ...]]]
    )
