"""Forgetting an account, or everything.

Of an account go: its conversations in the index, findings, settings, letters, what the watch remembers, the
content of its evidence records and their captures. The evidence log keeps the salted hashes of those
records, so that what stays of it still verifies. What lies outside the state (exports, the provider's own
copy, backups that were made) is not touched; copies within it are named.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

from withhold.app.accounts import account_named
from withhold.app.bootstrap import Services
from withhold.app.ledger.opening import DERIVED
from withhold.app.state.intent import Forgetting, begin, conversations_of, done, intended, pending
from withhold.app.state.whose import whose
from withhold.app.watch.install import uninstall
from withhold.evidence.checkpoints import read_checkpoint
from withhold.report import documents as d
from withhold.support.errors import EnvironmentProblem, UsageProblem
from withhold.support.files import PRIVATE_DIR
from withhold.support.paths import StateHome

_GOING = ".going"
NOT_TOUCHED = (
    "the provider's own copy, and your account there",
    "exports and other files that were read in: they lie where you put them",
    "backups made with 'withhold state backup'",
)


def forget_account(services: Services, name: str) -> d.ForgetDocument:
    """Forget one account. Stopped at any step, it can be called again and goes on.

    Raises ``UsageProblem`` where ``name`` is no account.
    """
    left = pending(services)
    if left is not None:
        services.progress.step("forgetting what a run that was stopped has left")
        document = _forget(services, left)
        if name in left.labels or left.account.startswith(name):
            return document
    intent = intended(services, account_named(services, name))
    begin(services, intent)
    return _forget(services, intent)


def _forget(services: Services, intent: Forgetting) -> d.ForgetDocument:
    store = services.store
    stored = sorted({*intent.conversations, *conversations_of(services, intent.account)})
    keys, names = frozenset(key for key, *_ in stored), frozenset((p, s) for _, p, s, _ in stored)
    shared = store.index.also_held(keys, names | store.sent_by(names))
    services.progress.step("forgetting its evidence")
    owner = whose(intent, stored, shared, frozenset(_resting_elsewhere(services, intent.account)))
    records = [r.id for r in services.journal.records() if owner.owns(r)]
    gone = services.journal.forget(records, services.clock())
    services.progress.step("forgetting its conversations")
    with store.index.writing():
        store.index.forget(keys)
        store.index.collect(grace=0)
        store.forget(intent.account, keys, names, shared=shared, seen=store.index.seen_in())
    shutil.rmtree(services.home.root / DERIVED, ignore_errors=True)
    done(services)
    stamp = services.stamp()
    return d.ForgetDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        what="account",
        conversations=len(stored),
        records=gone.records,
        artifacts=gone.artifacts,
        record=gone.record,
        kept_readable=gone.kept,
        still_there=tuple(_copies(services)),
        not_touched=NOT_TOUCHED,
        commands=(),
    )


def _resting_elsewhere(services: Services, account_id: str) -> Iterator[str]:
    """Records on which settings of other accounts rest."""
    for account in services.store.accounts():
        if account.id != account_id:
            for piece in services.store.setting_evidence(account.id):
                if piece.record is not None:
                    yield piece.record


def _copies(services: Services) -> Iterator[str]:
    """Former states in the state's own folder, which may still hold what was forgotten."""
    folder = services.home.backups
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        yield str(path)


def forget_all(services: Services) -> d.ForgetDocument:
    """Remove the whole state, its keys and the timer. There is nothing left to verify afterwards.

    Raises ``EnvironmentProblem`` where the folder is not one of ours or cannot be removed.
    """
    home = services.home
    if not home.root.is_dir():
        raise UsageProblem(f"there is no state in {home.root}")
    conversations = services.store.count()
    records = sum(1 for _ in services.journal.records())
    commands = _remove_timer(services)
    _forget_keys(services)
    services.close()
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
        still_there=(),
        not_touched=NOT_TOUCHED,
        commands=commands,
    )


def _remove(home: StateHome) -> None:
    """Remove the folder. What says that it is ours goes last, and each part is there whole or not at all
    under its name, so that a run that was stopped can be called again.
    """
    going = home.root / _GOING
    try:
        shutil.rmtree(going, ignore_errors=True)
        going.mkdir(mode=PRIVATE_DIR)
        for path in sorted(home.root.iterdir()):
            if path not in (going, home.database):
                path.rename(going / path.name)
        shutil.rmtree(going)
        home.database.unlink(missing_ok=True)
        home.root.rmdir()
    except OSError as problem:
        raise EnvironmentProblem(
            f"{problem.filename} could not be removed: {problem.strerror}",
            next_step="end what uses it, and run the command again",
        ) from problem


def _remove_timer(services: Services) -> tuple[str, ...]:
    """Remove the timer's files; returns the commands that make the system let go of them."""
    try:
        removed = uninstall(services)
    except EnvironmentProblem:
        return ()  # no timer is known for this system, so none was installed
    return removed.commands if removed.files else ()


def _forget_keys(services: Services) -> None:
    """Destroy the signing keys, those in the system's keyring as well."""
    checkpoint = services.home.evidence / "checkpoint"
    if not checkpoint.is_file():
        return
    name = read_checkpoint(checkpoint.read_bytes())[0].origin
    for key in services.journal.public_keys():
        services.keys.forget(name, key.id)


def state_folder(services: Services) -> Path:
    """The folder that ``--all`` removes."""
    return services.home.root
