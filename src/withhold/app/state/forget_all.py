"""Forgetting everything: the state's folder, its keys, browser profiles and the timer.

There is nothing left to verify afterwards. A state that is damaged, or of a newer version, can be removed as
well: what could not be counted then is not given as a number.
"""

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from withhold.app.bootstrap import Services
from withhold.app.state.forget import NOT_TOUCHED
from withhold.app.state.quiet import alone, removed
from withhold.app.watch.install import uninstall
from withhold.evidence.checkpoints import read_checkpoint
from withhold.evidence.notes import BadNote
from withhold.report import documents as d
from withhold.support.errors import EnvironmentProblem, StateBusy, UsageProblem, WithholdError
from withhold.support.files import PRIVATE_DIR
from withhold.support.locks import held
from withhold.support.paths import GOING, StateHome, is_own

_OF_ALL = (
    "settings that 'withhold apply' wrote: they stay as they are, and can be undone by hand alone",
    "keys of routes in the system's keyring ('withhold gateway'), and a gateway's PostgreSQL",
)
_DOING = "forgetting everything"
_RING = "keys of the evidence in the system's keyring ('withhold evidence log'): they could not be looked up"
_UNREADABLE = (WithholdError, sqlite3.Error, BadNote, ValueError)
"""What reading a damaged state may raise."""


def forget_all(services: Services) -> d.ForgetDocument:
    """Remove the whole state, its keys and the timer.

    Raises ``UsageProblem`` where there is none, ``EnvironmentProblem`` where the folder is not one of ours or
    cannot be removed, and ``StateBusy`` while another command uses it. Stopped at any step, it can be called
    again and goes on.
    """
    home = services.home
    if not home.root.is_dir():
        raise UsageProblem(f"there is no state in {home.root}")
    half = (home.root / GOING).is_dir()
    if not half:
        home.prepare()
    conversations, records = (None, None) if half else _counted(services)
    services.close()
    if not half:
        _wait_for_others(home)
    commands, left = _remove_timer(services)
    left += _forget_keys(services)
    _remove(home)
    stamp = services.stamp()
    return d.ForgetDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        what="all",
        conversations=conversations,
        records=records,
        artifacts=0,
        record=None,
        kept_readable=(),
        still_there=(*left, *_left_of(home.root), *_temporary()),
        not_touched=(*NOT_TOUCHED, *_OF_ALL),
        commands=commands,
    )


def _counted(services: Services) -> tuple[int | None, int | None]:
    """How many conversations and records there are; ``None`` for what cannot be read."""
    try:
        conversations: int | None = services.store.count()
    except StateBusy:
        raise
    except _UNREADABLE:
        conversations = None
    try:
        return conversations, sum(1 for _ in services.journal.records())
    except _UNREADABLE:
        return conversations, None


def _wait_for_others(home: StateHome) -> None:
    """Who is at work would write parts of the state anew. A damaged database is in nobody's use."""
    with (
        held(home.lock, doing=_DOING, timeout=2),
        suppress(sqlite3.DatabaseError),
        alone(home, _DOING, patience=2.0),
    ):
        return


def _remove(home: StateHome) -> None:
    """Remove what is ours in the folder, and the folder if nothing else is in it.

    Each part is there whole or not at all under its name; the folder that they are moved to says that this
    has begun, so that a run that was stopped can be called again.
    """
    going = home.root / GOING
    try:
        going.mkdir(mode=PRIVATE_DIR, exist_ok=True)
        for path in sorted(home.root.iterdir()):
            if path != going and is_own(path.name):
                _move_in(path, going)
        removed(going)
    except OSError as problem:
        raise EnvironmentProblem(
            f"{problem.filename} could not be removed: {problem.strerror}",
            next_step="end what uses it, and run the command again",
        ) from problem


def _move_in(path: Path, going: Path) -> None:
    """A name may be taken by what an earlier run moved."""
    free = next(target for n in range(1 << 16) if not (target := going / f"{n}.{path.name}").exists())
    path.rename(free)


def _left_of(root: Path) -> tuple[str, ...]:
    """Remove the folder if it is empty. What somebody else put into it stays, and so does one that is a link
    or a disk of its own.
    """
    others = tuple(str(path) for path in sorted(root.iterdir()))
    if others:
        return others
    try:
        root.rmdir()
    except OSError:
        return (str(root),)
    return ()


def _remove_timer(services: Services) -> tuple[tuple[str, ...], list[str]]:
    """Remove the timer's files; the commands that make the system let go of them, and files that stay."""
    try:
        done = uninstall(services)
    except EnvironmentProblem:
        return (), []  # no timer is known for this system, so none was installed
    left = [file for file in timer_files(services) if Path(file).exists()]
    return (done.commands if done.files or left else ()), left


def timer_files(services: Services) -> Iterator[str]:
    """The files that the timer of this state has."""
    from withhold.app.watch.install import timer_of

    yield from map(str, timer_of(services).files)


def _forget_keys(services: Services) -> list[str]:
    """Destroy the signing keys, those in the system's keyring as well; what may be left of them there.

    Keys in files lie in the state's folder and go with it.
    """
    checkpoint = services.home.evidence / "checkpoint"
    if not checkpoint.is_file() or (services.home.root / GOING).is_dir():
        return []
    try:
        name = read_checkpoint(checkpoint.read_bytes())[0].origin
        for key in services.journal.public_keys():
            services.keys.forget(name, key.id)
    except _UNREADABLE:
        return [_RING]
    return []


def _temporary() -> Iterator[str]:
    """Folders of killed commands among the temporary files: ours go, what is in use stays and is named."""
    from withhold.support.temporary import delete_abandoned

    where = Path(tempfile.gettempdir())
    for prefix in ("withhold-profile-", "withhold-seal-", "withhold-copy-"):
        delete_abandoned(prefix, where)
    for path in sorted(where.glob("withhold-*")):
        if not hasattr(os, "getuid") or path.lstat().st_uid == os.getuid():
            yield str(path)
