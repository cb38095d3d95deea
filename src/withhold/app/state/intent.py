"""What is being forgotten, put down before the first of it goes.

Once an account's conversations are gone, nothing else could tell which findings, files and pages were theirs:
a run that was stopped is gone on from here. The file goes when all of it is done.
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from withhold.app.bootstrap import Services
from withhold.model.account import Account
from withhold.support.files import sync_dir, write_atomic

_NAME = "forgetting.json"


class Forgetting(msgspec.Struct, frozen=True, kw_only=True):
    """``names`` are ids of ours, its own first; ``labels`` are what it is called, as records may have it, at
    ``provider``. ``resting`` are records on which its settings rest; ``conversations`` are key, provider, the
    provider's id and ours.
    """

    account: str
    provider: str = ""
    names: tuple[str, ...]
    labels: tuple[str, ...] = ()
    resting: tuple[str, ...]
    conversations: tuple[tuple[int, str, str, str], ...]


def intended(services: Services, account: Account) -> Forgetting:
    """Everything of this account, as it is known now."""
    from withhold.evidence.mask import mask_email

    evidence = services.store.setting_evidence(account.id)
    return Forgetting(
        account=account.id,
        provider=account.provider_id,
        names=(account.id, *_acts_of(services, account)),
        labels=(account.label, mask_email(account.label), *account.source_account_ids),
        resting=tuple(piece.record for piece in evidence if piece.record is not None),
        conversations=conversations_of(services, account.id),
    )


def _acts_of(services: Services, account: Account) -> Iterator[str]:
    """Ids by which records name the account's letters, and what was chosen to be deleted of it.

    What became of a letter, the provider's answer among it, is recorded under the letter's id alone.
    """
    yield from (letter.id for letter in services.store.letters.all() if letter.account_id == account.id)
    for purge in services.store.purges.all():
        if purge.account_id == account.id:
            for item in purge.items:
                yield item.conversation


def conversations_of(services: Services, account_id: str) -> tuple[tuple[int, str, str, str], ...]:
    """Key, provider, the provider's id and ours of each; none of an account that is gone already."""
    from withhold.index.schema import key_of

    if all(account.id != account_id for account in services.store.accounts()):
        return ()
    return tuple(
        (key_of(one.id), one.conversation.provider_id, one.conversation.source_id, one.id)
        for one in services.store.conversations(account_id)
    )


def pending(services: Services) -> Forgetting | None:
    """What a run that was stopped has left to be forgotten."""
    path = _path(services)
    return msgspec.json.decode(path.read_bytes(), type=Forgetting) if path.is_file() else None


def forgetting_left(services: Services) -> str | None:
    """The id of an account whose forgetting was stopped and is to be gone on with."""
    left = pending(services)
    return None if left is None else left.account


def begin(services: Services, intent: Forgetting) -> None:
    write_atomic(_path(services), msgspec.json.encode(intent))


def done(services: Services) -> None:
    """All of it is forgotten; drafts of this file that stopped runs left go as well."""
    path = _path(services)
    for draft in path.parent.glob(f".{_NAME}.*"):
        draft.unlink()
    path.unlink()
    sync_dir(path.parent)


def _path(services: Services) -> Path:
    return services.home.root / _NAME
