"""The rule pack: which secrets are known, and how each is told.

Three tables under ``data/`` hold it. A rule has an *anchor*, which an engine looks for in bulk, and a
*pattern* that has to fit around it. Anchors hold nothing that JSON writes in another way, and patterns take
text as it stands inside JSON strings too (``\\n``, ``\\"``, ``\\/``), so that transcripts are searched
without decoding.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from withhold.sensitive.alphabets import body, edge, head

LEFT = r"(?:(?<![A-Za-z0-9])|(?<=\\[nrtbf])|(?<=%[0-9A-Fa-f]{2}))"
"""Where a key may begin: not within a word, unless the letter before is the tail of an escape."""
LEFT_WEAK = r"(?:(?<![A-Za-z0-9_+/.-])|(?<=\\[nrtbf]))"
"""The same for beginnings so short that they stand in names and in base64 too."""
IS = r"""\\{0,3}["'`]?[ \t]{0,3}[:=][=>]?[ \t]{0,3}\\{0,3}["'`]?"""
"""Between a name and its value, in JSON (inside JSON), YAML, TOML, shells and most languages."""
_SAYING = "key|token|secret|password|passwd|pass|pwd|auth|pat|cred|hash"
NAME = rf"[A-Za-z0-9_. -]{{0,16}}(?:{_SAYING})[A-Za-z0-9_]{{0,8}}"
SLASH = r"\\?/"
EOL = r"(?:\\{0,4}r)?(?:\\{1,4}n|\r?\n)"
PEM = (
    rf"-----BEGIN (?P<label>[A-Z ]{{0,20}}PRIVATE KEY(?: BLOCK)?)-----(?:{EOL}|[ \t])"
    rf"(?P<value>(?:[A-Za-z0-9+/=:,. _()-]|{EOL}|{SLASH}|[ \t]){{64,12000}}?)-----END (?P=label)-----"
)
LOGIN = r"(?P<user>[^\s:@/\"'<>\\{}$]{0,64}):(?P<value>[^\s:@/\"'<>\\{}\x00-\x1f]{3,128})@[A-Za-z0-9_.\[-]"
TELEGRAM = r"(?<![0-9A-Za-z])[0-9]{8,10}:AA[A-Za-z0-9_-]{33}(?![A-Za-z0-9_-])"
MACROS = {"slash": SLASH, "pem": PEM, "eol": EOL, "login": LOGIN, "is": IS, "telegram": TELEGRAM}

REACH = 16_384
"""Bytes after an anchor within which a match ends."""
BEFORE = 256
"""Bytes before the end of an anchor within which a match begins."""
STRONG_HEAD, WEAK_HEAD = 8, 20


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of secret.

    ``back`` is how long the anchor is where all its matches are equally long: the pattern then fits there or
    nowhere. ``word`` is in every anchor, in lower case. ``issuer`` is ``any`` where nothing tells it.
    """

    number: int
    kind: str
    issuer: str
    anchor: str
    word: bytes
    back: int | None
    pattern: re.Pattern[bytes]
    reach: int
    check: str
    rank: int
    """Where two findings overlap, the lower stays: 0 a vendor's own shape, 1 a name beside, 2 any secret."""


@lru_cache(maxsize=1)
def all_rules() -> tuple[Rule, ...]:
    """Every rule of the pack. Raises ``ValueError`` for a row that is malformed or a kind given twice."""
    rows = (*_prefixed(), *_named(), *_shapes())
    return tuple(_numbered(number, row) for number, row in enumerate(rows))


def kinds() -> dict[str, str]:
    """The issuer of every kind that can be found."""
    return {rule.kind: rule.issuer for rule in all_rules()}


@lru_cache(maxsize=1)
def sources() -> dict[str, str | None]:
    """Where the form of each kind was compared; ``None`` for those that nobody has compared with anything."""
    return {kind: found and found[0] for kind, found in _compared().items()}


def compared_on() -> dict[str, str]:
    """The day on which the source of a kind was read, for the kinds that have one."""
    return {kind: found[1] for kind, found in _compared().items() if found is not None}


@lru_cache(maxsize=1)
def _compared() -> dict[str, tuple[str, str] | None]:
    rows = table("sources.txt", 3)
    known = {beginning: (source, day) for source, day, listed in rows for beginning in listed.split()}
    found = {
        row[0]: next((known[b] for b in row[2].split() if b in known), None)
        for row in table("prefixed.txt", 6)
    }
    return {kind: found.get(kind) or known.get(kind) for kind in kinds()}


def _numbered(number: int, row: "_Row") -> Rule:
    return Rule(number, *row)


_Row = tuple[str, str, str, bytes, int | None, re.Pattern[bytes], int, str, int]


def table(name: str, columns: int) -> Iterator[list[str]]:
    """Rows of a table of the pack."""
    text = (files("withhold.sensitive") / "data" / name).read_text(encoding="utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            row = [cell.strip() for cell in line.split(" | ", columns - 1)]
            if len(row) != columns:
                raise ValueError(f"{name}: {columns} columns are wanted in {line!r}")
            yield row


def lengths(text: str) -> tuple[int, int]:
    """``36`` or ``20-64``."""
    least, _, most = text.partition("-")
    return int(least), int(most or least)


def _prefixed() -> Iterator[_Row]:
    for kind, issuer, beginnings, alphabet, length, check in table("prefixed.txt", 6):
        least, most = lengths(length)
        weak = check == "entropy"
        begin, begin_length = head(alphabet, least, WEAK_HEAD if weak else STRONG_HEAD)
        for beginning in beginnings.split():
            literal = re.escape(beginning)
            after = "[A-Za-z0-9_-]" if weak else edge(alphabet)
            pattern = (
                f"{LEFT_WEAK if weak else LEFT}(?P<value>{literal}{body(alphabet, least, most)})(?!{after})"
            )
            yield (
                kind,
                issuer,
                literal + begin,
                beginning.lower().encode(),
                len(beginning) + begin_length,
                re.compile(pattern.encode()),
                most + 600,
                check,
                0,
            )


def _named() -> Iterator[_Row]:
    for kind, issuer, words, alphabet, length in table("named.txt", 5):
        least, most = lengths(length)
        for word in words.split():
            name = f"(?i:{re.escape(word)}{NAME})"
            value = f"(?P<value>{body(alphabet, least, most)})(?!{edge(alphabet)}|[A-Za-z0-9_-])"
            anchor = rf"""{name}\\{{0,3}}["'`]?[ \t]{{0,3}}[:=]"""
            pattern = re.compile(f"{name}{IS}{value}".encode())
            yield kind, issuer, anchor, word.encode(), None, pattern, most + 600, "generic", 1


def _shapes() -> Iterator[_Row]:
    for kind, issuer, word, anchor, pattern, check in table("shapes.txt", 6):
        whole = re.sub(r"@([a-z]+)", _macro, pattern)
        found = re.compile(whole.encode())
        rank = 2 if issuer == "any" or kind.startswith("http-") else 0
        yield kind, issuer, anchor, word.lower().encode(), None, found, REACH, check, rank


def _macro(found: re.Match[str]) -> str:
    for name in sorted(MACROS, key=len, reverse=True):
        if found[1].startswith(name):
            return MACROS[name] + found[1][len(name) :]
    return found[0]
