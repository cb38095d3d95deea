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
        _count(_all_hits(item, spoken(item), sight), counts, sorts)
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


_SPOKEN = frozenset({"messages", "system", "input", "instructions", "prompt", "prediction"})
"""Where the formats carry what people and models say; what else a request holds is for programs."""


def spoken(text: Text) -> bool:
    """Whether it is something said: not a key, an id, a model's name, a tool's name or its description."""
    place = text.place
    if text.fixed or not place or place[0] not in _SPOKEN:
        return False
    called = place[-1] == "name" and (len(place) == 5 or place[-2] == "function" or place[:1] == ("input",))
    return not called


def said(body: dict[str, Any]) -> Iterator[str]:
    """Every text of ``body`` that is spoken, as :func:`examine` will ask about it."""
    for item in contents(body):
        if isinstance(item, Text) and item.text not in _WORDS and spoken(item):
            yield from _layers(item.text)


def _layers(text: str) -> Iterator[str]:
    yield text
    for item in _inner(text):
        if not item.fixed:
            yield from _layers(item.text)


def _inner(text: str) -> Iterator[Text]:
    inner = _escaped_json(text)
    for item in contents(inner) if inner is not None else ():
        if isinstance(item, Text):
            yield item


def _all_hits(text: Text, loud: bool, sight: Sight) -> Iterator[Hit]:
    yield from sight.hits(text.text.encode(), spoken=loud)
    for item in _inner(text.text):
        yield from _all_hits(item, loud and not item.fixed, sight)


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
        for hit_text, hit in _with_text(text, spoken(text), sight):
            if hit.sort in sorts:
                value = hit_text.encode()[hit.start : hit.end].decode()
                session.placeholder(hit.kind, value, guessed=hit.guessed)
    for text in examined.texts:
        hidden = _hidden(text.text, spoken(text), sorts, session, sight)
        if hidden == text.text:
            continue
        if text.fixed:
            raise CannotReplace("something was found in a key, a number, an id or a header")
        put(body, text.place, hidden)
    return set(session.values)


def _with_text(text: Text, loud: bool, sight: Sight) -> Iterator[tuple[str, Hit]]:
    for hit in sight.hits(text.text.encode(), spoken=loud):
        yield text.text, hit
    for item in _inner(text.text):
        yield from _with_text(item, loud and not item.fixed, sight)


def _hidden(text: str, loud: bool, sorts: frozenset[Sort], session: Session, sight: Sight) -> str:
    inner = _escaped_json(text)
    if inner is not None:
        held = [inner]
        for item in contents(held):
            if isinstance(item, Text):
                changed = _hidden(item.text, loud and not item.fixed, sorts, session, sight)
                if changed != item.text and item.fixed:
                    raise CannotReplace("something was found in a key or a number of a JSON text")
                if changed != item.text:
                    put(held, item.place, changed)
        if held[0] != json.loads(text):
            text = dump(held[0]).decode()
    return _plain_hidden(text, loud, sorts, session, sight)


def _plain_hidden(text: str, loud: bool, sorts: frozenset[Sort], session: Session, sight: Sight) -> str:
    hits = [hit for hit in sight.hits(text.encode(), spoken=loud) if hit.sort in sorts]
    known = session.holds_known(text, spoken=loud)
    return session.hidden(text, hits, spoken=loud) if hits or known else text


__all__ = ["BadBody", "CannotReplace", "Examined", "examine", "redact", "said", "spoken"]
