"""What is kept of a conversation that several sources show. Pure.

Nothing that one source has shown is lost by another. Where sources contradict each other, what is kept
speaks for more exposure, not less. All but the order of messages comes out the same in whatever order the
sources are read, and reading one again changes nothing.
"""

from collections.abc import Iterable, Sequence

from withhold.model.conversation import Feedback
from withhold.model.when import ANY_TIME
from withhold.store.codec import StoredMessage, bounds

_ANY = bounds(ANY_TIME)
_BY_WEIGHT = ("o", "m", "h")


def merge_messages(old: Sequence[StoredMessage], new: Sequence[StoredMessage]) -> list[StoredMessage]:
    """The union by fingerprint, in the order of ``old``.

    A message that only ``new`` has stands after the one that it follows there, so the order of ``new``
    holds too as far as the two agree.
    """
    heads, after = _runs({message.key for message in old}, new)
    by_key = {message.key: message for message in old}
    for message in new:
        known = by_key.get(message.key)
        by_key[message.key] = message if known is None else _merged(known, message)
    order = list(heads)
    for message in old:
        order += [message.key, *after.get(message.key, ())]
    return [by_key[key] for key in dict.fromkeys(order)]


def _runs(known: set[bytes], new: Sequence[StoredMessage]) -> tuple[list[bytes], dict[bytes, list[bytes]]]:
    """Unknown messages of ``new``: those at its head, and those after each known one."""
    heads: list[bytes] = []
    after: dict[bytes, list[bytes]] = {}
    place = heads
    for message in new:
        if message.key in known:
            place = after.setdefault(message.key, [])
        else:
            place.append(message.key)
    return heads, after


def _merged(one: StoredMessage, other: StoredMessage) -> StoredMessage:
    """Two accounts of one message: it was sent at some time that either names."""
    if one == other:
        return one
    earliest, latest = _either(one, other)
    return StoredMessage(
        key=one.key,
        author=max(one.author, other.author, key=_BY_WEIGHT.index),
        earliest=earliest,
        latest=latest,
        size=max(one.size, other.size),
    )


def _either(one: StoredMessage, other: StoredMessage) -> tuple[int, int]:
    """The span that holds both times; "at any time" is no statement, so the other one stands."""
    if (one.earliest, one.latest) == _ANY:
        return other.earliest, other.latest
    if (other.earliest, other.latest) == _ANY:
        return one.earliest, one.latest
    return min(one.earliest, other.earliest), max(one.latest, other.latest)


def merge_feedback(old: Iterable[Feedback], new: Iterable[Feedback]) -> tuple[Feedback, ...]:
    """All marks that any source shows, by time."""
    return tuple(sorted({*old, *new}, key=lambda mark: (mark.at, mark.kind)))


def merge_incognito(old: bool | None, new: bool | None) -> bool | None:
    """A source that says "not incognito" outweighs one that says it was."""
    return new if old is None else old if new is None else old and new


def merge_shared(old: bool | None, new: bool | None) -> bool | None:
    """A source that says "shared" outweighs one that says it was not."""
    return new if old is None else old if new is None else old or new


def merge_product(old: str | None, new: str | None) -> str | None:
    """Two sources that name different products leave it open, so that the terms of all are looked at."""
    return new if old is None else old if new in (None, old) else None
