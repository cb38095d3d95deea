"""``withhold advise``."""

from pathlib import Path

import click

from withhold.cli.talk import json_option, services, show, tell


@click.command(short_help="Routes for your own use: who trains, at what cost.")
@click.option("--provider", "providers", multiple=True, metavar="ID", help="Compare this provider's plans.")
@click.option("--all-providers", is_flag=True, help="Compare all providers that have a pack.")
@click.option("--people", type=int, default=1, show_default=True, help="How many people use it.")
@click.option("--region", help="Region as in the packs, such as EEA or US.")
@click.option("--tokens-in", type=float, help="Tokens sent a month by all, instead of counting the index.")
@click.option("--tokens-out", type=float, help="Tokens received a month by all.")
@click.option("--characters-per-token", type=float, help="For the estimate from the index (4 if not given).")
@click.option("--price", "prices", multiple=True, metavar="KEY=VALUE", help="A price you looked up.")
@click.option(
    "--prices",
    "price_file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A file of prices with source and day (prices.yaml in the state folder is always read).",
)
@click.option("--out", type=click.Path(path_type=Path), help="Write the comparison as one HTML page.")
@json_option
def advise(
    providers: tuple[str, ...],
    all_providers: bool,
    people: int,
    region: str | None,
    tokens_in: float | None,
    tokens_out: float | None,
    characters_per_token: float | None,
    prices: tuple[str, ...],
    price_file: Path | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Compare the plans of your providers, their commercial plans and APIs, and a model of your own.

    What keeps your conversations from training is a proof, a contract or a promise; the rules and the packs
    say which. withhold knows no prices: you look them up and name them, such as
    --price anthropic/claude-team.seat=25EUR. Not legal advice.

    Example: withhold advise --provider anthropic --people 3 --out routes.html
    """
    from withhold.app.advise import Asked, written
    from withhold.app.advise import advise as run

    document = run(
        services(),
        Asked(
            people=people,
            tokens_in=tokens_in,
            tokens_out=tokens_out,
            characters_per_token=characters_per_token,
            providers=providers,
            every_provider=all_providers,
            region=region,
            prices=prices,
            price_file=price_file,
        ),
    )
    if out is not None:
        tell(f"written: {written(document, out)}")
    if as_json or out is None:
        show(document, as_json=as_json)
