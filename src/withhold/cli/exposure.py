"""``withhold exposure`` and ``withhold exposure explain``."""

import sys

import click

from withhold.cli.talk import json_option, services, show

PAST = ("exposed", "not_exposed", "unknown")
FUTURE = ("eligible", "not_eligible", "unknown")


@click.group(invoke_without_command=True, short_help="What was open to training, and how long it is kept.")
@click.option("--provider", help="Only this provider.")
@click.option("--account", help="Only this account (id or label).")
@click.option("--kind", type=click.Choice(["chat", "coding"]), help="Only chats, or only coding sessions.")
@click.option("--past", type=click.Choice(PAST), help="Only this past exposure.")
@click.option("--future", type=click.Choice(FUTURE), help="Only this future eligibility.")
@click.option("--as-of", help="Judge as of this day or instant instead of now.")
@click.option("--check", is_flag=True, help="Exit with 1 if anything is exposed or eligible, 3 if unknown.")
@click.option("--jsonl", is_flag=True, help="Rows as JSON Lines.")
@json_option
@click.pass_context
def exposure(
    ctx: click.Context,
    provider: str | None,
    account: str | None,
    kind: str | None,
    past: str | None,
    future: str | None,
    as_of: str | None,
    check: bool,
    jsonl: bool,
    as_json: bool,
) -> None:
    """List conversations with two verdicts: open to training before, and open to runs from now on.

    Verdicts speak of use under terms and setting. What nobody outside can know stands beside each of them.

    Example: withhold exposure --past exposed
    """
    if ctx.invoked_subcommand is not None:
        return
    from withhold.app.dates import parse_when
    from withhold.app.exposure import check as answer
    from withhold.app.exposure import exposure as run

    document = run(
        services(),
        as_of=None if as_of is None else parse_when(as_of).latest,
        provider=provider,
        account=account,
        kind=kind,
        past=past,
        future=future,
    )
    if jsonl:
        from withhold.app.render import json_line

        for row in document.conversations:
            sys.stdout.buffer.write(json_line(row))
    else:
        show(document, as_json=as_json)
    if check:
        ctx.exit(answer(document))


@exposure.command()
@click.argument("id_", metavar="ID")
@click.option("--as-of", help="Judge as of this day or instant instead of now.")
@json_option
def explain(id_: str, as_of: str | None, as_json: bool) -> None:
    """Say why: the chain of reasons with rules, sources and evidence, and what would settle an unknown.

    Example: withhold exposure explain 3f9a1c2b
    """
    from withhold.app.dates import parse_when
    from withhold.app.exposure import explain as run

    show(run(services(), id_, as_of=None if as_of is None else parse_when(as_of).latest), as_json=as_json)
