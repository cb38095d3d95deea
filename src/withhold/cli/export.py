"""``withhold export``."""

from pathlib import Path

import click

from withhold.cli.talk import json_option, services, show


@click.group(short_help="Get the provider's export, keep it encrypted.")
def export() -> None:
    """Get the provider's own export of your data, and keep it encrypted.

    Example: withhold export request anthropic
    """


@export.command("request", short_help="How to get a provider's export.")
@click.argument("provider")
@json_option
def request(provider: str, as_json: bool) -> None:
    """Say how to get the export of PROVIDER, what to do with it, and where that is stated. Asks nobody.

    Example: withhold export request anthropic
    """
    from withhold.app.imports.export_request import export_request

    show(export_request(services(), provider), as_json=as_json)


@export.command("keep", short_help="Write an encrypted copy (age).")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Where to (default: FILE.age).")
@click.option("--recipient", multiple=True, metavar="age1...", help="Public key of who can decrypt it.")
@click.option("--passphrase-file", type=click.Path(path_type=Path, dir_okay=False), help="Its first line.")
@json_option
def keep(
    file: Path, out: Path | None, recipient: tuple[str, ...], passphrase_file: Path | None, as_json: bool
) -> None:
    """Encrypt FILE with age. The plain file stays; nothing is sent anywhere.

    Example: withhold export keep data-2026-11-20.zip --recipient age1...
    """
    from withhold.app.imports.export_request import export_keep, first_line

    passphrase = None if passphrase_file is None else first_line(passphrase_file)
    show(export_keep(services(), file, out, recipients=recipient, passphrase=passphrase), as_json=as_json)
