"""``withhold packs``."""

from pathlib import Path

import click

from withhold.cli.talk import json_option, services, show


@click.group(short_help="List, show and lint the provider data.")
def packs() -> None:
    """The dated facts about providers that verdicts rest on.

    Example: withhold packs show anthropic
    """


@packs.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List all packs with the age of their facts.

    Example: withhold packs list
    """
    from withhold.app.packs import list_packs

    show(list_packs(services()), as_json=as_json)


@packs.command("show")
@click.argument("name")
@json_option
def show_(name: str, as_json: bool) -> None:
    """Show terms, controls and open points of one provider, or the settings of one tool.

    Example: withhold packs show anthropic; withhold packs show codex-cli
    """
    from withhold.app.packs import show_pack
    from withhold.app.tool_packs import is_tool, show_tool

    made = services()
    show(show_tool(made, name) if is_tool(made, name) else show_pack(made, name), as_json=as_json)


@packs.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@json_option
@click.pass_context
def lint(ctx: click.Context, files: tuple[Path, ...], as_json: bool) -> None:
    """Check pack files; without FILES all of them, your own too. Exit code 1 if there are errors.

    Example: withhold packs lint my-provider.yaml
    """
    from withhold.app.packs import lint_packs

    document = lint_packs(services(), files)
    show(document, as_json=as_json)
    if any(p.level == "error" for p in document.problems):
        ctx.exit(1)


@packs.command()
@click.argument("facts", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@json_option
@click.pass_context
def coverage(ctx: click.Context, facts: Path, as_json: bool) -> None:
    """Compare the built-in packs with collected FACTS, field by field. Exit code 1 if any value is lost.

    Example: withhold packs coverage providers.json
    """
    from withhold.app.packs import coverage_of

    document = coverage_of(services(), facts)
    show(document, as_json=as_json)
    if any(row.lost for row in document.fields):
        ctx.exit(1)


@packs.command()
@click.argument("provider")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@json_option
@click.pass_context
def diff(ctx: click.Context, provider: str, file: Path, as_json: bool) -> None:
    """Show what FILE states differently from the built-in pack. Exit code 1 if anything differs.

    Example: withhold packs diff anthropic my-anthropic.yaml
    """
    from withhold.app.packs import diff_packs

    document = diff_packs(services(), provider, file)
    show(document, as_json=as_json)
    if document.differences:
        ctx.exit(1)
