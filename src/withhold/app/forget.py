"""Forgetting an account, or everything.

Of an account go: its conversations in the index, findings, settings, letters, what the watch remembers, the
content of its evidence records and their captures. The evidence log keeps the salted hashes of those
records, so that what stays of it still verifies. What lies outside the state (exports, the provider's own
copy, backups that were made) is not touched; copies within it are named.
"""

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from withhold.app.accounts import account_named
from withhold.app.bootstrap import Services
from withhold.app.sweep import DERIVED
from withhold.app.watch_install import uninstall
from withhold.evidence.checkpoints import read_checkpoint
from withhold.model.account import Account
from withhold.model.evidence import Json, Record
from withhold.report import documents as d
from withhold.support.errors import EnvironmentProblem, UsageProblem

NOT_TOUCHED = (
    "the provider's own copy, and your account there",
    "exports and other files that were read in: they lie where you put them",
    "backups made with 'withhold state backup'",
)


def forget_account(services: Services, name: str) -> d.ForgetDocument:
    """Forget one account. Stopped at any step, it can be called again and goes on.

    Raises ``UsageProblem`` where ``name`` is no account.
    """
    from withhold.index.schema import key_of

    account = account_named(services, name)
    store = services.store
    stored = [
        (key_of(one.id), one.conversation.provider_id, one.conversation.source_id, one.id)
        for one in store.conversations(account.id)
    ]
    records = _records(services, account, {text for _, _, *names in stored for text in names})
    services.progress.step("forgetting its evidence")
    gone = services.journal.forget(records, services.clock())
    services.progress.step("forgetting its conversations")
    with store.index.writing():
        store.index.forget(frozenset(key for key, *_ in stored))
        store.forget(account.id, [(key, provider, source) for key, provider, source, _ in stored])
    shutil.rmtree(services.home.root / DERIVED, ignore_errors=True)
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


def _records(services: Services, account: Account, conversations: set[str]) -> list[str]:
    """Every record that names the account, one of its conversations, or on which its settings rest."""
    evidence = services.store.setting_evidence(account.id)
    resting = {piece.record for piece in evidence if piece.record is not None}
    names = {account.id, account.label, *account.source_account_ids, *conversations}
    return [r.id for r in services.journal.records() if r.id in resting or _names_any(r, names)]


def _names_any(record: Record, names: set[str]) -> bool:
    return not names.isdisjoint(_texts(record.body))


def _texts(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _texts(part)


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
    try:
        shutil.rmtree(home.root)
    except OSError as problem:
        raise EnvironmentProblem(
            f"{problem.filename} could not be removed: {problem.strerror}",
            next_step="end what uses it, and run the command again",
        ) from problem
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
