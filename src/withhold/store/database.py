"""The entrance to the state."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Self

from withhold.model.account import Account, SettingEvidence
from withhold.model.conversation import Deletion
from withhold.model.ports import Clock
from withhold.model.words import Kind
from withhold.store.accounts import Accounts
from withhold.store.conversations import Conversations, StoredConversation
from withhold.store.importing import Batch, importing
from withhold.store.migrate import bring_up, key_of
from withhold.store.sources import NewSource, Source, Sources
from withhold.store.sqlite import BUSY_SECONDS, Database
from withhold.support.paths import StateHome


class Store:
    """Everything that is known, in the types of ``model``. For one thread; any number of processes at once.

    All methods may raise ``StateBusy`` or ``EnvironmentProblem``. Each write is durable when it returns.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._accounts = Accounts(database)
        self._sources = Sources(database)
        self._conversations = Conversations(database)
        self._key = key_of(database)

    @classmethod
    def open(
        cls, home: StateHome, clock: Clock, tool_version: str, *, busy_seconds: float = BUSY_SECONDS
    ) -> Self:
        """Open the state in ``home``, which must be prepared; make it if there is none.

        An older state is migrated after a backup. Raises ``StateTooNew`` for a newer one.
        """
        database = Database(home.database, busy_seconds=busy_seconds)
        try:
            bring_up(database, lock=home.lock, backups=home.backups, clock=clock, tool_version=tool_version)
            return cls(database, clock)
        except BaseException:
            database.close()
            raise

    def close(self) -> None:
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def transaction(self) -> AbstractContextManager[None]:
        """Several writes that count together or not at all."""
        return self._database.transaction()

    def accounts(self) -> tuple[Account, ...]:
        """All accounts by id."""
        return self._accounts.all()

    def account(self, account_id: str) -> Account:
        """Raises ``UsageProblem`` if there is no such account."""
        return self._accounts.get(account_id)

    def save_account(self, account: Account) -> None:
        """Make the account, or make the one of this id what is given here. Evidence of settings stays."""
        self._accounts.save(account)

    def remove_account(self, account_id: str) -> None:
        """Forget the account with its plans, acceptances and settings; conversations stay."""
        self._accounts.remove(account_id)

    def setting_evidence(self, account_id: str) -> tuple[SettingEvidence, ...]:
        """All evidence of the account's settings, by beginning."""
        return self._accounts.setting_evidence(account_id)

    def add_setting_evidence(self, account_id: str, evidence: SettingEvidence) -> None:
        """Add evidence; the same again changes nothing, and none is ever rewritten (``UsageProblem``)."""
        self._accounts.add_setting_evidence(account_id, evidence)

    def sources(self) -> tuple[Source, ...]:
        """All imported sources in the order of their first import."""
        return self._sources.all()

    def source(self, source_id: int) -> Source:
        """Raises ``UsageProblem`` if there is no such source."""
        return self._sources.get(source_id)

    def importing(self, source: NewSource) -> AbstractContextManager[Batch]:
        """Import one source: ``with store.importing(source) as batch: batch.add(conversation)``.

        Nothing is visible to others, or kept, until the block ends well. Nobody else can write meanwhile.
        """
        return importing(self._database, source, self._key, self._clock())

    def conversations(
        self, account: str | None = None, provider: str | None = None, kind: Kind | None = None
    ) -> Iterator[StoredConversation]:
        """Conversations in the order in which they were first read, one in memory at a time.

        ``account`` is an account's id. All are as of the first, whatever another
        process imports meanwhile; import nothing through the same store while reading.
        """
        refs = None if account is None else self._accounts.refs(account)
        return self._conversations.all(refs, provider, kind)

    def conversation(self, prefix: str) -> StoredConversation:
        """The conversation whose id begins with ``prefix``; ``UsageProblem`` unless there is exactly one."""
        return self._conversations.get(prefix)

    def absent_since(self, account: str, newer_source: int) -> Iterator[StoredConversation]:
        """Conversations of an account that older exports show and ``newer_source`` does not.

        Only those whose every source was surely made before it: what may be as new is left out. Nothing
        here tells *why* one is missing, and one that the reader could not read is missing too: look at
        ``source(newer_source).unrecognised`` first. Raises ``Undetermined`` where the source does not claim
        to be complete, is of another or an unknown account, or does not tell when it was made.
        """
        return self._conversations.absent(self._accounts.refs(account), self._sources.get(newer_source))

    def add_deletion(self, conversation: str, deletion: Deletion, record: str | None = None) -> None:
        """Put down that a conversation (id or prefix) was deleted; ``record`` is the evidence of it."""
        self._conversations.add_deletion(conversation, deletion, record)
