"""``withhold watch terms``: which pages were asked for, and which of their changes matter."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from withhold.report.documents.base import Document

TermsOutcome = Literal[
    "first_seen",
    "same",
    "no_relevant_change",
    "relevant_change",
    "not_due",
    "robots",
    "refused",
    "gone",
    "unreachable",
    "too_large",
    "not_text",
    "needs_browser",
    "shrunk",
    "other_language",
]
SeenWord = Literal[
    "relevant_change", "no_relevant_change_seen", "undetermined", "first_seen", "nothing_asked"
]
TopicWord = Literal["training", "retention", "deletion", "opt_out", "human_review", "automated_access"]


class TermsPageRow(Struct, kw_only=True, frozen=True):
    """One page of a provider. ``same`` and ``no_relevant_change`` say what was seen, not what is so.

    ``since`` is the last instant before this run at which the kept version was seen. ``edits`` counts
    sentences that differ from it, ``relevant`` those that raised an alarm. ``record`` is the version.
    """

    provider: str
    url: str
    title: str
    outcome: TermsOutcome
    why: str
    since: datetime | None
    edits: int
    relevant: int
    record: str | None


class SentencePair(Struct, kw_only=True, frozen=True):
    """A sentence as it was and as it is; ``null`` where it is new, or gone."""

    topics: tuple[TopicWord, ...]
    old: str | None
    new: str | None
    under: str
    """The heading that it stands under, if any."""
    why: str


class ConcernedControl(Struct, kw_only=True, frozen=True):
    id: str
    name: str
    next: str
    """The command that looks at it."""


class TermsAlarm(Struct, kw_only=True, frozen=True):
    """A change that matters. It took place between ``earliest`` and ``latest``."""

    id: str
    provider: str
    url: str
    earliest: datetime
    latest: datetime
    topics: tuple[TopicWord, ...]
    sentences: tuple[SentencePair, ...]
    controls: tuple[ConcernedControl, ...]
    products: tuple[str, ...]
    entries: tuple[str, ...]
    """Entries of terms in the pack that rest on the page: they need a look too."""
    record: str
    read: bool
    """Whether the person said that they had read it."""


class WatchTermsDocument(Document, kw_only=True, frozen=True):
    schema: Literal["withhold.watch-terms/1"] = "withhold.watch-terms/1"
    seen: SeenWord
    pages: tuple[TermsPageRow, ...]
    alarms: tuple[TermsAlarm, ...]
    """Changes found in this run; with ``--list``, those that were found before."""
    unread: int
    """Changes of any run that the person has not marked as read."""
