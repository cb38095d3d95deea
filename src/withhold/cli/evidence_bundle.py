"""``withhold evidence bundle`` and ``withhold evidence report``."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from withhold.cli.talk import json_option, services, show

if TYPE_CHECKING:
    from withhold.app.bootstrap import Services
    from withhold.app.evidence.bundles import Handed

F = TypeVar("F", bound=Callable[..., Any])


def _what(command: F) -> F:
    """The options that say what is handed over."""
    options = (
        click.argument("records", nargs=-1),
        click.option(
            "--leave-out", multiple=True, metavar="NAME", help="An artifact to keep back; its hash stays."
        ),
        click.option("--dispute", metavar="ACCOUNT", help="Everything on this account over a period."),
        click.option(
            "--from", "begins", help="Begin of the period: a day (in UTC) or an instant with a zone."
        ),
        click.option("--to", "ends", help="End of the period, that day included; by default now."),
        click.option(
            "--recheck-days",
            type=click.IntRange(1, 3650),
            default=30,
            show_default=True,
            help="How long two looks that agree may lie apart to be drawn as joined.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.command("bundle", short_help="Hand records over so that a stranger can check them.")
@_what
@click.option("-o", "--out", required=True, metavar="FILE.zip", help="Where to write it.")
@json_option
def bundle_records(out: str, as_json: bool, **what: Any) -> None:
    """Put RECORDS (starts of ids) into one ZIP that openssl and sha256sum can check, without withhold.

    Of all other records it holds nothing but salted hashes. It holds a report, VERIFY.md with the exact
    commands, and verify.sh. Whoever checks it needs the fingerprint of your key by another way.

    Example: withhold evidence bundle 3f9a -o bundle.zip
    """
    from withhold.app.evidence.bundles import write_bundle

    app = _quiet()
    show(write_bundle(app, _handed(app, **what), out), as_json=as_json)


@click.command("report", short_help="A report on records as a page or as a PDF.")
@_what
@click.option("-o", "--out", required=True, metavar="FILE", help="FILE.html, or FILE.pdf (PDF/A-3).")
@click.option(
    "--seal", metavar="NAME", help="Have the PDF time-stamped by this configured authority (PAdES)."
)
@json_option
def report_records(out: str, seal: str | None, as_json: bool, **what: Any) -> None:
    """Write a report on RECORDS (starts of ids): what was done and seen, when, and what that proves.

    The PDF holds the machine-readable files as attachments.

    Example: withhold evidence report 3f9a -o report.pdf
    """
    from withhold.app.evidence.bundles import report

    app = _quiet()
    show(report(app, _handed(app, **what), out, seal=seal), as_json=as_json)


def _handed(
    app: "Services",
    *,
    records: tuple[str, ...],
    leave_out: tuple[str, ...],
    dispute: str | None,
    begins: str | None,
    ends: str | None,
    recheck_days: int,
) -> "Handed":
    if dispute is None:
        if begins or ends:
            raise click.UsageError("--from and --to belong to --dispute")
        from withhold.app.evidence.bundles import handed

        return handed(app, records, leave_out)
    if records or begins is None:
        raise click.UsageError("--dispute takes --from, and no records: it finds them itself")
    from withhold.app.evidence.dispute import dispute as gathered

    return gathered(app, dispute, begins, ends, left_out=leave_out, recheck_days=recheck_days)


def _quiet() -> "Services":
    made = services()
    made.stamps = False
    return made
