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
def serve(port: int, data: Path | None, toggle: str) -> None:
    """Serve the lab on loopback until Ctrl-C.

    Example: withhold lab serve --port 8765
    """
    from withhold.app.lab import serve_lab

    serve_lab(port=port, data=data, toggle=toggle)
