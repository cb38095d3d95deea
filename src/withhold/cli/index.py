"""``withhold index``."""

from pathlib import Path

import click

from withhold.cli.talk import json_option, services, show


@click.group(short_help="The index for other programs, and whether it is sound.")
def index() -> None:
    """What is kept of conversations: ids, times, sizes and marks, never their text.

    Example: withhold index check
    """


@index.command()
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option("--member", metavar="NAME", help="Whose index this is: a column of every row.")
@json_option
def export(folder: Path, member: str | None, as_json: bool) -> None:
    """Write the index as Parquet files into DIR, for other tools and for an organisation.

    Conversations, sendings, messages, sightings, sources, accounts and what is known of them. There is no
    text in them; titles only where they were kept on request.

    Example: withhold index export ~/index --member ada
    """
    from withhold.app.ledger.index import export_index

    show(export_index(services(), folder, member=member), as_json=as_json)


@index.command()
@json_option
def check(as_json: bool) -> None:
    """Read every byte of the index and compare it with what was written. Exit code 1 where it differs.

    Example: withhold index check
    """
    from withhold.app.ledger.index import check_index

    document = check_index(services())
    show(document, as_json=as_json)
    if document.problems:
        click.get_current_context().exit(1)
