"""One session of Claude Code, built line by line."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import blake2b

from withhold.model.conversation import Conversation, Message, Unrecognised
from withhold.model.when import ANY_TIME, When
from withhold.model.words import Author, Kind
from withhold.sources.claude_code_lines import account_of, author_of, held_in, is_bookkeeping
from withhold.sources.interface import Entry, Item, KnownMember, Notice, Options, SentAgain
from withhold.sources.json_scanner import Raw, Skipped
from withhold.sources.json_values import loads
from withhold.sources.streams import items_of, lines_of
from withhold.sources.text import name, size_of
from withhold.sources.times import moment

PROVIDER = "anthropic"
REMEMBERED = 3_000_000
"""Lines whose ids are kept for finding copies: about 400 MB, some ten times the largest tree reported."""
TITLES = {"ai-title": "aiTitle", "custom-title": "customTitle", "summary": "summary"}


@dataclass(slots=True)
class Known:
    """What the sessions of one source have in common: whose each line is."""

    owners: dict[bytes, str] = field(default_factory=dict)
    sessions: set[str] = field(default_factory=set)
    overflow: bool = False
    typed: set[tuple[str | None, int]] = field(default_factory=set)
    """Seconds since 1970 at which a person's message was sent: in any session (``None``), and in each."""

    def owner(self, line_id: str, session: str) -> str | None:
        """The session that has shown this line before. ``None``: it is new, and now ``session``'s."""
        digest = blake2b(line_id.encode("utf-8", "replace"), digest_size=16).digest()
        owner = self.owners.get(digest)
        if owner is None and len(self.owners) < REMEMBERED:
            self.owners[digest] = session
        elif owner is None:
            self.overflow = True
        return owner

    def notices(self) -> Iterator[Notice]:
        """What a person should know about the whole."""
        if self.overflow:
            text = f"more than {REMEMBERED} lines: copies among the later ones may be counted twice"
            yield Notice(text)


class Session:
    """Collects the messages of one session from its files, in the order of the files' lines.

    A line that cannot be read may have been a message that was sent. It stays in the session as one of
    unknown author, so that nothing is taken to end before it.
    """

    def __init__(self, source_id: str, known: Known, options: Options) -> None:
        self._id = source_id
        self._known = known
        self._options = options
        self._messages: list[Message] = []
        self._answers: dict[str, int] = {}
        self._copied: Counter[str] = Counter()
        self._unknown: Counter[str] = Counter()
        self._project: str | None = None
        self._title: str | None = None
        self._place = source_id
        self._before: datetime | None = None
        self._files = self._outputs = 0
        self.account: str | None = None
        known.sessions.add(source_id)

    def read(self, entry: Entry, *, inside: str | None = None) -> Iterator[Item]:
        """Add the lines of a file (or the list ``inside`` of it); hands out what could not be read."""
        self._place = entry.path
        self._before = None
        limits = self._options.limits
        found = lines_of(entry, limits) if inside is None else items_of(entry, limits, inside=inside)
        for raw in found:
            if isinstance(raw, Skipped):
                rest = "; everything from here on is lost" if raw.rest else ""
                place = f"{entry.path} at byte {raw.offset}"
                self._maybe_sent(place)
                yield Unrecognised(place, raw.reason + rest)
            else:
                yield from self._line(raw, entry, torn=not raw.complete and inside is None)

    def _line(self, raw: Raw, entry: Entry, *, torn: bool) -> Iterator[Item]:
        place = f"{entry.path} at byte {raw.offset}"
        try:
            line = loads(raw.data)
        except ValueError:
            self._maybe_sent(place)
            if torn:
                yield Notice("the last line is not finished, as when a program is still writing it", place)
            else:
                yield Unrecognised(place, "a line that is no JSON")
            return
        if isinstance(line, dict):
            self._take(line, place)
        else:
            self._maybe_sent(place)
            yield Unrecognised(place, "a line that is no JSON object")

    def _maybe_sent(self, line_id: str, at: When | None = None) -> None:
        """Keep a line that may have been a message. Lines are appended: none is older than the one before."""
        self._messages.append(Message(line_id, Author.OTHER, at or When.between(self._before, None)))

    def _take(self, line: dict[str, object], place: str) -> None:
        self._header(line)
        author = author_of(line)
        at = moment(line.get("timestamp"))
        known = author is not None or is_bookkeeping(line)
        if not known:
            self._count_type(line)
        elif at is not None:
            self._before = at.earliest
        if author is None and known:
            return
        line_id = name(line.get("uuid"))
        if line_id is not None and self._is_copy(line_id):
            return
        if author is None:
            self._maybe_sent(line_id or place, at)
        else:
            self._message(line, line_id or place, author)

    def _is_copy(self, line_id: str) -> bool:
        owner = self._known.owner(line_id, self._id)
        if owner is None:
            return False
        self._copied[owner] += owner != self._id
        return True

    def _header(self, line: dict[str, object]) -> None:
        for key in ("sessionId", "session_id"):
            if (session := name(line.get(key))) is not None:
                self._known.sessions.add(session)
        self._project = self._project or name(line.get("cwd"), 1024)
        self.account = self.account or name(account_of(line))
        if self._options.keep_titles and (title_key := TITLES.get(str(line.get("type")))):
            self._title = name(line.get(title_key)) or self._title

    def _count_type(self, line: dict[str, object]) -> None:
        self._unknown[name(line.get("type"), 40) or "(none)"] += 1

    def _message(self, line: dict[str, object], line_id: str, author: Author) -> None:
        message = line.get("message")
        assert isinstance(message, dict)  # noqa: S101 - author_of has looked
        content = message.get("content")
        size = size_of(content, inside=isinstance(content, str))
        files, outputs = held_in(content)
        self._files += files if author is Author.HUMAN else 0
        self._outputs += outputs
        answer = name(message.get("id")) if author is Author.MODEL else None
        at = moment(line.get("timestamp")) or ANY_TIME
        if author is Author.HUMAN and at.exact:
            second = int(at.earliest.timestamp())
            named = name(line.get("sessionId")) or name(line.get("session_id"))
            self._known.typed.update(((None, second), (self._id, second), (named, second)))
        if answer is not None and answer in self._answers:
            self._extend(self._answers[answer], size)
            return
        if answer is not None:
            self._answers[answer] = len(self._messages)
        self._messages.append(Message(answer or line_id, author, at, size))

    def _extend(self, index: int, size: int) -> None:
        before = self._messages[index]
        self._messages[index] = replace(before, size=before.size + size)

    def finished(self) -> Iterator[Item]:
        """The conversation, and what there is to say about it."""
        if self._unknown:
            kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(self._unknown.items()))
            yield Notice(f"lines of unknown types, any of which may hold a message: {kinds}", self._place)
        copied = sorted(owner for owner, count in self._copied.items() if count)
        if copied and not self._messages:
            yield KnownMember(self._place, "copies of other sessions")
            return
        begins = self._begins()
        for owner in copied:
            yield SentAgain(owner, self._id, begins)
        yield Conversation(
            source_id=self._id,
            provider_id=PROVIDER,
            kind=Kind.CODING,
            messages=tuple(self._messages),
            account_ref=self.account,
            project=self._project,
            incognito=False,
            feedback_visible=False,
            title=self._title,
            attachments=self._files,
            tool_outputs=self._outputs,
        )

    def _begins(self) -> When:
        known = [message.at for message in self._messages if message.at != ANY_TIME]
        return min(known, key=lambda when: when.earliest, default=ANY_TIME)
