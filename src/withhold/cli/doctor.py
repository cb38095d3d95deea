"""``withhold doctor``."""

from pathlib import Path

import click

from withhold.cli.talk import json_option, services, show


@click.command(short_help="What is in order here, and what is missing.")
@click.option("--online", is_flag=True, help="Also ask your timestamp authorities whether they answer.")
@click.option("--bundle", type=click.Path(path_type=Path, dir_okay=False), help="Write a file for support.")
@json_option
@click.pass_context
def doctor(ctx: click.Context, online: bool, bundle: Path | None, as_json: bool) -> None:
    """Look at browser, clock, key, packs, sandbox, extras and state. Asks nobody unless --online.

    The support file holds what is printed, without labels, paths or names. Exit code 5 if something is wrong.

    Example: withhold doctor
    """
    from withhold.app.doctor import doctor as run

    document = run(services(), online=online, bundle=bundle)
    show(document, as_json=as_json)
    if any(check.state == "wrong" for check in document.checks):
        ctx.exit(5)
