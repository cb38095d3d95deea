"""One Codex session, built from its rollouts line by line; what a fork replays is its parent's."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from withhold.model.when import ANY_TIME, When
from withhold.model.words import Author
from withhold.sources.codex_head import Head, meta_of
from withhold.sources.codex_lines import Said, known_type, said_in, unread
from withhold.sources.coding import (
    UNKNOWN,
    Document,
    Row,
    Session,
    is_unread,
    rows_in,
    unknown_kinds,
    without_person,
)
from withhold.sources.drafts import Draft, part
from withhold.sources.interface import Item, KnownMember, Options, SentAgain
from withhold.sources.text import name

PROVIDER = "openai"
REPLAYED_WITHIN = timedelta(seconds=60)
"""A fork writes its parent's lines when it begins, some versions with the time of the copying."""


@dataclass(slots=True)
class Log:
    """The words of a session in order, for finding them again in its forks. 40 bytes a line or so."""

    owners: list[str] = field(default_factory=list)
    times: list[When | None] = field(default_factory=list)
    places: dict[bytes, list[int]] = field(default_factory=dict)

    def add(self, said: Said, owner: str) -> None:
        """Note one more line."""
        self.places.setdefault(said.digest, []).append(len(self.owners))
        self.owners.append(owner)
        self.times.append(said.at)

    def next(self, said: Said, start: int) -> int | None:
        """Where the same words stand, at or behind ``start``."""
        found = self.places.get(said.digest, [])
        index = bisect_left(found, start)
        return found[index] if index < len(found) else None


class CodexSession:
    """Collects what was said in one session. Most of a fork may be copies."""

    def __init__(self, heads: list[Head], logs: dict[str, Log], wanted: set[str], options: Options) -> None:
        first = heads[0]
        self._heads = heads
        self._options = options
        self._session = Session(first.id, PROVIDER, started=first.began)
        self._own: list[Said] = []
        self._copied: Counter[str] = Counter()
        self._kinds: Counter[str] = Counter()
        self._seen: set[tuple[bytes, When | None]] = set()
        self._parent = logs.get(first.parent) if first.parent is not None else None
        self._replay_at = 0
        self._log = Log() if first.id in wanted or first.parent is not None else None
        if self._log is not None:
            logs[first.id] = self._log
            if first.parent is not None:
                # Where the parent is gone, its first fork stands for it.
                logs.setdefault(first.parent, self._log)

    def read(self) -> Iterator[Item]:
        """Read all rollouts of the session; hands out what could not be read."""
        for head in self._heads:
            for row in rows_in(head.claim.entry, self._options):
                yield from self._row(row)

    def read_document(self, found: Document) -> Iterator[Item]:
        """Read the items of a session that is one document."""
        for row in found.rows:
            yield from self._row(row)

    def _row(self, row: Row | Item) -> Iterator[Item]:
        if isinstance(row, Row):
            self._take(row)
            return
        if is_unread(row):
            self._own.append(unread(str(getattr(row, "place", ""))))
        yield row

    def _take(self, row: Row) -> None:
        meta = meta_of(row.value)
        if meta is not None:
            self._header(meta)
            return
        if (kind := known_type(row.value)) is not None:
            self._kinds[kind] += 1
        self._session.project = self._session.project or name(part(row.value, "payload", "cwd"), 1024)
        for said in said_in(row.value):
            self._said(said)

    def _header(self, meta: dict[str, object]) -> None:
        if not self._session.project:
            self._session.project = name(meta.get("cwd"), 1024)
        provider = meta.get("model_provider")
        if isinstance(provider, str) and provider not in ("", PROVIDER):
            self._session.provider = UNKNOWN

    def _said(self, said: Said) -> None:
        if len(self._heads) > 1:
            if (said.digest, said.at) in self._seen:
                return
            self._seen.add((said.digest, said.at))
        owner = self._replayed(said)
        if self._log is not None:
            self._log.add(said, owner or self._session.source_id)
        if owner is None:
            self._own.append(said)
        else:
            self._copied[owner] += 1

    def _replayed(self, said: Said) -> str | None:
        """Whose words these are, if they are the next of the parent's; the first new ones end the replay."""
        if self._parent is None:
            return None
        index = self._parent.next(said, self._replay_at)
        if index is not None and self._is_copy(said, self._parent.times[index]):
            self._replay_at = index + 1
            return self._parent.owners[index]
        if said.author is not Author.OTHER:
            self._parent = None
        return None

    def _is_copy(self, said: Said, original: When | None) -> bool:
        began = self._session.started
        if said.at is None or said.at == original or began is None:
            return True
        return said.at.earliest - began.latest <= REPLAYED_WITHIN

    def finished(self, title: str | None) -> Iterator[Item]:
        """The conversation, and what there is to say about it."""
        place = self._heads[0].claim.entry.path
        yield from unknown_kinds(self._kinds, place)
        drafts = list(_best_channels(self._own))
        if self._copied and not drafts:
            yield KnownMember(place, "copies of other sessions")
            return
        self._session.drafts = without_person(drafts) if self._heads[0].led_by_program else drafts
        self._session.title = title
        self._session.tool_outputs = sum(said.output for said in self._own)
        times = [draft.at for draft in drafts if draft.at is not None]
        begins = min(times, key=lambda when: when.earliest, default=ANY_TIME)
        for owner in sorted(self._copied):
            yield SentAgain(owner, self._session.source_id, begins)
        yield self._session.conversation(self._options)


def _best_channels(found: list[Said]) -> Iterator[Draft]:
    """Each thing said once: through the best channel of its author that the session has.

    What another channel holds besides is no repetition but context: it was sent, and is nobody's words.
    """
    best = {
        author: min((said.channel for said in found if said.author is author), default=0) for author in Author
    }
    words = {said.words for said in found if said.channel == best[said.author]}
    for said in found:
        if said.channel == best[said.author]:
            yield Draft(said.id, said.author, said.at, said.size)
        elif said.words not in words:
            yield Draft(said.id, Author.OTHER, said.at, said.size)
