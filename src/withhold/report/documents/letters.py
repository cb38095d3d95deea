"""``withhold letter``: letters, and what became of them."""

from datetime import date, datetime
from typing import Literal

from msgspec import Struct

from withhold.report.documents.base import Document

LetterState = Literal["draft", "waiting", "overdue", "answered"]
LetterKindWord = Literal["access", "erasure", "objection", "restriction", "withdraw", "complaint"]


class LetterRecipient(Struct, kw_only=True, frozen=True):
    """Where the letter goes, as the pack has it. All ``null``: the pack has no address, find it yourself."""

    mail: str | None
    form: str | None
    source: str | None
    """Address of the page that the route was read on."""
    source_date: date | None
    note: str | None


class LetterDeadline(Struct, kw_only=True, frozen=True):
    """When an answer is due. ``in_law`` is false where the law names no time: the letter asks for one."""

    period: str
    in_law: bool
    note: str
    source: str
    source_title: str


class LetterDocument(Document, kw_only=True, frozen=True):
    schema: Literal["withhold.letter/1"] = "withhold.letter/1"
    id: str
    provider: str
    account: str | None
    kind: LetterKindWord
    law: str
    lang: str
    stage: Literal["request", "reminder", "complaint"]
    subject: str
    text: str
    recipient: LetterRecipient
    mailto: str | None
    blanks: tuple[str, ...]
    """What is left for the person to fill in by hand."""
    deadline: LetterDeadline
    notes: tuple[str, ...]
    file: str | None
    record: str


class LetterRow(Struct, kw_only=True, frozen=True):
    """One letter. ``due_on`` is the last day for an answer; ``null`` while it was not sent."""

    id: str
    provider: str
    account: str | None
    kind: LetterKindWord
    law: str
    lang: str
    stage: Literal["request", "reminder", "complaint"]
    about: str | None
    state: LetterState
    made_at: datetime
    sent_on: date | None
    extended_on: date | None
    due_on: date | None
    answered_on: date | None
    next: str | None
    record: str
    answer: str | None


class LettersDocument(Document, kw_only=True, frozen=True):
    schema: Literal["withhold.letters/1"] = "withhold.letters/1"
    letters: tuple[LetterRow, ...]
