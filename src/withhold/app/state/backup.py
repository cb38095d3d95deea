"""One encrypted file that holds the whole state, and putting it back.

A backup is made of one moment: imports and evidence wait while it is read. It counts once it was opened again
and every file in it compared. Restoring changes nothing until all of it was checked; then the former state is
set aside, never destroyed. Evidence is never rolled back silently: see :func:`restore`.
"""

import secrets
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from withhold.app.bootstrap import Services
from withhold.app.state.archive import (
    BackedUpFile,
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
from withhold.app.state.quiet import WORK, alone, still
from withhold.evidence.journal import Journal
from withhold.evidence.keys import Keys
from withhold.evidence.verification import Result, VerifyReport
from withhold.model.evidence import Draft, Json
from withhold.report import documents as d
from withhold.store.migrate import require_known
from withhold.support import swap
from withhold.support.errors import EnvironmentProblem, EvidenceBroken, StateBusy, UsageProblem
from withhold.support.files import PRIVATE_FILE, private_dir, sync_dir
from withhold.support.locks import held
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
        _check_database(copy, database)


def _check_database(connection: sqlite3.Connection, path: Path) -> None:
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


def restore(services: Services, source: Path, key: Key, *, fork: bool = False) -> d.RestoreDocument:
    """Put the state of ``source`` in the place of the present one, which goes to the folder ``backups``.

    Everything is unpacked, compared and verified first. Where the evidence here goes on beyond the backup, or
    is another log, it is refused (``UsageProblem``): records would vanish. With ``fork`` it is done openly:
    the restored log gets a record that holds the checkpoint of the one that was set aside.
    """
    home = services.home.prepare()
    services.close()
    with held(home.lock, doing="restoring the state"):
        swap.clear(home.root)
        try:
            return _put_in_place(services, home, source, key, fork=fork)
        except BaseException:
            if not swap.pending(home.root):
                swap.clear(home.root)  # what was opened lies in the clear
            raise


def _put_in_place(
    services: Services, home: StateHome, source: Path, key: Key, *, fork: bool
) -> d.RestoreDocument:
    """As :func:`restore`, in a folder that is cleared for it."""
    root = home.root
    new = private_dir(swap.staging(root))
    services.progress.step("opening the backup and comparing every file")
    open_(source, new.parent / "state.tar", key)
    manifest = unpack(new.parent / "state.tar", new)
    services.progress.step("verifying its database, index and evidence")
    restored = _checked(services, new, manifest)
    signed = list(_signed_here(services))
    conflict = _conflict(signed, restored)
    if conflict is not None and not fork:
        raise UsageProblem(
            f"the evidence here is not a beginning of the one in the backup: {conflict}",
            next_step="restore it with WITHHOLD_HOME set to an empty folder, or add --fork: the log here"
            " is set aside, and the restored one says so",
        )
    name = f"before-restore-{services.clock():%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"
    record = _note(services, restored, manifest, conflict, name)
    services.progress.step("putting it in the place of the present one")
    with alone(home, "restoring the state"):
        if list(_signed_here(services)) != signed:
            raise StateBusy("the evidence here went on meanwhile", next_step="run the command again")
        swap.commit(root, name)
        swap.finish(root)
    return _restored(services, source, manifest, record, conflict, root / "backups" / name)


def _checked(services: Services, new: Path, manifest: Manifest) -> Journal:
    """The evidence in ``new``, after all of it was verified. Raises ``EvidenceBroken``, ``StateTooNew``."""
    database = new / DATABASE
    if database.exists():
        with closing(sqlite3.connect(database)) as connection:
            _check_database(connection, database)
            require_known(connection, services.home.database)
    journal = Journal(new / "evidence", services.clock, keys=Keys(new / "keys"))
    report = journal.verify()
    if not report.sound and (manifest.log is None or manifest.log.sound):
        raise EvidenceBroken("the evidence in the backup does not verify, and did when it was made")
    return journal


def _conflict(signed: Sequence[bytes], restored: Journal) -> str | None:
    """Why the log here is no beginning of the restored one; ``None`` if it is, or holds nothing."""
    if not signed:
        return None
    failed = [c.why for c in restored.verify(signed).kept if c.result is Result.FAILED]
    return failed[0] if failed else None


def _signed_here(services: Services) -> Iterator[bytes]:
    """What was signed on this machine: the log's checkpoint, and those remembered beside the keys."""
    from withhold.evidence.checkpoints import read_checkpoint
    from withhold.evidence.notes import BadNote

    keys = Keys(services.home.root / "keys")
    path = services.home.evidence / "checkpoint"
    found = [path.read_bytes()] if path.exists() else []
    found += [kept for name in keys.logs() if (kept := keys.remembered(name))]
    for data in found:
        try:
            if read_checkpoint(data)[0].size > 1:  # the first record only says that the log was opened
                yield data
        except BadNote:
            yield data  # what cannot be read cannot be said to be contained either


def _note(
    services: Services, restored: Journal, manifest: Manifest, conflict: str | None, name: str
) -> str | None:
    """Put the restoring itself on record, in the restored log. A fork begins a log where there was none."""
    if manifest.log is None and conflict is None:
        return None
    here = next(_signed_here(services), None)
    body: dict[str, Json] = {
        "made_at": _text(manifest.made_at),
        "records": 0 if manifest.log is None else manifest.log.size,
        "former": None if here is None else here.decode("utf-8", "replace"),
        "kept_as": name,
        "conflict": conflict,
    }
    kind = "state.restored" if conflict is None else "state.forked"
    return restored.append(Draft(type=kind, at=services.clock(), body=body)).id


def _text(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


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


def _restored(
    services: Services,
    source: Path,
    manifest: Manifest,
    record: str | None,
    conflict: str | None,
    aside: Path,
) -> d.RestoreDocument:
    stamp = services.stamp()
    return d.RestoreDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        file=str(source),
        made_at=manifest.made_at,
        files=len(manifest.files),
        records=0 if manifest.log is None else manifest.log.size,
        evidence_sound=None if manifest.log is None else manifest.log.sound,
        forked=conflict,
        record=record,
        former=str(aside),
    )


__all__ = ["BackedUpFile", "Key", "Lock", "backup", "restore"]
