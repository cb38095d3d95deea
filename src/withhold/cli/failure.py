"""How failures look: a message and the next step on stderr; an error document where JSON was asked for."""

import os
import traceback

import click

from withhold.cli.talk import tell


def report(error: Exception, *, as_json: bool) -> int:
    """Say ``error`` and return its exit code. Unknown errors are 70, never 1."""
    from withhold.app.failures import describe
    from withhold.support.messages import SOURCE, _, language_of, spoken, use

    use(SOURCE if as_json else language_of(os.environ))
    if isinstance(error, click.ClickException):
        code, exit_code, message = "usage", 2, error.format_message()
        next_step = _usage_hint(error)
    else:
        code, exit_code, message, next_step = describe(error)
    if as_json:
        from withhold.app.render import error_json

        click.echo(error_json(code, message, next_step), nl=False)
    tell(f"withhold: {spoken(message)}")
    if next_step:
        tell(f"{_('Next:')} {spoken(next_step)}")
    if os.environ.get("WITHHOLD_DEBUG"):
        tell("".join(traceback.format_exception(error)))
    return exit_code


def _usage_hint(error: click.ClickException) -> str | None:
    context = getattr(error, "ctx", None)
    return None if context is None else f"{context.command_path} --help"
