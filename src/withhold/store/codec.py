"""Instants, messages and feedback as they lie in the state."""

import hashlib
from collections.abc import Iterable, Sequence

import msgspec

from withhold.model.columns import AUTHORS, LETTERS, instant, micros
from withhold.model.conversation import Feedback, Message
from withhold.model.when import When
from withhold.model.words import Author


class StoredMessage(msgspec.Struct, array_like=True, frozen=True):
    """One message: a keyed fingerprint of its id, a letter for its author, microseconds, characters."""

    key: bytes
    author: str
    earliest: int
    latest: int
    size: int


class _StoredFeedback(msgspec.Struct, array_like=True, frozen=True):
    kind: str
    earliest: int
    latest: int


_messages = msgspec.msgpack.Decoder(tuple[StoredMessage, ...])
_feedback = msgspec.msgpack.Decoder(tuple[_StoredFeedback, ...])


def when(earliest: int, latest: int) -> When:
    first = instant(earliest)
    return When(first, first if latest == earliest else instant(latest))


def maybe_when(earliest: int | None, latest: int | None) -> When | None:
    return None if earliest is None or latest is None else when(earliest, latest)


def bounds(value: When) -> tuple[int, int]:
    return micros(value.earliest), micros(value.latest)


def maybe_bounds(value: When | None) -> tuple[int | None, int | None]:
    return (None, None) if value is None else bounds(value)


def maybe_flag(value: int | None) -> bool | None:
    return None if value is None else bool(value)


def fingerprint(key: bytes, purpose: bytes, *parts: str, size: int) -> bytes:
    """``size`` bytes that stand for ``parts`` within this state and say nothing outside of it."""
    digest = hashlib.blake2b(key=key, person=purpose, digest_size=size)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.digest()


def stored(messages: Iterable[Message], key: bytes) -> list[StoredMessage]:
    """Messages as they are kept. Twelve bytes of fingerprint never collide within one conversation."""
    return [
        StoredMessage(
            key=fingerprint(key, b"message", message.id, size=12),
            author=LETTERS[message.author],
            earliest=micros(message.at.earliest),
            latest=micros(message.at.latest),
            size=message.size,
        )
        for message in messages
    ]


def author(message: StoredMessage) -> Author:
    return AUTHORS[message.author]


def pack_messages(messages: Sequence[StoredMessage]) -> bytes:
    return msgspec.msgpack.encode(messages)


def unpack_stored(data: bytes) -> tuple[StoredMessage, ...]:
    return _messages.decode(data)


def unpack_messages(data: bytes) -> tuple[Message, ...]:
    """Messages in their order. Their ids are fingerprints in hexadecimal, not the source's own."""
    return tuple(
        Message(m.key.hex(), AUTHORS[m.author], when(m.earliest, m.latest), m.size)
        for m in _messages.decode(data)
    )


def pack_feedback(feedback: Iterable[Feedback]) -> bytes:
    return msgspec.msgpack.encode([_StoredFeedback(f.kind, *bounds(f.at)) for f in feedback])


def unpack_feedback(data: bytes) -> tuple[Feedback, ...]:
    return tuple(Feedback(when(f.earliest, f.latest), f.kind) for f in _feedback.decode(data))
