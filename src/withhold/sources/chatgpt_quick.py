"""The short way of a ChatGPT conversation in which all is as usual.

It must come to exactly what the long way comes to (:func:`withhold.sources.chatgpt_facts.facts_of`), or give
up; a test holds the two against each other. It is written for speed: one loop, no object for each message.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from withhold.model.columns import LETTERS, micros
from withhold.sources.chatgpt_tree import (
    AUTHORS,
    CONTEXT,
    KINDS,
    PERSON,
    TOOL,
    Chat,
    Node,
    Said,
    attached,
    project_of,
    size,
)
from withhold.sources.facts import Batch, Facts
from withhold.sources.text import LONGEST, name
from withhold.sources.times import FIRST_SANE, moment
from withhold.sources.trees import ordered_children

_LETTERS = {role: LETTERS[author] for role, author in AUTHORS.items()}
_MILLION = 1_000_000
_FIRST, _END = micros(FIRST_SANE), 10**11 * _MILLION
"""From ``_END`` on, what stands there are not seconds but smaller units."""
_TIMES = {float, type(None)}
_PLAIN = KINDS - CONTEXT


class _Unusual(Exception):
    """Something here needs the long way."""


def add_quickly(batch: Batch, chat: Chat) -> bool:
    """Add a conversation to a batch; false, and the batch as it was, where something is unusual."""
    start = len(batch.ids)
    try:
        facts = _added(batch, chat, start)
    except (_Unusual, AttributeError, KeyError, TypeError):  # no author, a content of no known form ...
        for column in (batch.ids, batch.authors, batch.earliest, batch.latest, batch.sizes):
            del column[start:]
        return False
    batch.facts.append(facts)
    batch.lengths.append(len(batch.ids) - start)
    return True


def _added(batch: Batch, chat: Chat, start: int) -> Facts:
    ids = name(chat.conversation_id), name(chat.id)
    source_id = ids[0] or ids[1]
    nodes = chat.mapping
    if source_id is None or not nodes:
        raise _Unusual
    times, files, outputs = _columns(batch, nodes)
    mine = batch.ids[start:]
    if not mine or not "".join(mine).isprintable() or max(map(len, mine)) > LONGEST or not all(mine):
        raise _Unusual
    if None in times:
        _with_neighbours(times)
    batch.earliest += times  # type: ignore[arg-type]
    batch.latest += times  # type: ignore[arg-type]
    updated = moment(chat.update_time)
    latest = max(times)  # type: ignore[type-var]
    return Facts(
        source_id=source_id,
        ids=ids,
        project=project_of(chat),
        incognito=chat.is_temporary_chat is True or chat.is_temporary is True,
        title=name(chat.title),
        workspace=chat.workspace_id and name(chat.workspace_id),
        attachments=files,
        tool_outputs=outputs,
        saw=latest if updated is None else max(latest, micros(updated.earliest)),  # type: ignore[type-var]
    )


def _columns(batch: Batch, nodes: Mapping[str, Node | None]) -> tuple[list[int | None], int | None, int]:
    """Append ids, authors and sizes; gives the times, ``None`` where context has none, and what
    :func:`~withhold.sources.chatgpt_tree.held_in` gives.
    """
    said = [message for key in _ordered(nodes) if (message := nodes[key].message)]  # type: ignore[union-attr]
    if len(said) < len(nodes):
        _look_at_bare(nodes)
    contents = [one.content for one in said]
    roles = [one.author.role for one in said]  # type: ignore[union-attr]
    authors = [_LETTERS[role] for role in roles]  # type: ignore[index]
    for index in _context_in(said, contents):
        authors[index] = "o"
    times = _times([one.create_time for one in said])
    if None in times and any(at is None and who != "o" for at, who in zip(times, authors, strict=True)):
        raise _Unusual
    batch.ids += [one.id for one in said]  # type: ignore[misc]
    batch.authors += authors
    batch.sizes += [
        len(parts[0])
        if type(parts := one.parts) is list  # type: ignore[union-attr]
        and len(parts) == 1
        and type(parts[0]) is str
        and not (
            one.text  # type: ignore[union-attr]
            or one.content  # type: ignore[union-attr]
            or one.thoughts  # type: ignore[union-attr]
            or one.result  # type: ignore[union-attr]
            or one.user_profile  # type: ignore[union-attr]
            or one.user_instructions  # type: ignore[union-attr]
        )
        else size(one)
        for one in contents
    ]
    return times, _files(said, contents, roles), roles.count(TOOL)


def _files(said: Sequence[Said], contents: Sequence[Any], roles: Sequence[str | None]) -> int | None:
    """As :func:`~withhold.sources.chatgpt_tree.held_in`: most messages have nothing to look at."""
    may_hold = [
        one
        for one, content, role in zip(said, contents, roles, strict=True)
        if role == PERSON
        and (
            (one.metadata is not None and one.metadata.attachments)
            or ((parts := content.parts) and not (len(parts) == 1 and type(parts[0]) is str))
        )
    ]
    files = sum(map(attached, may_hold))
    return files if files or any(one.metadata is not None for one in said) else None


def _look_at_bare(nodes: Mapping[str, Node | None]) -> None:
    """Only a root need not say that it has no message."""
    for node in nodes.values():
        if not node.message and node.message is not None and node.parent is not None:  # type: ignore[union-attr]
            raise _Unusual


def _context_in(said: Sequence[Said], contents: Sequence[Any]) -> list[int]:
    """Which messages are nobody's words, though a role says that they are somebody's."""
    hidden = [
        index
        for index, one in enumerate(said)
        if (marks := one.metadata) is not None
        and (marks.is_visually_hidden_from_conversation or marks.is_user_system_message)
    ]
    kinds = {content.content_type for content in contents}
    if kinds <= _PLAIN:
        return hidden
    if not kinds <= KINDS:
        raise _Unusual
    return hidden + [index for index, content in enumerate(contents) if content.content_type in CONTEXT]


def _times(given: list[float | str | None]) -> list[int | None]:
    """In microseconds; ``None`` where there is none, which 0 says too."""
    if not set(map(type, given)) <= _TIMES:
        raise _Unusual
    times = [round(at * _MILLION) if at else None for at in given]  # type: ignore[arg-type]
    known = [at for at in times if at is not None] if None in times else times
    if known and (min(known) < _FIRST or max(known) >= _END):  # type: ignore[type-var, operator]
        raise _Unusual
    return times


def _ordered(nodes: Mapping[str, Node | None]) -> list[str]:
    """As :func:`~withhold.sources.chatgpt_tree.ordered`, for a tree that is one."""
    keys = list(nodes)
    parents = [node.parent for node in nodes.values()]  # type: ignore[union-attr]
    if parents[1:] == keys[:-1] and parents[0] not in nodes:
        return keys  # one branch, in the order in which it was said
    below: dict[str, list[str]] = {}
    roots = []
    for key, parent in zip(keys, parents, strict=True):
        if parent in nodes and parent != key:
            if parent in below:
                below[parent].append(key)
            else:
                below[parent] = [key]  # type: ignore[index]
        else:
            roots.append(key)
    order: list[str] = []
    roots.reverse()
    waiting = roots
    while waiting:
        key = waiting.pop()
        order.append(key)
        while (found := below.get(key)) is not None:
            if len(found) > 1:
                children = ordered_children(found, nodes[key].children)  # type: ignore[union-attr]
                waiting += children[:0:-1]
                key = children[0]
            else:
                key = found[0]
            order.append(key)
    if len(order) != len(nodes):
        raise _Unusual  # what points at itself in a circle
    return order


def _with_neighbours(times: list[int | None]) -> None:
    """As :func:`~withhold.sources.drafts.with_context`: the time of what follows, else the last one."""
    at: int | None = None
    for index in range(len(times) - 1, -1, -1):
        if times[index] is None:
            times[index] = at
        else:
            at = times[index]
    if at is None:
        raise _Unusual
    last = next(time for time in reversed(times) if time is not None)
    for index in range(len(times) - 1, -1, -1):
        if times[index] is not None:
            return
        times[index] = last
