"""``withhold evidence``."""

import click

from withhold.cli.talk import json_option, services, show


@click.group(short_help="List and verify the evidence journal.")
def evidence() -> None:
    """The append-only journal of what was done and seen.

    Example: withhold evidence verify
    """


@evidence.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List all records, oldest first.

    Example: withhold evidence list
    """
    from withhold.app.evidence import list_evidence

    show(list_evidence(services()), as_json=as_json)


@evidence.command()
@click.argument("record", required=False)
@json_option
@click.pass_context
def verify(ctx: click.Context, record: str | None, as_json: bool) -> None:
    """Check every record, its chain and its captures. Exit code 4 if anything does not verify.

    Example: withhold evidence verify
    """
    from withhold.app.evidence import failed, verify_evidence

    document = verify_evidence(services(), record)
    show(document, as_json=as_json)
    if failed(document):
        ctx.exit(4)
