"""``withhold scan``."""

from pathlib import Path

import click

from withhold.cli.talk import json_option, services, show


@click.command(short_help="What AI tools on this machine show, read-only and offline.")
@click.option("--home", type=click.Path(path_type=Path), help="Look at this home directory instead of yours.")
@click.option("--root", type=click.Path(path_type=Path), help="Root of the tree that --home lies in.")
@click.option("--os", "system", type=click.Choice(["linux", "macos", "windows"]), help="Layout of that tree.")
@click.option(
    "--env-file", type=click.Path(path_type=Path, dir_okay=False), help="Environment, KEY=VALUE lines."
)
@json_option
def scan(
    as_json: bool,
    home: Path | None = None,
    root: Path | None = None,
    system: str | None = None,
    env_file: Path | None = None,
) -> None:
    """Show AI tools, their contract as far as files tell, and their sessions on this machine.

    Reads files and nothing else: opens no socket, starts no program, changes nothing.

    Example: withhold scan --json
    """
    from withhold.app.scan import scan as run

    show(run(services(), home=home, root=root, system=system, env_file=env_file), as_json=as_json)
