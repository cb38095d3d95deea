"""``withhold lab``."""

from pathlib import Path

import click


@click.group(short_help="Run the reference provider on this machine.")
def lab() -> None:
    """A small provider that does what real ones do: for tutorials, tests and trying things out.

    Example: withhold lab serve
    """


@lab.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="0: any.")
@click.option("--data", type=click.Path(path_type=Path, dir_okay=False), help="Keep the lab in this file.")
@click.option("--toggle", default="switch", show_default=True, help="Kind of training switch.")
@click.option("--wording", help="How it is worded: improve, train or opt-out (private when on).")
@click.option("--language", help="Of the privacy page: en, de, fr, es, pt, it, ja, zh, ko or ar.")
def serve(port: int, data: Path | None, toggle: str, wording: str | None, language: str | None) -> None:
    """Serve the lab on loopback until Ctrl-C.

    The kinds of training switch: switch (honest), silent-failure, disabled (locked by an organisation),
    two-alike, unknown-label, hidden-box, dialog, confirm (saved only after a second question), reverting.
    All of this can be changed on the admin page, too.

    Example: withhold lab serve --port 8765 --toggle confirm --wording opt-out --language ar
    """
    from withhold.app.lab import serve_lab

    serve_lab(port=port, data=data, toggle=toggle, wording=wording, language=language)
