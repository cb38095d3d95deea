"""Nothing is trusted that an editor has written: the result is read back and laid beside the old text."""

from collections.abc import Mapping, Sequence
from typing import Any

from withhold.machine.edit.interface import BOM, CannotEdit, Editor, Format, Scalar

LARGEST = 8 << 20
"""Bytes of a settings file that is still edited. Real ones are a few kilobytes."""


def editor_of(kind: Format) -> Editor:
    """The editor of a format."""
    from withhold.machine.edit import json_text, line_text, toml_text, yaml_text

    editors: Mapping[Format, Editor] = {
        Format.JSON: json_text.JsonText(),
        Format.TOML: toml_text.TomlText(),
        Format.YAML: yaml_text.YamlText(),
        Format.INI: line_text.IniText(),
        Format.DOTENV: line_text.Assignments(line_text.DOTENV),
        Format.SHELL: line_text.Assignments(line_text.SHELL),
        Format.FISH: line_text.Assignments(line_text.FISH),
    }
    return editors[kind]


def edited(data: bytes, kind: Format, path: Sequence[str], value: Scalar) -> bytes:
    """``data`` with ``value`` under ``path``; the same bytes where it stands there already.

    Everything but that value, or the inserted key, keeps its bytes: BOM, line ends, tabs, comments, order.
    Raises :class:`CannotEdit` where that cannot be had.
    """
    if not path or not all(path):
        raise CannotEdit("no key is given")
    text = _decoded(data)
    body = text.removeprefix(BOM)
    editor = editor_of(kind)
    before = editor.read(body)
    if _at(before, path) == _plain(kind, value) and type(_at(before, path)) is type(_plain(kind, value)):
        return data
    proposed = editor.put(body, path, value)
    _require_only(editor.read(proposed), before, path, _plain(kind, value))
    _require_rest_kept(body, proposed)
    return (text[: len(text) - len(body)] + proposed).encode("utf-8")


def _decoded(data: bytes) -> str:
    if len(data) > LARGEST:
        raise CannotEdit(f"the file is larger than {LARGEST} bytes")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as problem:
        raise CannotEdit(f"the file is not UTF-8 at byte {problem.start}") from problem
    if "\0" in text:
        raise CannotEdit("the file holds a NUL")
    return text


def _plain(kind: Format, value: Scalar) -> Scalar:
    """The value as the format's reader gives it back: files of lines know texts only."""
    if kind in {Format.JSON, Format.TOML, Format.YAML}:
        return value
    return str(value).lower() if isinstance(value, bool) else str(value)


def _at(found: object, path: Sequence[str]) -> object:
    for key in path:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


def _require_only(after: object, before: object, path: Sequence[str], value: Scalar) -> None:
    expected = _with(before, path, value)
    if not _same(after, expected):
        raise CannotEdit("the change could not be made without changing something else")


def _with(found: Any, path: Sequence[str], value: Scalar) -> dict[Any, Any]:
    held = dict(found) if isinstance(found, Mapping) else {}
    head, *rest = path
    held[head] = _with(held.get(head), rest, value) if rest else value
    return held


def _same(one: object, other: object) -> bool:
    """Equal, with ``true`` told from 1, and keys in the same order."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return list(one) == list(other) and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return type(one) is type(other) and (
        one == other or (one != one and other != other)
    )  # NaN equals nothing


def _require_rest_kept(before: str, after: str) -> None:
    """One place differs: what stands before and after it is the old text, whole."""
    head = _shared(before, after)
    tail = _shared(before[head:][::-1], after[head:][::-1])
    removed = before[head : len(before) - tail]
    if "\n" in removed.strip("\r\n"):
        raise CannotEdit("the change would touch more than one line of what was there")


def _shared(one: str, other: str) -> int:
    """Length of the common beginning."""
    most = min(len(one), len(other))
    return next((i for i in range(most) if one[i] != other[i]), most)
