"""``withhold optout``."""

from pathlib import Path

import click

from withhold.cli.talk import json_option, services, show

EXIT = {
    "changed": 0,
    "already_private": 0,
    "not_persisted": 1,
    "blocked": 1,
    "no_control": 3,
    "needs_human": 3,
}


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
    help="guide: we say where, you click. assist: we click.",
)
@click.option("--override-terms", is_flag=True, help="Assist although the provider's terms may forbid it.")
@click.option("--profile", type=click.Path(path_type=Path, file_okay=False), help="Profile to use and keep.")
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
    headless: bool,
    full_page: bool,
    as_json: bool,
) -> None:
    """Bring a training control to its private position and prove it.

    Without --mode it guides: it prints the steps and makes no request. With --mode assist it opens a browser
    of its own, finds the switch by its label, sets it, loads the page afresh and reads it back. Where the
    provider's terms do not permit automated access, assist is refused unless --override-terms is typed; the
    record says so.

    Exit codes: 0 private and confirmed; 1 not private; 2 refused; 3 a person has to act.

    Example: withhold optout anthropic
    """
    from withhold.app.opt_out import opt_out

    document = opt_out(
        services(),
        provider_id=provider,
        url=url,
        pack_id=pack,
        account=account,
        mode=mode,
        override_terms=override_terms,
        profile=profile,
        headless=headless,
        full_page=full_page,
    )
    show(document, as_json=as_json)
    click.get_current_context().exit(EXIT[document.outcome])
