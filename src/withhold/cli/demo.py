"""``withhold demo``."""

from pathlib import Path

import click

from withhold.cli.talk import json_option, services, show


@click.command(short_help="The whole story on the lab, in a real browser.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("demo-result"),
    show_default=True,
    help="Folder for the result page and its pictures.",
)
@click.option("--show-browser", is_flag=True, help="Let the browser's window be seen.")
@click.option(
    "--local", is_flag=True, help="Add the act with a sealed model on this computer, and its proof."
)
@click.option("--model", type=click.Path(path_type=Path, dir_okay=False), help="GGUF file for --local.")
@json_option
def demo(out: Path, show_browser: bool, local: bool, model: Path | None, as_json: bool) -> None:
    """Play the main job on the lab: opt out in a real browser, keep evidence, say what was exposed, check it.

    Everything happens on this machine, in a state of its own. Exit code 0 only if every step held.

    Example: withhold demo
    """
    from withhold.app.demo import run_demo

    document = run_demo(
        services(), out=out, headless=not show_browser, local=local or model is not None, model=model
    )
    show(document, as_json=as_json)
    if not document.held:
        click.get_current_context().exit(1)
