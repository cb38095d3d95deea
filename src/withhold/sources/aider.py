"""aider: ``.aider.chat.history.md`` of a repository, a chat at each start; ``.aider.input.history``.

The history has one time a chat, the program's start, in local time: what stands behind it was written
between it and the next one. Where the history of inputs lies beside, it says when each prompt was typed. No
line says which provider's model answered under which contract.
"""

import re
from collections import deque
from collections.abc import Iterator, Sequence

from withhold.model.conversation import Unrecognised
from withhold.model.when import When
from withhold.model.words import Author
from withhold.sources.aider_chat import Chat, Marks, digest, text_lines
from withhold.sources.coding import Session
from withhold.sources.drafts import Draft
from withhold.sources.interface import Claim, Entry, Item, KnownMember, Options, Shape
from withhold.sources.times import moment

CHATS, INPUTS, OTHER = "chat history", "input history", "log of the program"
LOOKED_AT = 50
"""Inputs among which a prompt is searched: others between are answers to questions, and commands."""
_START = re.compile(r"# aider chat started at (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)")
_STARTS = re.compile(rb"^# aider chat started at \d{4}-\d\d-\d\d", re.MULTILINE)
_INPUT = re.compile(rb"# \d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?\s*\n\+")

Typed = deque[tuple[When, bytes]]


class Aider:
    """Reader of aider's histories."""

    format = "aider"

    def recognises(self, entry: Entry, shape: Shape) -> Claim | None:
        """See :meth:`withhold.sources.interface.Reader.recognises`."""
        if _STARTS.search(shape.head):
            return Claim(entry, CHATS)
        return Claim(entry, INPUTS) if _INPUT.match(shape.head) else None

    def companion(self, entry: Entry) -> Claim | None:
        """Logs and caches of the program."""
        return Claim(entry, OTHER) if entry.name.startswith(".aider.") else None

    def read(self, claims: Sequence[Claim], options: Options) -> Iterator[Item]:
        """See :meth:`withhold.sources.interface.Reader.read`. One chat is in memory at a time."""
        inputs = {_folder(claim.entry): claim.entry for claim in claims if claim.role == INPUTS}
        told = {_folder(claim.entry) for claim in claims if claim.role == CHATS}
        numbers: dict[str, int] = {}
        for claim in claims:
            folder = _folder(claim.entry)
            if claim.role == CHATS:
                typed: Typed = deque(_typed(inputs[folder], options) if folder in inputs else ())
                yield from _chats(claim.entry, typed, numbers, options)
            elif claim.role == INPUTS and folder not in told:
                yield from _inputs_alone(claim.entry, options)
            else:
                yield KnownMember(claim.entry.path, claim.role)


def _folder(entry: Entry) -> str:
    return entry.path.rpartition("/")[0]


def _chats(entry: Entry, typed: Typed, numbers: dict[str, int], options: Options) -> Iterator[Item]:
    chat: Chat | None = None
    marks = Marks()
    before = 0
    for line in text_lines(entry, options.limits):
        if isinstance(line, Unrecognised):
            if chat is not None:
                chat.unread()
            yield line
            continue
        start = _START.match(line)
        began = moment(start.group(1)) if start is not None else None
        if start is not None and began is not None:
            if chat is not None:
                yield _session(chat, typed, numbers, began).conversation(options)
            chat = Chat(start.group(1), began, marks)
        elif chat is not None:
            chat.add(line)
        else:
            before += bool(line.strip())
    if chat is not None:
        yield _session(chat, typed, numbers, None).conversation(options)
    if before:
        yield Unrecognised(entry.path, f"{before} lines before the first start of a chat")


def _session(chat: Chat, typed: Typed, numbers: dict[str, int], ended: When | None) -> Session:
    parts = chat.finished()
    number = numbers[chat.id] = numbers.get(chat.id, 0) + 1
    session = Session(chat.id if number == 1 else f"{chat.id}-{number}", started=chat.began, ended=ended)
    while typed and typed[0][0].earliest < chat.began.earliest:
        typed.popleft()
    for part in parts:
        at = None if part.words is None else _time_of(part.words, typed)
        session.drafts.append(Draft(None, part.author, at, part.size))
    return session


def _time_of(words: bytes, typed: Typed) -> When | None:
    """When a prompt was typed; what was typed before it and is no prompt is passed over."""
    for index in range(min(LOOKED_AT, len(typed))):
        at, found = typed[index]
        if found == words:
            for _ in range(index + 1):
                typed.popleft()
            return at
    return None


def _typed(entry: Entry, options: Options) -> Iterator[tuple[When, bytes]]:
    """What was typed, with its times: ``# time``, then lines that begin with ``+``."""
    at: When | None = None
    words: list[str] = []
    for line in text_lines(entry, options.limits):
        if isinstance(line, Unrecognised):
            continue  # told where the inputs stand alone; beside chats they only date what the chats hold
        if line.startswith("+"):
            words.append(line[1:])
        elif line.startswith("# "):
            if at is not None and words:
                yield at, digest("\n".join(words))
            at, words = moment(line[2:]), []
    if at is not None and words:
        yield at, digest("\n".join(words))


def _inputs_alone(entry: Entry, options: Options) -> Iterator[Item]:
    """What was typed, where the history of chats is gone."""
    session = Session(f"aider-inputs-{digest(entry.path).hex()}")
    for line in text_lines(entry, options.limits):
        if isinstance(line, Unrecognised):
            yield session.fault(line)
    for number, (at, _) in enumerate(_typed(entry, options)):
        session.drafts.append(Draft(f"{session.source_id}#{number}", Author.HUMAN, at, 0))
    yield session.conversation(options)
