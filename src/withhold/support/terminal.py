"""Text of others on a terminal: names and labels that could steer it are made visible."""

import re

_STEERING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
"""C0 but tab and newline, C1, controls of writing direction, and surrogates, which no encoding has."""


def visible(text: str) -> str:
    r"""``text`` with each character that could steer a terminal written as ``\x1b`` or ``\u202e``."""
    return text if text.isprintable() else _STEERING.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    code = ord(found.group())
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
