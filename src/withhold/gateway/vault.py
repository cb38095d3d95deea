"""Placeholders for values: the same for the same value within a session, and back again.

Values live in memory alone, until the session has been idle for its time. A placeholder is an HMAC of the
value under the session's own key: without that key it tells nothing, and placeholders of another session mean
nothing.
"""

import hashlib
import hmac
import re
import secrets
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from withhold.gateway.cover import Cover
from withhold.gateway.sight import KEPT_BLOCKS, Hit

OPENS = "[["
PLACEHOLDER = re.compile(r"\[\[[a-z0-9-]{1,48}-[a-p]{12}\]\]")
_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")
"""No digits, so that no finder takes a placeholder for a number."""
LONGEST = 2 + 48 + 1 + 12 + 2
_LEAST_KNOWN = 5
"""Shorter values are not looked for where no finder sees them: they would be found everywhere."""
_LEAST_GUESSED = 3
_AFTER_KIND = 1 + 12 + 2
"""Letters of a placeholder after the kind."""
_BETWEEN = " \t\r\n,.;:/'-"


class _Found(NamedTuple):
    """Something to replace; ``start`` and ``end`` in characters."""

    start: int
    end: int
    kind: str
    guessed: bool


@dataclass(slots=True)
class Session:
    """The placeholders of one client and project. ``used`` is the monotonic time of its last request."""

    used: float
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    values: dict[str, str] = field(default_factory=dict, repr=False)
    _by_value: dict[str, str] = field(default_factory=dict, repr=False)
    _guessed: set[str] = field(default_factory=set, repr=False)
    _order: list[str] = field(default_factory=list, repr=False)
    _looked: OrderedDict[bytes, tuple[int, tuple[str, ...]]] = field(default_factory=OrderedDict, repr=False)
    """By keyed hash of a text: how many of the values in their order were looked for, and which are there."""

    def placeholder(self, kind: str, value: str, *, guessed: bool = False) -> str:
        """The placeholder of ``value``, kept so that :attr:`values` leads back.

        One that was ``guessed`` may be a word of the language or of a program: elsewhere it is replaced only
        where something is said, and a single word only as a whole one (several are no part of another word,
        but languages add an ending to them).
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
        self._order.append(value)
        return made

    def hidden(self, text: str, hits: Sequence[Hit], *, spoken: bool = False) -> str:
        """``text`` with placeholders for its hits and for every value that has one already.

        Where they overlap the longest is replaced, and what is left of the others apart: of a name that was
        found once no part may stay because only half of it was found this time.
        """
        cover = Cover()
        for match in PLACEHOLDER.finditer(text):
            cover.add(*match.span())
        made: list[tuple[int, int, str]] = []
        for found in sorted(
            [*_in_characters(text, hits), *self._known(text, spoken)],
            key=lambda f: (f.start - f.end, f.start),
        ):
            for part in list(_parts(text, found, cover)):
                cover.add(part.start, part.end)
                value = text[part.start : part.end]
                made.append((part.start, part.end, self.placeholder(part.kind, value, guessed=part.guessed)))
        return _written(text, sorted(made))

    def holds_known(self, text: str, *, spoken: bool = False) -> bool:
        """Whether ``text`` holds a value that was replaced before, whatever the finders say of it here."""
        return next(self._known(text, spoken), None) is not None

    def _known(self, text: str, spoken: bool) -> Iterator[_Found]:
        """Where values stand that have a placeholder."""
        for value in self._present(text):
            guessed = value in self._guessed
            if len(value) < (_LEAST_GUESSED if guessed else _LEAST_KNOWN) or (guessed and not spoken):
                continue
            starts = (_whole_words if guessed and " " not in value else _anywhere)(text, value)
            kind = self._by_value[value][len(OPENS) : -_AFTER_KIND]
            for start in starts:
                yield _Found(start, start + len(value), kind, guessed)

    def _present(self, text: str) -> tuple[str, ...]:
        """The values that are in ``text``. In one that comes again only new values are looked for."""
        name = hashlib.blake2b(text.encode(), key=self.key, digest_size=16).digest()
        asked, present = self._looked.pop(name, (0, ()))
        present += tuple(value for value in self._order[asked:] if value in text)
        self._looked[name] = len(self._order), present
        if len(self._looked) > KEPT_BLOCKS:
            self._looked.popitem(last=False)
        return present


def _in_characters(text: str, hits: Sequence[Hit]) -> Iterator[_Found]:
    raw, bytes_seen, seen = text.encode(), 0, 0
    for hit in sorted(hits, key=lambda h: h.start):
        start = seen + len(raw[bytes_seen : hit.start].decode())
        yield _Found(start, start + len(raw[hit.start : hit.end].decode()), hit.kind, hit.guessed)
        bytes_seen, seen = hit.start, start


def _parts(text: str, found: _Found, cover: Cover) -> Iterator[_Found]:
    """``found``, or what of it is not replaced yet, if that is more than what stands between words."""
    for first, last in cover.free(found.start, found.end):
        bare = text[first:last].strip(_BETWEEN)
        if bare == text[first:last] or (first, last) == (found.start, found.end):
            yield _Found(first, last, found.kind, found.guessed)
        elif bare:
            begin = text.index(bare, first)
            yield _Found(begin, begin + len(bare), found.kind, found.guessed)


def _written(text: str, made: Sequence[tuple[int, int, str]]) -> str:
    parts, at = [], 0
    for start, end, placeholder in made:
        parts += [text[at:start], placeholder]
        at = end
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
