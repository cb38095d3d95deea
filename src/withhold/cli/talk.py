"""What every command shares: the ``--json`` option, progress on stderr, printing a document."""

import os
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import click

from withhold.support.terminal import visible

if TYPE_CHECKING:
    from withhold.app.bootstrap import Services

F = TypeVar("F", bound=Callable[..., Any])


def json_option(command: F) -> F:
    """Add ``--json``."""
    return click.option(
        "--json", "as_json", is_flag=True, help="Print one JSON document on stdout, nothing else there."
    )(command)


def services() -> "Services":
    """The wired application for this process. What it opened is closed when the command ends."""
    from withhold.app.bootstrap import bootstrap

    made = bootstrap(environ(), progress=Stderr())
    click.get_current_context().call_on_close(made.close)
    return made


def environ() -> Mapping[str, str]:
    """The environment, with the profile that stood before the command (``--profile-name firm``)."""
    from withhold.support.messages import language_of, use
    from withhold.support.paths import PROFILE

    context = click.get_current_context(silent=True)
    root = None if context is None else context.find_root()
    name = root.params.get("profile_name") if root is not None else None
    use("en" if _for_a_program() else language_of(os.environ))
    return {**os.environ, PROFILE: name} if name else os.environ


def _for_a_program() -> bool:
    """Whether a document was asked for, here or before the command: those are in English."""
    context = click.get_current_context(silent=True)
    here = {} if context is None else context.params
    return asked_before() or bool(here.get("as_json") or here.get("as_jsonl"))


def show(document: Any, *, as_json: bool) -> None:
    """Print a document: JSON for machines, else text for people."""
    from withhold.app import render

    if as_json or asked_before():
        sys.stdout.flush()
        sys.stdout.buffer.write(render.json_bytes(document))
        sys.stdout.buffer.flush()
    else:
        render.print_text(document)


def show_sarif(document: Any) -> None:
    """Print a scan as SARIF."""
    from withhold.app import render

    sys.stdout.flush()
    sys.stdout.buffer.write(render.sarif_bytes(document))
    sys.stdout.buffer.flush()


def tell(text: str) -> None:
    """A line for people on stderr."""
    click.echo(visible(text), err=True)


def asked_before() -> bool:
    """Whether ``--json`` stood before the command (``withhold --json status``)."""
    context = click.get_current_context(silent=True)
    while context is not None:
        if context.params.get("as_json"):
            return True
        context = context.parent
    return False


class Stderr:
    """Progress for people: one line a step on stderr, counts redrawn in place on a terminal."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._open = False

    def step(self, text: str) -> None:
        from withhold.support.messages import spoken

        self._end()
        tell(spoken(text))

    def advance(self, done: int, total: int | None, unit: str) -> None:
        if not self._terminal:
            return
        of = f"/{total}" if total is not None else ""
        click.echo(f"\r  {done}{of} {unit}  ", err=True, nl=False)
        self._open = True
        if total is not None and done >= total:
            self._end()

    def _end(self) -> None:
        if self._open:
            click.echo("", err=True)
            self._open = False
