"""Reading the documentation: pages, links, and the commands in them."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from withhold.cli.letter import Letters
from withhold.cli.main import root

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
WRITTEN = sorted(
    {*ROOT.glob("*.md"), *DOCS.rglob("*.md")}
    - {*(DOCS / "reference").rglob("*"), *(DOCS / "soak").rglob("*")}
)
"""Pages written by hand."""

_FENCE = re.compile(r"^( *)```\w*\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"(?<!`)`((?:withhold|make) [^`]+)`(?!`)")
_LINK = re.compile(r"\]\(([^)\s]+)\)")


class NoSuchCommand(Exception):
    """A page shows a command that the program does not have."""


@dataclass(frozen=True)
class Shown:
    """A command line as a page shows it."""

    page: str
    words: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.page}: {' '.join(self.words)}"


def fenced(text: str) -> Iterator[tuple[str, ...]]:
    """Command lines in fenced blocks, without comments and variables set before them."""
    for _, block in _FENCE.findall(text):
        for line in block.splitlines():
            words = shlex.split(line, comments=True)
            while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
                words.pop(0)
            if words:
                yield tuple(words)


def shown(page: Path) -> Iterator[Shown]:
    """Every command of ours that a page shows, in blocks and in running text."""
    text = page.read_text("utf-8")
    name = page.relative_to(ROOT).as_posix()
    inline = (tuple(shlex.split(found)) for found in _INLINE.findall(_FENCE.sub("", text)))
    for words in (*fenced(text), *inline):
        if words[0] in ("withhold", "make"):
            yield Shown(name, words)


def links(page: Path) -> Iterator[str]:
    """Links of a page to other files of this repository, with their anchors."""
    for target in _LINK.findall(page.read_text("utf-8")):
        if not target.startswith(("http:", "https:", "#")):
            yield target


def parse(words: tuple[str, ...]) -> None:
    """Hold ``withhold ...`` against the commands there are; raises :class:`NoSuchCommand`.

    Options, their choices and the number of arguments are checked. In running text a bare command may stand
    for all its uses, so arguments that are missing are no error there: see :func:`complete`.
    """
    command, context, rest = _resolve(words)
    try:
        values, left, _ = command.make_parser(context).parse_args(list(rest))
        for parameter in command.params:
            value = values.get(parameter.name or "")
            if isinstance(parameter.type, click.Choice) and isinstance(value, str) and value.isidentifier():
                parameter.type.convert(value, parameter, context)
    except click.UsageError as wrong:
        raise NoSuchCommand(f"{' '.join(words)}: {wrong.format_message()}") from wrong
    if left and not isinstance(command, click.Group):
        raise NoSuchCommand(f"{' '.join(words)}: {left} is one too many")


def complete(words: tuple[str, ...]) -> bool:
    """Whether all arguments are given that the command cannot do without."""
    command, context, rest = _resolve(words)
    values, _, _ = command.make_parser(context).parse_args(list(rest))
    return all(values.get(p.name or "") not in (None, ()) for p in command.params if p.required)


def _resolve(words: tuple[str, ...]) -> tuple[click.Command, click.Context, tuple[str, ...]]:
    command: click.Command = root
    context = click.Context(root, info_name="withhold", **root.context_settings)
    rest = words[1:]
    while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
        found = command.get_command(context, rest[0])
        if found is None and isinstance(command, Letters):
            found, rest = command.get_command(context, "write"), ("write", *rest)
        if found is None:
            raise NoSuchCommand(f"{' '.join(words)}: there is no {rest[0]!r}")
        context = click.Context(found, info_name=rest[0], parent=context)
        command, rest = found, rest[1:]
    return command, context, rest
