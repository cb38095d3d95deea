"""A letter to a provider or an authority, and what became of it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

LetterKind = Literal["access", "erasure", "objection", "restriction", "withdraw", "complaint"]
LetterStage = Literal["request", "reminder", "complaint"]


@dataclass(frozen=True, slots=True)
class Letter:
    """``record`` is the evidence that holds its text; ``about`` the letter that a later one follows up.

    Days are the person's own: when it was sent, when the provider claimed more time, when it answered.
    ``None`` is: not yet, as far as the person said. ``answer`` is the evidence record of the answer.
    """

    id: str
    provider_id: str
    account_id: str | None
    kind: LetterKind
    law: str
    lang: str
    stage: LetterStage
    made_at: datetime
    record: str
    about: str | None = None
    sent_on: date | None = None
    extended_on: date | None = None
    answered_on: date | None = None
    answer: str | None = None
