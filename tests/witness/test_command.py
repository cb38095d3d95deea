"""The command as a person types it: at a terminal, in a visible browser, ended in every way."""

import os
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from tests.sizes import SIZES
from tests.witness.command import Command, at_work
from tests.witness.desk import SWITCH, Desk, free_port, signs_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(os.name == "nt", reason="not run: Windows has no pseudo-terminals like these"),
]
LATER = pytest.mark.skipif(SIZES.witness.sittings < 2, reason="not run: told in the larger tiers")
WORDS = "correct horse battery"
Starts = Callable[..., Command]


@pytest.fixture
def starts(desk: Desk, tmp_path: Path) -> Iterator[Starts]:
    """Starts the command, once or again, with one home; whatever still runs is ended."""
    with ExitStack() as stack:
        temporary = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="w")))

        def start(*more: str) -> Command:
            arguments = ("optout", "lab", "--url", desk.lab.url, "--mode", "witness", *more)
            return stack.enter_context(closing(Command(arguments, tmp_path, temporary, free_port())))

        yield start


@LATER
def test_a_sitting_at_the_terminal(desk: Desk, starts: Starts, tmp_path: Path) -> None:
    """Signed in, set, loaded again, Enter: changed, exit code 0, and nothing of the browser is left."""
    command = starts()
    command.says("Nothing here decides")
    signs_in(command.person)
    command.person.reads("It shares your content now")
    command.person.clicks(SWITCH)
    command.person.reads("A page can show what it has not saved")
    command.person.reloads()
    command.says("Read again after your reload: private")
    command.types("")
    assert command.ends() == 0
    assert "outcome: changed (witness)" in " ".join(command.said.split())
    (account,) = desk.lab.lab.accounts.values()
    assert account.setting is False
    assert command.left == []
    assert not at_work(tmp_path)


def asked_to_end(command: Command) -> None:
    command.gets(signal.SIGTERM)


def hung_up(command: Command) -> None:
    command.gets(signal.SIGHUP)


ENDS = (Command.presses_ctrl_c, asked_to_end, hung_up, Command.hangs_up)
MOMENTS = ("opening http", "Nothing here decides")


@pytest.mark.parametrize("moment", MOMENTS[: SIZES.witness.sittings])
@pytest.mark.parametrize("end", ENDS[: SIZES.witness.sittings])
def test_ended_from_outside(
    starts: Starts, tmp_path: Path, end: Callable[[Command], None], moment: str
) -> None:
    """Exit code 130, no profile left, no browser left running."""
    command = starts()
    command.says(moment)
    end(command)
    assert command.ends() == 130
    assert command.left == []
    assert not at_work(tmp_path)


@LATER
def test_a_profile_that_is_kept(starts: Starts, tmp_path: Path) -> None:
    """Encrypted under the passphrase, also after Ctrl-C pressed twice; another one does not open it."""
    command = starts("--keep-profile")
    for asked in ("Passphrase", "Repeat"):
        command.says(asked)
        command.types(WORDS)
    command.says("Nothing here decides")
    signs_in(command.person)
    command.presses_ctrl_c()
    command.presses_ctrl_c()
    assert command.ends() == 130
    assert command.left == []
    (sealed,) = (tmp_path / "state" / "profiles").iterdir()
    assert sealed.read_bytes().startswith(b"age-encryption.org/v1")
    assert sealed.stat().st_mode & 0o077 == 0
    wrong = starts("--keep-profile")
    wrong.says("assphrase")
    wrong.types("not that")
    assert wrong.ends() == 2
    assert wrong.left == []
    right = starts("--keep-profile")
    right.says("assphrase")
    right.types(WORDS)
    right.says("shares your content now")
    right.types("q")
    assert right.ends() == 3
    assert right.left == []


@LATER
def test_what_a_killed_one_left_goes_with_the_next(starts: Starts) -> None:
    """Killed outright it leaves its profile; the next one deletes that, and never one in use."""
    killed = starts()
    killed.says("Nothing here decides")
    killed.gets(signal.SIGKILL)
    killed.ends()
    assert len(killed.left) == 1
    other = starts()
    other.says("Nothing here decides")
    assert len(other.left) == 1
    other.types("q")
    assert other.ends() == 3
    assert other.left == []
