"""Short phrases of user interfaces in the languages people use, as data, and how text is compared.

They only ever decide what *not* to press, or which neutral button completes what was asked for. A phrase
that is missing in ``phrases.toml`` costs a ``needs_human``, never a wrong claim.
"""

import re
import tomllib
import unicodedata
from importlib.resources import files

_UNSEEN = "\u200b\u200c\u200d\u200e\u200f\u2060\u202a\u202b\u202c\u2066\u2067\u2068\u2069\ufeff\u00ad"
_SAME = str.maketrans(
    {
        **dict.fromkeys("‘’‛`´ʼ", "'"),
        **dict.fromkeys("“”„‟«»", '"'),
        **dict.fromkeys("‐‑‒–—−", "-"),
        **dict.fromkeys(_UNSEEN),
    }
)
_CJK = r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]"
_SPACE_AT_CJK = re.compile(rf"(?<={_CJK}) | (?={_CJK})")
_SHORT = 40
"""Characters up to which a text such as "Status: off" is a label with a value."""


def normal(text: str) -> str:
    """``text`` for comparison: one kind of quote, dash, space and case; no closing punctuation."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    plain = unicodedata.normalize("NFKC", folded).translate(_SAME)
    return _SPACE_AT_CJK.sub("", " ".join(plain.split())).strip(" .:;,!…。*")


def folded(expression: str) -> str:
    """A regular expression or stem as it has to be to match what :func:`normal` gives.

    There "ß" is "ss"; small letters stay as they are, and so do escapes such as ``\\W``.
    """
    return "".join(unicodedata.normalize("NFKC", c).casefold() if c.islower() else c for c in expression)


_DATA: dict[str, list[str]] = {
    name: [folded(phrase) for phrase in phrases]
    for name, phrases in tomllib.loads(
        files("withhold.controls").joinpath("phrases.toml").read_text(encoding="utf-8")
    ).items()
}


def _table(name: str) -> frozenset[str]:
    return frozenset(normal(phrase) for phrase in _DATA[name])


ON_WORDS = _table("on")
OFF_WORDS = _table("off")
SAVE_WORDS = _table("save")
TURN_OFF_WORDS = _table("turn_off")
TURN_ON_WORDS = _table("turn_on")
CONFIRM_WORDS = _table("confirm")
CANCEL_WORDS = _table("cancel")
SIGN_IN_WORDS = _table("sign_in")
LANGUAGES = frozenset(_DATA["languages"])


def harmful(text: str) -> bool:
    """Whether ``text`` speaks of deleting, paying or leaving.

    ``False`` promises nothing for languages outside :data:`LANGUAGES`.
    """
    plain = f" {normal(text)} "
    return any(_begins_word(stem, plain) for stem in _DATA["harmful"])


def may_differ(name: str) -> bool:
    """Whether a name that contains a label may be about another purpose, or its opposite."""
    plain = f" {normal(name)} "
    return any(stem in plain for stem in (*_DATA["other_purpose"], *_DATA["negation"]))


def _begins_word(stem: str, plain: str) -> bool:
    return (f" {stem}" if stem.isascii() else stem) in plain


def shown_state(piece: str) -> bool | None:
    """``True`` for a text that says *on*, ``False`` for *off* ("Off", "Status: off"), else ``None``."""
    plain = normal(piece)
    value = normal(plain.rpartition(":")[2]) if len(plain) <= _SHORT else plain
    if plain in ON_WORDS or value in ON_WORDS:
        return True
    return False if plain in OFF_WORDS or value in OFF_WORDS else None
