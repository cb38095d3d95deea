"""A request body as JSON that can be read in one way only.

What two parsers could read differently (a key that is there twice, bytes that are no UTF-8, NaN) is refused,
so that the upstream cannot see another request than the one that was judged.
"""

import json
from typing import Any, Literal, NamedTuple, NoReturn

MAX_DEPTH = 200
_OPAQUE = {
    "signature": ("thinking",),
    "encrypted_content": ("reasoning", "compaction", "web_search_result"),
}
"""The provider's own sealed values, which clients hand back as they got them: key, and type of its block."""
_NAMES = frozenset({"id", "type", "role", "tool_use_id", "tool_call_id", "call_id", "item_id", "model"})
_TOKENS = 16
"""A list of at least so many whole numbers is text as token numbers."""

Part = str | int


class BadBody(ValueError):
    """The body is not plain JSON; the message says why."""


class Text(NamedTuple):
    """A string of the body. ``place`` leads to it; ``fixed`` ones must not be rewritten."""

    place: tuple[Part, ...]
    text: str
    fixed: bool = False


class Unread(NamedTuple):
    """Something that no finder reads."""

    place: tuple[Part, ...]
    what: Literal["media", "tokens"]


def parse(data: bytes) -> dict[str, Any]:
    """The object in ``data``. Raises :class:`BadBody`."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as problem:
        raise BadBody(f"byte {problem.start} is not UTF-8") from problem
    try:
        value = _DECODER.decode(text)
        text_ok = "\\ud" not in text.lower() or json.dumps(value, ensure_ascii=False).encode("utf-8")
    except RecursionError as problem:
        raise BadBody("it is nested too deeply") from problem
    except UnicodeEncodeError as problem:
        raise BadBody("it holds half of a surrogate pair") from problem
    except ValueError as problem:
        raise BadBody(f"it is not JSON: {problem}") from problem
    if not text_ok or not isinstance(value, dict):
        raise BadBody("it is not a JSON object")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise BadBody(f"the key {twice[:40]!r} is there twice")
    return found


def _no_constant(name: str) -> NoReturn:
    raise BadBody(f"{name} is not JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_constant)


def dump(value: Any) -> bytes:
    """``value`` as compact JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def contents(value: Any) -> list[Text | Unread]:
    """Everything in a body that can carry content: every string, every key, long numbers, media."""
    found: list[Text | Unread] = []
    _collect(value, (), found)
    return found


def _collect(value: Any, place: tuple[Part, ...], found: list[Text | Unread]) -> None:
    if len(place) > MAX_DEPTH:
        raise BadBody("it is nested too deeply")
    if isinstance(value, str):
        found.append(_string(value, place))
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name in _OPAQUE and value.get("type") in _OPAQUE[name]:
                continue
            within = (*place, name)
            found.append(Text(within, name, fixed=True))
            if _is_base64(value, name, inner):
                found.append(Unread(within, "media"))
            else:
                _collect(inner, within, found)
    elif isinstance(value, list):
        if len(value) >= _TOKENS and all(type(item) is int for item in value):
            found.append(Unread(place, "tokens"))
            return
        for number, inner in enumerate(value):
            _collect(inner, (*place, number), found)
    elif isinstance(value, int | float) and not isinstance(value, bool) and abs(value) >= 10**7:
        text = str(int(value)) if value == int(value) else str(value)
        found.append(Text(place, text, fixed=True))


def _string(value: str, place: tuple[Part, ...]) -> Text | Unread:
    if value.startswith("data:") and ";base64," in value[:200]:
        return Unread(place, "media")
    return Text(place, value, fixed=bool(place) and place[-1] in _NAMES)


def _is_base64(around: dict[str, Any], name: str, inner: Any) -> bool:
    if not isinstance(inner, str):
        return False
    if name == "data":
        return (
            around.get("type") == "base64" or "format" in around or around.get("type") == "redacted_thinking"
        )
    return name == "file_data"


def put(value: Any, place: tuple[Part, ...], text: str) -> None:
    """Replace the string at ``place`` within ``value``."""
    for part in place[:-1]:
        value = value[part]
    value[place[-1]] = text
