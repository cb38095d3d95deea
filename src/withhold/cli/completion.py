"""``withhold completion``."""

from typing import TYPE_CHECKING

import click

from withhold.cli.talk import json_option, show

if TYPE_CHECKING:
    from click.shell_completion import ShellComplete


@click.command(short_help="Completion of commands for your shell.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@json_option
def completion(shell: str, as_json: bool) -> None:
    """Print the script that completes commands and options; have your shell read it when it starts.

    Example: withhold completion bash
    """
    from click.shell_completion import get_completion_class

    from withhold.app.doctor import completion_document
    from withhold.cli.main import root

    kind: type[ShellComplete] | None = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"click knows no completion for {shell}")
    show(
        completion_document(shell, kind(root, {}, "withhold", "_WITHHOLD_COMPLETE").source()), as_json=as_json
    )
