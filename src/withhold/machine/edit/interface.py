"""What editors of settings files have in common."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol, TypeAlias

Scalar: TypeAlias = "str | int | bool"
"""What a setting may be set to."""

BOM = "\N{BYTE ORDER MARK}"


class Format(StrEnum):
    """Kinds of settings files. ``json`` is read with comments and trailing commas too (JSONC)."""

    JSON = "json"
    TOML = "toml"
    YAML = "yaml"
    INI = "ini"
    DOTENV = "dotenv"
    SHELL = "shell"
    FISH = "fish"


class CannotEdit(Exception):
    """The file is left alone; the text says why. It names keys and lines, never values."""


class Editor(Protocol):
    """One format. Both raise :class:`CannotEdit` for a text that is broken or ambiguous."""

    def put(self, text: str, path: Sequence[str], value: Scalar) -> str:
        """``text`` with ``value`` under ``path``."""

    def read(self, text: str) -> object:
        """What a text says: nested dictionaries. A key that stands twice is an error."""


def newline_of(text: str) -> str:
    """The line end that the first line has; what most tools write where there is none."""
    first, found, _ = text.partition("\n")
    return "\r\n" if found and first.endswith("\r") else "\n"
