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
_LEAST_GUESSED = 3


@dataclass(slots=True)
class Session:
    """The placeholders of one client and project. ``used`` is the monotonic time of its last request."""

    used: float
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    values: dict[str, str] = field(default_factory=dict, repr=False)
    _by_value: dict[str, str] = field(default_factory=dict, repr=False)
    _guessed: set[str] = field(default_factory=set, repr=False)

    def placeholder(self, kind: str, value: str, *, guessed: bool = False) -> str:
        """The placeholder of ``value``, kept so that :attr:`values` leads back.

        One that was ``guessed`` may be a word of the language or of a program: elsewhere it is replaced only
        as a whole word, and only where something is said.
        """
        if not guessed:
            self._guessed.discard(value)
        elif value not in self._by_value:
            self._guessed.add(value)
        known = self._by_value.get(value)
        if known is not None:
            return known
        digest = hmac.new(self.key, value.encode(), hashlib.sha256).hexdigest()[:12].translate(_LETTERS)
        made = f"[[{re.sub('[^a-z0-9]+', '-', kind.lower())[:48]}-{digest}]]"
        if self.values.setdefault(made, value) != value:
            raise ValueError("two values have one placeholder")
        self._by_value[value] = made
        return made

    def hidden(self, text: str, hits: Sequence[Hit], *, spoken: bool = False) -> str:
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
            value = raw[hit.start : hit.end].decode()
            parts.append(self.placeholder(hit.kind, value, guessed=hit.guessed))
            at = hit.end
        parts.append(raw[at:].decode())
        return "".join(
            part if number % 2 else self._known_hidden(part, spoken) for number, part in enumerate(parts)
        )

    def holds_known(self, text: str, *, spoken: bool = False) -> bool:
        """Whether ``text`` holds a value that was replaced before, whatever the finders say of it here."""
        return any(self._stands_in(value, text, spoken) for value in self._by_value)

    def _stands_in(self, value: str, text: str, spoken: bool) -> bool:
        if value not in self._guessed:
            return len(value) >= _LEAST_KNOWN and value in text
        return spoken and len(value) >= _LEAST_GUESSED and any(_whole_words(text, value))

    def _known_hidden(self, text: str, spoken: bool) -> str:
        for value in sorted(self._by_value, key=len, reverse=True):
            if self._stands_in(value, text, spoken):
                places = _whole_words if value in self._guessed else _anywhere
                text = _replaced(text, value, self._by_value[value], places)
        return text


def _replaced(text: str, value: str, made: str, places: Callable[[str, str], Iterator[int]]) -> str:
    """``text`` with ``made`` for ``value``, but not within a placeholder that it holds already."""
    taken = [match.span() for match in PLACEHOLDER.finditer(text)]
    parts, at = [], 0
    for start in places(text, value):
        if start >= at and not any(start < last and first < start + len(value) for first, last in taken):
            parts += [text[at:start], made]
            at = start + len(value)
    return "".join([*parts, text[at:]])


def _anywhere(text: str, value: str) -> Iterator[int]:
    """Where ``value`` begins. No pattern is compiled of it: those are kept by the language for long."""
    start = text.find(value)
    while start >= 0:
        yield start
        start = text.find(value, start + len(value))


def _whole_words(text: str, value: str) -> Iterator[int]:
    for start in _anywhere(text, value):
        end = start + len(value)
        if not (_in_word(text[start - 1 : start]) or _in_word(text[end : end + 1])):
            yield start


def _in_word(sign: str) -> bool:
    return sign.isalnum() or sign == "_"


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
