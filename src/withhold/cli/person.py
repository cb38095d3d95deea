"""The person at the terminal: asked on stderr, so that stdout holds the result alone."""

import os
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


class TerminalKeys:
    """What was pressed at the terminal, without waiting: R or Enter records, Q stops."""

    def __init__(self) -> None:
        self._there = sys.stdin is not None and sys.stdin.isatty()
        if self._there:
            tell("R here, or just Enter, or R in the small window, records: the address is then opened once")
            tell("more, in a clean window with your sign-in alone. Q here stops; Ctrl-C ends it all.")

    def pressed(self) -> str | None:
        if not self._there:
            return None
        line = _typed_on_windows() if os.name == "nt" else _typed_line()
        if line is None:
            return None
        return {"": "record", "r": "record", "q": "stop"}.get(line.strip().casefold())

    def tell(self, text: str) -> None:
        tell(text)


def _typed_line() -> str | None:
    """A line that stands ready; ``None`` where there is none yet, or no more to come."""
    import select

    if not select.select([sys.stdin], [], [], 0)[0]:
        return None
    return sys.stdin.readline() or None


def _typed_on_windows() -> str | None:
    import msvcrt

    return msvcrt.getwch() if msvcrt.kbhit() else None  # type: ignore[attr-defined,unused-ignore]


def new_or_known_passphrase(new: bool) -> str:
    """Ask for the passphrase of a kept profile, unseen; twice for a new one."""
    if not sys.stdin.isatty():
        raise click.UsageError("--keep-profile asks for a passphrase, so it needs a terminal")
    what = "Passphrase for the kept profile" + (" (new)" if new else "")
    asked: str = click.prompt(what, hide_input=True, confirmation_prompt=new, err=True)
    return asked


def somebody_there(*, as_json: bool) -> bool:
    """Whether there is a person to ask: a terminal on both sides, and no program that reads the answer."""
    return not as_json and not asked_before() and sys.stdin.isatty() and sys.stderr.isatty()


def open_in_own_browser(url: str) -> bool:
    """Have the person's own browser open ``url``. False where there is none."""
    return webbrowser.open(url)
