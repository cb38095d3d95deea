"""``withhold letter``."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from withhold.cli.talk import json_option, services, show

if TYPE_CHECKING:
    from withhold.app.letters.compose import Identity

KINDS = ("access", "erasure", "objection", "restriction", "withdraw", "complaint")
LAWS = ("gdpr", "uk", "ch", "br", "ccpa")
LANGS = ("en", "de", "fr", "es")
_OUT = click.Path(dir_okay=False, path_type=Path)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


class Day(click.ParamType[date]):
    """A day such as ``2026-11-22``."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        try:
            return value if isinstance(value, date) else date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no day: write 2026-11-22", param, ctx)


class Letters(click.Group):
    """``withhold letter PROVIDER`` is short for ``withhold letter write PROVIDER``."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self.commands:
            return super().resolve_command(ctx, ["write", *args])
        return super().resolve_command(ctx, args)


def _identity(command: Any) -> Any:
    """Options for what the person gives of themselves."""
    command = click.option("--identifier", help="E-mail address or user name of the account, in full.")(
        command
    )
    command = click.option("--address", help="Your postal address; \\n parts its lines.")(command)
    return click.option("--name", help="Your name.")(command)


@click.group(cls=Letters, short_help="Write to a provider under data protection law.")
def letter() -> None:
    """Write a letter to a provider (withhold letter PROVIDER --kind ...), and keep track of it.

    Letters are filled from what this machine knows: only what their kind needs, and your account's name
    masked unless you give it. Nothing is sent, and nothing here is legal advice.

    Example: withhold letter anthropic --kind access -o letter.pdf
    """


@letter.command("write", short_help="Write a letter; 'write' can be left out.")
@click.argument("provider")
@click.option("--kind", type=click.Choice(KINDS), required=True, help="Which right.")
@click.option(
    "--law", type=click.Choice(LAWS), help="Which law (default: by the account's region, else gdpr)."
)
@click.option("--lang", type=click.Choice(LANGS), help="In which language (default: English).")
@click.option("--account", help="Which account, if you have several there.")
@_identity
@click.option("-o", "--output", "to", type=_OUT, help="Write it to FILE.pdf or FILE.txt.")
@click.option("--mailto", "as_mail", is_flag=True, help="Print a mailto: address that opens it as an e-mail.")
@json_option
def write(
    provider: str,
    kind: Any,
    law: str | None,
    lang: str | None,
    account: str | None,
    name: str | None,
    address: str | None,
    identifier: str | None,
    to: Path | None,
    as_mail: bool,
    as_json: bool,
) -> None:
    """Write a letter to PROVIDER: a request, an objection, a withdrawal, or a complaint to the authority.

    The address comes from the pack; where it has none a blank is left. What you do not give stays a blank.

    Example: withhold letter write anthropic --kind objection --lang de --name "Robin Roe" -o letter.pdf
    """
    from withhold.app.letters.filing import Wish, write_letter

    wish = Wish(provider, kind, law, lang, account, _who(name, address, identifier))
    _said(write_letter(services(), wish, to=to), as_mail=as_mail, as_json=as_json)


@letter.command("follow-up", short_help="Remind, or complain, where no answer came in time.")
@click.argument("letter_id", metavar="[ID]", required=False)
@click.option("--complain", is_flag=True, help="A complaint to the authority instead of a reminder.")
@click.option("--all", "everything", is_flag=True, help="Drafts of both for every letter that is overdue.")
@_identity
@click.option("-o", "--output", "to", type=_OUT, help="Write it to FILE.pdf or FILE.txt.")
@click.option("--mailto", "as_mail", is_flag=True, help="Print a mailto: address that opens it as an e-mail.")
@json_option
def follow_up(
    letter_id: str | None,
    complain: bool,
    everything: bool,
    name: str | None,
    address: str | None,
    identifier: str | None,
    to: Path | None,
    as_mail: bool,
    as_json: bool,
) -> None:
    """Write the reminder of a letter that is overdue, or with --complain the complaint to the authority.

    Example: withhold letter follow-up 1a2b3c4d -o reminder.pdf
    """
    from withhold.app.letters import filing as letters

    if everything:
        show(letters.follow_up_all(services()), as_json=as_json)
        return
    who = _who(name, address, identifier)
    made = letters.follow_up(services(), letter_id, who, to=to, complain=complain)
    _said(made, as_mail=as_mail, as_json=as_json)


@letter.command("list", short_help="Letters, deadlines and next steps.")
@json_option
def list_(as_json: bool) -> None:
    """List letters with the day by which an answer is due, and what to do next.

    Example: withhold letter list
    """
    from withhold.app.letters.filing import list_letters

    show(list_letters(services()), as_json=as_json)


@letter.command("sent", short_help="Say that you sent a letter.")
@click.argument("letter_id", metavar="ID")
@click.option("--on", "day", type=Day(), required=True, help="The day, such as 2026-11-22.")
@json_option
def sent(letter_id: str, day: date, as_json: bool) -> None:
    """Say when you sent the letter ID. Its deadline counts from that day, and the watch reminds of it.

    Example: withhold letter sent 1a2b3c4d --on 2026-11-22
    """
    from withhold.app.letters.filing import mark_sent

    show(mark_sent(services(), letter_id, day), as_json=as_json)


@letter.command("extended", short_help="Say that the provider takes more time.")
@click.argument("letter_id", metavar="ID")
@click.option("--on", "day", type=Day(), required=True, help="The day on which it said so.")
@json_option
def extended(letter_id: str, day: date, as_json: bool) -> None:
    """Say that the provider claimed the longer time that the law allows, and when it said so.

    Example: withhold letter extended 1a2b3c4d --on 2026-12-10
    """
    from withhold.app.letters.filing import mark_extended

    show(mark_extended(services(), letter_id, day), as_json=as_json)


@letter.command("answered", short_help="File the answer as evidence.")
@click.argument("letter_id", metavar="ID")
@click.argument("file", type=_FILE)
@click.option("--on", "day", type=Day(), help="The day on which it came (default: today).")
@json_option
def answered(letter_id: str, file: Path, day: date | None, as_json: bool) -> None:
    """File the provider's answer to the letter ID as evidence, byte for byte.

    Example: withhold letter answered 1a2b3c4d answer.pdf --on 2026-12-20
    """
    from withhold.app.letters.filing import mark_answered

    show(mark_answered(services(), letter_id, file, day), as_json=as_json)


def _who(name: str | None, address: str | None, identifier: str | None) -> "Identity":
    from withhold.app.letters.compose import Identity

    return Identity(name, None if address is None else address.replace("\\n", "\n"), identifier)


def _said(document: Any, *, as_mail: bool, as_json: bool) -> None:
    if not as_mail or as_json:
        show(document, as_json=as_json)
        return
    if document.mailto is None:
        raise click.UsageError("the pack holds no e-mail address for this letter: write it with -o FILE.pdf")
    click.echo(document.mailto)
