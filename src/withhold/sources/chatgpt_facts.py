"""Facts and columns of ChatGPT conversations, one by one and many at once.

:func:`read_one` is the reference: it takes any bytes. :func:`decode` takes a whole window and goes the same
way with each conversation in it, save that one where all is as usual goes a shorter way
(:mod:`~withhold.sources.chatgpt_quick`), which gives up at the first thing that is not.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import msgspec

from withhold.model.columns import Columns, micros
from withhold.sources.chatgpt_quick import add_quickly
from withhold.sources.chatgpt_tree import (
    MAPPING,
    Chat,
    Said,
    decoded_counting,
    draft_of,
    held_in,
    kept,
    ordered,
    project_of,
    read_chat,
    unknown_kind,
)
from withhold.sources.counting import counter
from withhold.sources.drafts import Draft, messages_of, unnamed, with_context
from withhold.sources.facts import NOTHING, Batch, Facts
from withhold.sources.json_values import Apart
from withhold.sources.text import name
from withhold.sources.times import moment

NO_TREE = "is no conversation: it has no mapping"
TWICE = "has a key of its mapping twice; which of them was said is not known"

_chats = msgspec.json.Decoder(list[Chat])


def read_one(data: bytes) -> tuple[Facts, Columns]:
    """One conversation, whatever it is."""
    chat, lost = read_chat(data)
    return _no_chat(NO_TREE) if chat is None else facts_of(chat, lambda: data, lost=lost)


def facts_of(chat: Chat, data: Callable[[], bytes], *, lost: bool = False) -> tuple[Facts, Columns]:
    """A decoded conversation. ``lost``: a key that stands twice made decoding drop something."""
    if chat.mapping is None:
        return _no_chat(NO_TREE)
    if lost:
        return _no_chat(TWICE)
    drafts, odd, kinds = _drafts(chat)
    if len(chat.mapping) > 1 and not drafts and not odd:
        return _no_chat(f"has {len(chat.mapping)} nodes and no message in any of them", kinds)
    ids = name(chat.conversation_id), name(chat.id)
    source_id = ids[0] or ids[1] or unnamed(data())
    created, updated = moment(chat.create_time), moment(chat.update_time)
    messages = messages_of(source_id, drafts, created, updated)
    exact = [message.at.earliest for message in messages if message.at.exact]
    seen = exact if updated is None else [*exact, updated.earliest]
    files, outputs = held_in([n.message for n in chat.mapping.values() if n and isinstance(n.message, Said)])
    facts = Facts(
        source_id=source_id,
        ids=ids,
        project=project_of(chat),
        incognito=chat.is_temporary_chat is True or chat.is_temporary is True,
        title=name(chat.title),
        saw=micros(max(seen)) if seen else None,
        kinds=kinds,
        odd=odd,
        workspace=name(chat.workspace_id),
        attachments=files,
        tool_outputs=outputs,
    )
    return facts, Columns.of(messages)


def _no_chat(problem: str, kinds: tuple[str, ...] = ()) -> tuple[Facts, Columns]:
    return Facts(problem, kinds=kinds), NOTHING


def _drafts(chat: Chat) -> tuple[list[Draft], tuple[tuple[str, str], ...], tuple[str, ...]]:
    drafts, odd, kinds = [], [], []
    nodes = chat.mapping or {}
    for key in ordered(nodes):
        draft = draft_of(nodes[key])
        if kind := unknown_kind(nodes[key]):
            kinds.append(kind)
        if draft is None:
            continue
        if draft.fault is not None:
            odd.append((f".mapping[{name(key, 80)}]", draft.fault))
        if draft.readable:
            drafts.append(draft if draft.id else replace(draft, id=name(key)))
    return with_context(drafts), tuple(odd), tuple(kinds)


def decode(data: bytes | bytearray) -> Batch | None:
    """The conversations of a window; ``None`` where it is no list of objects that can be read at once."""
    try:
        chats, came = decoded_counting(_chats, data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    apart = Apart(data)
    batch, said = _batch(chats, apart)
    batch.marks = counter(MAPPING)(data)
    if batch.marks == len(chats) and came == said:
        return batch  # no key stands twice: all that came up is here
    return _doubted(apart, len(chats), batch.marks)


def _batch(chats: list[Chat], apart: Apart) -> tuple[Batch, int]:
    """A batch, and how many messages were looked at."""
    batch, said = Batch(), 0
    for index, chat in enumerate(chats):
        if add_quickly(batch, chat):
            said += batch.lengths[-1]
        else:
            said += kept(chat)
            batch.add(*facts_of(chat, partial(apart.item, index)))
    return batch, said


def _doubted(apart: Apart, count: int, marks: int) -> Batch:
    """A batch whose conversations are looked at one by one, since a key may stand twice in some."""
    batch = Batch(marks)
    for index in range(count):
        chat, lost = read_chat(apart.item(index))
        if lost or chat is None or not add_quickly(batch, chat):
            batch.add(*read_one(apart.item(index)))
    return batch
