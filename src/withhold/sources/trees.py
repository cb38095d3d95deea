"""Messages that point to their parents, in an order in which they can have been written."""

from collections.abc import Iterator, Mapping, Sequence


def in_order(
    parents: Mapping[str, object], children: Mapping[str, Sequence[str] | None] | None = None
) -> Iterator[str]:
    """All ids, parents before children, else as the file has them; each once.

    ``parents`` decides; ``children`` only orders. What has no known parent is a root, so that orphans come
    too; what stands in a circle comes last.
    """
    below: dict[str, list[str]] = {}
    roots = []
    for key, parent in parents.items():
        if isinstance(parent, str) and parent in parents and parent != key:
            below.setdefault(parent, []).append(key)
        else:
            roots.append(key)
    seen: set[str] = set()
    for start in [*roots, *parents]:
        waiting = [start]
        while waiting:
            key = waiting.pop()
            if key not in seen:
                seen.add(key)
                yield key
                waiting.extend(reversed(ordered_children(below.get(key, []), (children or {}).get(key))))


def ordered_children(found: list[str], wanted: Sequence[str] | None) -> list[str]:
    """Children in the order that their parent names, those it does not name last."""
    if len(found) < 2 or not wanted:
        return found
    rank = {child: index for index, child in enumerate(wanted)}
    return sorted(found, key=lambda child: rank.get(child, len(rank)))
