"""``withhold scan``."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from withhold.cli.talk import json_option, services, show, show_sarif


@click.command(short_help="What AI tools on this machine show, read-only and offline.")
@click.option("--home", type=click.Path(path_type=Path), help="Look at this home directory instead of yours.")
@click.option("--root", type=click.Path(path_type=Path), help="Root of the tree that --home lies in.")
@click.option("--os", "system", type=click.Choice(["linux", "macos", "windows"]), help="Layout of that tree.")
@click.option(
    "--env-file", type=click.Path(path_type=Path, dir_okay=False), help="Environment, KEY=VALUE lines."
)
@click.option(
    "--project",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="A folder whose own settings count too.",
)
@click.option(
    "--policy",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Requirements (TOML); exit code 1 if one is broken, 3 if it cannot be told.",
)
@click.option("--every-home", is_flag=True, help="Look at all people's homes, as an administrator.")
@click.option("--sarif", "as_sarif", is_flag=True, help="Print SARIF 2.1.0 instead.")
@json_option
@click.pass_context
def scan(
    ctx: click.Context,
    as_json: bool,
    as_sarif: bool = False,
    home: Path | None = None,
    root: Path | None = None,
    system: str | None = None,
    env_file: Path | None = None,
    project: Path | None = None,
    policy: Path | None = None,
    every_home: bool = False,
) -> None:
    """Show AI tools, their contract as far as files tell, and their sessions on this machine.

    Reads files: opens no socket, starts no program, changes nothing of any tool. Counts of many sessions
    are kept in withhold's own folder, so that the next look is quick.

    Example: withhold scan --json
    """
    from withhold.app.machine.scan import scan as run
    from withhold.app.machine.scan import scan_homes

    if every_home:
        _refuse_with_homes(home, as_sarif)
        several = scan_homes(services(), root=root, system=system, policy=policy)
        show(several, as_json=as_json)
        _exit(ctx, [v for row in several.homes if row.scan for v in row.scan.violations])
        return
    document = run(
        services(), home=home, root=root, system=system, env_file=env_file, project=project, policy=policy
    )
    show_sarif(document) if as_sarif else show(document, as_json=as_json)
    _exit(ctx, document.violations)


def _exit(ctx: click.Context, violations: Sequence[Any]) -> None:
    if any(v.verdict != "unknown" for v in violations):
        ctx.exit(1)
    if violations:
        ctx.exit(3)


def _refuse_with_homes(home: Path | None, as_sarif: bool) -> None:
    if home is not None or as_sarif:
        raise click.UsageError("--every-home goes with neither --home nor --sarif")
