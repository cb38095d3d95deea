"""``withhold evidence``."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from withhold.cli.evidence_add import add_file
from withhold.cli.evidence_bundle import bundle_records, report_records
from withhold.cli.talk import json_option, services, show

if TYPE_CHECKING:
    from withhold.app.bootstrap import Services

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_OUT = click.Path(dir_okay=False, path_type=Path)


@click.group(short_help="List, verify and time-stamp the evidence.")
def evidence() -> None:
    """The append-only log of what was done and seen, signed and time-stamped.

    Example: withhold evidence verify
    """


evidence.add_command(add_file)
evidence.add_command(bundle_records)
evidence.add_command(report_records)


@evidence.command("list")
@click.option("--all", "own", is_flag=True, help="The log's own records too: keys and time-stamps.")
@json_option
def list_(own: bool, as_json: bool) -> None:
    """List all records, oldest first, and whether they are time-stamped.

    Example: withhold evidence list
    """
    from withhold.app.evidence.checking import list_evidence

    show(list_evidence(_quiet(), own=own), as_json=as_json)


@evidence.command()
@click.argument("record", required=False)
@click.option("--all", "everything", is_flag=True, help="All records; so it is without RECORD as well.")
@click.option(
    "--key", "keys", multiple=True, help="Fingerprint (SHA-256) of a log key, for a bundle. Repeatable."
)
@click.option(
    "--root", "roots", type=_FILE, multiple=True, help="Root of a timestamp authority, for a bundle."
)
@click.option(
    "--ots", is_flag=True, help="Ask the program ots about proofs of OpenTimestamps; it asks others."
)
@json_option
@click.pass_context
def verify(
    ctx: click.Context,
    record: str | None,
    everything: bool,
    keys: tuple[str, ...],
    roots: tuple[Path, ...],
    ots: bool,
    as_json: bool,
) -> None:
    """Check every record, its place in the signed log, its captures and its time-stamps.

    RECORD is the start of a record's id; a checkpoint or .tlog-proof file that somebody kept (the log must
    still begin with what that was signed over); or a bundle, which is checked apart from this log: whose key
    signed it, and which authorities are believed, is told by --key and --root and by your own log and
    authorities. Exit code 4 if anything does not verify.

    Example: withhold evidence verify
    """
    from withhold.app.evidence.checking import failed, verify_evidence, verify_file

    if record is not None and everything:
        raise click.UsageError("--all and RECORD exclude each other")
    if record is not None and Path(record).is_file():
        document = verify_file(_quiet(), Path(record), keys=keys, roots=roots)
    elif keys or roots:
        raise click.UsageError("--key and --root are for the file of a bundle")
    else:
        document = verify_evidence(_quiet(), record)
    if ots:
        from withhold.app.evidence.opentimestamps import asked_ots

        document = asked_ots(_quiet(), document)
    show(document, as_json=as_json)
    if failed(document):
        ctx.exit(4)


@evidence.command()
@json_option
@click.pass_context
def fsck(ctx: click.Context, as_json: bool) -> None:
    """Read the whole store again and say in short what does not hold. Exit code 4 if anything does not.

    Example: withhold evidence fsck
    """
    from withhold.app.evidence.checking import check_store

    document = check_store(_quiet())
    show(document, as_json=as_json)
    if not document.sound:
        ctx.exit(4)


@evidence.command()
@click.option("--tsa", "url", metavar="URL", help="Ask this timestamp authority alone.")
@click.option("--root", type=_FILE, help="The root certificate that is trusted for --tsa (PEM or DER).")
@click.option("--ots", is_flag=True, help="By OpenTimestamps instead: its program ots has to be installed.")
@click.option("--calendar", "calendars", metavar="URL", multiple=True, help="Calendar for --ots. Repeatable.")
@json_option
@click.pass_context
def stamp(
    ctx: click.Context,
    url: str | None,
    root: Path | None,
    ots: bool,
    calendars: tuple[str, ...],
    as_json: bool,
) -> None:
    """Have the log time-stamped (RFC 3161) by the authorities you named. Only a hash leaves this machine.

    With --ots the program ots (pipx install opentimestamps-client) sends the hash to public calendars, which
    put it under a block of Bitcoin within some hours. Such a proof stands in the log beside the others, and
    is not checkable until ots itself says that it holds (evidence verify --ots, which needs a Bitcoin node).

    Exit code 1 if an authority gave no usable token; nothing is lost by that.

    Example: withhold evidence stamp --tsa http://tsa.example/ --root root.pem
    """
    from withhold.app.evidence.opentimestamps import stamp_by_ots
    from withhold.app.evidence.stamping import stamp_evidence

    if ots and (url or root):
        raise click.UsageError("--ots asks no authority: leave --tsa and --root out")
    if calendars and not ots:
        raise click.UsageError("--calendar is for --ots")
    document = stamp_by_ots(_quiet(), calendars) if ots else stamp_evidence(_quiet(), url, root)
    show(document, as_json=as_json)
    if document.refused:
        ctx.exit(1)


@evidence.group()
def authorities() -> None:
    """The timestamp authorities that may be asked. Without any, nobody is.

    Example: withhold evidence authorities list
    """


@authorities.command("list")
@json_option
def list_authorities(as_json: bool) -> None:
    """List them with the fingerprints of their roots.

    Example: withhold evidence authorities list
    """
    from withhold.app.evidence.stamping import list_authorities as listed

    show(listed(_quiet()), as_json=as_json)


@authorities.command()
@click.argument("url")
@click.option("--root", type=_FILE, required=True, help="The root certificate to trust (PEM or DER).")
@click.option("--name", help="A short name; by default made from the address.")
@click.option("--policy", help="Object identifier of the policy that its tokens must name.")
@click.option("--crl", type=_FILE, help="A list of certificates that were revoked.")
@json_option
def add(url: str, root: Path, name: str | None, policy: str | None, crl: Path | None, as_json: bool) -> None:
    """Name an authority; from then on commands that record evidence have it time-stamped there.

    Example: withhold evidence authorities add http://tsa.example/ --root root.pem
    """
    from withhold.app.evidence.stamping import add_authority

    show(add_authority(_quiet(), url, root, name, policy, crl), as_json=as_json)


@authorities.command()
@click.argument("name")
@json_option
def remove(name: str, as_json: bool) -> None:
    """Ask an authority no more, and trust its root no more.

    Example: withhold evidence authorities remove tsa-example
    """
    from withhold.app.evidence.stamping import remove_authority

    show(remove_authority(_quiet(), name), as_json=as_json)


@evidence.group()
def key() -> None:
    """The keys that sign the log.

    Example: withhold evidence key show
    """


@key.command("show")
@json_option
def show_key(as_json: bool) -> None:
    """Show the public keys, their fingerprints, and where the secret part lies.

    Example: withhold evidence key show
    """
    from withhold.app.evidence.keys import show_keys

    show(show_keys(_quiet()), as_json=as_json)


@key.command()
@click.option("--lost", is_flag=True, help="The former key is gone and cannot vouch for the new one.")
@json_option
def rotate(lost: bool, as_json: bool) -> None:
    """Let a new key sign from here on. Old checkpoints stay verifiable.

    The record that introduces it is time-stamped at once where authorities are named.

    Example: withhold evidence key rotate
    """
    from withhold.app.evidence.keys import rotate_key

    show(rotate_key(services(), lost=lost), as_json=as_json)


@evidence.command()
@click.option("-o", "--out", type=_OUT, help="Write it there instead of on stdout.")
@json_option
def checkpoint(out: Path | None, as_json: bool) -> None:
    """Print the newest signed checkpoint (C2SP). Whoever keeps it finds out if the log is ever rewritten.

    Example: withhold evidence checkpoint -o checkpoint.txt
    """
    from withhold.app.evidence.keys import hand_out

    show(hand_out(_quiet(), None, out), as_json=as_json)


@evidence.command()
@click.argument("record")
@click.option("-o", "--out", type=_OUT, help="Write it there instead of on stdout.")
@json_option
def proof(record: str, out: Path | None, as_json: bool) -> None:
    """Print the proof (C2SP .tlog-proof) that a record is in the signed log.

    Example: withhold evidence proof 3f9a -o record.tlog-proof
    """
    from withhold.app.evidence.keys import hand_out

    show(hand_out(_quiet(), record, out), as_json=as_json)


def _quiet() -> "Services":
    """The application; these commands have nothing time-stamped unless they were asked to."""
    made = services()
    made.stamps = False
    return made
