"""A command group that imports a command only when it is called, so that ``--help`` stays quick.

Help is translated where it is written out: commands hold it in English.
"""

import importlib
import os
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import click

LANGUAGES = ("WITHHOLD_LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
ENGLISH = ("en", "C", "POSIX")


class HelpInLanguage(click.HelpFormatter):
    """Help in the language that the environment asks for. Where that is English, no catalogue is opened."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, f"{_in_language('Usage')}: " if prefix is None else prefix)

    def write_heading(self, heading: str) -> None:
        super().write_heading(_in_language(heading))

    def write_text(self, text: str) -> None:
        super().write_text("\n\n".join(map(_in_language, text.split("\n\n"))))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        super().write_dl([(name, _in_language(said)) for name, said in rows], col_max, col_spacing)


class HelpContext(click.Context):
    formatter_class = HelpInLanguage


def _in_language(text: str) -> str:
    asked = next((os.environ[name] for name in LANGUAGES if os.environ.get(name)), "C")
    if asked.startswith(ENGLISH):
        return text
    from withhold.support.messages import of_help

    return of_help(text, os.environ)


class Lazy(NamedTuple):
    """Where a command lives (``module:attribute``) and its one-line help."""

    target: str
    short_help: str


class LazyGroup(click.Group):
    """A group whose commands are listed from a table and loaded on use."""

    lazy: Mapping[str, Lazy] = {}
    context_class = HelpContext

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*self.lazy, *(c for c in super().list_commands(ctx) if c not in self.lazy)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.lazy:
            return super().get_command(ctx, cmd_name)
        module, attribute = self.lazy[cmd_name].target.split(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        _short_help_option(command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands without importing them."""
        rows = [(name, lazy.short_help) for name, lazy in self.lazy.items()]
        rows += [
            (name, command.get_short_help_str(formatter.width))
            for name, command in self.commands.items()
            if not command.hidden
        ]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def _short_help_option(command: click.Command) -> None:
    """Give a command and all below it ``-h`` and help in the person's language.

    ``-h`` has to be each command's own: click remembers the first answer it gave.
    """
    command.context_settings.setdefault("help_option_names", ["-h", "--help"])
    command.context_class = HelpContext
    if isinstance(command, click.Group):
        for below in command.commands.values():
            _short_help_option(below)
