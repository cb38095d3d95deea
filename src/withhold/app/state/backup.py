"""One encrypted file that holds the whole state.

A backup is made of one moment: imports and evidence wait while it is read. It counts once it was opened again
and every file in it compared.
"""

import secrets
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from withhold.app.bootstrap import Services
from withhold.app.state.archive import (
    BackedUpLog,
    Key,
    Lock,
    Manifest,
    close,
    describe,
    open_,
    unpack,
    walk,
    write_tar,
)
from withhold.app.state.quiet import WORK, still
from withhold.evidence.verification import VerifyReport
from withhold.report import documents as d
from withhold.support import swap
from withhold.support.errors import EnvironmentProblem, UsageProblem
from withhold.support.files import PRIVATE_FILE, private_dir, sync_dir
from withhold.support.paths import StateHome
from withhold.support.temporary import IN_USE, claimed, delete_abandoned

DATABASE = "state.sqlite"
LEFT_OUT = {
    "profiles": "browser profiles, which may be signed in",
    "backups": "former states",
    "models": "models that can be fetched again",
    "derived": "what is made anew from the index",
}
_OF_THE_MOMENT = (
    DATABASE,
    f"{DATABASE}-wal",
    f"{DATABASE}-shm",
    swap.FOLDER,
    "state.lock",
    "state.lock.holder",
)


def backup(services: Services, target: Path, lock: Lock) -> d.BackupDocument:
    """Write the state to ``target``, and open it again before it counts.

    Raises ``UsageProblem`` where ``target`` is there already or there is no state. Killed at any step it
    leaves either no file of that name or a whole one.
    """
    _refuse(services, target)
    home = services.home.prepare()
    exported = _key_of_the_ring(services)
    with _work(home.root) as work:
        with still(home, "backing up the state"):
            services.progress.step("reading the state")
            manifest = _gather(services, home, work, exported)
            sources = [_source(home, work, file.path) for file in manifest.files]
            write_tar(work / "state.tar", manifest, sources)
        services.progress.step("encrypting it, and opening it again")
        draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
        try:
            key = close(work / "state.tar", draft, lock)
            draft.chmod(PRIVATE_FILE)
            _compare(draft, manifest, work, key)
            _sync(draft)
            draft.replace(target)
            sync_dir(target.absolute().parent)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
    return _backed_up(services, target, manifest)


def _refuse(services: Services, target: Path) -> None:
    if target.exists():
        raise UsageProblem(f"{target} is there already", next_step="name a file that is not there yet")
    if target.resolve().is_relative_to(services.home.root.resolve()):
        raise UsageProblem(
            f"{target} would lie within the state itself", next_step="name a file on another disk, if you can"
        )
    if not target.absolute().parent.is_dir():
        raise UsageProblem(f"there is no folder {target.absolute().parent}")
    if not services.home.database.exists() and not services.home.evidence.exists():
        raise UsageProblem("there is no state to be backed up yet", next_step="withhold import PATH")


@contextmanager
def _work(root: Path) -> Iterator[Path]:
    """A folder for what is in the clear meanwhile. What a killed run left of one goes first."""
    delete_abandoned(WORK, root)
    work, lock = claimed(WORK, root)
    try:
        yield work
    finally:
        lock.release()
        shutil.rmtree(work)


def _gather(services: Services, home: StateHome, work: Path, exported: tuple[str, bytes] | None) -> Manifest:
    """Everything that goes into the backup; the database and a key of the keyring lie in ``work``."""
    report = services.journal.verify()
    _copy_database(home.database, work / DATABASE)
    if exported is not None:
        _write_key(work, *exported)
    named = dict(walk(home.root, (*_OF_THE_MOMENT, *LEFT_OUT)))
    kept = {name: path for name, path in named.items() if _lasting(name)}
    kept |= dict(walk(work, (IN_USE,)))
    made_at = services.clock()
    return Manifest(
        tool_version=services.stamp().tool_version,
        made_at=made_at,
        files=tuple(describe(path, name) for name, path in sorted(kept.items())),
        log=_log(services, report),
        left_out=tuple(name for name in LEFT_OUT if (home.root / name).exists()),
    )


def _lasting(name: str) -> bool:
    parts = name.split("/")
    locks = parts[-1].removesuffix(".holder").endswith("lock")
    return not (parts[0].startswith(".") or locks or parts[:2] == ["evidence", "tmp"])


def _copy_database(database: Path, target: Path) -> None:
    """The database as it is now, as one file that was checked."""
    if not database.exists():
        return
    target.touch(mode=PRIVATE_FILE)
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
        check_database(copy, database)


def check_database(connection: sqlite3.Connection, path: Path) -> None:
    problems = [row[0] for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
    if problems:
        raise EnvironmentProblem(f"{path} is damaged: {problems[0]}", next_step="withhold index check")


def _key_of_the_ring(services: Services) -> tuple[str, bytes] | None:
    """A key that the system's keyring holds goes with the backup: without it the log could not go on."""
    try:
        public = services.journal.public_key
    except UsageProblem:
        return None  # no log has begun
    return services.keys.exported(public.name, public.id)


def _write_key(work: Path, name: str, pem: bytes) -> None:
    path = private_dir(work / "keys") / name
    path.touch(mode=PRIVATE_FILE)
    path.write_bytes(pem)


def _log(services: Services, report: VerifyReport) -> BackedUpLog | None:
    try:
        checkpoint = services.journal.checkpoint().decode()
    except UsageProblem:
        return None
    return BackedUpLog(checkpoint, len(report.records), report.sound)


def _source(home: StateHome, work: Path, name: str) -> Path:
    made = work / name
    return made if made.exists() else home.root / name


def _compare(sealed: Path, manifest: Manifest, work: Path, key: Key) -> None:
    """Open what was written and hold every file in it against what was read."""
    open_(sealed, work / "again.tar", key)
    if unpack(work / "again.tar", private_dir(work / "again")) != manifest:
        raise EnvironmentProblem("what was written is not what was read", next_step="try another disk")


def _sync(path: Path) -> None:
    import os

    with path.open("r+b") as file:
        os.fsync(file.fileno())


def _backed_up(services: Services, target: Path, manifest: Manifest) -> d.BackupDocument:
    stamp = services.stamp()
    return d.BackupDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        file=str(target),
        size=target.stat().st_size,
        files=len(manifest.files),
        records=0 if manifest.log is None else manifest.log.size,
        evidence_sound=None if manifest.log is None else manifest.log.sound,
        left_out=(*(f"{name}: {LEFT_OUT[name]}" for name in manifest.left_out), *_missing(services)),
    )


def _missing(services: Services) -> Iterator[str]:
    """What could not be packed, since it is gone already."""
    lost = services.store.lost_files() if services.home.database.exists() else 0
    if lost:
        yield f"index: {lost} of its files are missing here, or of another size (withhold index check)"
