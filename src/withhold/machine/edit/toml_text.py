"""TOML, by tomlkit, which keeps what it does not change."""

from collections.abc import MutableMapping, Sequence
from typing import Any

from withhold.machine.edit.interface import CannotEdit, Scalar, newline_of


class TomlText:
    """See :class:`withhold.machine.edit.interface.Editor`."""

    def read(self, text: str) -> object:
        """The document, read by the standard library."""
        import tomllib

        try:
            return tomllib.loads(text.replace("\r\n", "\n"))
        except (tomllib.TOMLDecodeError, RecursionError) as problem:
            raise CannotEdit(f"the TOML is broken: {_place(problem)}") from problem

    def put(self, text: str, path: Sequence[str], value: Scalar) -> str:
        """Replace the value, or add the key to its table; a table that is missing is added at the end."""
        import tomlkit
        from tomlkit.exceptions import TOMLKitError

        newline = newline_of(text)
        if "\r\n" in text and "\n" in text.replace("\r\n", ""):
            raise CannotEdit("the file mixes line ends")
        try:
            document = tomlkit.parse(text.replace("\r\n", "\n"))
            table = _table(document, path)
            if isinstance(table.get(path[-1]), MutableMapping | list):
                raise CannotEdit(f"{'.'.join(path)} holds more than one value")
            table[path[-1]] = value
            written = tomlkit.dumps(document)
        except TOMLKitError as problem:
            raise CannotEdit("the TOML cannot be changed in place") from problem
        return written.replace("\n", newline) if newline != "\n" else written


def _table(document: MutableMapping[str, Any], path: Sequence[str]) -> MutableMapping[str, Any]:
    import tomlkit

    held = document
    for depth, key in enumerate(path[:-1], 1):
        if key not in held:
            held[key] = tomlkit.table()
        held = held[key]
        if not isinstance(held, MutableMapping):
            raise CannotEdit(f"{'.'.join(path[:depth])} is not a table")
    return held


def _place(problem: Exception) -> str:
    """Line and column alone: the rest of the message may quote the file."""
    text = str(problem)
    return text[text.rfind("(") :].strip("()") if "(at " in text else "its nesting is too deep"
