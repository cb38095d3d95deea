"""``withhold purge``."""

from collections.abc import Mapping
from pathlib import Path

import click

from withhold.cli.lazy import Lazy, LazyGroup
from withhold.cli.talk import json_option, services, show

SHOWN = 30


class Purge(LazyGroup):
    lazy: Mapping[str, Lazy] = {
        "run": Lazy("withhold.cli.purge_run:run_", "Delete exactly the chosen conversations."),
        "list": Lazy("withhold.cli.purge_run:listing", "What was chosen, and how far it has come."),
        "verify": Lazy("withhold.cli.purge_run:verify", "Look for deleted conversations in a later export."),
        "local": Lazy("withhold.cli.purge_run:local", "Remove old transcripts on this machine."),
        "account": Lazy("withhold.cli.purge_run:account", "Delete a whole account, step by step."),
    }


@click.group(cls=Purge, short_help="Delete what matters, and see that it is gone.")
def purge() -> None:
    """Delete what is open to training and what is sensitive first, and look for it in later exports.

    Deleting keeps a conversation out of runs that start later. It does not take it out of models that are
    trained already, nor out of copies made with feedback, flags or reviews.

    Example: withhold purge plan
    """


@purge.command("plan", short_help="What to delete first, and why.")
@click.option("--keep", type=click.Path(path_type=Path, dir_okay=False), help="File of what is to be kept.")
@click.option("--keep-project", multiple=True, metavar="NAME", help="Keep all of a project.")
@click.option("--only-project", multiple=True, metavar="NAME", help="Leave out everything else.")
@click.option("--provider", help="Of this provider alone.")
@click.option("--account", help="Of this account alone (label or id).")
@click.option("--limit", type=click.IntRange(1), default=SHOWN, show_default=True, help="Rows to show.")
@json_option
def plan(
    keep: Path | None,
    keep_project: tuple[str, ...],
    only_project: tuple[str, ...],
    provider: str | None,
    account: str | None,
    limit: int,
    as_json: bool,
) -> None:
    """Rank conversations by how open, how sensitive and how long kept they are. Deletes nothing.

    A keep-list holds one entry a line: an id, "project NAME", or "only project NAME". With --json all rows
    are printed.

    Example: withhold purge plan --keep keep.txt
    """
    from withhold.app.ledger.filters import Filter
    from withhold.app.purge.plan import purge_plan
    from withhold.cli.talk import asked_before

    document = purge_plan(
        services(),
        wanted=Filter(provider=provider, account=account),
        keep=keep,
        keep_projects=keep_project,
        only_projects=only_project,
        limit=None if as_json or asked_before() else limit,
    )
    show(document, as_json=as_json)
