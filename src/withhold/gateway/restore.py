"""Putting values back into an answer, whole or streamed and cut at any byte. No I/O: bytes in, bytes out.

Held back is only what can still become a placeholder, for each channel (a choice, a block, a tool call)
apart. What is held goes out before the event that ends its channel. Events in which nothing changes pass byte
for byte.
"""

import copy
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from withhold.gateway.vault import LONGEST, restored

LONGEST_EVENT = 64 << 20

_JSON_TEXT = frozenset({"arguments", "partial_json"})
"""Fields whose string is itself JSON: what goes in there is escaped once more."""
_PARTIAL = re.compile(r"\[(?:\[(?:[a-z0-9-]{0,61}\]?)?)?\Z")
_LAST = frozenset(
    {"message_delta", "message_stop", "error", "response.completed", "response.failed", "response.incomplete"}
)
Place = tuple[str | int, ...]
Piece = tuple[Place, Place, str]
"""A text that goes on in the next event: its channel, its place in the event, and itself."""


class TooLong(Exception):
    """An event of more than :data:`LONGEST_EVENT` bytes: held back whole, it would fill the memory."""


def escaped(value: str) -> str:
    """``value`` as it stands inside a JSON string."""
    return json.dumps(value, ensure_ascii=False)[1:-1]


@dataclass(slots=True)
class Channel:
    """One text that arrives in pieces. ``last`` is the event that brought the latest piece."""

    values: Mapping[str, str]
    is_json: bool
    held: str = ""
    last: tuple[dict[str, Any], Place, str] | None = None

    def feed(self, text: str) -> str:
        """What can go out now."""
        whole = self.held + text
        match = _PARTIAL.search(whole, max(0, len(whole) - LONGEST))
        cut = len(whole) if match is None else match.start()
        self.held = whole[cut:]
        return self._back(whole[:cut])

    def end(self) -> str:
        """What was held back."""
        rest, self.held = self.held, ""
        return self._back(rest)

    def _back(self, text: str) -> str:
        return restored(text, self.values, escaped if self.is_json else str)


def restore_whole(value: Any, values: Mapping[str, str], name: str = "") -> Any:
    """An answer that is complete, with the values back in every string."""
    if isinstance(value, str):
        return restored(value, values, escaped if name in _JSON_TEXT else str)
    if isinstance(value, dict):
        return {key: restore_whole(inner, values, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [restore_whole(inner, values, name) for inner in value]
    return value


@dataclass(slots=True)
class StreamRestorer:
    """Restores a stream of server-sent events (WHATWG HTML, 9.2). ``values`` may grow while it runs."""

    values: Mapping[str, str]
    _rest: bytearray = field(default_factory=bytearray)
    _channels: dict[Place, Channel] = field(default_factory=dict)

    def feed(self, data: bytes) -> bytes:
        """What the client gets for ``data``. Raises :class:`TooLong`."""
        seen = max(0, len(self._rest) - _MOST_OF_AN_END)
        self._rest += data
        out, begin = [], 0
        while (end := _event_end(self._rest, max(begin, seen))) is not None:
            out.append(self._event(bytes(self._rest[begin:end])))
            begin = end
        del self._rest[:begin]
        if len(self._rest) > LONGEST_EVENT:
            self._rest.clear()
            raise TooLong
        return b"".join(out)

    def end(self) -> bytes:
        """What is left when the upstream has closed."""
        last = self._event(bytes(self._rest)) if self._rest else b""
        self._rest.clear()
        return last + self._flushed([()])

    def _event(self, raw: bytes) -> bytes:
        name, data = _fields(raw)
        if data.strip() == "[DONE]":
            return self._flushed([()]) + raw
        try:
            value = json.loads(data) if data else None
        except ValueError:
            return raw
        if not isinstance(value, dict):
            return raw
        pieces = list(_pieces(value))
        ended = list(_ended(value))
        before = self._flushed(ended, but=frozenset(channel for channel, _, _ in pieces))
        changed = self._restored(name, value, pieces, ended)
        return before + (raw if changed is None else _encoded(name, changed))

    def _restored(
        self, name: str, value: dict[str, Any], pieces: list["Piece"], ended: list[Place]
    ) -> dict[str, Any] | None:
        """The event with its texts restored; ``None`` where nothing in it changes."""
        made = restore_whole(_without(value, pieces), self.values)
        for channel_id, place, text in pieces:
            is_json = place[-1] in _JSON_TEXT or "arguments" in str(value.get("type"))
            channel = self._channels.setdefault(channel_id, Channel(self.values, is_json))
            channel.last = (value, place, name)
            over = any(channel_id[: len(prefix)] == prefix for prefix in ended)
            _set(made, place, channel.feed(text) + (channel.end() if over else ""))
        return None if made == value else made

    def _flushed(self, ended: list[Place], but: frozenset[Place] = frozenset()) -> bytes:
        """Events with what is held back in the channels that begin with one of ``ended``."""
        out = []
        for channel_id, channel in self._channels.items():
            over = any(channel_id[: len(prefix)] == prefix for prefix in ended)
            text = channel.end() if over and channel_id not in but else ""
            if text and channel.last is not None:
                out.append(_carrier(*channel.last, text))
        return b"".join(out)


_END = re.compile(rb"\r\n\r\n|\n\n|\r\r(?!\n)|\n\r\n|\r\n\n")
_MOST_OF_AN_END = 3


def _event_end(data: bytearray, start: int) -> int | None:
    """Where the first event after ``start`` ends; blank lines end it, in any of the three line ends."""
    match = _END.search(data, start)
    return None if match is None else match.end()


def _fields(raw: bytes) -> tuple[str, str]:
    name, data = "", []
    for line in raw.decode("utf-8", "surrogateescape").replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        key, _, rest = line.partition(":")
        rest = rest.removeprefix(" ")
        if key == "event":
            name = rest
        elif key == "data":
            data.append(rest)
    return name, "\n".join(data)


def _encoded(name: str, value: Any) -> bytes:
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(value, separators=(',', ':'))}\n\n".encode()


def _pieces(value: dict[str, Any]) -> Iterator[Piece]:
    """The texts of an event that go on in the next one: channel, place in the event, text."""
    kind = value.get("type")
    delta = value.get("delta")
    if isinstance(kind, str) and kind.endswith(".delta") and isinstance(delta, str):
        where = (value.get("output_index", 0), value.get("item_id", ""), value.get("content_index", 0))
        yield ("response", *where, kind), ("delta",), delta
    elif kind == "content_block_delta" and isinstance(delta, dict):
        for name in ("text", "partial_json", "thinking"):
            if isinstance(delta.get(name), str):
                yield ("block", value.get("index", 0), name), ("delta", name), delta[name]
    elif isinstance(value.get("choices"), list):
        for at, choice in enumerate(value["choices"]):
            yield from _choice_pieces(at, choice)


def _choice_pieces(at: int, choice: Any) -> Iterator[Piece]:
    if not isinstance(choice, dict):
        return
    number = choice.get("index", at)
    if isinstance(choice.get("text"), str):
        yield ("choice", number, "text"), ("choices", at, "text"), choice["text"]
    delta = choice.get("delta")
    for name, inner in delta.items() if isinstance(delta, dict) else ():
        if isinstance(inner, str) and name not in {"role", "id", "type"}:
            yield ("choice", number, name), ("choices", at, "delta", name), inner
        elif name == "function_call" and isinstance(inner, dict) and isinstance(inner.get("arguments"), str):
            yield ("choice", number, name), ("choices", at, "delta", name, "arguments"), inner["arguments"]
        elif name == "tool_calls" and isinstance(inner, list):
            for place, call in enumerate(inner):
                function = call.get("function") if isinstance(call, dict) else None
                if isinstance(function, dict) and isinstance(function.get("arguments"), str):
                    where: Place = ("choices", at, "delta", name, place, "function", "arguments")
                    yield ("choice", number, name, call.get("index", place)), where, function["arguments"]


def _ended(value: dict[str, Any]) -> Iterator[Place]:
    """Which channels end with this event; ``()`` is all of them."""
    kind = str(value.get("type"))
    if kind == "content_block_stop":
        yield ("block", value.get("index", 0))
    elif kind in _LAST:
        yield ()
    elif kind.startswith("response.") and kind.endswith(".done"):
        yield ("response", value.get("output_index", 0))
    for at, choice in enumerate(value.get("choices") or ()):
        if isinstance(choice, dict) and choice.get("finish_reason") is not None:
            yield ("choice", choice.get("index", at))


def _without(value: dict[str, Any], pieces: list[Piece]) -> dict[str, Any]:
    """A copy in which the pieces are empty: those are restored by their channels."""
    if not pieces:
        return value
    made = copy.deepcopy(value)
    for _, place, _text in pieces:
        _set(made, place, "")
    return made


def _set(value: Any, place: Place, text: str) -> None:
    for part in place[:-1]:
        value = value[part]
    value[place[-1]] = text


def _carrier(value: dict[str, Any], place: Place, name: str, text: str) -> bytes:
    """An event like the channel's last one that brings ``text`` and nothing else of it again."""
    made = copy.deepcopy(value)
    made.pop("usage", None)
    for _, other, _text in list(_pieces(made)):
        _set(made, other, "")
    for choice in made.get("choices") or ():
        if isinstance(choice, dict) and "finish_reason" in choice:
            choice["finish_reason"] = None
    _set(made, place, text)
    return _encoded(name, made)
