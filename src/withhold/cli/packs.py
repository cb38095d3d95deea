"""``withhold packs``."""

from datetime import datetime
from pathlib import Path

import click

from withhold.cli.talk import json_option, services, show, tell

_THERE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.group(short_help="List, show, lint and update the provider data.")
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
    from withhold.app.packs.showing import list_packs

    show(list_packs(services()), as_json=as_json)


@packs.command("show")
@click.argument("name")
@json_option
def show_(name: str, as_json: bool) -> None:
    """Show terms, controls and open points of one provider, or the settings of one tool.

    Example: withhold packs show anthropic; withhold packs show codex-cli
    """
    from withhold.app.packs.showing import show_pack
    from withhold.app.packs.tools import is_tool, show_tool

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
    from withhold.app.packs.showing import lint_packs

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
    from withhold.app.packs.showing import coverage_of

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
    from withhold.app.packs.showing import diff_packs

    document = diff_packs(services(), provider, file)
    show(document, as_json=as_json)
    if document.differences:
        ctx.exit(1)


@packs.command()
@click.argument("source", metavar="[FILE|URL]", required=False)
@click.option("--key", type=_THERE, help="Public key of the maker; once, it is remembered from then on.")
@click.option("--dry-run", is_flag=True, help="Show what would differ, and change nothing.")
@click.option("--undo", is_flag=True, help="Go back to what was before the newest update.")
@click.option("--forget-key", is_flag=True, help="Trust no key any more, as when its owner has a new one.")
@json_option
def update(
    source: str | None, key: Path | None, dry_run: bool, undo: bool, forget_key: bool, as_json: bool
) -> None:
    """Take a signed bundle of packs from FILE or URL. Only ever when you ask for it, and never an older one.

    Its signature is checked by the one key that you trust, and every pack is linted before anything changes.
    A URL is fetched with one request. Your own packs folder goes over the update.

    Example: withhold packs update packs-7.zip --key maker.pub
    """
    from withhold.app.packs import updates

    if sum((source is not None, undo, forget_key)) != 1 or ((undo or forget_key) and (key or dry_run)):
        raise click.UsageError("give a FILE or URL (with --key, --dry-run), or --undo, or --forget-key")
    made = services()
    if source is not None:
        show(updates.update(made, source, key, dry_run=dry_run), as_json=as_json)
    else:
        show(updates.undo(made) if undo else updates.forget_key(made), as_json=as_json)


@packs.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), required=True)
@click.option(
    "--key", type=click.Path(path_type=Path, dir_okay=False), required=True, help="Secret key (PEM)."
)
@click.option(
    "--version", type=click.IntRange(1, 2**53 - 1), required=True, help="Higher than the last one's."
)
@click.option("--name", help="Whose packs these are; the folder's name unless given.")
@click.option("--compiled-on", type=click.DateTime(["%Y-%m-%d"]), help="Today unless given.")
@click.option(
    "--requires", metavar="VERSION", help="Oldest withhold that can read them; this one's unless given."
)
@click.option("--make-key", is_flag=True, help="First make a new pair of keys: KEY and KEY.pub.")
@json_option
def sign(
    folder: Path,
    output: Path,
    key: Path,
    version: int,
    name: str | None,
    compiled_on: datetime | None,
    requires: str | None,
    make_key: bool,
    as_json: bool,
) -> None:
    """Make a signed bundle of the packs in DIR, for others to take with 'packs update'.

    Example: withhold packs sign our-packs -o packs-7.zip --key maker.pem --version 7
    """
    from withhold.app.packs import signing

    made = services()
    if make_key:
        tell(f"new keys: {key}, for you alone, and {signing.make_key(key)}, for those who trust you")
    document = signing.sign_packs(
        made,
        folder,
        output,
        key,
        version=version,
        name=name,
        compiled_on=None if compiled_on is None else compiled_on.date(),
        requires=requires,
    )
    show(document, as_json=as_json)
