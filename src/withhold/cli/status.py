"""``withhold status``."""

import click

from withhold.cli.talk import json_option, services, show


@click.command(short_help="Posture of every account: on, off or unknown.")
@json_option
def status(as_json: bool) -> None:
    """Say for every account where the training setting stands, since when, how that is known, what is next.

    Example: withhold status
    """
    from withhold.app.status import status as run

    show(run(services()), as_json=as_json)
