"""Keyed fingerprints: they stand for something within one state and say nothing outside of it."""

import hashlib
from collections.abc import Sequence

import msgspec

from withhold.model.columns import Columns
from withhold.model.conversation import Conversation

MESSAGE_BYTES = 12
"""Never collide within one conversation."""
DIGEST_BYTES = 16
_KEY_BYTES = 6
_SHORT = 100
"""Ids below this length have a hasher ready. UUIDs have 36 characters."""


def fingerprint(key: bytes, purpose: bytes, *parts: str, size: int) -> bytes:
    """``size`` bytes for ``parts``."""
    digest = hashlib.blake2b(key=key, person=purpose, digest_size=size)
    for part in parts:
        data = _bytes(part)
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.digest()


class Fingerprints:
    """The fingerprints of one state, whose random key is ``key``."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._message = hashlib.blake2b(key=key, person=b"message", digest_size=MESSAGE_BYTES)
        self._digest = hashlib.blake2b(key=key, person=b"digest", digest_size=DIGEST_BYTES)
        self._pack = msgspec.msgpack.Encoder().encode
        self._begun = [self._headed(size) for size in range(_SHORT)]

    def messages(self, ids: Sequence[str]) -> list[bytes]:
        """One fingerprint a message id, equal to :func:`fingerprint` of it."""
        try:
            data = [identity.encode() for identity in ids]
        except UnicodeEncodeError:
            data = [_bytes(identity) for identity in ids]
        found = []
        begun = self._begun
        for each in data:
            size = len(each)
            hasher = (begun[size] if size < _SHORT else self._headed(size)).copy()
            hasher.update(each)
            found.append(hasher.digest())
        return found

    def home(self, provider_id: str, source_id: str) -> int:
        """The key that a conversation gets if no other one has it."""
        return self._number(provider_id, source_id)

    def bumped(self, conversation: Conversation, attempt: int) -> int:
        """The key to try next, from ``attempt`` 1 on."""
        ref = conversation.account_ref or ""
        return self._number(conversation.provider_id, conversation.source_id, str(attempt), ref)

    def digest(self, conversation: Conversation, messages: Columns) -> bytes:
        """Stands for all that is kept of what one source shows of a conversation."""
        shown = (
            conversation.provider_id,
            conversation.source_id,
            conversation.kind.value,
            conversation.account_ref,
            conversation.product_id,
            conversation.project,
            conversation.incognito,
            conversation.shared,
            conversation.feedback_visible,
            conversation.title,
            conversation.feedback,
            messages.authors,
            list(messages.ids),
            list(messages.earliest),
            list(messages.latest),
            list(messages.sizes),
            *_told(conversation.attachments, conversation.tool_outputs),
        )
        hasher = self._digest.copy()
        try:
            hasher.update(self._pack(shown))
        except UnicodeEncodeError:
            hasher.update(_bytes(repr(shown)))
        return hasher.digest()

    def _number(self, *parts: str) -> int:
        return int.from_bytes(fingerprint(self._key, b"conversation", *parts, size=_KEY_BYTES), "big")

    def _headed(self, length: int) -> "hashlib.blake2b":
        """A hasher that has taken the length of an id."""
        hasher = self._message.copy()
        hasher.update(length.to_bytes(8, "big"))
        return hasher


def _told(*counts: int | None) -> tuple[int | None, ...]:
    """Nothing where no count is told: so the digests of old stay those of now."""
    return () if all(count is None for count in counts) else counts


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
