"""What a request holds, and the request with placeholders instead."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from withhold.gateway.body import BadBody, Text, Unread, contents, dump, put
from withhold.gateway.config import Sort
from withhold.gateway.sight import Hit, Sight
from withhold.gateway.vault import Session

_WORDS = frozenset(
    {"model", "messages", "role", "content", "type", "text", "user", "assistant", "system", "tool", "stream"}
    | {"max_tokens", "temperature", "tools", "name", "input", "input_schema", "description", "properties"}
)
"""Words of the formats themselves, which stand in every request: nothing is in them."""


class CannotReplace(ValueError):
    """Something was found where a placeholder cannot stand: in a key, a number, an id."""


@dataclass(frozen=True, slots=True)
class Examined:
    """``counts`` by kind; ``sorts`` are the sorts of all that was found."""

    texts: tuple[Text, ...]
    counts: dict[str, int]
    sorts: frozenset[Sort]


def examine(body: dict[str, Any], extra: Iterable[str], sight: Sight) -> Examined:
    """Look at all of ``body``, and at ``extra`` texts that go upstream outside of it."""
    texts: list[Text] = []
    counts: Counter[str] = Counter()
    sorts: set[Sort] = set()
    for item in contents(body):
        if isinstance(item, Unread):
            counts[item.what] += 1
            sorts.add("unread")
            continue
        texts.append(item)
        if item.text in _WORDS:
            continue
        _count(_all_hits(item.text, sight), counts, sorts)
    for text in extra:
        hits = tuple(sight.hits(text.encode("utf-8", "surrogateescape")))
        if hits:
            texts.append(Text(("header",), text, fixed=True))
        _count(hits, counts, sorts)
    return Examined(tuple(texts), dict(counts), frozenset(sorts))


def _count(hits: Iterable[Hit], counts: Counter[str], sorts: set[Sort]) -> None:
    for hit in hits:
        counts[hit.kind] += 1
        sorts.add(hit.sort)


def _all_hits(text: str, sight: Sight) -> Iterator[Hit]:
    yield from sight.hits(text.encode())
    inner = _escaped_json(text)
    if inner is not None:
        for item in contents(inner):
            if isinstance(item, Text):
                yield from _all_hits(item.text, sight)


def _escaped_json(text: str) -> Any:
    """The value of a string that is JSON with escapes in it, in which a value could hide.

    What is in there may be such a string again; each is shorter than the one around it.
    """
    if "\\" not in text or text.lstrip()[:1] not in {"{", "[", '"'}:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def redact(
    body: dict[str, Any], examined: Examined, sorts: frozenset[Sort], session: Session, sight: Sight
) -> set[str]:
    """Put placeholders into ``body`` for everything of ``sorts``. Returns the placeholders it now holds.

    Raises :class:`CannotReplace`.
    """
    for text in examined.texts:
        for hit_text, hit in _with_text(text.text, sight):
            if hit.sort in sorts:
                session.placeholder(hit.kind, hit_text.encode()[hit.start : hit.end].decode())
    for text in examined.texts:
        hidden = _hidden(text.text, sorts, session, sight)
        if hidden == text.text:
            continue
        if text.fixed:
            raise CannotReplace("something was found in a key, a number, an id or a header")
        put(body, text.place, hidden)
    return set(session.values)


def _with_text(text: str, sight: Sight) -> Iterator[tuple[str, Hit]]:
    for hit in sight.hits(text.encode()):
        yield text, hit
    inner = _escaped_json(text)
    for item in contents(inner) if inner is not None else ():
        if isinstance(item, Text):
            yield from _with_text(item.text, sight)


def _hidden(text: str, sorts: frozenset[Sort], session: Session, sight: Sight) -> str:
    inner = _escaped_json(text)
    if inner is not None:
        held = [inner]
        for item in contents(held):
            if isinstance(item, Text):
                changed = _hidden(item.text, sorts, session, sight)
                if changed != item.text and item.fixed:
                    raise CannotReplace("something was found in a key or a number of a JSON text")
                if changed != item.text:
                    put(held, item.place, changed)
        if held[0] != json.loads(text):
            text = dump(held[0]).decode()
    return _plain_hidden(text, sorts, session, sight)


def _plain_hidden(text: str, sorts: frozenset[Sort], session: Session, sight: Sight) -> str:
    hits = [hit for hit in sight.hits(text.encode()) if hit.sort in sorts]
    return session.hidden(text, hits) if hits or session.holds_known(text) else text


__all__ = ["BadBody", "CannotReplace", "Examined", "examine", "redact"]
