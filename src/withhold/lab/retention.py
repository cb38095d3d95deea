"""The retention job: what is due to go, and when.

Rule L8. The job is thought of as always running, so a purge carries the instant at which it was due, however
far the clock was moved in one step. Basis words are those of retention clocks.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from withhold.lab.state import Conversation, Copy
from withhold.lab.terms import Keep

TRAINING_ON = "training_on"
AFTER_CHAT_DELETION = "after_chat_deletion"
TEMPORARY_CHATS = "temporary_chats"


@dataclass(frozen=True, slots=True)
class Purge:
    """At ``at`` the provider lost what it kept of ``conversation`` on ``basis``."""

    conversation: str
    basis: str
    at: datetime


def end_of(conversation: Conversation, keep: Keep) -> tuple[datetime, str] | None:
    """When and on which basis the stored conversation goes; ``None`` while nothing ends it."""
    ends = []
    if conversation.last_shared is not None:
        ends.append((keep.shared.after(conversation.last_shared), TRAINING_ON))
    if conversation.incognito:
        ends.append((keep.incognito.after(conversation.last_at), TEMPORARY_CHATS))
    if conversation.deleted_at is not None:
        ends.append((keep.deleted.after(conversation.deleted_at), AFTER_CHAT_DELETION))
    return min(ends, default=None)


def stored(conversation: Conversation, at: datetime, keep: Keep) -> bool:
    """Whether the store still holds the conversation at ``at``, if nothing happens until then."""
    if conversation.purged_at is not None:
        return False
    end = end_of(conversation, keep)
    return end is None or at < end[0]


class RetentionJob:
    """A queue of ends. Watching is cheap; an end that was put off later is dropped when its turn comes."""

    def __init__(self, keep: Keep) -> None:
        self._keep = keep
        self._queue: list[tuple[datetime, int, Conversation, Copy | str]] = []
        self._count = 0

    def watch(self, conversation: Conversation) -> None:
        """To be called whenever the end of a conversation may have changed."""
        end = end_of(conversation, self._keep)
        if end is not None:
            self._push(end[0], conversation, end[1])

    def watch_copy(self, conversation: Conversation, copy: Copy) -> None:
        self._push(copy.until, conversation, copy)

    def _push(self, due: datetime, conversation: Conversation, what: Copy | str) -> None:
        self._count += 1
        heapq.heappush(self._queue, (due, self._count, conversation, what))

    def run(self, until: datetime) -> Iterator[Purge]:
        """Purge everything due up to and including ``until``, in order."""
        while self._queue and self._queue[0][0] <= until:
            due, _, conversation, what = heapq.heappop(self._queue)
            if isinstance(what, Copy):
                what.purged_at = due
                yield Purge(conversation.id, what.basis, due)
            elif conversation.purged_at is None and end_of(conversation, self._keep) == (due, what):
                conversation.purged_at = due
                yield Purge(conversation.id, what, due)
