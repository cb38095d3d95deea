"""``withhold exposure`` and what belongs to it."""

import sys
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from withhold.cli.filters import filter_options
from withhold.cli.talk import asked_before, json_option, services, show, tell
from withhold.cli.timeline import timeline
from withhold.cli.whatif import whatif
from withhold.support.messages import spoken

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from withhold.app.ledger.exposure import View
    from withhold.app.ledger.filters import Filter

STDOUT = "-"


@click.group(invoke_without_command=True, short_help="What was open to training, and how long it is kept.")
@filter_options
@click.option(
    "--from",
    "places",
    metavar="DIR",
    multiple=True,
    help="Judge what 'index export' wrote (one or many members') instead of your own state; may be repeated.",
)
@click.option(
    "--engine",
    type=click.Choice(["duckdb", "spark"]),
    default="duckdb",
    show_default=True,
    help="What works it out; spark (an extra) is for the exports of an organisation.",
)
@click.option("--as-of", help="Judge as of this day or instant instead of now.")
@click.option("--check", is_flag=True, help="Exit with 1 if anything is exposed or eligible, 3 if unknown.")
@click.option("--jsonl", is_flag=True, help="Rows as JSON Lines.")
@click.option("--csv", metavar="FILE", help="Rows as CSV into FILE, or - for stdout.")
@click.option("--parquet", metavar="FILE", help="Rows as Parquet into FILE.")
@click.option("--ics", metavar="FILE", help="Due dates as iCalendar into FILE, or - for stdout.")
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    default=50,
    show_default=True,
    help="So many of the newest rows on the terminal; 0 for all. Files and JSON always hold all.",
)
@json_option
@click.pass_context
def exposure(
    ctx: click.Context,
    wanted: "Callable[[], Filter]",
    places: tuple[str, ...],
    engine: str,
    as_of: str | None,
    check: bool,
    jsonl: bool,
    csv: str | None,
    parquet: str | None,
    ics: str | None,
    limit: int,
    as_json: bool,
) -> None:
    """List conversations with two verdicts: open to training before, and open to runs from now on.

    Verdicts speak of use under terms and setting. What nobody outside can know stands beside each of them.
    With --csv, --parquet or --ics the ledger goes into a file that you alone can read instead of onto the
    terminal.

    Example: withhold exposure --past exposed; withhold exposure --since 2025-10-01 --csv ledger.csv;
    withhold exposure --from ~/members --engine spark --parquet all.parquet
    """
    if ctx.invoked_subcommand is not None:
        _nothing_before_the_subcommand(ctx)
        return
    from withhold.app.dates import parse_when
    from withhold.app.ledger.exposure import check as answer

    as_json = as_json or asked_before()
    _one_stdout(csv == STDOUT, ics == STDOUT, jsonl, as_json)
    now = None if as_of is None else parse_when(as_of).latest
    with _ledger(places, engine, now, wanted()) as view:
        _to_files(view, csv=csv, parquet=parquet, ics=ics, now=now)
        if view.head.taken_at_word is not None and (csv or ics or parquet or jsonl):
            tell(spoken(view.head.taken_at_word))
        if jsonl or as_json:
            from withhold.app.ledger import handing_out

            _to_stdout(handing_out.as_json(view) if as_json else handing_out.as_json_lines(view))
        elif csv is None and ics is None and parquet is None:
            show(view.page(limit or None), as_json=False)
    if check:
        ctx.exit(answer(view.head))


def _ledger(
    places: tuple[str, ...], engine: str, now: datetime | None, wanted: "Filter"
) -> "AbstractContextManager[View]":
    from withhold.app.ledger.exposure import ledger

    if places:
        from withhold.app.ledger.members import ledger_of_members

        return ledger_of_members(services(), places, engine=engine, as_of=now, wanted=wanted)
    if engine != "duckdb":
        raise click.UsageError(
            "Spark reads exports: withhold index export DIR --member NAME, then --from DIR"
        )
    return ledger(services(), as_of=now, wanted=wanted)


def _to_files(
    view: "View", *, csv: str | None, parquet: str | None, ics: str | None, now: datetime | None
) -> None:
    from withhold.app.ledger import handing_out

    if csv is not None:
        _hand_out(csv, handing_out.as_csv(view))
    if ics is not None:
        _hand_out(ics, handing_out.as_calendar(view, now))
    if parquet is not None:
        tell(f"written: {handing_out.write_parquet(view, parquet)}")


def _nothing_before_the_subcommand(ctx: click.Context) -> None:
    """What is given before a subcommand would be lost on it: a filter must never be lost silently."""
    given = [
        p for p in ctx.command.params if ctx.get_parameter_source(p.name or "") is ParameterSource.COMMANDLINE
    ]
    lost = [p.opts[0] for p in given if p.name != "as_json"]
    if lost:
        raise click.UsageError(f"give {', '.join(lost)} after {ctx.invoked_subcommand!r}", ctx)


def _one_stdout(*takers: bool) -> None:
    if sum(takers) > 1:
        raise click.UsageError("only one of --json, --jsonl, --csv - and --ics - can have stdout")


def _hand_out(target: str, pieces: Iterable[bytes]) -> None:
    """Write to stdout, and nothing else there, or to a file, and say so."""
    if target == STDOUT:
        _to_stdout(pieces)
        return
    from withhold.app.ledger.handing_out import write_pieces

    tell(f"written: {write_pieces(target, pieces)}")


def _to_stdout(pieces: Iterable[bytes]) -> None:
    sys.stdout.flush()
    for piece in pieces:
        sys.stdout.buffer.write(piece)
    sys.stdout.buffer.flush()


@exposure.command()
@click.argument("id_", metavar="ID")
@click.option("--as-of", help="Judge as of this day or instant instead of now.")
@json_option
def explain(id_: str, as_of: str | None, as_json: bool) -> None:
    """Say why: the chain of reasons with rules, sources and evidence, and what would settle an unknown.

    Example: withhold exposure explain 3f9a1c2b
    """
    from withhold.app.dates import parse_when
    from withhold.app.ledger.exposure import explain as run

    show(run(services(), id_, as_of=None if as_of is None else parse_when(as_of).latest), as_json=as_json)


exposure.add_command(whatif)
exposure.add_command(timeline)
