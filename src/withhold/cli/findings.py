"""``withhold findings``."""

from pathlib import Path

import click

from withhold.cli.talk import json_option, services, show


@click.command(short_help="Secrets in exports, transcripts and files: kinds and places.")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--check", is_flag=True, help="Exit with 1 if anything is found, 3 if a place is unreadable.")
@click.option(
    "--allow",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File of what not to list: lines 'fingerprint HEX', 'kind NAME' or 'place PATTERN'.",
)
@click.option("--personal", is_flag=True, help="Also addresses, telephone, bank and state numbers, health.")
@json_option
def findings(paths: tuple[Path, ...], check: bool, allow: Path | None, personal: bool, as_json: bool) -> None:
    """Search files, folders and exports for secrets. Values are never shown, kept or tried.

    Printed are kinds, places and a fingerprint that means nothing on another machine. What is put down joins
    'withhold exposure'. A secret of a kind that is not known is not found, nor are names of people.

    Example: withhold findings ~/.claude; withhold findings export.zip --check
    """
    from withhold.app.machine.findings import check as answer
    from withhold.app.machine.findings import findings as run

    document = run(services(), paths, allow=allow, personal=personal)
    show(document, as_json=as_json)
    if check:
        click.get_current_context().exit(answer(document))
