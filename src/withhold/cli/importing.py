"""``withhold import``."""

from pathlib import Path

import click

from withhold.cli.talk import json_option, services, show


@click.command("import", short_help="Read exports and transcripts into the index.")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--account", help="Account (id or label) these belong to, where the files do not name one.")
@click.option("--keep-titles", is_flag=True, help="Keep titles of conversations too. Text is never kept.")
@json_option
def import_(paths: tuple[Path, ...], account: str | None, keep_titles: bool, as_json: bool) -> None:
    """Read exports (ZIP, folder, file) or transcript folders into the index.

    Importing the same thing twice changes nothing; a newer export adds to an older one. Kept are ids, times,
    sizes and marks, never the text. Exit code 3: something stayed unrecognised; 2: nothing could be read.

    Example: withhold import ~/Downloads/data-2026-11-20.zip ~/.claude
    """
    from withhold.app.imports.importing import import_paths

    document = import_paths(services(), paths, account=account, keep_titles=keep_titles)
    show(document, as_json=as_json)
    if any(s.unrecognised for s in document.sources):
        click.get_current_context().exit(3)
