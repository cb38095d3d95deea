"""Facts and columns of Claude.ai conversations, one by one and many at once.

``read_one`` is the reference: it takes any bytes. ``decode`` takes a whole window; a conversation in it in
which all is as usual goes a shorter way, which gives up at the first thing that is not.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from operator import attrgetter
from threading import Lock
from typing import Any

import msgspec

from withhold.model.columns import LETTERS, Columns, micros
from withhold.model.message import Message
from withhold.model.words import Author
from withhold.sources.counting import counter
from withhold.sources.drafts import NO_MESSAGE, Draft, listed, strange, unnamed
from withhold.sources.facts import NOTHING, Batch, Facts
from withhold.sources.json_values import (
    Apart,
    elements,
    has_twice,
    loads,
    members,
)
from withhold.sources.text import LONGEST, name, size_of, size_of_members
from withhold.sources.times import FIRST_SANE, bounds, moment

AUTHORS = {
    "human": Author.HUMAN,
    "user": Author.HUMAN,
    "assistant": Author.MODEL,
    "system": Author.OTHER,
    "tool": Author.OTHER,
}
_LETTERS = {sender: LETTERS[author] for sender, author in AUTHORS.items()}
_FIRST, _END = micros(FIRST_SANE), micros(datetime.fromisoformat("5000-01-01T00:00:00+00:00"))


_made: list["Said"] = []
"""All messages that decoding makes, those too that a second key of the same name then pushes out."""
_counting = Lock()


class Said(msgspec.Struct, gc=False):
    """The members of a message that matter. ``text`` is not decoded: mostly ``content`` says the same."""

    uuid: Any = None
    sender: Any = msgspec.UNSET
    role: Any = None
    created_at: Any = None
    content: Any = None
    text: msgspec.Raw = msgspec.Raw(b"null")
    attachments: Any = None
    files: Any = None
    files_v2: Any = None

    __post_init__ = _made.append  # type: ignore[misc]  # called with the message, and quicker than a method

    def author(self) -> object:
        return self.role if self.sender is msgspec.UNSET else self.sender

    def size(self) -> int:
        """``content`` is the whole, ``text`` a flattened copy that is there alone in old exports."""
        content = self.content
        if isinstance(content, list):
            said = 0
            for block in content:
                said += size_of_members(block) if isinstance(block, dict) else size_of(block)
        else:
            said = size_of(content, inside=isinstance(content, str))
        if not said:
            text = _decoded(self.text) if isinstance(self.text, msgspec.Raw) else self.text
            said = size_of(text, inside=True)
        return said + (size_of(self.attachments) if self.attachments else 0)


class Head(msgspec.Struct, gc=False):
    """What a conversation says of itself."""

    uuid: Any = None
    name: Any = None
    title: Any = None
    created_at: Any = None
    updated_at: Any = None
    account: Any = None
    project: Any = None
    project_uuid: Any = None
    is_temporary: Any = None


class _Chat(Head, gc=False):
    chat_messages: list[Said] | msgspec.UnsetType = msgspec.UNSET


class _Design(Head, gc=False):
    messages: list[Said] | msgspec.UnsetType = msgspec.UNSET


_head = msgspec.json.Decoder(Head)
_said = msgspec.json.Decoder(Said)


class _Unusual(Exception):
    """Something here needs the long way."""


class Shape:
    """Conversations whose messages stand in a list under ``key``."""

    def __init__(self, key: str, chats: type[Sequence[Head]]) -> None:
        self.key = key
        self._said: Callable[[Head], list[Said] | msgspec.UnsetType] = attrgetter(key)
        self._mark = b'"%b"' % key.encode()
        self._chats = msgspec.json.Decoder(chats)

    def read_one(self, data: bytes) -> tuple[Facts, Columns]:
        """One conversation, whatever it is."""
        try:
            chat = members(data)
            if self.key not in chat:
                return Facts(f"has no {self.key}"), NOTHING
            found = elements(chat[self.key])
        except ValueError:
            return Facts(f"is no conversation, or its {self.key} is no list"), NOTHING
        if has_twice(data, self.key):
            return self._twice()
        head = _decoded_head(data, chat)
        return self._facts(head, [_said_in(raw) for raw in found], lambda: data)

    def decode(self, data: bytes | bytearray) -> Batch | None:
        """The conversations of a window; ``None`` where it is no list of objects that can be read at once."""
        try:
            with _counting:
                _made.clear()
                chats, came = self._chats.decode(data), len(_made)
                _made.clear()
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None
        batch = Batch(counter(self._mark)(data))
        checked = batch.marks == len(chats) and came == sum([len(self._said(chat) or ()) for chat in chats])
        apart = Apart(data)
        for index, chat in enumerate(chats):
            said = self._said(chat)
            if said is msgspec.UNSET:
                batch.add(Facts(f"has no {self.key}"), NOTHING)
            elif not checked and has_twice(apart.item(index), self.key):
                batch.add(*self._twice())
            elif not _add_quickly(batch, chat, said):
                batch.add(*self._facts(chat, said, partial(apart.item, index)))
        return batch

    def _twice(self) -> tuple[Facts, Columns]:
        return Facts(f"has {self.key} twice; which of them holds what was said is not known"), NOTHING

    def _facts(
        self, head: Head, said: Sequence[Said | None], data: Callable[[], bytes]
    ) -> tuple[Facts, Columns]:
        """``None`` stands for what is no message."""
        drafts = [NO_MESSAGE if one is None else _draft_of(one) for one in said]
        source_id = name(head.uuid) or unnamed(data())
        odd = tuple(
            (f".{self.key}[{index}]", draft.fault)
            for index, draft in enumerate(drafts)
            if draft.fault is not None
        )
        held = _held_in([one for one in said if one is not None])
        return _about(head, source_id, held, odd), Columns.of(_messages(head, source_id, drafts))


CHAT = Shape("chat_messages", list[_Chat])
DESIGN = Shape("messages", list[_Design])


def _decoded(raw: msgspec.Raw) -> object:
    try:
        return loads(raw)
    except ValueError:
        return None


def _decoded_head(data: bytes, chat: dict[str, msgspec.Raw]) -> Head:
    try:
        return _head.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Head(**{key: _decoded(chat[key]) for key in Head.__struct_fields__ if key in chat})


def _said_in(raw: msgspec.Raw) -> Said | None:
    try:
        return _said.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        message = _decoded(raw)
    if not isinstance(message, dict):
        return None
    return Said(**{key: message[key] for key in Said.__struct_fields__ if key in message})


def _draft_of(said: Said) -> Draft:
    sender = said.author()
    author = AUTHORS.get(sender.lower()) if isinstance(sender, str) else None
    return Draft(
        id=name(said.uuid),
        author=author or Author.OTHER,
        at=moment(said.created_at),
        size=said.size(),
        fault=None if author else strange(sender),
    )


def _messages(head: Head, source_id: str, drafts: Sequence[Draft]) -> tuple[Message, ...]:
    known = [draft.at for draft in drafts if draft.at is not None]
    otherwise = bounds(moment(head.created_at), moment(head.updated_at), known)
    return tuple(
        Message(d.id or f"{source_id}#{index}", d.author, d.at or otherwise, d.size)
        for index, d in enumerate(drafts)
    )


def _held_in(said: Sequence[Said]) -> tuple[int | None, int | None]:
    """How many files the person sent along, and how many results of tools stand in the content.

    Each is told where a message has the lists in which they would stand: old exports lack them.
    """
    told = any(type(x) is list for one in said for x in (one.attachments, one.files, one.files_v2))
    files = [_files(one) for one in said if one.attachments or one.files or one.files_v2] if told else ()
    contents = [content for one in said if type(content := one.content) is list]
    kinds = [block.get("type") for content in contents for block in content if type(block) is dict]
    outputs = kinds.count("tool_result")
    return sum(files) if told else None, outputs if contents else None


def _files(said: Said) -> int:
    """Files that the person sent with a message. ``files_v2`` says more of the same ones."""
    sender = said.author()
    if not isinstance(sender, str) or AUTHORS.get(sender.lower()) is not Author.HUMAN:
        return 0
    return len(listed(said.attachments)) + max(len(listed(said.files)), len(listed(said.files_v2)))


def _about(
    head: Head,
    source_id: str,
    held: tuple[int | None, int | None],
    odd: tuple[tuple[str, str], ...] = (),
) -> Facts:
    return Facts(
        source_id=source_id,
        account=name(_part(head.account, "uuid")),
        project=name(head.project_uuid) or name(_part(head.project, "uuid")),
        incognito=head.is_temporary is True,
        title=name(head.name) or name(head.title),
        odd=odd,
        attachments=held[0],
        tool_outputs=held[1],
    )


def _part(value: object, key: str) -> object:
    return value.get(key) if isinstance(value, dict) else None


def _add_quickly(batch: Batch, chat: Head, said: list[Said]) -> bool:
    """Add a conversation in which all is as usual: known senders, ids, exact times."""
    source_id = name(chat.uuid)
    try:
        if source_id is None:
            return False
        ids = [one.uuid for one in said]
        senders = [one.role if one.sender is msgspec.UNSET else one.sender for one in said]
        authors = [_LETTERS[sender] for sender in senders]
        times = [_micros(one.created_at) for one in said]
        if ids and not ("".join(ids).isprintable() and max(map(len, ids)) <= LONGEST and all(ids)):
            return False
    except (_Unusual, KeyError, TypeError, ValueError, OverflowError):  # an unknown sender, no time ...
        return False
    batch.ids += ids
    batch.authors += authors
    batch.earliest += times
    batch.latest += times
    batch.sizes += [one.size() for one in said]
    batch.facts.append(_about(chat, source_id, _held_in(said)))
    batch.lengths.append(len(ids))
    return True


def _micros(text: str) -> int:
    at = micros(datetime.fromisoformat(text))  # TypeError for a time without a zone
    if _FIRST <= at < _END:
        return at
    raise _Unusual
