"""Sessions kept on this computer, summed up."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from withhold.machine.interface import Session, TranscriptRow
from withhold.model.conversation import Unrecognised
from withhold.model.when import ANY_TIME, When
from withhold.model.words import Author


@dataclass(slots=True)
class _Sum:
    sessions: int = 0
    first: datetime | None = None
    last: datetime | None = None
    resumed: int = 0
    after_pause: int = 0
    unreadable: int = 0

    def add(self, session: Session, since: When | None) -> None:
        messages = [m for m in session.conversation.messages if m.author is not Author.OTHER]
        if not messages:
            return
        self.sessions += 1
        for message in messages:
            self._time(message.at)
        if since is not None:
            human = [m.at for m in messages if m.author is Author.HUMAN]
            across = any(may_precede(at, since) for at in human) and any(
                may_follow(at, since) for at in human
            )
            self.resumed += across
            self.after_pause += across and any(may_follow(at, since) for at in session.resumed_at)

    def _time(self, at: When) -> None:
        if at == ANY_TIME:
            return
        self.first = at.earliest if self.first is None else min(self.first, at.earliest)
        self.last = at.latest if self.last is None else max(self.last, at.latest)


def may_precede(at: When, since: When) -> bool:
    """Whether ``at`` may lie before ``since``."""
    return at.earliest < since.latest


def may_follow(at: When, since: When) -> bool:
    """Whether ``at`` may lie at or after ``since``."""
    return at.latest >= since.earliest


def transcript_row(tool: str, found: Iterable[Session | Unrecognised], since: When | None) -> TranscriptRow:
    """Sum up. Sessions without a message by a person or model are not counted."""
    total = _Sum()
    for item in found:
        if isinstance(item, Unrecognised):
            total.unreadable += 1
        else:
            total.add(item, since)
    return TranscriptRow(
        tool=tool,
        sessions=total.sessions,
        first=total.first,
        last=total.last,
        resumed=None if since is None else total.resumed,
        resumed_after_pause=None if since is None else total.after_pause,
        since=since,
        unreadable=total.unreadable,
    )
