"""Writes readable YAML: block style, long prose folded, short lists of words in one line."""

import re
from typing import Any

import yaml

from withhold.packs.tree import NULLS

_WIDTH = 100
_PROSE = 64
_FLOW = 88
_FURTHER_ITEM = re.compile(r"(?<=[^:])\n( +- id: )")


class _Writer(yaml.SafeDumper):
    """Quotes only what the reader of packs would not take as text: it knows no type but null."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        """Indents lists below their key."""
        super().increase_indent(flow, indentless=False)

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        """Writes everything out: packs have no aliases."""
        return True


def _text(writer: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    return writer.represent_scalar("tag:yaml.org,2002:str", value, style=_style(value))


def _style(value: str) -> str | None:
    """Folding keeps a text only if single spaces part its words, and only double quotes keep line breaks."""
    if value in NULLS:
        return "'"
    if value.splitlines() != [value]:
        return '"'
    folds = len(value) > _PROSE and " " in value and value == " ".join(value.split())
    return ">" if folds else None


def _list(writer: yaml.SafeDumper, value: list[Any]) -> yaml.SequenceNode:
    words = all(isinstance(v, str) for v in value)
    flow = words and sum(len(v) + 2 for v in value) <= _FLOW
    return writer.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=flow)


def _bool(writer: yaml.SafeDumper, value: bool) -> yaml.ScalarNode:
    return writer.represent_scalar("tag:yaml.org,2002:str", "true" if value else "false")


_Writer.yaml_implicit_resolvers = {}
_Writer.add_representer(str, _text)
_Writer.add_representer(list, _list)
_Writer.add_representer(bool, _bool)


def section(key: str, value: Any, heading: str | None = None) -> str:
    """One top-level key with its value, headed by a comment and set off by an empty line."""
    text = yaml.dump(
        {key: value},
        Dumper=_Writer,
        sort_keys=False,
        allow_unicode=True,
        width=_WIDTH,
        default_flow_style=False,
    )
    spaced = _FURTHER_ITEM.sub(r"\n\n\1", text)
    return spaced if heading is None else f"\n# {heading}\n{spaced}"
