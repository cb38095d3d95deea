"""What the body of a request or an answer says to be on or off."""

import json
from collections.abc import Iterator
from urllib.parse import parse_qsl

from withhold.controls.phrases import OFF_WORDS, ON_WORDS, normal

_TRUE = frozenset({"true", "1", "yes", "checked", "opted_in"}) | ON_WORDS
_FALSE = frozenset({"false", "0", "no", "unchecked", "opted_out"}) | OFF_WORDS


def switches(text: str | None) -> dict[str, bool]:
    """Values of a JSON or form text that read as on or off, by innermost key; keys with both are left out."""
    leaves = list(_leaves_of(text)) if text else []
    found = dict(leaves)
    return {key: on for key, on in found.items() if (key, not on) not in leaves}


def _leaves_of(text: str) -> Iterator[tuple[str, bool]]:
    try:
        yield from _leaves(json.loads(text))
    except (ValueError, RecursionError):
        for key, value in parse_qsl(text):
            yield from _leaves(value, key)


def _leaves(value: object, key: str = "") -> Iterator[tuple[str, bool]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, str(name))
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, key)
    elif isinstance(value, bool):
        yield key, value
    elif isinstance(value, str) and normal(value) in _TRUE | _FALSE:
        yield key, normal(value) in _TRUE
