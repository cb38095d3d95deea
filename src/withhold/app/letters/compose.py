"""Putting a letter together from wording, law, facts and what the person gave."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from withhold.app.letters.data import KindWords, Law, Wording
from withhold.app.letters.facts import ExposedFact, SettingFact
from withhold.evidence.mask import mask_email
from withhold.model.letter import LetterKind, LetterStage
from withhold.model.words import Setting
from withhold.report.letters.content import LetterContent
from withhold.support.errors import UsageProblem

_ARTICLE = re.compile(r"^(?:l’|les |le |el |los )")
_BLANK = re.compile(r"\[[^\]]+\]")


@dataclass(frozen=True, slots=True)
class Identity:
    """What the person gives of themselves for the letter; nothing of it is asked for or guessed."""

    name: str | None = None
    address: str | None = None
    identifier: str | None = None


@dataclass(frozen=True, slots=True)
class Earlier:
    """A letter that this one follows up."""

    kind: LetterKind
    sent: date
    due: date


@dataclass(frozen=True, slots=True)
class Matter:
    """Everything that a letter is made of."""

    provider: str
    kind: LetterKind
    stage: LetterStage
    law: Law
    words: Wording
    today: date
    who: Identity
    label: str | None
    recipient: tuple[str, ...] = ()
    setting: SettingFact | None = None
    exposed: ExposedFact | None = None
    earlier: Earlier | None = None


def compose(matter: Matter) -> LetterContent:
    """The letter. Raises ``UsageProblem`` for a right that the law does not know, or a language it lacks."""
    words, lang = matter.words, matter.words.lang
    _need(matter, lang)
    told = _told(matter)
    kind = words.reminder if matter.stage == "reminder" else words.kinds[matter.kind]
    lead = [kind.lead.format_map(told), *_unanswered(matter, told), *_extra(matter), kind.intro]
    letter = LetterContent(
        lang=lang,
        sender=tuple(_sender(matter)),
        recipient=tuple(_recipient(matter)),
        date=day_text(words, matter.today),
        subject=_subject(kind, told),
        greeting=words.greeting,
        lead=tuple(lead),
        asks=tuple(ask.format_map(told) for ask in kind.asks),
        facts_title=words.facts["title"],
        facts=tuple(_facts(matter)),
        after=tuple(_after(matter, kind, told)),
        closing=words.closing,
        signature=words.signature,
        name=matter.who.name or f"[{words.blanks['name']}]",
        blanks=(),
    )
    return _with_blanks(letter)


def subject_of(law: Law, words: Wording, kind: LetterKind, provider: str) -> str:
    """The subject line of a first letter."""
    cite = law.kinds[kind].get(words.lang, "")
    return _subject(words.kinds[kind], {"cite": cite, "provider": provider})


def day_text(words: Wording, day: date) -> str:
    """A day as people write it in that language."""
    number = "1er" if words.lang == "fr" and day.day == 1 else str(day.day)
    return words.day.format(day=number, month=words.months[day.month - 1], year=day.year)


def _need(matter: Matter, lang: str) -> None:
    law = matter.law
    if matter.kind not in law.kinds:
        known = ", ".join(law.kinds)
        raise UsageProblem(
            f"{law.names['en']} knows no such right: {matter.kind}", next_step=f"it has: {known}"
        )
    if lang not in law.names:
        raise UsageProblem(
            f"there is no wording under {law.names['en']} in that language",
            next_step=f"--lang, one of: {', '.join(law.names)}",
        )


def _told(matter: Matter) -> Mapping[str, str]:
    words, law, lang = matter.words, matter.law, matter.words.lang
    first = matter.earlier
    told = {
        "provider": matter.provider,
        "cite": law.kinds[matter.kind][lang],
        "law": law.names[lang],
        "time_rule": _without_article(law.time_rule[lang]),
        "period": law.period_of(matter.kind)[lang],
        "authority": law.authority.names[lang],
    }
    if first is not None:
        told |= {
            "subject": subject_of(law, words, first.kind, matter.provider),
            "sent": day_text(words, first.sent),
            "due": day_text(words, first.due),
        }
    return told


def _subject(kind: KindWords, told: Mapping[str, str]) -> str:
    cite = _without_article(told.get("cite", ""))
    return kind.subject.format_map({**told, "cite": cite})


def _without_article(cite: str) -> str:
    """``l’article 15 du RGPD`` as it stands in brackets."""
    return _ARTICLE.sub("", cite)


def _unanswered(matter: Matter, told: Mapping[str, str]) -> Iterator[str]:
    if matter.stage == "complaint" and matter.earlier is not None:
        yield matter.words.unanswered.format_map(told)


def _extra(matter: Matter) -> Iterator[str]:
    said = matter.words.extra.get(matter.law.id, {}).get(matter.kind)
    if said is not None and matter.stage == "request":
        yield said


def _after(matter: Matter, kind: KindWords, told: Mapping[str, str]) -> Iterator[str]:
    if kind.after:
        yield kind.after.format_map(told)
    if matter.stage != "request" or matter.kind == "complaint":
        return
    fixed = matter.law.deadline_of(matter.kind).fixed_for
    named = matter.kind not in matter.law.deadlines and (fixed is None or matter.kind in fixed)
    yield (matter.words.answer if named else matter.words.answer_plain).format_map(told)
    yield matter.words.identity


def _sender(matter: Matter) -> Iterator[str]:
    blanks = matter.words.blanks
    yield matter.who.name or f"[{blanks['name']}]"
    yield from (matter.who.address or f"[{blanks['address']}]").splitlines()


def _recipient(matter: Matter) -> Iterator[str]:
    if matter.stage == "complaint":
        yield matter.law.authority.names[matter.words.lang]
        yield f"[{matter.words.blanks['recipient_authority']}]"
        return
    yield matter.provider
    yield matter.words.data_protection
    yield from matter.recipient or (f"[{matter.words.blanks['recipient']}]",)


def _facts(matter: Matter) -> Iterator[tuple[str, str]]:
    words = matter.words
    yield words.facts["account"], _account(matter)
    if matter.setting is not None:
        yield words.facts["setting"], _setting(words, matter.setting)
    if matter.exposed is not None:
        yield words.facts["exposed"], _exposed(words, matter.exposed)


def _account(matter: Matter) -> str:
    if matter.who.identifier:
        return matter.who.identifier
    blank = f"[{matter.words.blanks['identifier']}]"
    shortened = (
        "" if matter.label is None else f" ({matter.words.facts['known_as']}: {mask_email(matter.label)})"
    )
    return blank + shortened


def _setting(words: Wording, fact: SettingFact) -> str:
    private = fact.setting is Setting.PRIVATE
    form = "setting_on" if not private else "setting_word" if fact.since else "setting_off"
    return words.values[form].format(control=fact.control, day=day_text(words, fact.day))


def _exposed(words: Wording, fact: ExposedFact) -> str:
    form = words.conversations["one" if fact.count == 1 else "many"]
    count = form.format(n=fact.count)
    if fact.first is None or fact.last is None:
        return count
    first, last = day_text(words, fact.first), day_text(words, fact.last)
    return words.values["exposed"].format(count=count, first=first, last=last)


def _with_blanks(letter: LetterContent) -> LetterContent:
    from dataclasses import replace

    texts = [*letter.sender, *letter.recipient, *(value for _, value in letter.facts), letter.name]
    found = dict.fromkeys(blank[1:-1] for text in texts for blank in _BLANK.findall(text))
    return replace(letter, blanks=tuple(found))
