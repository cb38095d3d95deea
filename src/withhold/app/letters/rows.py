"""Letters as documents: deadlines, states, addresses, and what to mind."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from withhold.app.bootstrap import Services
from withhold.app.letters.data import Law, law_named, laws, routes
from withhold.app.letters.deadlines import due_on, late_from
from withhold.app.letters.facts import route_for
from withhold.model.letter import Letter
from withhold.model.terms import Provider, Route
from withhold.report.documents.letters import (
    LetterDeadline,
    LetterDocument,
    LetterRecipient,
    LetterRow,
    LettersDocument,
    LetterState,
)
from withhold.report.letters.content import LetterContent
from withhold.report.letters.text import letter_text, mailto
from withhold.store.watching import Reminder

_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_URL = re.compile(r"https://\S+")
NO_ADVICE = "This is no legal advice: a text from a program. Read it before you send it; nothing was sent."


def due_of(letter: Letter) -> date:
    """The last day for an answer. Counted from the day on which it was sent; by post it came later."""
    assert letter.sent_on is not None  # noqa: S101 - asked before
    deadline = law_named(letter.law).deadline_of(letter.kind)
    if letter.stage == "reminder":
        return letter.sent_on + timedelta(days=14)
    return due_on(letter.sent_on, deadline, extended=letter.extended_on is not None)


def state_of(letter: Letter, today: date) -> LetterState:
    """What became of it so far. A complaint has no deadline of its own."""
    if letter.answered_on is not None:
        return "answered"
    if letter.sent_on is None:
        return "draft"
    return "overdue" if letter.stage != "complaint" and today >= _late_from(letter) else "waiting"


def _late_from(letter: Letter) -> date:
    if letter.stage == "reminder":  # its period is our own, of calendar days
        return due_of(letter) + timedelta(days=1)
    return late_from(due_of(letter), law_named(letter.law).deadline_of(letter.kind))


def reminder_of(services: Services, letter: Letter) -> Reminder:
    """What the watch reminds of: the first day on which an answer is surely late."""
    provider = services.packs.get(letter.provider_id)
    name = letter.provider_id if provider is None else provider.name
    text = f"No answer filed from {name} to your letter ({letter.kind}) of {letter.sent_on}."
    at = datetime.combine(_late_from(letter), time.min, UTC)
    return Reminder(f"letter-{letter.id}", at, text, f"withhold letter follow-up {letter.id}")


def mail_of(route: Route) -> str | None:
    """The first e-mail address that the pack names for a route."""
    found = _MAIL.search(route.target or "")
    return None if found is None else found.group()


def letter_document(
    services: Services,
    letter: Letter,
    provider: Provider,
    content: LetterContent,
    to: Path | None,
    notes: Sequence[str],
) -> LetterDocument:
    """A letter that was just written."""
    stamp, law = services.stamp(), law_named(letter.law)
    recipient = _recipient(provider, letter)
    return LetterDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        id=letter.id,
        provider=provider.id,
        account=letter.account_id,
        kind=letter.kind,
        law=law.id,
        lang=letter.lang,
        stage=letter.stage,
        subject=content.subject,
        text=letter_text(content),
        recipient=recipient,
        mailto=None if recipient.mail is None else mailto(content, recipient.mail),
        blanks=content.blanks,
        deadline=_deadline(law, letter),
        notes=(NO_ADVICE, *notes, *_notes(provider, letter, law, recipient)),
        file=None if to is None else str(to),
        record=letter.record,
    )


def letters_document(services: Services, only: str | None = None) -> LettersDocument:
    """All letters, or one of them."""
    stamp = services.stamp()
    labels = {a.id: a.label for a in services.store.accounts()}
    today = stamp.generated_at.date()
    found = [x for x in services.store.letters.all() if only in (None, x.id)]
    return LettersDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        letters=tuple(_row(x, labels, today) for x in found),
    )


def _row(letter: Letter, labels: dict[str, str], today: date) -> LetterRow:
    state = state_of(letter, today)
    return LetterRow(
        id=letter.id,
        provider=letter.provider_id,
        account=labels.get(letter.account_id or ""),
        kind=letter.kind,
        law=letter.law,
        lang=letter.lang,
        stage=letter.stage,
        about=letter.about,
        state=state,
        made_at=letter.made_at,
        sent_on=letter.sent_on,
        extended_on=letter.extended_on,
        due_on=None if letter.sent_on is None or letter.stage == "complaint" else due_of(letter),
        answered_on=letter.answered_on,
        next=_next(letter, state),
        record=letter.record,
        answer=letter.answer,
    )


def _next(letter: Letter, state: LetterState) -> str | None:
    return {
        "draft": f"send it, then: withhold letter sent {letter.id} --on DAY",
        "waiting": f"when it is answered: withhold letter answered {letter.id} FILE",
        "overdue": f"withhold letter follow-up {letter.id}",
    }.get(state)


def _recipient(provider: Provider, letter: Letter) -> LetterRecipient:
    if letter.stage == "complaint":
        authority = law_named(letter.law).authority
        return LetterRecipient(
            mail=None,
            form=authority.find,
            source=authority.find,
            source_date=laws().compiled_on,
            note=authority.hint,
        )
    taking = [r for r, kinds in routes().get(provider.id, {}).items() if letter.kind in kinds]
    mail, form = route_for(provider, taking, "email"), route_for(provider, taking, "form")
    chosen = mail or form
    source = next(
        (provider.sources[s] for s in (chosen.sources if chosen else ()) if s in provider.sources), None
    )
    url = None if form is None else _URL.search(form.target or "")
    return LetterRecipient(
        mail=None if mail is None else mail_of(mail),
        form=None if form is None else (url.group() if url else form.target),
        source=None if source is None else source.url,
        source_date=None if source is None else source.published or source.copy_date,
        note=None if chosen is None else f"{chosen.what_it_does} ({chosen.confidence.value})",
    )


def _deadline(law: Law, letter: Letter) -> LetterDeadline:
    deadline = law.deadline_of(letter.kind)
    source = laws().sources[deadline.source]
    fixed = letter.kind in law.deadlines or deadline.fixed_for is None or letter.kind in deadline.fixed_for
    return LetterDeadline(
        period=law.period_of(letter.kind)["en"],
        in_law=fixed and letter.kind != "complaint",
        note=deadline.note,
        source=source.url,
        source_title=source.title,
    )


def _notes(provider: Provider, letter: Letter, law: Law, recipient: LetterRecipient) -> Iterator[str]:
    if letter.stage == "complaint":
        yield f"Where it goes: {law.authority.find}. {law.authority.hint}"
    elif recipient.mail is None and recipient.form is None:
        yield (
            f"The pack of {provider.name} holds no address for such a letter, so a blank is left. Look"
            " it up in the provider's privacy policy; none was invented."
        )
    elif recipient.mail is None:
        yield f"The pack knows a form only: {recipient.form}"
    if letter.kind == "erasure":
        yield "Erasing does not take anything out of models that were trained already."
    if letter.kind in ("erasure", "access"):
        yield from _own_way(provider, letter.kind)
    yield "Send it from the account's own address; prove who you are only if you are asked to."


def _own_way(provider: Provider, kind: str) -> Iterator[str]:
    """What the person can do without a letter, as the pack has it."""
    for name in ("export",) if kind == "access" else ("delete_all", "delete_account"):
        right = provider.data_rights.get(name)
        if right is not None:
            yield f"Without a letter ({name.replace('_', ' ')}): {right.how}"
