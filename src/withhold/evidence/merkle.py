"""The Merkle tree of RFC 9162 section 2.1 (the same as RFC 6962's) over SHA-256, and where its hashes lie.

The hash of every complete subtree is kept in one row, in the order in which they become known: a leaf, then
each subtree that this leaf completes, from the smallest up. The row is only ever added to, and a tree of any
earlier size is a beginning of it. ``Read`` gives the hash at a place of that row.
"""

import hashlib
from collections.abc import Callable, Sequence

HASH = 32
EMPTY_ROOT = hashlib.sha256().digest()

Read = Callable[[int], bytes]


def leaf_hash(leaf: bytes) -> bytes:
    return hashlib.sha256(b"\0" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def stored(size: int) -> int:
    """How many hashes a tree of ``size`` leaves keeps."""
    return 2 * size - size.bit_count()


def place(level: int, number: int) -> int:
    """Where the ``number``-th complete subtree of ``2**level`` leaves lies, both from 0 on."""
    last_leaf = ((number + 1) << level) - 1
    return stored(last_leaf) + level


def added(leaf: bytes, index: int, read: Read) -> list[bytes]:
    """The hashes that leaf ``index`` with the leaf hash ``leaf`` adds to the row."""
    hashes = [leaf]
    level = 0
    while index & 1:
        hashes.append(node_hash(read(place(level, index - 1)), hashes[-1]))
        index >>= 1
        level += 1
    return hashes


def root(size: int, read: Read) -> bytes:
    """The root of the first ``size`` leaves."""
    return _span(0, size, read) if size else EMPTY_ROOT


def inclusion(index: int, size: int, read: Read) -> list[bytes]:
    """The path from leaf ``index`` to the root of ``size`` leaves, the leaf's sibling first."""
    if not 0 <= index < size:
        raise ValueError(f"there is no leaf {index} in a tree of {size}")
    return _path(index, 0, size, read)


def consistency(old: int, new: int, read: Read) -> list[bytes]:
    """Proof that the tree of ``old`` leaves is the beginning of the tree of ``new`` ones."""
    if not 0 < old <= new:
        raise ValueError(f"no proof leads from {old} to {new} leaves")
    return _subproof(old, 0, new, read, whole=True)


def root_by_inclusion(index: int, size: int, leaf: bytes, path: Sequence[bytes]) -> bytes | None:
    """The root that ``path`` leads to from a leaf hash (RFC 9162 section 2.1.3.2); ``None`` if it cannot."""
    if not 0 <= index < size:
        return None
    number, last, found = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return None
        if number & 1 or number == last:
            found = node_hash(sibling, found)
            while number and not number & 1:
                number, last = number >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        number, last = number >> 1, last >> 1
    return found if last == 0 else None


def consistent(old: int, old_root: bytes, new: int, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether ``path`` shows that one tree begins the other (RFC 9162 section 2.1.4.2)."""
    if not 0 < old <= new:
        return False
    if old == new:
        return not path and old_root == new_root
    steps = [old_root, *path] if old.bit_count() == 1 else list(path)
    return bool(steps) and _roots(old - 1, new - 1, steps) == (old_root, new_root)


def _roots(number: int, last: int, steps: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """The old and the new root that a consistency proof leads to."""
    while number & 1:
        number, last = number >> 1, last >> 1
    before = after = steps[0]
    for sibling in steps[1:]:
        if last == 0:
            return None
        if number & 1 or number == last:
            before, after = node_hash(sibling, before), node_hash(sibling, after)
            while number and not number & 1:
                number, last = number >> 1, last >> 1
        else:
            after = node_hash(after, sibling)
        number, last = number >> 1, last >> 1
    return (before, after) if last == 0 else None


def _span(low: int, high: int, read: Read) -> bytes:
    """The hash of the leaves from ``low`` on, without ``high``; ``low`` begins a subtree."""
    count = high - low
    if count.bit_count() == 1:
        level = count.bit_length() - 1
        return read(place(level, low >> level))
    middle = low + _left(count)
    return node_hash(_span(low, middle, read), _span(middle, high, read))


def _path(index: int, low: int, high: int, read: Read) -> list[bytes]:
    if high - low == 1:
        return []
    middle = low + _left(high - low)
    if index < middle:
        return [*_path(index, low, middle, read), _span(middle, high, read)]
    return [*_path(index, middle, high, read), _span(low, middle, read)]


def _subproof(old: int, low: int, high: int, read: Read, *, whole: bool) -> list[bytes]:
    if old == high:
        return [] if whole else [_span(low, high, read)]
    middle = low + _left(high - low)
    if old <= middle:
        return [*_subproof(old, low, middle, read, whole=whole), _span(middle, high, read)]
    return [*_subproof(old, middle, high, read, whole=False), _span(low, middle, read)]


def _left(count: int) -> int:
    """The largest power of two below ``count``: the leaves of the left subtree."""
    return 1 << ((count - 1).bit_length() - 1)
