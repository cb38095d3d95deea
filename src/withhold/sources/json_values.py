"""Decoding one JSON value, with patience for what exports really hold."""

import json
from functools import cached_property

import msgspec


def loads(data: bytes | msgspec.Raw) -> object:
    """Decode one JSON value. Raises ``ValueError`` for what is not JSON or is nested beyond reason.

    Lone surrogates, control characters and stray bytes in texts are let pass, because exports hold them.
    """
    try:
        return msgspec.json.decode(data)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _lenient(bytes(data))


def _lenient(data: bytes) -> object:
    try:
        value: object = json.loads(data.decode("utf-8", "replace"), strict=False)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    return value


def members(data: bytes | msgspec.Raw) -> dict[str, msgspec.Raw]:
    """The members of a JSON object, each undecoded. Raises ``ValueError`` where it is not an object."""
    try:
        return msgspec.json.decode(data, type=dict[str, msgspec.Raw])
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    except (msgspec.DecodeError, UnicodeDecodeError):
        value = _lenient(bytes(data))
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")
    return {key: _raw(part) for key, part in value.items()}


def elements(data: bytes | msgspec.Raw) -> list[msgspec.Raw]:
    """The elements of a JSON list, each undecoded. Raises ``ValueError`` where it is not a list."""
    try:
        return msgspec.json.decode(data, type=list[msgspec.Raw])
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    except (msgspec.DecodeError, UnicodeDecodeError):
        value = _lenient(bytes(data))
    if not isinstance(value, list):
        raise ValueError("not a JSON list")
    return [_raw(part) for part in value]


def _raw(value: object) -> msgspec.Raw:
    try:
        return msgspec.Raw(json.dumps(value).encode())
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def has_twice(data: bytes, key: str) -> bool:
    """Whether one object in ``data`` has ``key`` more than once: decoding would drop all but the last."""
    if data.count(json.dumps(key).encode()) < 2:
        return False
    found = False

    def look(pairs: list[tuple[str, object]]) -> None:
        nonlocal found
        found = found or sum(name == key for name, _ in pairs) > 1

    try:
        json.loads(data.decode("utf-8", "replace"), strict=False, object_pairs_hook=look)
    except (ValueError, RecursionError):
        return False
    return found


class Apart:
    """The items of a JSON list, each undecoded, told apart when one is asked for."""

    def __init__(self, data: bytes | bytearray) -> None:
        self._data = data

    @cached_property
    def _items(self) -> list[msgspec.Raw]:
        return msgspec.json.decode(self._data, type=list[msgspec.Raw])

    def item(self, index: int) -> bytes:
        """The bytes of one item. The list must be one that decodes."""
        return bytes(self._items[index])
