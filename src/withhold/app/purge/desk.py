"""One set of chosen conversations as it is put down, and being alone with it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from withhold.app.accounts import account_named, provider_of
from withhold.app.bootstrap import Services
from withhold.model.account import Account
from withhold.model.terms import Provider
from withhold.store.purges import OPEN, Purge, PurgeItem
from withhold.support.locks import held


@dataclass(frozen=True, slots=True)
class Desk:
    """One set at work: whose it is, and what was put down of it."""

    purge: Purge
    account: Account
    provider: Provider


def resumed(services: Services, number: int) -> Desk:
    """A set that was put down before. Raises ``UsageProblem`` where there is none."""
    purge = services.store.purges.get(number)
    account = account_named(services, purge.account_id)
    return Desk(purge, account, provider_of(services, account.provider_id))


def open_items(purge: Purge) -> tuple[PurgeItem, ...]:
    """What is still to be dealt with, in order."""
    return tuple(i for i in purge.items if i.state in OPEN)


def still_open(services: Services, item: PurgeItem) -> PurgeItem | None:
    """The item as it is put down now; ``None`` where somebody has dealt with it since it was read."""
    now = next(i for i in services.store.purges.get(item.purge).items if i.place == item.place)
    return now if now.state in OPEN else None


@contextmanager
def alone(services: Services) -> Iterator[None]:
    """Two runs at once could both press."""
    with held(services.home.prepare().root / "purge.lock", doing="deleting conversations", timeout=2):
        yield
