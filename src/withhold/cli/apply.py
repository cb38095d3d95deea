"""``withhold apply``."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from withhold.cli.talk import json_option, services, show

if TYPE_CHECKING:
    from withhold.app.machine.apply import Offer


@click.command(short_help="Set local tools' settings, with backup and undo.")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--dry-run", is_flag=True, help="Show what would be written, write nothing.")
@click.option("--yes", is_flag=True, help="Write without asking.")
@click.option("--project", "in_repositories", is_flag=True, help="Also files that belong to a repository.")
@click.option("--managed", is_flag=True, help="Write the files that bind all users; ID has to be given.")
@click.option(
    "--mdm",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write files for a device manager into this new folder instead; ID is then a tool.",
)
@click.option("--organisation", metavar="ID", help="With --mdm: the organisation that logins are held to.")
@click.option(
    "--login",
    type=click.Choice(["claudeai", "console"]),
    default="claudeai",
    show_default=True,
    help="With --mdm: the way of signing in that is held to.",
)
@click.option("--undo", metavar="RUN", help="Put the files of this run back ('last': of the last one).")
@click.option("--list", "as_list", is_flag=True, help="List all runs.")
@json_option
@click.pass_context
def apply(
    ctx: click.Context,
    ids: tuple[str, ...],
    as_json: bool,
    dry_run: bool,
    yes: bool,
    in_repositories: bool,
    managed: bool,
    mdm: Path | None,
    organisation: str | None,
    login: str,
    undo: str | None,
    as_list: bool,
) -> None:
    """Write the private value of settings that a file on this machine decides.

    Without ID: all open ones on training, feedback, telemetry, crashes and sharing. Other bytes stay as
    they are; where a stronger layer wins nothing is written. Settings that have a price are asked about one
    by one on a terminal, and else written only if named. Exit codes: 0 done; 1 something was not
    written; 2 nobody could be asked.

    Example: withhold apply --dry-run; withhold apply --mdm policies claude-code --organisation ID
    """
    from withhold.app.machine import apply as use

    made = services()
    if mdm is not None:
        given = {} if organisation is None else {"organisation": organisation, "login": login}
        show(use.hand_out(made, mdm, ids, given), as_json=as_json)
        return
    if as_list:
        show(use.list_runs(made), as_json=as_json)
        return
    if undo is not None:
        undone = use.undo(made, None if undo == "last" else undo)
        show(undone, as_json=as_json)
        ctx.exit(1 if any(f.problem for f in undone.files) else 0)
    asked = not (ids or yes or dry_run or managed) and _on_terminal()
    document = use.apply(
        made,
        ids,
        also=_taken(use.offers(made)) if asked else (),
        dry_run=dry_run,
        in_repositories=in_repositories,
        managed=managed,
        confirm=(lambda _plan: True) if yes else _ask,
    )
    show(document, as_json=as_json)
    tried = document.run is not None
    failed = any(not c.written for c in document.changes) if tried else False
    ctx.exit(1 if failed else 0)


def _on_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _taken(offered: Sequence["Offer"]) -> tuple[str, ...]:
    """Those of the settings with a price that the person wants, asked one by one."""
    taken = []
    for offer in offered:
        click.echo(f"{offer.id}: {offer.why}", err=True)
        if click.confirm("It has a price or an uncertain effect. Set it too?", default=False, err=True):
            taken.append(offer.id)
    return tuple(taken)


def _ask(plan: Any) -> bool:
    from withhold.support.errors import UsageProblem

    if not _on_terminal():
        raise UsageProblem(
            "nobody can be asked here, so nothing was written",
            next_step="withhold apply --dry-run to look, withhold apply --yes to write",
        )
    show(plan, as_json=False)
    return click.confirm("Write this?", default=False, err=True)
