"""Forgetting an account.

Of an account go: its conversations in the index, findings, settings, letters, what the watch remembers, the
content of its evidence records and their captures. The evidence log keeps the salted hashes of those
records, so that what stays of it still verifies. What lies outside the state (exports, the provider's own
copy, backups that were made) is not touched; copies within it are named.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from withhold.app.accounts import account_named
from withhold.app.bootstrap import Services
from withhold.app.ledger.opening import DERIVED
from withhold.app.state.intent import Forgetting, begin, conversations_of, done, intended, pending
from withhold.app.state.quiet import clear_away, removed
from withhold.app.state.whose import whose
from withhold.report import documents as d
from withhold.support.locks import held

_DOING = "forgetting an account"
NOT_TOUCHED = (
    "the provider's own copy, and your account there",
    "exports and other files that were read in: they lie where you put them",
    "files that were written for you: letters, bundles, reports, calendars, encrypted exports",
    "backups made with 'withhold state backup'",
)


def forget_account(services: Services, name: str) -> d.ForgetDocument:
    """Forget one account. Stopped at any step, it can be called again and goes on.

    Raises ``UsageProblem`` where ``name`` is no account.
    """
    with _alone_with_accounts(services):
        left = pending(services)
        if left is not None:
            services.progress.step("forgetting what a run that was stopped has left")
            document = _forget(services, left)
            if name in left.labels or left.account.startswith(name):
                return document
        intent = intended(services, account_named(services, name))
        begin(services, intent)
        return _forget(services, intent)


@contextmanager
def _alone_with_accounts(services: Services) -> Iterator[None]:
    """Nobody deletes, looks or imports meanwhile: that would put the account on record again."""
    root = services.home.prepare().root
    with (
        held(root / "purge.lock", doing=_DOING, timeout=2),
        held(root / "watch.lock", doing=_DOING, timeout=2),
    ):
        services.journal.mend()
        clear_away(services.home)
        with services.store.index.writing():
            yield


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
    store.index.forget(keys)
    store.index.collect(grace=0)
    store.forget(intent.account, keys, names, shared=shared, seen=store.index.seen_in())
    removed(services.home.root / DERIVED)
    staying = tuple(_staying(services, intent))
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
        still_there=staying,
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


def _staying(services: Services, intent: Forgetting) -> Iterator[str]:
    """What lies in the state's own folder and may still hold something of the account.

    A kept browser profile is signed in as somebody: with the provider's last account it goes.
    """
    home = services.home
    yield from (str(path) for path in (sorted(home.backups.iterdir()) if home.backups.is_dir() else ()))
    profile = home.profiles / f"{intent.provider}.profile.age"
    if any(account.provider_id == intent.provider for account in services.store.accounts()):
        yield from (str(path) for path in (profile,) if path.exists())
    else:
        profile.unlink(missing_ok=True)
    yield from (str(path) for name in ("applied", "gateway") if (path := home.root / name).exists())
