"""The few forms of Markdown that the pages use."""

import re
from collections.abc import Iterable, Sequence

MADE = "<!-- Made by docs/generate.py (make docs). Changes by hand are lost. -->"


def page(title: str, *blocks: str) -> str:
    """A whole page; empty blocks are left out."""
    return "\n\n".join([MADE, f"# {title}", *filter(None, blocks)]) + "\n"


def table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table, or nothing where there are no rows."""
    lines = [f"| {' | '.join(map(cell, row))} |" for row in rows]
    if not lines:
        return ""
    return "\n".join([f"| {' | '.join(headers)} |", "|" + " --- |" * len(headers), *lines])


def bullets(lines: Iterable[str]) -> str:
    """A list."""
    return "\n".join(f"- {line}" for line in lines)


def cell(text: str) -> str:
    """Text that keeps inside its cell."""
    return " ".join(text.split()).replace("|", "\\|")


def code(text: str) -> str:
    """Something typed or shown, in line."""
    return f"`{text}`" if text else ""


def shell(text: str) -> str:
    """A command to type."""
    return f"```sh\n{text}\n```"


def spaced(word: str) -> str:
    """A word of the packs as people write it."""
    return word.replace("_", " ")


_UNITS = {"Y": "year", "M": "month", "W": "week", "D": "day"}


def duration(text: str | None) -> str:
    """An ISO 8601 duration in words; one with a time of day stays as it is."""
    parts = re.findall(r"(\d+)([YMWD])", text or "")
    if text is None or "T" in text or not parts:
        return text or ""
    return " ".join(f"{n} {_UNITS[unit]}{'' if n == '1' else 's'}" for n, unit in parts)


def sentence(text: str | None) -> str:
    """With a capital letter and a full stop, as packs write notes in either way."""
    tidy = " ".join((text or "").split())
    if not tidy:
        return ""
    word = tidy.split()[0].rstrip(",:;")
    first = tidy[0].upper() if word.isalpha() and word.islower() else tidy[0]
    return first + tidy[1:] + ("" if tidy.endswith((".", "!", "?", ":")) else ".")
