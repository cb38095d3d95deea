"""``withhold purge run``, ``list``, ``verify``, ``local`` and ``account``."""

import re
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from withhold.cli.person import Terminal, somebody_there
from withhold.cli.talk import json_option, services, show

if TYPE_CHECKING:
    from withhold.app.bootstrap import Services

EXIT = {"done": 0, "stopped": 1, "needs_human": 3}


@click.command("run")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--resume", type=int, metavar="N", help="Go on with purge N.")
@click.option("--deleted", multiple=True, metavar="ID", help="You deleted this one (with --resume).")
@click.option("--skip", multiple=True, metavar="ID", help="Leave this one out (with --resume).")
@click.option("--keep", type=click.Path(path_type=Path, dir_okay=False), help="File of what is to be kept.")
@click.option("--mode", type=click.Choice(["guide", "assist"]), default="guide", show_default=True)
@click.option("--url", help="Address of the provider, with --mode assist.")
@click.option(
    "--profile", type=click.Path(path_type=Path, file_okay=False), help="Signed-in browser profile."
)
@click.option("--headless", is_flag=True, help="No window (with --mode assist).")
@json_option
def run_(
    ids: tuple[str, ...],
    resume: int | None,
    deleted: tuple[str, ...],
    skip: tuple[str, ...],
    keep: Path | None,
    mode: str,
    url: str | None,
    profile: Path | None,
    headless: bool,
    as_json: bool,
) -> None:
    """Delete exactly the conversations named, at the provider.

    Without --mode it guides: it says how, and takes your word for each. With --mode assist a browser of ours
    deletes them, where the provider's terms permit that and its page is known; it stops at the first
    surprise, and there is no override. Archived is not deleted. What was begun is gone on with by --resume.

    Exit codes: 0 every one is dealt with; 1 stopped; 2 refused; 3 a person has to act.

    Example: withhold purge run 3f2a91c0 77d0e812
    """
    if bool(ids) == (resume is not None):
        raise click.UsageError("name conversations (withhold purge plan), or go on with --resume N")
    made = services()
    document = _new(made, ids, mode, url, keep) if resume is None else None
    number = resume if document is None else document
    result = _go_on(
        made, int(number or 0), deleted, skip, keep, mode, url, profile, headless=headless, as_json=as_json
    )
    show(result, as_json=as_json)
    click.get_current_context().exit(EXIT[result.outcome])  # type: ignore[attr-defined]


def _new(made: "Services", ids: tuple[str, ...], mode: str, url: str | None, keep: Path | None) -> int:
    from withhold.app.purge.run import choose

    if mode == "assist" and url is None:
        raise click.UsageError("--mode assist needs --url, the address of the provider")
    return choose(made, ids, mode=mode, url=url, keep=keep).purge.id


def _go_on(
    made: "Services",
    number: int,
    deleted: tuple[str, ...],
    skip: tuple[str, ...],
    keep: Path | None,
    mode: str,
    url: str | None,
    profile: Path | None,
    *,
    headless: bool,
    as_json: bool,
) -> object:
    from withhold.app.purge.assist import assisted
    from withhold.app.purge.desk import resumed
    from withhold.app.purge.run import attested, guided, require_not_kept, skipped

    desk = resumed(made, number)
    if skip:
        skipped(made, desk, skip)
        desk = resumed(made, number)
    require_not_kept(made, desk, keep)
    if deleted:
        attested(made, desk, deleted)
        desk = resumed(made, number)
    where = url or desk.purge.url
    if (mode == "assist" or desk.purge.mode == "assist") and where is not None:
        return assisted(made, desk, url=where, profile=profile, headless=headless)
    person = Terminal() if somebody_there(as_json=as_json) else None
    if person is None and (deleted or skip):
        from withhold.app.purge.run import finished

        return finished(made, desk)
    return guided(made, desk, person)


@click.command("list")
@json_option
def listing(as_json: bool) -> None:
    """List every chosen set, and how far it has come.

    Example: withhold purge list
    """
    from withhold.app.purge.telling import list_purges

    show(list_purges(services()), as_json=as_json)


@click.command("verify")
@click.argument("export", type=click.Path(path_type=Path))
@click.option("--whole", is_flag=True, help="Your word: EXPORT is of all time, and had no other parts.")
@json_option
def verify(export: Path, whole: bool, as_json: bool) -> None:
    """Look in a later EXPORT for what was deleted.

    Absent speaks of that export alone. An export that cannot speak for the account or product, is older than
    the deletion, was not read whole, does not tell that it is all of it, or lacks what nobody deleted,
    answers unknown. Exit codes: 0 all absent; 1 something is still there or came back; 3 unknown.

    Example: withhold purge verify data-2026-12-24.zip
    """
    from withhold.app.purge.verify import exit_code, purge_verify

    document = purge_verify(services(), export, whole=whole)
    show(document, as_json=as_json)
    click.get_current_context().exit(exit_code(document))


@click.command("local")
@click.option("--older-than", default="30d", show_default=True, help="Days since the last message: 30d.")
@click.option("--tool", multiple=True, metavar="ID", help="Of this tool alone (see withhold scan).")
@click.option("--keep", type=click.Path(path_type=Path, dir_okay=False), help="File of what is to be kept.")
@click.option("--shred", is_flag=True, help="Overwrite before removing.")
@click.option("--yes", is_flag=True, help="Do it. Without it nothing is touched.")
@click.option("--clock-is-right", is_flag=True, help="You looked: this computer's date is right.")
@json_option
def local(
    older_than: str,
    tool: tuple[str, ...],
    keep: Path | None,
    shred: bool,
    yes: bool,
    clock_is_right: bool,
    as_json: bool,
) -> None:
    """Remove transcripts of coding tools on this machine that were not written to for a while.

    Files that hold one session each are removed; databases are not touched. The provider's copy stays as it
    is. Exit code 1 where a file could not be removed.

    Example: withhold purge local --older-than 90d
    """
    from withhold.app.purge.local import purge_local

    days = re.fullmatch(r"(\d{1,5})d", older_than)
    if days is None:
        raise click.UsageError("--older-than is a number of days, such as 30d")
    span = timedelta(days=int(days[1]))
    document = purge_local(
        services(),
        older_than=span,
        tools=tool,
        keep=keep,
        shred=shred,
        write=yes,
        clock_is_right=clock_is_right,
    )
    show(document, as_json=as_json)
    click.get_current_context().exit(1 if any(f.problem for f in document.files) else 0)


@click.command("account")
@click.argument("account")
@click.option("--done", multiple=True, metavar="STEP", help="This step is done.")
@json_option
def account(account: str, done: tuple[str, ...], as_json: bool) -> None:
    """Delete a whole ACCOUNT, step by step: export, billing, apps, delete, capture, look again.

    Nothing is clicked or requested. After the step "delete" the watch reminds you of looking again when the
    stated time is over.

    Example: withhold purge account robin
    """
    from withhold.app.purge.account import purge_account

    show(purge_account(services(), account, done=done), as_json=as_json)
