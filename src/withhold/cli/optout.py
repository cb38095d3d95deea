"""``withhold optout``."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from withhold.cli.person import (
    Terminal,
    TerminalKeys,
    new_or_known_passphrase,
    open_in_own_browser,
    somebody_there,
)
from withhold.cli.talk import json_option, services, show

if TYPE_CHECKING:
    from withhold.app.bootstrap import Services
    from withhold.app.optout.guiding import Sitting
    from withhold.app.optout.witness import Watch

EXIT = {
    "changed": 0,
    "already_private": 0,
    "not_persisted": 1,
    "blocked": 1,
    "no_control": 3,
    "needs_human": 3,
}
INTERRUPTED = 130


@click.command(short_help="Set a training control to private and read it back.")
@click.argument("provider", required=False)
@click.option("--url", help="Address of the settings page (default: the one in the pack).")
@click.option("--pack", help="Pack that knows the page, with --url.")
@click.option("--account", help="Account (id or label) this is about.")
@click.option(
    "--mode",
    type=click.Choice(["guide", "witness", "assist"]),
    default="guide",
    show_default=True,
    help="guide: we say where, you click. witness: you click in our browser, we read. assist: we click.",
)
@click.option("--all", "everything", is_flag=True, help="All providers in use in one sitting (guide).")
@click.option(
    "--platform",
    type=click.Choice(["web", "ios", "android", "terminal"]),
    help="Where you are, for the steps; terminal is inside a tool such as Claude Code.",
)
@click.option("--no-open", is_flag=True, help="Never offer to open the page in your browser.")
@click.option("--override-terms", is_flag=True, help="Assist although the provider's terms may forbid it.")
@click.option("--profile", type=click.Path(path_type=Path, file_okay=False), help="Profile to use and keep.")
@click.option("--keep-profile", is_flag=True, help="Keep the browser profile, encrypted (witness).")
@click.option("--headless", is_flag=True, help="No window (with --mode assist).")
@click.option("--full-page", is_flag=True, help="Evidence shows the whole page, not the settings alone.")
@json_option
def optout(
    provider: str | None,
    url: str | None,
    pack: str | None,
    account: str | None,
    mode: str,
    override_terms: bool,
    profile: Path | None,
    keep_profile: bool,
    headless: bool,
    full_page: bool,
    everything: bool,
    platform: str | None,
    no_open: bool,
    as_json: bool,
) -> None:
    """Bring a training control to its private position and keep evidence of it.

    Without --mode it guides: it prints the steps and makes no request. At a terminal it then offers to open
    the page in your own browser, and takes the screenshot or saved page you bring, which is kept as your
    word. With --all it goes through all providers of which it knows an account or a conversation, the most
    exposed first; call it again to go on.

    With --mode witness it opens a visible browser with a profile of its own, in which you sign in and click;
    a small window beside it says what is seen, and R records it. The profile is deleted at the end, or kept
    encrypted with --keep-profile.

    With --mode assist it opens a browser of its own, finds the switch by its label, sets it, loads the page
    afresh and reads it back. Where the provider's terms do not permit automated access, assist is refused
    unless --override-terms is typed; the record says so.

    Exit codes: 0 private and confirmed; 1 not private; 2 refused; 3 a person has to act.

    Example: withhold optout anthropic
    """
    made = services()
    sitting = None
    if mode == "guide" and somebody_there(as_json=as_json):
        sitting = _sitting(made, opens=not no_open)
    if mode == "witness" and headless:
        raise click.UsageError(
            "--headless goes with --mode assist: in witness mode you act in the window."
            " Leave it out; where there is no screen, take --mode guide"
        )
    if keep_profile and mode != "witness":
        raise click.UsageError("--keep-profile goes with --mode witness")
    if everything:
        if mode != "guide" or any((provider, url, pack, account, profile)):
            raise click.UsageError("--all guides through all accounts: it goes with --platform and --no-open")
        _all(made, platform, sitting, as_json=as_json)
        return
    from withhold.app.optout.opt_out import opt_out

    document = opt_out(
        made,
        provider_id=provider,
        url=url,
        pack_id=pack,
        account=account,
        mode=mode,
        override_terms=override_terms,
        profile=profile,
        headless=headless,
        full_page=full_page,
        platform=platform,
        sitting=sitting,
        watch=_watch(profile, keep=keep_profile) if mode == "witness" else None,
    )
    show(document, as_json=as_json)
    click.get_current_context().exit(EXIT[document.outcome])


def _watch(profile: Path | None, *, keep: bool) -> "Watch":
    from withhold.app.optout.witness import Watch

    return Watch(TerminalKeys(), new_or_known_passphrase if keep else None, profile)


def _sitting(made: "Services", *, opens: bool) -> "Sitting":
    from withhold.app.optout.guiding import Sitting

    return Sitting(Terminal(), made.clock(), open_in_own_browser if opens else None)


def _all(made: "Services", platform: str | None, sitting: "Sitting | None", *, as_json: bool) -> None:
    from withhold.app.optout.all_providers import opt_out_all

    document = opt_out_all(made, platform=platform, sitting=sitting)
    show(document, as_json=as_json)
    click.get_current_context().exit(_code(document))


def _code(document: Any) -> int:
    """130 interrupted; 1 something shares; 3 something is unknown, or nothing is known; else 0."""
    if document.interrupted:
        return INTERRUPTED
    if document.sharing:
        return 1
    return 3 if document.unknown or document.unassigned or not document.rows else 0
