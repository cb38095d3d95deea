"""``withhold evidence add``."""

from pathlib import Path

import click

from withhold.cli.talk import json_option, services, show


@click.command("add", short_help="Put a screenshot or saved page of your own on record.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--account", required=True, help="Account (id or label) it is about.")
@click.option("--control", help="Control it shows, by its id in the pack; by default the one for training.")
@click.option("--setting", type=click.Choice(["sharing", "private"]), help="What it shows, on your word.")
@click.option("--at", help="When you made it: an instant with a zone, or a day if the file knows the time.")
@click.option("--mask", is_flag=True, help="Keep a masked copy instead of the file (HTML, MHTML, WACZ).")
@json_option
def add_file(
    file: Path,
    account: str,
    control: str | None,
    setting: str | None,
    at: str | None,
    mask: bool,
    as_json: bool,
) -> None:
    """Put FILE on record: a picture, PDF, saved page (HTML, SingleFile, MHTML) or web archive (WACZ, WARC).

    It is kept as your word (attested), never as something that was seen by this program. The file's own bytes
    are kept unless --mask is given.

    Example: withhold evidence add seen.png --account me --setting private --at 2025-10-01T09:30:00+02:00
    """
    from withhold.app.evidence.adding import add_evidence

    document = add_evidence(
        services(), file, account=account, control=control, setting=setting, at=at, mask=mask
    )
    show(document, as_json=as_json)
