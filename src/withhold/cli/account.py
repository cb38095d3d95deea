"""``withhold account``: what you tell about your accounts."""

import click

from withhold.cli.talk import json_option, services, show

DAYS = "a day, a range like 2025-09-28..2025-10-10, or an instant with a zone"


@click.group(invoke_without_command=True, short_help="Accounts, plans, acceptance, your word on the setting.")
@json_option
@click.pass_context
def account(ctx: click.Context, as_json: bool) -> None:
    """List accounts, or tell what you know of them. Your word is kept as such (attested).

    Example: withhold account add anthropic private --plan Pro --plan-from 2024-05-01
    """
    if ctx.invoked_subcommand is None:
        from withhold.app.accounts import list_accounts

        show(list_accounts(services()), as_json=as_json)


@account.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List accounts with everything known of them.

    Example: withhold account list --json
    """
    from withhold.app.accounts import list_accounts

    show(list_accounts(services()), as_json=as_json)


@account.command()
@click.argument("provider")
@click.argument("label")
@click.option("--region", help="Region of the account as in the pack (EEA, US ...).")
@click.option("--source-id", "source_ids", multiple=True, help="Id by which exports name this account.")
@click.option("--plan", "tier", help="Plan it is on, as marketed (Free, Pro, Max, Team ...).")
@click.option("--plan-from", "tier_from", help=f"Since when: {DAYS}.")
@click.option("--accepted", help=f"When you accepted the new terms: {DAYS}.")
@json_option
def add(
    provider: str,
    label: str,
    region: str | None,
    source_ids: tuple[str, ...],
    tier: str | None,
    tier_from: str | None,
    accepted: str | None,
    as_json: bool,
) -> None:
    """Make an account known. LABEL is your own name for it.

    Example: withhold account add anthropic private --plan Pro --accepted 2025-09-28..2025-10-08
    """
    from withhold.app.accounts import add_account

    document = add_account(
        services(),
        provider,
        label,
        region=region,
        source_ids=source_ids,
        tier=tier,
        tier_from=tier_from,
        accepted=accepted,
    )
    show(document, as_json=as_json)


@account.command()
@click.argument("account_id", metavar="ID")
@click.argument("tier", metavar="PLAN")
@click.option("--from", "begins", help=f"First day: {DAYS}.")
@click.option("--until", "ends", help="Last day; without it the plan lasts.")
@json_option
def plan(account_id: str, tier: str, begins: str | None, ends: str | None, as_json: bool) -> None:
    """Say which plan an account was on, and when.

    Example: withhold account plan 3f9a Team --from 2026-02-01
    """
    from withhold.app.accounts import add_plan

    show(add_plan(services(), account_id, tier, begins=begins, ends=ends), as_json=as_json)


@account.command()
@click.argument("account_id", metavar="ID")
@click.argument("when")
@json_option
def accepted(account_id: str, when: str, as_json: bool) -> None:
    """Say when you accepted the new terms: WHEN is a day, or a range for "some day between".

    Example: withhold account accepted 3f9a 2025-09-28..2025-10-10
    """
    from withhold.app.accounts import add_acceptance

    show(add_acceptance(services(), account_id, when), as_json=as_json)


@account.command()
@click.argument("account_id", metavar="ID")
@click.argument("position", type=click.Choice(["sharing", "private"]))
@click.option("--from", "begins", required=True, help="First day (or instant with a zone).")
@click.option("--until", "ends", help="Last day; without it until now.")
@click.option("--control", help="Which of several controls (an id that 'withhold status' names).")
@json_option
def setting(
    account_id: str, position: str, begins: str, ends: str | None, control: str | None, as_json: bool
) -> None:
    """Give your word on where the training setting stood all the time between two days.

    A single look says nothing about the time before and after it; your word can.

    Example: withhold account setting 3f9a private --from 2025-10-01
    """
    from withhold.app.accounts import attest_setting

    document = attest_setting(services(), account_id, position, begins=begins, ends=ends, control_id=control)
    show(document, as_json=as_json)


@account.command()
@click.argument("conversation_id", metavar="CONVERSATION")
@click.option("--on", "when", required=True, help=f"When: {DAYS}.")
@json_option
def deleted(conversation_id: str, when: str, as_json: bool) -> None:
    """Say that you deleted a conversation.

    Example: withhold account deleted 3f9a1c2b --on 2026-03-01
    """
    from withhold.app.accounts import attest_deletion

    show(attest_deletion(services(), conversation_id, when), as_json=as_json)
    click.echo(
        "Noted as your word. It keeps the conversation out of later runs, not out of trained models.",
        err=True,
    )


@account.command()
@click.argument("conversation_id", metavar="CONVERSATION")
@click.option("--on", "when", required=True, help=f"When: {DAYS}.")
@json_option
def feedback(conversation_id: str, when: str, as_json: bool) -> None:
    """Say that you rated an answer or sent a report in a conversation: exports hardly show it.

    Example: withhold account feedback 3f9a1c2b --on 2026-03-01
    """
    from withhold.app.accounts import attest_feedback

    show(attest_feedback(services(), conversation_id, when), as_json=as_json)
    click.echo("Noted as your word. Feedback may train whatever the setting says.", err=True)


@account.command()
@click.argument("account_id", metavar="ID")
@click.argument("source_id")
@json_option
def link(account_id: str, source_id: str, as_json: bool) -> None:
    """Say by which id exports name an account, so that their conversations are judged by its evidence.

    Example: withhold account link unnamed 00000000-0000-4000-8000-000000000001
    """
    from withhold.app.accounts import link_account

    show(link_account(services(), account_id, source_id), as_json=as_json)
