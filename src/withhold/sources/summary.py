"""What was read from one source, in numbers that add up."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from withhold.model.columns import Columns, instant
from withhold.model.conversation import Conversation, SourceAccount, Unrecognised
from withhold.model.when import When
from withhold.sources.interface import (
    Apart,
    ExportedAt,
    Item,
    KnownMember,
    Notice,
    PerhapsPartial,
    SentAgain,
    SettingSeen,
)
from withhold.sources.times import MINUTE, ZONELESS

_MICROSECOND = timedelta(microseconds=1)
_ZONELESS, _MINUTE = ZONELESS // _MICROSECOND, MINUTE // _MICROSECOND
_EASTMOST = timedelta(hours=14) // _MICROSECOND
_NEVER = 1 << 62
LISTED = 1000
"""Places listed one by one; more are counted."""


@dataclass(frozen=True, slots=True)
class ReadSummary:
    """One row of ``import``.

    ``human`` and ``model`` count messages sent by a person and answers, on every branch. ``first`` and
    ``last`` (UTC) are over those of them that have a time. ``feedback`` and ``shared`` count conversations.
    ``unrecognised`` lists at most :data:`LISTED` places, ``unrecognised_count`` counts all.
    """

    path: str
    format: str
    accounts: tuple[SourceAccount, ...]
    account_refs: tuple[str, ...]
    """Ids of accounts that conversations or members name."""
    conversations: int
    empty: int
    """Conversations without any message; they are counted in ``conversations`` too."""
    human: int
    model: int
    first: datetime | None
    last: datetime | None
    feedback: int
    shared: int
    unrecognised: tuple[Unrecognised, ...]
    unrecognised_count: int
    warnings: tuple[str, ...]
    members: tuple[tuple[str, int], ...]
    """Entries that are understood and hold no conversation, by kind."""
    sent_again: tuple[SentAgain, ...]
    exported_at: When | None
    settings: tuple[SettingSeen, ...] = ()
    apart: tuple["ApartCount", ...] = ()
    """Conversations of other kinds (group chats ...), in none of the numbers above."""
    perhaps_partial: bool = False
    """Nothing in it tells that it is all of the export."""


@dataclass(frozen=True, slots=True)
class ApartCount:
    """Conversations of one kind that are counted apart."""

    what: str
    conversations: int
    human: int
    model: int
    first: datetime | None
    last: datetime | None


@dataclass(slots=True)
class Tally:
    """Counts items as they pass."""

    path: str
    format: str
    accounts: dict[str, SourceAccount] = field(default_factory=dict)
    refs: set[str] = field(default_factory=set)
    conversations: int = 0
    empty: int = 0
    human: int = 0
    model: int = 0
    first: int = _NEVER
    """In microseconds, as :attr:`last`."""
    last: int = -_NEVER
    feedback: int = 0
    shared: int = 0
    unrecognised: list[Unrecognised] = field(default_factory=list)
    unrecognised_count: int = 0
    warnings: list[str] = field(default_factory=list)
    members: Counter[str] = field(default_factory=Counter)
    sent_again: list[SentAgain] = field(default_factory=list)
    exported_at: When | None = None
    undated: int = 0
    zoneless: int = 0
    settings: list[SettingSeen] = field(default_factory=list)
    apart: dict[str, "Tally"] = field(default_factory=dict)
    perhaps_partial: bool = False

    def add(self, item: Item) -> None:
        """Count one item."""
        match item:
            case Conversation():
                self._conversation(item)
            case Unrecognised():
                self.unrecognised_count += 1
                if len(self.unrecognised) < LISTED:
                    self.unrecognised.append(item)
            case SourceAccount():
                self.accounts[item.ref] = item
                self.refs.add(item.ref)
            case Notice():
                self.warnings.append(f"{item.place}: {item.text}" if item.place else item.text)
            case KnownMember():
                self.members[item.what] += 1
            case SentAgain():
                self.sent_again.append(item)
            case PerhapsPartial():
                self.perhaps_partial = True
            case ExportedAt():
                self.exported_at = item.when
            case SettingSeen():
                self.settings.append(item)
            case Apart():
                self.apart.setdefault(item.what, Tally(self.path, item.what)).add(item.conversation)

    def _conversation(self, found: Conversation) -> None:
        messages = Columns.of(found.messages)
        self.conversations += 1
        self.empty += not len(messages)
        self.human += messages.authors.count("h")
        self.model += messages.authors.count("m")
        self.feedback += bool(found.feedback)
        self.shared += found.shared is True
        if found.account_ref is not None:
            self.refs.add(found.account_ref)
        if messages.earliest != messages.latest:
            self._spans(messages)
        elif len(messages) and not (
            self.first <= min(messages.earliest) and max(messages.earliest) <= self.last
        ):
            self._instants(
                [at for at, who in zip(messages.earliest, messages.authors, strict=True) if who != "o"]
            )

    def _instants(self, times: Sequence[int]) -> None:
        if times:
            self.first = min(self.first, *times)
            self.last = max(self.last, *times)

    def _spans(self, messages: Columns) -> None:
        """Times of which some are not exact."""
        for author, earliest, latest in zip(
            messages.authors, messages.earliest, messages.latest, strict=True
        ):
            if author != "o":
                self._span(earliest, latest - earliest)

    def _span(self, earliest: int, width: int) -> None:
        """As :func:`~withhold.sources.times.dated` and ``nominal``, in microseconds."""
        if width == _ZONELESS:
            self.zoneless += 1
            self._instants([earliest + _EASTMOST])
        elif width <= _MINUTE:
            self._instants([earliest])
        else:
            self.undated += 1

    def summary(self) -> ReadSummary:
        """The row so far."""
        return ReadSummary(
            path=self.path,
            format=self.format,
            accounts=tuple(self.accounts.values()),
            account_refs=tuple(sorted(self.refs)),
            conversations=self.conversations,
            empty=self.empty,
            human=self.human,
            model=self.model,
            first=_shown(self.first),
            last=_shown(self.last),
            feedback=self.feedback,
            shared=self.shared,
            unrecognised=tuple(self.unrecognised),
            unrecognised_count=self.unrecognised_count,
            warnings=(*self.warnings, *self._time_warnings()),
            members=tuple(sorted(self.members.items())),
            sent_again=tuple(self.sent_again),
            exported_at=self.exported_at,
            settings=tuple(self.settings),
            apart=tuple(_apart(tally) for tally in self.apart.values()),
            perhaps_partial=self.perhaps_partial,
        )

    def _time_warnings(self) -> list[str]:
        found = []
        if self.undated:
            found.append(f"{self.undated} messages have no time; when they were sent is not known")
        if self.zoneless:
            found.append(
                f"{self.zoneless} messages have a time without a zone: shown as UTC, judged as any zone"
            )
        return found


def _shown(micros: int) -> datetime | None:
    return None if abs(micros) == _NEVER else instant(micros)


def _apart(tally: Tally) -> ApartCount:
    return ApartCount(
        tally.format, tally.conversations, tally.human, tally.model, _shown(tally.first), _shown(tally.last)
    )
