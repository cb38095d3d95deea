"""``commands.md``: every command with its options and an example, by walking the groups."""

from collections.abc import Iterator
from dataclasses import dataclass

import click

from generating import markdown
from generating.markdown import code, shell, table
from withhold.cli.main import root
from withhold.report.documents import DOCUMENTS

EXAMPLE = "Example:"
SHARED = {
    ("evidence", "checkpoint"): "evidence-handout",
    ("evidence", "proof"): "evidence-handout",
    ("export", "keep"): "export-kept",
    ("letter", "list"): "letters",
    **{("watch", word): "watch-set" for word in ("use", "notify", "rhythm", "done", "calendar")},
}
"""Commands whose document is not named after them."""
ALSO = {
    ("apply",): ("apply-runs", "apply-undo", "apply-mdm"),
    ("optout",): ("optout-all",),
    ("packs", "show"): ("packs-show-tool",),
    ("scan",): ("scan-homes",),
    ("local", "serve"): ("local-config",),
}
"""Documents that an option of a command prints instead."""


@dataclass(frozen=True)
class Entry:
    """One command with the words that call it."""

    path: tuple[str, ...]
    command: click.Command
    context: click.Context

    @property
    def words(self) -> str:
        return " ".join(self.path)


def entries() -> Iterator[Entry]:
    """The root and every command under it, depth first, as ``--help`` lists them."""
    yield from _walk(("withhold",), root, None)


def _walk(path: tuple[str, ...], command: click.Command, parent: click.Context | None) -> Iterator[Entry]:
    context = click.Context(command, info_name=path[-1], parent=parent, **command.context_settings)
    yield Entry(path, command, context)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            if found is not None and not found.hidden:
                yield from _walk((*path, name), found, context)


def description(command: click.Command) -> list[str]:
    """Paragraphs of a command's help, without its example."""
    paragraphs = (command.help or "").split("\n\n")
    return [" ".join(p.split()) for p in paragraphs if not p.strip().startswith(EXAMPLE)]


def examples(command: click.Command) -> list[str]:
    """Command lines that a command gives as an example; several stand apart by semicolons."""
    paragraphs = [*(command.help or "").split("\n\n"), command.epilog or ""]
    given = [" ".join(p.split()).removeprefix(EXAMPLE) for p in paragraphs if p.strip().startswith(EXAMPLE)]
    return [line.strip() for text in given for line in text.split(";")]


def document(entry: Entry) -> str | None:
    """Name of the document that ``--json`` prints, if the command has that option."""
    if not any("--json" in p.opts for p in entry.command.params):
        return None
    words = entry.path[1:] or ("scan",)
    own = ("-".join(words), words[-1], "-".join(words[:-1]), words[0])
    return SHARED.get(words) or next((name for name in own if name in DOCUMENTS), None)


def _section(entry: Entry) -> str:
    """The part of the page about one command."""
    usage = " ".join([entry.words, *entry.command.collect_usage_pieces(entry.context)])
    schema = document(entry)
    return "\n\n".join(
        filter(
            None,
            [
                f"## {entry.words}",
                *description(entry.command),
                shell("\n".join(examples(entry.command))),
                f"Usage: {code(usage)}",
                table(("Option", "Meaning"), _options(entry)),
                f"`--json` prints {_linked(entry, schema)}." if schema else "",
            ],
        )
    )


def _linked(entry: Entry, schema: str) -> str:
    names = (schema, *ALSO.get(entry.path[1:], ()))
    return " or ".join(f"[{name}](schema/{name}.json)" for name in names)


def _options(entry: Entry) -> Iterator[tuple[str, str]]:
    for parameter in entry.command.params:
        record = parameter.get_help_record(entry.context)
        if record is not None and record[1]:
            yield code(record[0]), record[1]


def page() -> str:
    """The page."""
    intro = "Every command takes `--help`. What exit codes mean: [exit codes](exit-codes.md)."
    return markdown.page("Commands", intro, *map(_section, entries()))
