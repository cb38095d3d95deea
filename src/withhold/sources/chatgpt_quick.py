"""The short way of a ChatGPT conversation in which all is as usual.

It must come to exactly what the long way comes to (:func:`withhold.sources.chatgpt_facts.facts_of`), or give
up; a test holds the two against each other. It is written for speed: one loop, no object for each message.
"""

from collections.abc import Mapping

from withhold.model.columns import LETTERS, micros
from withhold.sources.chatgpt_tree import AUTHORS, CONTEXT, KINDS, Chat, Content, Node, Said, project_of, size
from withhold.sources.facts import Batch, Facts
from withhold.sources.text import LONGEST, name
from withhold.sources.times import FIRST_SANE, moment
from withhold.sources.trees import ordered_children

_LETTERS = {role: LETTERS[author] for role, author in AUTHORS.items()}
_FIRST, _END = FIRST_SANE.timestamp(), 1e11
"""Times in seconds; from ``_END`` on they are milliseconds."""
_PLAIN = KINDS - CONTEXT
_MILLION = 1_000_000


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
    times = _columns(batch, nodes)
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
        saw=latest if updated is None else max(latest, micros(updated.earliest)),  # type: ignore[type-var]
    )


def _columns(batch: Batch, nodes: Mapping[str, Node | None]) -> list[int | None]:
    """Append ids, authors and sizes; gives the times, ``None`` where context has none."""
    ids, authors, sizes = batch.ids.append, batch.authors.append, batch.sizes.append
    times: list[int | None] = []
    timed = times.append
    letters, plain = _LETTERS, _PLAIN
    for key in _ordered(nodes):
        node = nodes[key]
        said = node.message  # type: ignore[union-attr]
        if type(said) is not Said:
            if said is not None and node.parent is not None:  # type: ignore[union-attr]
                raise _Unusual
            continue
        letter = letters[said.author.role]  # type: ignore[union-attr, index]
        content, marks, at = said.content, said.metadata, said.create_time
        if type(content) is not Content:
            raise _Unusual
        if content.content_type not in plain:
            if content.content_type not in CONTEXT:
                raise _Unusual
            letter = "o"
        elif marks is not None and (
            marks.is_visually_hidden_from_conversation or marks.is_user_system_message
        ):
            letter = "o"
        if type(at) is float and _FIRST <= at < _END:
            timed(round(at * _MILLION))
        elif letter == "o" and not at:
            timed(None)
        else:
            raise _Unusual
        ids(said.id or key)
        authors(letter)
        parts = content.parts
        if (
            type(parts) is list
            and len(parts) == 1
            and type(parts[0]) is str
            and not (
                content.text
                or content.content
                or content.thoughts
                or content.result
                or content.user_profile
                or content.user_instructions
            )
        ):
            sizes(len(parts[0]))
        else:
            sizes(size(content))
    return times


def _ordered(nodes: Mapping[str, Node | None]) -> list[str]:
    """As :func:`~withhold.sources.chatgpt_tree.ordered`, for a tree that is one."""
    below: dict[str, list[str]] = {}
    roots = []
    for key, node in nodes.items():
        parent = node.parent  # type: ignore[union-attr]
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
