"""JSON, with comments and trailing commas (JSONC), changed in place.

No library keeps the bytes around a changed value, so a small scanner finds where values stand.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from withhold.machine.edit.interface import CannotEdit, Scalar, newline_of

DEEPEST = 100
_SPACE = re.compile(r"(?:[ \t\r\n]++|//[^\n]*+|/\*(?:[^*]|\*(?!/))*+\*/)*+")
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+"')
_ATOM = re.compile(r"true|false|null|-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?")


@dataclass(frozen=True, slots=True)
class Value:
    """A value between ``begin`` and ``end`` of the text. ``members`` is ``None`` unless it is an object."""

    begin: int
    end: int
    said: object
    members: "dict[str, Member] | None" = None
    trailing_comma: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    """A key of an object, beginning at ``begin``, and its value."""

    begin: int
    value: Value


@dataclass(slots=True)
class _Scanner:
    text: str
    at: int = 0
    depth: int = field(default=0)
    trailing_commas: bool = True

    def document(self) -> Value:
        self.space()
        value = self.value()
        self.space()
        if self.at != len(self.text):
            raise self.broken()
        return value

    def broken(self) -> CannotEdit:
        line = self.text.count("\n", 0, self.at) + 1
        return CannotEdit(f"the JSON is broken at line {line}")

    def space(self) -> None:
        found = _SPACE.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def takes(self, sign: str) -> bool:
        if self.text.startswith(sign, self.at):
            self.at += 1
            return True
        return False

    def value(self) -> Value:
        self.depth += 1
        if self.depth > DEEPEST:
            raise CannotEdit(f"the JSON is nested deeper than {DEEPEST} levels")
        begin = self.at
        if self.takes("{"):
            value = self.object(begin)
        elif self.takes("["):
            value = self.array(begin)
        else:
            value = self.atom(begin)
        self.depth -= 1
        return value

    def atom(self, begin: int) -> Value:
        found = _STRING.match(self.text, begin) or _ATOM.match(self.text, begin)
        if found is None:
            raise self.broken()
        self.at = found.end()
        return Value(begin, self.at, json.loads(found.group()))

    def object(self, begin: int) -> Value:
        members: dict[str, Member] = {}
        comma = False
        while True:
            self.space()
            if self.takes("}"):
                self.last(comma)
                said = {key: member.value.said for key, member in members.items()}
                return Value(begin, self.at, said, members, comma)
            if members and not comma:
                raise self.broken()
            key, member = self.member()
            if key in members:
                line = self.text.count("\n", 0, member.begin) + 1
                raise CannotEdit(f"a key stands there twice (line {line})")
            members[key] = member
            self.space()
            comma = self.takes(",")

    def last(self, comma: bool) -> None:
        if comma and not self.trailing_commas:
            raise CannotEdit("a comma stands after the last member, which this program may not take")

    def member(self) -> tuple[str, Member]:
        begin = self.at
        found = _STRING.match(self.text, begin)
        if found is None:
            raise self.broken()
        self.at = found.end()
        self.space()
        if not self.takes(":"):
            raise self.broken()
        self.space()
        return json.loads(found.group()), Member(begin, self.value())

    def array(self, begin: int) -> Value:
        items: list[object] = []
        comma = True
        while True:
            self.space()
            if self.takes("]"):
                self.last(comma and bool(items))
                return Value(begin, self.at, items)
            if not comma:
                raise self.broken()
            items.append(self.value().said)
            self.space()
            comma = self.takes(",")


@dataclass(frozen=True, slots=True)
class JsonText:
    """See :class:`withhold.machine.edit.interface.Editor`."""

    trailing_commas: bool = True

    def read(self, text: str) -> object:
        """The document; an empty text is an empty object."""
        return _root(text, self.trailing_commas).said if text.strip() else {}

    def put(self, text: str, path: Sequence[str], value: Scalar) -> str:
        """Replace the value, or add a member after the last one in the manner of its neighbours."""
        if not text.strip():
            return text + json.dumps(_nested(path, value), indent=2, ensure_ascii=False) + "\n"
        held = _root(text, self.trailing_commas)
        for depth, key in enumerate(path):
            if held.members is None:
                raise CannotEdit(f"{'.'.join(path[:depth]) or 'the file'} is not an object")
            if key not in held.members:
                return _added(text, held, path[depth:], value)
            held = held.members[key].value
        if isinstance(held.said, dict | list):
            raise CannotEdit(f"{'.'.join(path)} holds more than one value")
        return text[: held.begin] + json.dumps(value, ensure_ascii=False) + text[held.end :]


def _root(text: str, trailing_commas: bool) -> Value:
    root = _Scanner(text, trailing_commas=trailing_commas).document()
    if root.members is None:
        raise CannotEdit("the file is not a JSON object")
    return root


def _nested(path: Sequence[str], value: Scalar) -> dict[str, object]:
    head, *rest = path
    return {head: _nested(rest, value) if rest else value}


def _added(text: str, parent: Value, path: Sequence[str], value: Scalar) -> str:
    members = list((parent.members or {}).values())
    if not members:
        return _into_empty(text, parent, path, value)
    last = members[-1]
    indent, broken = _indent(text, last.begin)
    member = _member(text, path, value, indent if broken else None)
    after = last.value.end
    if parent.trailing_comma:
        comma = _comma_after(text, after)
        place = _line_rest(text, comma) if broken else comma
        lead = newline_of(text) + indent if broken else " "
        return text[:place] + lead + member + "," + text[place:]
    place = _line_rest(text, after) if broken else after
    lead = newline_of(text) + indent if broken else " "
    return text[:after] + "," + text[after:place] + lead + member + text[place:]


def _into_empty(text: str, parent: Value, path: Sequence[str], value: Scalar) -> str:
    """Into ``{}``, whatever space or comments stand in it."""
    line = text.rfind("\n", 0, parent.begin) + 1
    outer = re.match(r"[ \t]*", text[line:])
    base = outer.group() if outer else ""
    indent = base + _unit(text)
    newline = newline_of(text)
    inside = text[parent.begin + 1 : parent.end - 1].rstrip(" \t\r\n")
    member = _member(text, path, value, indent)
    rest = newline + indent + member + newline + base + "}"
    return text[: parent.begin + 1] + inside + rest + text[parent.end :]


def _member(text: str, path: Sequence[str], value: Scalar, indent: str | None) -> str:
    """``"key": value``, nested objects as deep as the path goes; on one line without ``indent``."""
    head, *rest = path
    key = json.dumps(head, ensure_ascii=False)
    if not rest:
        return f"{key}: {json.dumps(value, ensure_ascii=False)}"
    if indent is None:
        return f"{key}: {{{_member(text, rest, value, None)}}}"
    newline, deeper = newline_of(text), indent + _unit(text)
    return f"{key}: {{{newline}{deeper}{_member(text, rest, value, deeper)}{newline}{indent}}}"


def _indent(text: str, begin: int) -> tuple[str, bool]:
    """White space before a member, and whether the member begins its line."""
    line = text.rfind("\n", 0, begin) + 1
    before = text[line:begin]
    return (before, line > 0) if not before.strip(" \t") else ("", False)


def _unit(text: str) -> str:
    """One step of indentation as the file has it."""
    found = re.search(r"\n([ \t]+)\S", text)
    return found.group(1) if found else "  "


def _comma_after(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return (found.end() if found else at) + 1


def _line_rest(text: str, at: int) -> int:
    """End of the line, if nothing but space and comments that end on it stands there; else ``at``."""
    end = text.find("\n", at)
    end = len(text) if end < 0 else end
    if end > at and text[end - 1] == "\r":
        end -= 1
    rest = re.fullmatch(r"[ \t]*(?:/\*(?:[^*\r\n]|\*(?!/))*\*/[ \t]*)*(?://[^\r\n]*)?", text[at:end])
    return end if rest else at
