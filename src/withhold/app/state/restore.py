"""Putting a backup in the place of the present state.

Nothing changes until all of it was checked; then the former state is set aside, never destroyed. Evidence is
never rolled back silently: see :func:`restore`.
"""

import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

from withhold.app.bootstrap import Services
from withhold.app.state.archive import Key, Manifest, open_, unpack
from withhold.app.state.backup import DATABASE, check_database
from withhold.app.state.quiet import alone
from withhold.evidence.journal import Journal
from withhold.evidence.keys import Keys
from withhold.evidence.verification import Result
from withhold.model.evidence import Draft, Json
from withhold.report import documents as d
from withhold.store.migrate import require_known
from withhold.support import swap
from withhold.support.errors import EvidenceBroken, StateBusy, UsageProblem
from withhold.support.files import private_dir
from withhold.support.locks import held
from withhold.support.paths import StateHome


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
            check_database(connection, database)
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
