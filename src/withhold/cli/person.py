"""The person at the terminal: asked on stderr, so that stdout holds the result alone."""

import sys
import webbrowser

import click

from withhold.cli.talk import asked_before, tell
from withhold.support.terminal import visible


class Terminal:
    """Asks at the terminal. Ctrl-C is left to rise; a closed terminal answers nothing."""

    def tell(self, text: str) -> None:
        tell(text)

    def ask(self, question: str) -> str | None:
        click.echo(visible(question), err=True, nl=False)
        line = sys.stdin.readline()
        if line:
            return line.strip()
        click.echo("", err=True)
        return None


def somebody_there(*, as_json: bool) -> bool:
    """Whether there is a person to ask: a terminal on both sides, and no program that reads the answer."""
    return not as_json and not asked_before() and sys.stdin.isatty() and sys.stderr.isatty()


def open_in_own_browser(url: str) -> bool:
    """Have the person's own browser open ``url``. False where there is none."""
    return webbrowser.open(url)
