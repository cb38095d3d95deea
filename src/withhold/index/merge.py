"""What is kept of a conversation that several sources show. Pure.

Nothing that one source has shown is lost by another. Where sources contradict each other, what is kept
speaks for more exposure, not less. All but the order of messages comes out the same in whatever order the
sources are read, and reading one again changes nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypeAlias

from withhold.index.kept import Messages
from withhold.index.schema import BEGINNING, END
from withhold.model.conversation import SEVERAL_PRODUCTS, Conversation, Feedback

_BY_WEIGHT = ("o", "m", "h")
_Row: TypeAlias = tuple[str, int, int, int]
"""Author, earliest, latest, size."""


def merge_conversation(old: Conversation, new: Conversation) -> Conversation:
    """What both say, messages apart: they are those of ``old``."""
    return replace(
        old,
        account_ref=new.account_ref if old.account_ref is None else old.account_ref,
        kind=new.kind,
        project=new.project or old.project,
        product_id=merge_product(old.product_id, new.product_id),
        title=new.title or old.title,
        incognito=merge_incognito(old.incognito, new.incognito),
        shared=merge_shared(old.shared, new.shared),
        feedback=merge_feedback(old.feedback, new.feedback),
        feedback_visible=old.feedback_visible and new.feedback_visible,
        attachments=merge_count(old.attachments, new.attachments),
        tool_outputs=merge_count(old.tool_outputs, new.tool_outputs),
    )


def merge_messages(old: Messages, new: Messages) -> Messages:
    """The union by fingerprint, in the order of ``old``.

    A message that only ``new`` has stands after the one that it follows there, so the order of ``new``
    holds too as far as the two agree.
    """
    if _begins_with(new, old) and len(set(new.ids)) == len(new.ids):
        return new
    by_id = dict(zip(old.ids, _rows(old), strict=True))
    heads, after = _runs(set(old.ids), new.ids)
    for identity, row in zip(new.ids, _rows(new), strict=True):
        known = by_id.get(identity)
        by_id[identity] = row if known is None else _merged(known, row)
    order = list(heads)
    for identity in old.ids:
        order += [identity, *after.get(identity, ())]
    ids = list(dict.fromkeys(order))
    return _columns(ids, [by_id[identity] for identity in ids])


def _begins_with(new: Messages, old: Messages) -> bool:
    """Whether ``new`` is ``old`` with more at its end, as where a conversation went on after an export."""
    size = len(old.ids)
    return (
        new.authors.startswith(old.authors)
        and list(new.ids[:size]) == list(old.ids)
        and list(new.earliest[:size]) == list(old.earliest)
        and list(new.latest[:size]) == list(old.latest)
        and list(new.sizes[:size]) == list(old.sizes)
    )


def _rows(messages: Messages) -> Iterable[_Row]:
    return zip(messages.authors, messages.earliest, messages.latest, messages.sizes, strict=True)


def _columns(ids: list[bytes], rows: list[_Row]) -> Messages:
    return Messages(
        ids, "".join([r[0] for r in rows]), [r[1] for r in rows], [r[2] for r in rows], [r[3] for r in rows]
    )


def _runs(known: set[bytes], new: Sequence[bytes]) -> tuple[list[bytes], dict[bytes, list[bytes]]]:
    """Unknown messages of ``new``: those at its head, and those after each known one."""
    heads: list[bytes] = []
    after: dict[bytes, list[bytes]] = {}
    place = heads
    for identity in new:
        if identity in known:
            place = after.setdefault(identity, [])
        else:
            place.append(identity)
    return heads, after


def _merged(one: _Row, other: _Row) -> _Row:
    """Two accounts of one message: it was sent at some time that either names."""
    if one == other:
        return one
    earliest, latest = _either(one[1:3], other[1:3])
    return max(one[0], other[0], key=_BY_WEIGHT.index), earliest, latest, max(one[3], other[3])


def _either(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    """The span that holds both times; "at any time" is no statement, so the other one stands."""
    if one == (BEGINNING, END):
        return other
    if other == (BEGINNING, END):
        return one
    return min(one[0], other[0]), max(one[1], other[1])


def merge_feedback(old: Iterable[Feedback], new: Iterable[Feedback]) -> tuple[Feedback, ...]:
    """All marks that any source shows, by time."""
    return tuple(sorted({*old, *new}, key=lambda mark: (mark.at, mark.kind)))


def merge_incognito(old: bool | None, new: bool | None) -> bool | None:
    """A source that says "not incognito" outweighs one that says it was."""
    return new if old is None else old if new is None else old and new


def merge_shared(old: bool | None, new: bool | None) -> bool | None:
    """A source that says "shared" outweighs one that says it was not."""
    return new if old is None else old if new is None else old or new


def merge_count(old: int | None, new: int | None) -> int | None:
    """The most that one source shows: which of them are the same ones is not told."""
    return new if old is None else old if new is None else max(old, new)


def merge_product(old: str | None, new: str | None) -> str | None:
    """Two sources that name different products leave it open for good: the terms of all are looked at."""
    return new if old is None else old if new in (None, old) else SEVERAL_PRODUCTS
