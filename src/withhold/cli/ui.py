"""``withhold ui``."""

import os
import webbrowser
from typing import TYPE_CHECKING

import click

from withhold.cli.talk import asked_before, json_option, services, show, tell

if TYPE_CHECKING:
    from withhold.web.serve import Running


@click.command(short_help="The page: posture, exposure, evidence and what is due.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="0, the default: any free one.")
@click.option("--no-open", is_flag=True, help="Print the address and open no browser.")
@json_option
def ui(port: int, no_open: bool, as_json: bool) -> None:
    """Serve the page on this machine until Ctrl-C, and open it in your browser.

    The address lets one browser in, once. Nothing is loaded from elsewhere, and nothing leaves this machine.

    Example: withhold ui
    """
    from withhold.app.ui import Desk, served
    from withhold.support.messages import language_of
    from withhold.web.serve import serve

    made = services()

    def ready(running: "Running") -> None:
        document = served(made, running.url)
        if as_json or asked_before():
            show(document, as_json=True)
            return
        show(document, as_json=False)
        if not no_open and not webbrowser.open(running.url):
            tell("No browser could be opened; open the address yourself.")

    serve(Desk(made), language=language_of(os.environ), port=port, ready=ready)
