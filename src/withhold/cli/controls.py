"""``withhold controls``."""

from pathlib import Path

import click

from withhold.cli.talk import json_option, services, show

UNDETERMINED = 3


@click.group(short_help="Look at the controls of a page.")
def controls() -> None:
    """Look at the controls of a page without touching one.

    Example: withhold controls inspect https://example.org/settings
    """


@controls.command("inspect", short_help="List the consent-like controls of a page; changes nothing.")
@click.argument("url")
@click.option("--pack", help="Pack whose labels come first.")
@click.option("--profile", type=click.Path(path_type=Path, file_okay=False), help="Profile to use and keep.")
@click.option("--headless", is_flag=True, help="No window.")
@json_option
def inspect(url: str, pack: str | None, profile: Path | None, headless: bool, as_json: bool) -> None:
    """List every control of a page: label, state, what on means, size, and whether it came switched on.

    The page is opened in a browser of its own and read late; nothing is clicked, typed, opened or scrolled,
    so controls in closed parts are listed only where the page holds them already.

    Exit codes: 0 the page was read; 3 it did not load or did not come to rest.

    Example: withhold controls inspect https://example.org/settings --headless
    """
    from withhold.app.optout.inspect import inspect as inspect_page

    document = inspect_page(services(), url, pack_id=pack, profile=profile, headless=headless)
    show(document, as_json=as_json)
    click.get_current_context().exit(0 if document.loaded else UNDETERMINED)
