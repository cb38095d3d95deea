"""``withhold watch terms``."""

import click

from withhold.cli.talk import json_option, services, show


@click.command(short_help="What changed on the pages where providers state their terms.")
@click.argument("providers", nargs=-1, metavar="[PROVIDER]...")
@click.option("--all", "everything", is_flag=True, help="The pages of every pack.")
@click.option("--list", "only_list", is_flag=True, help="Show earlier changes that matter; ask for no page.")
@click.option("--read", "read", metavar="ID", help="Say that you read the change ID; asks for no page.")
@json_option
def terms(
    providers: tuple[str, ...], everything: bool, only_list: bool, read: str | None, as_json: bool
) -> None:
    """Ask for the terms, privacy and help pages that the packs name, and compare them with the kept version.

    Without PROVIDER: those of the providers that you have accounts with. Each page is asked for at most
    once a day, conditionally, and only where the site's robots.txt lets programs in. A change is told where
    it speaks of training, keeping times, deletion, opting out, review by humans or automated access; the
    control is due for a look then. Exit codes: 0 no relevant change seen; 1 a change that may matter; 3 a
    page could not be compared.

    Example: withhold watch terms anthropic
    """
    from withhold.app.terms.watching import exit_code, list_changes, mark_read, watch_terms

    if read is not None:
        show(mark_read(services(), read), as_json=as_json)
    elif only_list:
        show(list_changes(services(), providers), as_json=as_json)
    else:
        document = watch_terms(services(), providers, everything=everything)
        show(document, as_json=as_json)
        click.get_current_context().exit(exit_code(document))
