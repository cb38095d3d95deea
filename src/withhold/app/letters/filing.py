"""Letters to providers under data protection law. Nothing here sends anything or is legal advice."""

import mimetypes
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from pathlib import Path

from withhold.app.accounts import provider_of
from withhold.app.bootstrap import Services
from withhold.app.letters.compose import Earlier, Identity, Matter, compose
from withhold.app.letters.data import Law, law_named, laws, routes, wording
from withhold.app.letters.facts import account_of, exposed_fact, route_for, setting_fact
from withhold.app.letters.rows import (
    due_of,
    letter_document,
    letters_document,
    reminder_of,
    state_of,
)
from withhold.model.account import Account
from withhold.model.evidence import Artifact, Draft, Json
from withhold.model.letter import Letter, LetterKind, LetterStage
from withhold.model.terms import Provider
from withhold.report.documents.letters import LetterDocument, LettersDocument
from withhold.report.letters.content import LetterContent
from withhold.report.letters.text import letter_text
from withhold.support.errors import EnvironmentProblem, NothingRead, UsageProblem
from withhold.support.files import write_atomic

MAX_ANSWER = 64 * 1024 * 1024
"""Bytes of an answer that is filed."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What letter is wanted. Left out, ``law`` is told by the account's region, ``lang`` is English."""

    provider: str
    kind: LetterKind
    law: str | None = None
    lang: str | None = None
    account: str | None = None
    who: Identity = field(default_factory=Identity)


def write_letter(services: Services, wish: Wish, *, to: Path | None = None) -> LetterDocument:
    """Write a first letter, keep it as evidence, and put it into ``to`` (PDF by its name, else text)."""
    provider = provider_of(services, wish.provider)
    account = account_of(services, provider, wish.account)
    law, guessed = _law(wish.law, account)
    stage: LetterStage = "complaint" if wish.kind == "complaint" else "request"
    earlier = _unanswered(services, provider, account) if stage == "complaint" else None
    made = _Made(provider, account, wish.kind, stage, law, wish.lang, wish.who, earlier)
    return _write(services, made, to, (guessed,) if guessed else ())


def follow_up(
    services: Services,
    letter_id: str | None,
    who: Identity,
    *,
    to: Path | None = None,
    complain: bool = False,
) -> LetterDocument:
    """The reminder of an unanswered letter, or (``complain``) the complaint to the authority.

    Without ``letter_id`` the oldest overdue one is taken. Raises ``UsageProblem`` where none is overdue.
    """
    letter = _overdue(services, letter_id)
    provider = provider_of(services, letter.provider_id)
    account = next((a for a in services.store.accounts() if a.id == letter.account_id), None)
    stage: LetterStage = "complaint" if complain else "reminder"
    kind: LetterKind = "complaint" if complain else letter.kind
    made = _Made(provider, account, kind, stage, law_named(letter.law), letter.lang, who, letter)
    return _write(services, made, to)


def follow_up_all(services: Services) -> LettersDocument:
    """Drafts of a reminder and of a complaint for every overdue letter that has none yet."""
    for _, made in follow_up_drafts(services):
        if isinstance(made, str):
            services.progress.step(made)
    return letters_document(services)


def follow_up_drafts(services: Services) -> Iterator[tuple[Letter, LetterDocument | str]]:
    """Each draft as it is written, with the overdue letter that it follows; or why none could be.

    One letter that cannot be followed up (its provider's pack is gone, say) keeps no other from it.
    """
    today, letters = services.clock().date(), services.store.letters.all()
    for letter in letters:
        if state_of(letter, today) != "overdue" or letter.stage == "complaint":
            continue
        followed = {other.stage for other in letters if other.about == letter.id}
        for stage in ("reminder", "complaint"):
            if stage not in followed:
                yield letter, _draft(services, letter, complain=stage == "complaint")


def _draft(services: Services, letter: Letter, *, complain: bool) -> LetterDocument | str:
    try:
        return follow_up(services, letter.id, Identity(), complain=complain)
    except (UsageProblem, EnvironmentProblem) as problem:
        return problem.message


def mark_sent(services: Services, letter_id: str, day: date) -> LettersDocument:
    """The person sent the letter on ``day``: its deadline runs, and the watch reminds of it."""
    letter = services.store.letters.get(letter_id)
    _not_ahead(services, day)
    if day < letter.made_at.date():
        raise UsageProblem(
            f"the letter was written on {letter.made_at.date()}, after {day}",
            next_step="mind the year of --on",
        )
    return _changed(services, replace(letter, sent_on=day), "letter.sent", {"on": day.isoformat()})


def mark_extended(services: Services, letter_id: str, day: date) -> LettersDocument:
    """The provider said on ``day`` that it takes the longer time that the law allows."""
    letter = _sent(services, letter_id)
    _not_ahead(services, day)
    law = law_named(letter.law)
    if law.deadline_of(letter.kind).extension is None:
        raise UsageProblem(f"{law.names['en']} allows no longer time for a letter of this kind")
    if day > due_of(letter):
        raise UsageProblem(
            f"on {day} the first period was over ({due_of(letter)}): it cannot be extended any more",
            next_step=f"withhold letter follow-up {letter.id}",
        )
    return _changed(services, replace(letter, extended_on=day), "letter.extended", {"on": day.isoformat()})


def mark_answered(services: Services, letter_id: str, file: Path, day: date | None) -> LettersDocument:
    """File the provider's answer as evidence, byte for byte."""
    letter = _sent(services, letter_id)
    on = day or services.clock().date()
    _not_ahead(services, on)
    data = _answer(file)
    media = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    artifact = Artifact(f"answer{file.suffix.lower()[:8]}", media, data)
    answered = replace(letter, answered_on=on)
    return _changed(services, answered, "letter.answered", {"on": on.isoformat()}, (artifact,))


def list_letters(services: Services) -> LettersDocument:
    """Every letter with its deadline and the next step."""
    return letters_document(services)


@dataclass(frozen=True, slots=True)
class _Made:
    provider: Provider
    account: Account | None
    kind: LetterKind
    stage: LetterStage
    law: Law
    lang: str | None
    who: Identity
    earlier: Letter | None


def _write(services: Services, made: _Made, to: Path | None, notes: Sequence[str] = ()) -> LetterDocument:
    words = wording(made.lang or next(iter(made.law.names)))
    content = compose(_matter(services, made, words.lang))
    now = services.clock()
    letter_id = uuid.uuid4().hex[:8]
    text = letter_text(content)
    body: dict[str, Json] = {
        "letter": letter_id,
        "provider": made.provider.id,
        "account": None if made.account is None else made.account.id,
        "kind": made.kind,
        "law": made.law.id,
        "stage": made.stage,
        "about": None if made.earlier is None else made.earlier.id,
        "text_sha256": sha256(text.encode()).hexdigest(),
    }
    artifact = Artifact("letter.txt", "text/plain; charset=utf-8", text.encode())
    record = services.journal.append(Draft("letter.written", now, body, (artifact,)))
    letter = Letter(
        id=letter_id,
        provider_id=made.provider.id,
        account_id=None if made.account is None else made.account.id,
        kind=made.kind,
        law=made.law.id,
        lang=words.lang,
        stage=made.stage,
        made_at=now,
        record=record.id,
        about=None if made.earlier is None else made.earlier.id,
    )
    services.store.letters.put(letter)
    if to is not None:
        _put(to, content, services)
    return letter_document(services, letter, made.provider, content, to, notes)


def _matter(services: Services, made: _Made, lang: str) -> Matter:
    wanted = laws().facts[made.kind]
    recipient = _address(made)
    first = made.earlier
    return Matter(
        provider=made.provider.name,
        kind=made.kind,
        stage=made.stage,
        law=made.law,
        words=wording(lang),
        today=services.clock().date(),
        who=made.who,
        label=None if made.account is None else made.account.label,
        recipient=recipient,
        setting=setting_fact(services, made.provider, made.account) if "setting" in wanted else None,
        exposed=exposed_fact(services, made.account) if "exposed" in wanted else None,
        earlier=None
        if first is None or first.sent_on is None
        else Earlier(first.kind, first.sent_on, due_of(first)),
    )


def _address(made: _Made) -> tuple[str, ...]:
    from withhold.app.letters.rows import mail_of

    taking = [r for r, kinds in routes().get(made.provider.id, {}).items() if made.kind in kinds]
    route = route_for(made.provider, taking, "email")
    mail = None if route is None else mail_of(route)
    return () if mail is None else (mail,)


def _put(to: Path, content: LetterContent, services: Services) -> None:
    if to.suffix.lower() == ".pdf":
        from withhold.report.letters.pdf import letter_pdf

        data = letter_pdf(content, made_at=services.clock())
    else:
        data = letter_text(content).encode()
    try:
        write_atomic(to.absolute(), data)
    except OSError as problem:
        raise UsageProblem(f"{to} cannot be written: {problem.strerror}") from problem


def _law(name: str | None, account: Account | None) -> tuple[Law, str]:
    """The law, and a note where nobody said which it is."""
    if name is not None:
        return law_named(name), ""
    region = None if account is None or account.region is None else account.region.casefold()
    for law in laws().laws:
        if region in {r.casefold() for r in law.regions}:
            return law, ""
    return law_named(
        "gdpr"
    ), "Nobody said which law holds for you; the GDPR was taken. Name another with --law."


def _unanswered(services: Services, provider: Provider, account: Account | None) -> Letter | None:
    """The oldest letter to that provider which nobody answered in time."""
    today = services.clock().date()
    who = None if account is None else account.id
    return next(
        (
            letter
            for letter in services.store.letters.all()
            if letter.provider_id == provider.id
            and letter.account_id == who
            and letter.stage == "request"
            and state_of(letter, today) == "overdue"
        ),
        None,
    )


def _overdue(services: Services, letter_id: str | None) -> Letter:
    today = services.clock().date()
    if letter_id is not None:
        letter = services.store.letters.get(letter_id)
        if state_of(letter, today) != "overdue":
            due = f"due by {due_of(letter)}" if letter.sent_on else "not sent"
            raise UsageProblem(f"letter {letter.id} is not overdue: it is {state_of(letter, today)} ({due})")
        return letter
    found = [x for x in services.store.letters.all() if state_of(x, today) == "overdue"]
    if not found:
        raise UsageProblem("no letter is overdue", next_step="withhold letter list")
    return found[0]


def _changed(
    services: Services, letter: Letter, kind: str, said: dict[str, Json], parts: tuple[Artifact, ...] = ()
) -> LettersDocument:
    """Put down what became of a letter: evidence first, then the state and the reminder."""
    body: dict[str, Json] = {"letter": letter.id, "written": letter.record, "known": "attested", **said}
    record = services.journal.append(Draft(kind, services.clock(), body, parts))
    kept = replace(letter, answer=record.id) if parts else letter
    watching = services.store.watching
    with services.store.transaction():
        services.store.letters.put(kept)
        reminder = reminder_of(services, kept)
        if kept.answered_on is not None:
            watching.settle_reminder(reminder.name, services.clock())
        else:
            watching.remind(reminder)
    return letters_document(services, only=kept.id)


def _sent(services: Services, letter_id: str) -> Letter:
    letter = services.store.letters.get(letter_id)
    if letter.sent_on is None:
        raise UsageProblem(
            f"letter {letter.id} is a draft: nobody said that it was sent",
            next_step=f"withhold letter sent {letter.id} --on DAY",
        )
    return letter


def _not_ahead(services: Services, day: date) -> None:
    if day > services.clock().date():
        raise UsageProblem(f"{day} lies ahead", next_step="give the day on which it happened")


def _answer(file: Path) -> bytes:
    try:
        if file.stat().st_size > MAX_ANSWER:
            raise NothingRead(
                f"{file.name} is larger than 64 MiB", next_step="file the covering letter of it"
            )
        return file.read_bytes()
    except OSError as problem:
        raise NothingRead(f"{file} could not be read: {problem.strerror}") from problem
