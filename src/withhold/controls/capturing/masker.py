"""Replacing what evidence must not carry by markers, and counting what was replaced.

A marker names the kind and a keyed digest: ``[masked:cookie:1f0c9a77e2b4]``. The key is 32 random bytes of
one record, kept nowhere: equal values look equal inside the record, and nobody, the person included, can
test a guess against a marker afterwards. Names and addresses have too few possible values for a digest
whose key lies beside it.
"""

import hmac
import re
import secrets
from collections import Counter
from collections.abc import Iterable
from hashlib import sha256
from urllib.parse import parse_qsl, quote, unquote, urlsplit, urlunsplit

from withhold.controls.capturing.tables import OWNERS, WORDS
from withhold.controls.mask import EMAIL, IDENTIFIER, SECRET
from withhold.controls.phrases import OFF_WORDS, ON_WORDS, normal
from withhold.model.evidence import Json

_DIGITS = 12
_SHORTEST_SECRET = 8
_SHORTEST_TEXT = 3
MARKER = re.compile(r"\[?masked:[a-z-]+:[0-9a-f]{12}\]?")
_PLACE = re.compile(r"^[A-Za-z/_\-]{0,60}$")


_JOINS = re.compile(r"(?:\s|[-_+.]|%20)+")
_IN_ADDRESSES = re.compile(r"[A-Za-z0-9._~\-]*")
_MANY_WORDS = 3


class Masker:
    """The masks of one record. What it is told to know is found in every text, whatever the case."""

    def __init__(self, known: Iterable[tuple[str, str]] = ()) -> None:
        self._key = secrets.token_bytes(32)
        self._known: dict[str, str] = {}
        self._pattern: re.Pattern[str] | None = None
        self._tally: Counter[tuple[str, str]] = Counter()
        self._allowed: set[str] = set()
        for kind, value in known:
            self.know(kind, value)

    def know(self, kind: str, value: str) -> None:
        """From now on ``value`` is masked wherever it stands. Values too short to be told apart are left."""
        plain = " ".join(value.split())
        if len(plain) < _SHORTEST_TEXT or plain.casefold() in self._known or MARKER.fullmatch(plain):
            return
        self._known[plain.casefold()] = kind
        self._pattern = None

    def know_secret(self, kind: str, value: str) -> None:
        """A cookie or token seen in the traffic. Short words such as ``en-US`` are no secrets."""
        plain = unquote(value).strip()
        long_enough = len(plain) >= 2 * _SHORTEST_SECRET
        if long_enough or (len(plain) >= _SHORTEST_SECRET and any(c.isdigit() for c in plain)):
            self.know(kind, plain)
            self.know(kind, value.strip())

    def hide(self, kind: str, value: str, where: str) -> str:
        """The marker for a value that is masked whole. A marker, or nothing, stays as it is."""
        if not value.strip() or MARKER.fullmatch(value.strip()):
            return value
        self._tally[kind, where] += 1
        return f"[{self._name(kind, value)}]"

    def text(self, text: str, where: str) -> str:
        """``text`` with known values, e-mail addresses and token-like strings replaced."""
        if not text:
            return text
        parts, at = [], 0
        for marker in MARKER.finditer(text):  # what is masked already is not masked again
            parts += [self._patterns(text[at : marker.start()], where), marker.group()]
            at = marker.end()
        parts.append(self._patterns(text[at:], where))
        return "".join(parts)

    def touches(self, text: str) -> bool:
        """Whether :meth:`text` would replace anything."""
        known = self._known_pattern()
        return bool((known and known.search(text)) or EMAIL.search(text) or SECRET.search(text))

    def known_only(self, text: str, where: str) -> str:
        """As :meth:`text` by known values alone: for style sheets, whose long strings are no secrets."""
        pattern = self._known_pattern()
        if pattern is None:
            return text
        return pattern.sub(lambda m: self.hide(self._kind(m.group()), m.group(), where), text)

    def url(self, url: str, where: str) -> str:
        """``url`` without credentials, query values, identifiers and a fragment that is no place."""
        try:
            parts = urlsplit(url)
            port = f":{parts.port}" if parts.port else ""
        except ValueError:
            return self._in_url("address", url, where)
        if parts.scheme in {"data", "blob", "javascript"}:
            return f"{parts.scheme}:"
        host = parts.hostname or ""
        host = f"[{host}]" if ":" in host else host
        path = self._path(parts.path, where)
        return urlunsplit((parts.scheme, host + port, path, self._query(parts.query, where),
                           self._fragment(parts.fragment, where)))  # fmt: skip

    def masks(self) -> list[Json]:
        """What was masked: for each place how often which kind; never a value."""
        told: dict[str, dict[str, int]] = {}
        for (kind, where), count in sorted(self._tally.items()):
            told.setdefault(where, {})[kind] = count
        return [{"where": where, "kinds": told[where]} for where in sorted(told)]

    def count(self, kind: str, where: str, number: int = 1) -> None:
        """Something was left out or painted over that needs no marker."""
        if number:
            self._tally[kind, where] += number

    def _name(self, kind: str, value: str) -> str:
        plain = " ".join(value.split()).casefold()
        digest = hmac.new(self._key, plain.encode("utf-8", "surrogatepass"), sha256).hexdigest()
        return f"masked:{kind}:{digest[:_DIGITS]}"

    def _in_url(self, kind: str, value: str, where: str) -> str:
        if not value or MARKER.fullmatch(value):
            return value
        self._tally[kind, where] += 1
        return self._name(kind, value)

    def allow(self, url: str) -> None:
        """The parts of this address stay readable: the person or the pack named it."""
        try:
            parts = urlsplit(url)
        except ValueError:
            return
        told = (*parts.path.split("/"), *parts.fragment.split("/"))
        self._allowed |= {unquote(part).casefold() for part in told}

    def place(self, fragment: str, where: str) -> str:
        """A fragment as far as it is a place of the page."""
        return self._fragment(fragment, where)

    def _path(self, path: str, where: str) -> str:
        before, kept = "", []
        for segment in path.split("/"):
            kept.append(self._segment(segment, before, where))
            before = segment.casefold()
        return "/".join(kept)

    def _segment(self, segment: str, before: str, where: str) -> str:
        """Identifiers, names and titles as addresses carry them are masked."""
        plain = unquote(segment)
        known = plain.casefold() in self._allowed and not self.touches(plain)
        if known or not (_names(plain, before) or IDENTIFIER.match(plain) or self.touches(plain)):
            return segment
        return self._in_url("identifier", plain, where)

    def _query(self, query: str, where: str) -> str:
        pairs = parse_qsl(query, keep_blank_values=True)
        return "&".join(
            f"{quote(self.text(key, where), safe=':[]')}={self._query_value(value, where)}"
            for key, value in pairs
        )

    def _query_value(self, value: str, where: str) -> str:
        if normal(value) in ON_WORDS | OFF_WORDS or value in {"", "true", "false", "0", "1"}:
            return quote(value)
        return self._in_url("query", value, where)

    def _fragment(self, fragment: str, where: str) -> str:
        if _PLACE.match(fragment) and not self.touches(fragment):
            return self._path(fragment, where)
        return self._in_url("fragment", fragment, where)

    def _patterns(self, text: str, where: str) -> str:
        if not text:
            return text
        plain = self.known_only(text, where)
        pieces, at = [], 0
        for marker in MARKER.finditer(plain):
            pieces += [self._shapes(plain[at : marker.start()], where), marker.group()]
            at = marker.end()
        pieces.append(self._shapes(plain[at:], where))
        return "".join(pieces)

    def _shapes(self, text: str, where: str) -> str:
        if "@" in text:
            text = EMAIL.sub(lambda m: self.hide("e-mail", m.group(), where), text)
        return SECRET.sub(lambda m: m.group() if "masked:" in m.group()
                          else self.hide("secret", m.group(), where), text)  # fmt: skip

    def _kind(self, found: str) -> str:
        plain = " ".join(found.split()).casefold()
        return self._known.get(plain) or self._known.get(_JOINS.sub(" ", plain), "known")

    def _known_pattern(self) -> re.Pattern[str] | None:
        if self._pattern is None and self._known:
            longest_first = sorted(self._known, key=len, reverse=True)
            self._pattern = re.compile("|".join(map(_loose, longest_first)), re.IGNORECASE)
        return self._pattern


def _names(segment: str, before: str) -> bool:
    """Whether a part of an address may name somebody, or something of theirs: a title as a slug, what stands
    behind an owner, whatever is no plain text."""
    if not segment or segment in {".", ".."} or segment.startswith("@"):
        return segment.startswith("@")
    if not _IN_ADDRESSES.fullmatch(segment):
        return True
    words = [word for word in re.split(r"[-_.]", segment.casefold()) if word]
    spoken = all(word in WORDS or word.isdigit() for word in words)
    return not spoken and (len(re.split(r"[-.]", segment)) >= _MANY_WORDS or before in OWNERS)


def _loose(value: str) -> str:
    """A pattern for ``value`` with any white space in it, or joined as in an address; as a word of its own
    where it begins as one."""
    body = _JOINS.pattern.join(re.escape(part) for part in value.split())
    begin = r"(?<![A-Za-z0-9])" if value[0].isascii() and value[0].isalnum() else ""
    end = r"(?![A-Za-z0-9])" if value[-1].isascii() and value[-1].isalnum() else ""
    return f"{begin}{body}{end}"
