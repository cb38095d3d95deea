"""Style sheets as they may be kept: how a page looks, without the words and addresses in it.

Styles say things as well: ``content`` draws a text, selectors name titles, addresses name pictures, comments
and properties of a page's own hold anything. What is drawn is in the picture, where it is painted over.
"""

import re
from typing import Final

from withhold.controls.capturing.masker import Masker
from withhold.controls.capturing.tables import STRUCTURE

_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_TOKEN = re.compile(
    r"""\burl\(\s*(?P<address>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^)]*)\s*\)"""
    r"""|(?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|["'][^\n]*)""",
    re.IGNORECASE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:([0-9A-Fa-f]{1,6})\s?|(.))", re.DOTALL)
_SELECTED = re.compile(r"\[\s*([\w|\-]+)\s*[~|^$*]?=\s*$")
_PROPERTY = re.compile(r"([\w\-]+)\s*:[^:;{}]*$")
_RULE = re.compile(r"@(?:charset|namespace|layer|counter-style|property|font-feature-values)\b[^;{}]*$")
_FUNCTION = re.compile(r"\b(?:format|local|tech|lang|dir)\(\s*$", re.IGNORECASE)
_PLAIN: Final = frozenset({
    "font", "font-family", "src", "grid", "grid-area", "grid-template", "grid-template-areas", "quotes",
    "font-feature-settings", "font-variation-settings", "font-language-override", "hyphenate-character",
    "text-emphasis", "text-emphasis-style", "syntax", "suffix", "prefix", "symbols",
})  # fmt: skip
"""Properties whose strings are names of fonts and areas, or signs."""
_FONT = re.compile(r"data:(?:font/|application/(?:x-)?font|application/vnd\.ms-fontobject)", re.IGNORECASE)
_WORD = re.compile(r"[a-z0-9]{1,24}(?:[-_][a-z0-9]{1,24})?")
_FEW_LETTERS = 2
_WINDOW = 400
"""Characters before a string in which its property is looked for."""


def masked_style(text: str, masker: Masker, where: str) -> str:
    """``text`` of a style sheet, or of an attribute ``style``, without comments, words and addresses."""
    bare, comments = _COMMENT.subn("", text)
    masker.count("comment", where, comments)
    pieces, at = [], 0
    for token in _TOKEN.finditer(bare):
        pieces.append(masker.known_only(bare[at : token.start()], where))
        pieces.append(_token(token, bare, masker, where))
        at = token.end()
    return "".join([*pieces, masker.known_only(bare[at:], where)])


def _token(token: re.Match[str], text: str, masker: Masker, where: str) -> str:
    if token["string"] is None:
        return f'url("{_address(_unquoted(token["address"]), masker, where)}")'
    string = token["string"]
    said, before = _unquoted(string), text[max(0, token.start() - _WINDOW) : token.start()]
    if _may_stay(said, before) and not masker.touches(said):
        return string
    if re.search(r"@import\s*$", before):
        return f'"{_address(said, masker, where)}"'
    return f'"{masker.hide("style-text", said, where)}"'


def says_something(text: str) -> bool:
    """Whether a text has more letters than a sign or an icon."""
    return sum(character.isalpha() and character.isprintable() for character in text) > _FEW_LETTERS


def _may_stay(said: str, before: str) -> bool:
    if not says_something(said) or _RULE.search(before) or _FUNCTION.search(before):
        return True
    selected = _SELECTED.search(before)
    if selected is not None:
        return selected[1].casefold() in STRUCTURE or bool(_WORD.fullmatch(said))
    found = _PROPERTY.search(before)
    return found is not None and found[1].casefold() in _PLAIN


def _address(address: str, masker: Masker, where: str) -> str:
    if address.startswith("#") or _FONT.match(address):
        return address
    return masker.url(address, where)


def _unquoted(token: str) -> str:
    """What a string or an address says, with its escapes undone."""
    bare = token.strip()
    if bare[:1] in {'"', "'"}:
        bare = bare[1:-1] if len(bare) > 1 and bare[-1] == bare[0] else bare[1:]
    return _ESCAPE.sub(_character, bare)


def _character(escape: re.Match[str]) -> str:
    if escape[1] is None:
        return "" if escape[2] == "\n" else escape[2]
    number = int(escape[1], 16)
    return chr(number) if 0 < number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"
