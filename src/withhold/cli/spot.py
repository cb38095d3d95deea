"""``withhold spot``."""

from pathlib import Path

import click

from withhold.cli.talk import json_option, services, show


@click.command(short_help="What a sign-up or terms page would have you agree to.")
@click.argument("url")
@click.option("--profile", type=click.Path(path_type=Path, file_okay=False), help="Profile to use and keep.")
@click.option("--headless", is_flag=True, help="No window.")
@click.option("--check", is_flag=True, help="Exit with 1 where anything was found.")
@json_option
def spot(url: str, profile: Path | None, headless: bool, check: bool, as_json: bool) -> None:
    """List every consent-like control and sentence of a page: small, pale, pre-set, implied.

    Opens the page in a browser of its own, waits until it has come to rest, reads and measures it. It
    presses nothing, types nothing and sends nothing.

    Exit codes: 0 it was looked at, whatever was found; 1 with --check where anything was found; 3 the page
    could not be reached.

    Example: withhold spot https://example.com/signup --headless
    """
    from withhold.app.optout.spot import spot as run

    document = run(services(), url, profile=profile, headless=headless)
    show(document, as_json=as_json)
    if check and document.findings:
        click.get_current_context().exit(1)
