"""Sessions kept on this computer, summed up."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from withhold.machine.interface import Session, Since, TranscriptRow
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
    shared: int = 0
    feedback: int = 0
    since: When | None = None

    def add(self, session: Session, since: When | None) -> None:
        messages = [m for m in session.conversation.messages if m.author is not Author.OTHER]
        if not messages:
            return
        self.sessions += 1
        self.shared += session.conversation.shared is True
        self.feedback += bool(session.conversation.feedback)
        self.since = self.since or since
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


def transcript_rows(
    tool: str, found: Iterable[Session | Unrecognised], since: Since
) -> tuple[TranscriptRow, ...]:
    """Sum up, one row for each account that the files name; at least one. ``since`` is by provider.

    Sessions without a message by a person or model are not counted.
    """
    totals: dict[str | None, _Sum] = defaultdict(_Sum)
    unreadable = 0
    for item in found:
        if isinstance(item, Unrecognised):
            unreadable += 1
        else:
            conversation = item.conversation
            totals[conversation.account_ref].add(item, since.get(conversation.provider_id))
    held = {account: total for account, total in totals.items() if total.sessions} or {None: _Sum()}
    rows = [_row(tool, account, held[account]) for account in sorted(held, key=lambda name: name or "")]
    return (replace(rows[0], unreadable=unreadable), *rows[1:])


def _row(tool: str, account: str | None, total: _Sum) -> TranscriptRow:
    return TranscriptRow(
        tool=tool,
        sessions=total.sessions,
        first=total.first,
        last=total.last,
        resumed=None if total.since is None else total.resumed,
        resumed_after_pause=None if total.since is None else total.after_pause,
        since=total.since,
        account=account,
        shared=total.shared,
        feedback=total.feedback,
    )
