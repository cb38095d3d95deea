"""``withhold exposure whatif``: a supposition, never evidence."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from withhold.report.documents.base import Document, FutureWord, PastWord
from withhold.report.documents.exposure import CarveOutRow, Totals


class Supposition(Struct, kw_only=True, frozen=True):
    """What is supposed against what is known. ``private_since`` is an instant, ``deleted`` holds our ids.

    ``accounts`` are the labels for which the setting is supposed; conversations of no known account keep
    the verdict they have.
    """

    text: str
    private_since: datetime | None
    deleted: tuple[str, ...]
    accounts: tuple[str, ...]


class VerdictWords(Struct, kw_only=True, frozen=True):
    """Both verdicts with the latest end of keeping that is stated (``null``: no end can be said)."""

    past_exposure: PastWord
    future_eligibility: FutureWord
    kept_until: datetime | None


class SupposedRow(Struct, kw_only=True, frozen=True):
    """A conversation whose row would change. ``carve_outs`` hold in spite of the supposed verdicts too."""

    id: str
    provider: str
    account: str | None
    kind: Literal["chat", "coding"]
    first: datetime | None
    last: datetime | None
    actual: VerdictWords
    supposed: VerdictWords
    carve_outs: tuple[CarveOutRow, ...]


class WhatIfDocument(Document, kw_only=True, frozen=True):
    """``actual`` is what ``exposure`` says; ``supposed`` is no finding and goes into no record."""

    schema: Literal["withhold.whatif/1"] = "withhold.whatif/1"
    is_supposition: Literal[True] = True
    supposition: Supposition
    actual: Totals
    supposed: Totals
    changes: tuple[SupposedRow, ...]
    unchanged: int
    not_supposed_for: int = 0
    """Conversations of no known account: nothing could be supposed about their setting."""
