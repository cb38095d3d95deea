"""Placeholders for values: the same for the same value within a session, and back again.

Values live in memory alone, until the session has been idle for its time. A placeholder is an HMAC of the
value under the session's own key: without that key it tells nothing, and placeholders of another session mean
nothing.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from withhold.gateway.sight import Hit

OPENS = "[["
PLACEHOLDER = re.compile(r"\[\[[a-z0-9-]{1,48}-[a-p]{12}\]\]")
_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")
"""No digits, so that no finder takes a placeholder for a number."""
LONGEST = 2 + 48 + 1 + 12 + 2
_LEAST_KNOWN = 5
"""Shorter values are not looked for where no finder sees them: they would be found everywhere."""


@dataclass(slots=True)
class Session:
    """The placeholders of one client and project. ``used`` is the monotonic time of its last request."""

    used: float
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    values: dict[str, str] = field(default_factory=dict, repr=False)
    _by_value: dict[str, str] = field(default_factory=dict, repr=False)

    def placeholder(self, kind: str, value: str) -> str:
        """The placeholder of ``value``, kept so that :attr:`values` leads back."""
        known = self._by_value.get(value)
        if known is not None:
            return known
        digest = hmac.new(self.key, value.encode(), hashlib.sha256).hexdigest()[:12].translate(_LETTERS)
        made = f"[[{re.sub('[^a-z0-9]+', '-', kind.lower())[:48]}-{digest}]]"
        if self.values.setdefault(made, value) != value:
            raise ValueError("two values have one placeholder")
        self._by_value[value] = made
        return made

    def hidden(self, text: str, hits: Sequence[Hit]) -> str:
        """``text`` with placeholders for its hits and for every value that has one already."""
        raw, parts, at = text.encode(), [], 0
        taken = [
            (len(text[: m.start()].encode()), len(text[: m.end()].encode()))
            for m in PLACEHOLDER.finditer(text)
        ]
        for hit in hits:
            if any(hit.start < end and start < hit.end for start, end in taken):
                continue
            parts.append(raw[at : hit.start].decode())
            parts.append(self.placeholder(hit.kind, raw[hit.start : hit.end].decode()))
            at = hit.end
        parts.append(raw[at:].decode())
        return "".join(part if number % 2 else self._known_hidden(part) for number, part in enumerate(parts))

    def holds_known(self, text: str) -> bool:
        """Whether ``text`` holds a value that was replaced before, whatever the finders say of it here."""
        return any(value in text for value in self._by_value if len(value) >= _LEAST_KNOWN)

    def _known_hidden(self, text: str) -> str:
        for value in sorted(self._by_value, key=len, reverse=True):
            if len(value) >= _LEAST_KNOWN and value in text:
                text = text.replace(value, self._by_value[value])
        return text


class Vault:
    """Sessions by client and project. ``now`` is a monotonic clock in seconds."""

    def __init__(self, now: Callable[[], float], *, idle: float) -> None:
        self._now = now
        self._idle = idle
        self._sessions: dict[tuple[str, str], Session] = {}

    def session(self, client: str, project: str) -> Session:
        """The session of a client's project; a new one where the last was idle for too long."""
        now = self._now()
        for name in [n for n, s in self._sessions.items() if now - s.used > self._idle]:
            del self._sessions[name]
        session = self._sessions.get((client, project))
        if session is None:
            session = self._sessions[client, project] = Session(now)
        session.used = now
        return session


def restored(text: str, values: Mapping[str, str], escape: Callable[[str], str] = str) -> str:
    """``text`` with the values in place of their placeholders."""
    if OPENS not in text:
        return text
    return PLACEHOLDER.sub(lambda match: escape(values[match[0]]) if match[0] in values else match[0], text)


def places(text: str) -> Iterator[str]:
    """The placeholders in ``text``."""
    return (match[0] for match in PLACEHOLDER.finditer(text))
