"""Sizes and names of texts. No text is kept."""

_WORDS = frozenset(
    [
        "text",
        "content",
        "thinking",
        "input",
        "output",
        "extracted_content",
        "summary",
        "message",
        "code",
        "title",
        "display",
        "structured_content",
        "display_content",
    ]
)
_DEEPEST = 60
LONGEST = 200
"""Characters of a name."""


def size_of(value: object, *, inside: bool = False, depth: int = 0) -> int:
    """Characters of text in a decoded JSON value: every text at or below a member that holds words."""
    if isinstance(value, str):
        return len(value) if inside else 0
    if depth > _DEEPEST:
        return 0
    if isinstance(value, dict):
        return size_of_members(value, inside, depth + 1)
    if isinstance(value, list):
        return sum([size_of(part, inside=inside, depth=depth + 1) for part in value]) if value else 0
    return 0


def size_of_members(value: dict[str, object], inside: bool = False, depth: int = 1) -> int:
    """As :func:`size_of` for an object. Most members are texts: they are counted without a call for each."""
    size = 0
    for key, part in value.items():
        if isinstance(part, str):
            if inside or key in _WORDS:
                size += len(part)
        elif part and isinstance(part, dict | list):
            size += size_of(part, inside=inside or key in _WORDS, depth=depth)
    return size


def name(value: object, longest: int = LONGEST) -> str | None:
    """A text fit for an id or label: not empty, no lone surrogates, no control characters, not endless."""
    if not isinstance(value, str):
        return None
    if len(value) <= longest and value.isprintable():
        return value or None
    clean = value.encode("utf-8", "replace").decode()
    printable = "".join(c for c in clean[:longest] if c.isprintable())
    return printable or None
