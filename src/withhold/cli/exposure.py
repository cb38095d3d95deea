"""``withhold exposure`` and what belongs to it."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from withhold.cli.filters import filter_options
from withhold.cli.talk import json_option, services, show, tell
from withhold.cli.timeline import timeline
from withhold.cli.whatif import whatif

if TYPE_CHECKING:
    from withhold.app.filters import Filter

STDOUT = "-"


@click.group(invoke_without_command=True, short_help="What was open to training, and how long it is kept.")
@filter_options
@click.option("--as-of", help="Judge as of this day or instant instead of now.")
@click.option("--check", is_flag=True, help="Exit with 1 if anything is exposed or eligible, 3 if unknown.")
@click.option("--jsonl", is_flag=True, help="Rows as JSON Lines.")
@click.option("--csv", metavar="FILE", help="Rows as CSV into FILE, or - for stdout.")
@click.option("--ics", metavar="FILE", help="Due dates as iCalendar into FILE, or - for stdout.")
@json_option
@click.pass_context
def exposure(
    ctx: click.Context,
    wanted: "Callable[[], Filter]",
    as_of: str | None,
    check: bool,
    jsonl: bool,
    csv: str | None,
    ics: str | None,
    as_json: bool,
) -> None:
    """List conversations with two verdicts: open to training before, and open to runs from now on.

    Verdicts speak of use under terms and setting. What nobody outside can know stands beside each of them.
    With --csv or --ics the ledger goes into a file that you alone can read instead of onto the terminal.

    Example: withhold exposure --past exposed; withhold exposure --since 2025-10-01 --csv ledger.csv
    """
    if ctx.invoked_subcommand is not None:
        _nothing_before_the_subcommand(ctx)
        return
    from withhold.app.dates import parse_when
    from withhold.app.exposure import check as answer
    from withhold.app.exposure import exposure as run

    _one_stdout(csv == STDOUT, ics == STDOUT, jsonl, as_json)
    now = None if as_of is None else parse_when(as_of).latest
    document = run(services(), as_of=now, wanted=wanted())
    if csv is not None:
        from withhold.app.handing_out import as_csv

        _hand_out(csv, as_csv(document))
    if ics is not None:
        from withhold.app.handing_out import as_calendar

        _hand_out(ics, as_calendar(document, now))
    if jsonl:
        from withhold.app.render import json_line

        for row in document.conversations:
            sys.stdout.buffer.write(json_line(row))
    elif as_json or (csv is None and ics is None):
        show(document, as_json=as_json)
    if check:
        ctx.exit(answer(document))


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


def _hand_out(target: str, data: bytes) -> None:
    """Write to stdout, and nothing else there, or to a file, and say so."""
    if target == STDOUT:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    from withhold.app.handing_out import write_file

    tell(f"written: {write_file(target, data)}")


@exposure.command()
@click.argument("id_", metavar="ID")
@click.option("--as-of", help="Judge as of this day or instant instead of now.")
@json_option
def explain(id_: str, as_of: str | None, as_json: bool) -> None:
    """Say why: the chain of reasons with rules, sources and evidence, and what would settle an unknown.

    Example: withhold exposure explain 3f9a1c2b
    """
    from withhold.app.dates import parse_when
    from withhold.app.exposure import explain as run

    show(run(services(), id_, as_of=None if as_of is None else parse_when(as_of).latest), as_json=as_json)


exposure.add_command(whatif)
exposure.add_command(timeline)
