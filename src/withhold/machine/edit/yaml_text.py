"""YAML, changed in place by the marks that the parser gives.

Anchors, aliases, merge keys, tags and several documents in one file are refused: what a change there would
mean for other keys is not plain to see.
"""

import json
import re
from collections.abc import Sequence

import yaml

from withhold.machine.edit.interface import CannotEdit, Scalar, newline_of

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})
DEEPEST = 50


class YamlText:
    """See :class:`withhold.machine.edit.interface.Editor`."""

    def read(self, text: str) -> object:
        """The document as plain values."""
        root = _root(text)
        if root is None:
            return {}
        _require_plain(root, 0)
        loader = yaml.SafeLoader("")
        try:
            return loader.construct_document(root)
        except (yaml.YAMLError, ValueError) as problem:
            raise CannotEdit("the YAML holds a value that cannot be read") from problem
        finally:
            loader.dispose()

    def put(self, text: str, path: Sequence[str], value: Scalar) -> str:
        """Replace the value, or add the key after the last one of its mapping."""
        root = _root(text)
        if root is None:
            gap = "" if not text or text.endswith("\n") else newline_of(text)
            return text + gap + _block(path, value, "", newline_of(text)) + newline_of(text)
        held: yaml.Node = root
        for depth, key in enumerate(path):
            if not isinstance(held, yaml.MappingNode):
                raise CannotEdit(f"{'.'.join(path[:depth]) or 'the file'} is not a mapping")
            found = next((v for k, v in held.value if k.value == key), None)
            if found is None:
                return _added(text, held, path[depth:], value)
            held = found
        if not isinstance(held, yaml.ScalarNode):
            raise CannotEdit(f"{'.'.join(path)} holds more than one value")
        if held.style in {"|", ">"} or held.start_mark.line != held.end_mark.line:
            raise CannotEdit(f"{'.'.join(path)} is a text of several lines")
        begin, end = held.start_mark.index, held.end_mark.index
        gap = " " if begin == end and text[begin - 1 : begin] == ":" else ""
        return text[:begin] + gap + _scalar(value) + text[end:]


def _root(text: str) -> yaml.MappingNode | None:
    try:
        nodes = list(yaml.compose_all(text, Loader=yaml.SafeLoader))
    except (yaml.YAMLError, RecursionError) as problem:
        mark = getattr(problem, "problem_mark", None)
        where = f" at line {mark.line + 1}" if mark is not None else ""
        raise CannotEdit(f"the YAML is broken{where}") from problem
    found = [node for node in nodes if node is not None]
    if len(nodes) > 1:
        raise CannotEdit("the file holds several documents")
    if not found:
        return None
    if isinstance(found[0], yaml.ScalarNode) and found[0].value == "":
        return None
    if not isinstance(found[0], yaml.MappingNode):
        raise CannotEdit("the file is not a mapping")
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise CannotEdit("the file uses anchors")
        if getattr(event, "tag", None):
            raise CannotEdit("the file uses tags")
    return found[0]


def _require_plain(node: yaml.Node, depth: int) -> None:
    if depth > DEEPEST:
        raise CannotEdit(f"the YAML is nested deeper than {DEEPEST} levels")
    if isinstance(node, yaml.MappingNode):
        keys = [key.value if isinstance(key, yaml.ScalarNode) else None for key, _ in node.value]
        if None in keys or "<<" in keys:
            raise CannotEdit("the file has keys that are not words")
        if len(set(keys)) < len(keys):
            raise CannotEdit("a key stands there twice")
        for _, value in node.value:
            _require_plain(value, depth + 1)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            _require_plain(value, depth + 1)


def _added(text: str, parent: yaml.MappingNode, path: Sequence[str], value: Scalar) -> str:
    if parent.flow_style:
        end = parent.end_mark.index - 1
        inside = text[parent.start_mark.index + 1 : end].rstrip()
        lead = "" if not inside else " " if inside.endswith(",") else ", "
        place = parent.start_mark.index + 1 + len(inside)
        return text[:place] + lead + _flow(path, value) + text[place:]
    last = parent.value[-1][1]
    place = _end_of_line(text, _end_of(last))
    newline = newline_of(text)
    indent = " " * parent.value[0][0].start_mark.column
    return text[:place] + newline + _block(path, value, indent, newline) + text[place:]


def _end_of(node: yaml.Node) -> int:
    """Where the last thing of a node ends: a block collection's own mark lies on a later line."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        held = node.value[-1]
        return _end_of(held[1] if isinstance(node, yaml.MappingNode) else held)
    if isinstance(node, yaml.ScalarNode) and node.style in {"|", ">"}:
        raise CannotEdit("a text of several lines stands where the key would go")
    return int(node.end_mark.index)


def _end_of_line(text: str, at: int) -> int:
    end = text.find("\n", at)
    end = len(text) if end < 0 else end
    return end - 1 if end > at and text[end - 1] == "\r" else end


def _block(path: Sequence[str], value: Scalar, indent: str, newline: str) -> str:
    head, *rest = path
    if not rest:
        return f"{indent}{_key(head)}: {_scalar(value)}"
    return f"{indent}{_key(head)}:{newline}{_block(rest, value, indent + '  ', newline)}"


def _flow(path: Sequence[str], value: Scalar) -> str:
    head, *rest = path
    return f"{_key(head)}: {{{_flow(rest, value)}}}" if rest else f"{_key(head)}: {_scalar(value)}"


def _key(key: str) -> str:
    return key if _PLAIN.fullmatch(key) and key.lower() not in _WORDS else json.dumps(key)


def _scalar(value: Scalar) -> str:
    if isinstance(value, str):
        plain = _PLAIN.fullmatch(value) and value.lower() not in _WORDS
        return value if plain else json.dumps(value)
    return json.dumps(value)
