"""The conversation in the terminal, and opening the chat page."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from withhold.cli.talk import tell
from withhold.support.interrupts import interruptible
from withhold.support.terminal import visible

if TYPE_CHECKING:
    from withhold.app.bootstrap import Services
    from withhold.app.local.chat import Conversation


def talk(conversation: "Conversation", history: Path | None) -> None:
    """Read lines, print answers as they come; the model's words on stdout, all else on stderr."""
    if history is not None and history.exists():
        conversation.load(history)
        tell(f"{len(conversation.messages)} messages from {history}")
    tell(f"{conversation.model}, {conversation.seal}. An empty line ends it.")
    for line in _lines():
        _one_answer(conversation, line)
        if history is not None:
            conversation.save(history)
    if history is None:
        tell("Nothing of this was kept.")


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Within the block a request to end (not Ctrl-C, which stops an answer) lets all of it be cleared up."""
    names = [name for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {getattr(signal, name): signal.getsignal(getattr(signal, name)) for name in names}
    for number, handler in before.items():
        if handler != signal.SIG_IGN:
            signal.signal(number, _end)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end(*_: object) -> NoReturn:
    raise click.Abort


def _lines() -> Iterator[str]:
    while True:
        if sys.stdin.isatty():
            click.echo("> ", err=True, nl=False)
        try:
            line = sys.stdin.readline()
        except KeyboardInterrupt:
            return
        if not line.strip():
            return
        yield line.rstrip("\n")


def _one_answer(conversation: "Conversation", line: str) -> None:
    answer = conversation.answer(line)
    try:
        for piece in answer:
            click.echo(visible(piece), nl=False)
    except KeyboardInterrupt:
        answer.close()  # type: ignore[attr-defined]
        tell("\nStopped.")
    click.echo()


def open_page(
    services: "Services", model: str, *, context: int | None, template: str | None, unsealed: bool
) -> None:
    """Serve on a free port and open the page; the address is told too, for a browser of another kind."""
    import webbrowser

    from withhold.app.local.serve import serving, wait

    with (
        interruptible(),
        serving(services, model, context=context, template=template, unsealed=unsealed) as (host, document),
    ):
        try:
            tell(f"Chat page: {document.page}")
            webbrowser.open(document.page)
            tell("Ctrl-C stops it.")
            wait(host)
        except KeyboardInterrupt:
            tell("Stopped.")
