"""``withhold forget``."""

import sys

import click

from withhold.cli.talk import json_option, services, show


@click.command(short_help="Forget an account, or everything.")
@click.argument("account", required=False)
@click.option("--all", "everything", is_flag=True, help="The whole state, keys, browser profiles and timer.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def forget(account: str | None, everything: bool, yes: bool, as_json: bool) -> None:
    """Remove what is kept here of ACCOUNT (label or id), or with --all everything.

    Conversations, findings, settings and captures go; of evidence records the salted hashes stay in the
    log, so that the rest still verifies. Nothing changes at the provider.

    Example: withhold forget work
    """
    from withhold.app.state.forget import forget_account
    from withhold.app.state.forget_all import forget_all
    from withhold.support.errors import UsageProblem

    if (account is None) is not everything:
        raise UsageProblem("name one account, or say --all", next_step="withhold account list")
    made = services()
    what = f"everything in {made.home.root}" if everything else f"the account {account!r}"
    if not yes and not _sure(what):
        raise UsageProblem("nothing was forgotten", next_step="add --yes where nobody can be asked")
    show(forget_all(made) if account is None else forget_account(made, account), as_json=as_json)


def _sure(what: str) -> bool:
    return sys.stdin.isatty() and click.confirm(f"Forget {what}? This cannot be undone.", err=True)
