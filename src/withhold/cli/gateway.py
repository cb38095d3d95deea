"""``withhold gateway``."""

import sys
from pathlib import Path

import click

from withhold.cli.talk import asked_before, json_option, services, show, tell

config_option = click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The configuration (gateway.toml in the state folder if not given).",
)


@click.group(short_help="The proxy that lets a request go only where terms allow.")
def gateway() -> None:
    """A proxy on this machine for programs that speak to OpenAI or Anthropic.

    A request goes only over a route whose terms meet your rules; otherwise nothing is sent, and the
    program is told why. Programs need nothing but another base URL and a token of the gateway.

    Example: withhold gateway init; withhold gateway check; withhold gateway run
    """


@gateway.command(short_help="Write a configuration to begin with.")
@config_option
@json_option
def init(config: Path | None, as_json: bool) -> None:
    """Write a configuration with routes to Anthropic and OpenAI and one careful rule.

    Example: withhold gateway init
    """
    from withhold.app.gateway.commands import init_gateway

    show(init_gateway(services(), config), as_json=as_json)


@gateway.command(short_help="Serve until Ctrl-C.")
@config_option
@click.option("--port", type=click.IntRange(0, 65535), help="Instead of the configuration's.")
def run(config: Path | None, port: int | None) -> None:
    """Serve on 127.0.0.1 until Ctrl-C. The first start makes a token and shows it once.

    Example: withhold gateway run
    """
    from withhold.app.gateway.messages import start_text
    from withhold.app.gateway.running import run_gateway

    run_gateway(services(), config=config, port=port, started=lambda said: tell(start_text(said)))


@gateway.command(short_help="What the configuration comes to: routes, terms, rules.")
@config_option
@json_option
def check(config: Path | None, as_json: bool) -> None:
    """Show each route with its terms, and which routes a plain request may take. Sends nothing.

    Exit code 1 where no route may carry a plain request.

    Example: withhold gateway check
    """
    from withhold.app.gateway.checking import check_gateway

    document = check_gateway(services(), config)
    show(document, as_json=as_json)
    if not document.usable:
        raise click.exceptions.Exit(1)


@gateway.command(short_help="Put a route's key into the system's keyring.")
@click.argument("route")
@config_option
@json_option
def key(route: str, config: Path | None, as_json: bool) -> None:
    """Read the provider's key of ROUTE from the terminal, unseen, or from stdin, and keep it.

    Example: withhold gateway key anthropic
    """
    from withhold.app.gateway.commands import key_of_route

    terminal = sys.stdin.isatty()
    secret = click.prompt("Key", hide_input=True, err=True) if terminal else sys.stdin.readline()
    show(key_of_route(services(), route, secret, config), as_json=as_json)


@gateway.command(short_help="A new token, as lines to paste into a shell.")
@click.argument("client", default="me")
@click.option("--project", default="default", show_default=True, help="Rules can name it.")
@click.option("--days", type=click.IntRange(1, 3650), help="Days until the token ends.")
@config_option
@json_option
def env(client: str, project: str, days: int | None, config: Path | None, as_json: bool) -> None:
    """Make a token for CLIENT and print the variables that programs need. It is shown once.

    Example: withhold gateway env laptop --project thesis
    """
    from withhold.app.gateway.commands import env_of_client

    show(env_of_client(services(), client, project, days, config), as_json=as_json)


@gateway.group(invoke_without_command=True, short_help="List and revoke clients' tokens.")
@json_option
@click.pass_context
def tokens(ctx: click.Context, as_json: bool) -> None:
    """List the tokens of clients, by id; the tokens themselves are not kept.

    Example: withhold gateway tokens
    """
    from withhold.app.gateway.tokens import list_tokens

    if ctx.invoked_subcommand is None:
        show(list_tokens(services()), as_json=as_json)


@tokens.command(short_help="Take a token back.")
@click.argument("token_id")
@config_option
@json_option
def revoke(token_id: str, config: Path | None, as_json: bool) -> None:
    """Take back the token with that id; a running gateway knows it at once.

    Example: withhold gateway tokens revoke 3f9a1c0b22
    """
    from withhold.app.gateway.commands import revoke as taken_back

    show(taken_back(services(), token_id, config), as_json=as_json or asked_before())


@gateway.group(invoke_without_command=True, short_help="What went where, and what was refused.")
@click.option("--last", type=click.IntRange(1, 100_000), default=20, show_default=True, help="So many.")
@config_option
@json_option
@click.pass_context
def audit(ctx: click.Context, last: int, config: Path | None, as_json: bool) -> None:
    """List requests with route, terms and outcome. The audit holds no text of any request.

    Example: withhold gateway audit --last 50
    """
    from withhold.app.gateway.auditing import list_audit

    if ctx.invoked_subcommand is None:
        show(list_audit(services(), last, config), as_json=as_json)


@audit.command(short_help="Check the audit's chains against themselves and the evidence.")
@config_option
@json_option
def verify(config: Path | None, as_json: bool) -> None:
    """Check that no line was changed or taken out, as far as the heads in the evidence reach.

    Exit code 4 where a chain does not hold.

    Example: withhold gateway audit verify
    """
    from withhold.app.gateway.auditing import verify_audit

    document = verify_audit(services(), config)
    show(document, as_json=as_json or asked_before())
    if not document.holds:
        raise click.exceptions.Exit(4)
