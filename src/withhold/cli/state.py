"""``withhold state``."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from withhold.cli.talk import json_option, services, show

if TYPE_CHECKING:
    from withhold.app.state.archive import Key, Lock

_FILE = click.Path(path_type=Path, dir_okay=False)
_THERE = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.group(short_help="Encrypted backup of everything, and restoring it.")
def state() -> None:
    """The state as a whole: accounts, index and evidence, as one encrypted file.

    Example: withhold state backup withhold.tar.age
    """


@state.command()
@click.argument("file", type=_FILE)
@click.option("--passphrase-file", type=_THERE, help="Its first line; without it you are asked.")
@click.option("--recipient", "recipients", multiple=True, help="age1... or SSH public key; may be repeated.")
@json_option
def backup(file: Path, passphrase_file: Path | None, recipients: tuple[str, ...], as_json: bool) -> None:
    """Write everything to FILE, encrypted with age, and open it again to be sure.

    The age program reads it as well. Browser profiles and former states are left out.

    Example: withhold state backup withhold.tar.age --recipient age1...
    """
    from withhold.app.state.backup import backup as run
    from withhold.support.errors import UsageProblem

    if passphrase_file is not None and recipients:
        raise UsageProblem("an age file is for a passphrase or for recipients, never for both")
    show(run(services(), file, _lock(passphrase_file, recipients)), as_json=as_json)


@state.command()
@click.argument("file", type=_THERE)
@click.option("--passphrase-file", type=_THERE, help="Its first line; without it you are asked.")
@click.option("--identity", type=_THERE, help="Key file of age-keygen, or an SSH key.")
@click.option("--fork", is_flag=True, help="Also where the evidence here goes on beyond the backup.")
@json_option
def restore(
    file: Path, passphrase_file: Path | None, identity: Path | None, fork: bool, as_json: bool
) -> None:
    """Put the state in FILE in the place of the present one, which is set aside.

    Nothing changes before all of it was verified. A restore that would roll the evidence back is refused;
    with --fork it is done and put on record.

    Example: withhold state restore withhold.tar.age
    """
    from withhold.app.state.restore import restore as run

    show(run(services(), file, _key(passphrase_file, identity), fork=fork), as_json=as_json)


def _lock(passphrase_file: Path | None, recipients: tuple[str, ...]) -> "Lock":
    from withhold.app.state.archive import Lock

    return Lock(recipients=recipients) if recipients else Lock(_passphrase(passphrase_file, again=True))


def _key(passphrase_file: Path | None, identity: Path | None) -> "Key":
    from withhold.app.state.archive import Key, identities_in

    if identity is None:
        return Key(_passphrase(passphrase_file, again=False))
    return Key(identities=identities_in(identity.read_text("utf-8")))


def _passphrase(file: Path | None, *, again: bool) -> str:
    """The passphrase, never echoed and never an argument that others could see."""
    from withhold.support.errors import UsageProblem

    if file is not None:
        said = file.read_text("utf-8").partition("\n")[0].rstrip("\r")
    elif sys.stdin.isatty():
        said = click.prompt("Passphrase", hide_input=True, confirmation_prompt=again, err=True)
    else:
        raise UsageProblem(
            "no passphrase was given, and there is nobody to ask",
            next_step="add --passphrase-file FILE, or a key (--recipient to back up, --identity to restore)",
        )
    if not said:
        raise UsageProblem("the passphrase is empty", next_step="take one of several words")
    return said
