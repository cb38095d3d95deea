"""The entrance to the database of the state."""

from collections.abc import Collection, Iterable
from contextlib import AbstractContextManager
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Self

from withhold.model.account import Account, SettingEvidence
from withhold.model.ports import Clock
from withhold.store.accounts import Accounts
from withhold.store.catalogue import SegmentCatalogue
from withhold.store.conversations import ConversationFacts
from withhold.store.findings import Findings
from withhold.store.letters import Letters
from withhold.store.migrate import bring_up, key_of
from withhold.store.moving import Mover
from withhold.store.purges import Purges
from withhold.store.sources import NewSource, Source, Sources
from withhold.store.sqlite import BUSY_SECONDS, Database
from withhold.store.terms import TermsWatched
from withhold.store.watching import Watching
from withhold.support.paths import StateHome

if TYPE_CHECKING:
    from withhold.store.forgetting import Name


class Store:
    """What lies in the database, in the types of ``model``. For one thread; any number of processes at once.

    Conversations lie in the index; ``app/state/whole.py`` puts the two together.

    All methods may raise ``StateBusy`` or ``EnvironmentProblem``. Each write is durable when it returns.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._accounts = Accounts(database)
        self._sources = Sources(database)
        self.facts = ConversationFacts(database)
        self.findings = Findings(database)
        self.letters = Letters(database)
        self.terms = TermsWatched(database)
        self.watching = Watching(database)
        self.purges = Purges(database)
        self.catalogue = SegmentCatalogue(database, clock)
        self.key = key_of(database)

    @classmethod
    def open_with(
        cls,
        home: StateHome,
        clock: Clock,
        tool_version: str,
        *,
        mover: Mover,
        busy_seconds: float = BUSY_SECONDS,
    ) -> Self:
        """Open the state in ``home``, which must be prepared; make it if there is none.

        An older state is migrated after a backup; ``mover`` takes its conversations. Raises ``StateTooNew``
        for a newer one.
        """
        database = Database(home.database, busy_seconds=busy_seconds)
        try:
            bring_up(
                database,
                lock=home.lock,
                backups=home.backups,
                clock=clock,
                tool_version=tool_version,
                mover=mover,
            )
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

    def forget(
        self,
        account_id: str,
        keys: Iterable[int],
        names: "Collection[Name]",
        *,
        shared: "Collection[Name]",
        seen: Collection[int],
    ) -> None:
        """Take out all that is known of the account and its conversations, as ``store/forgetting.py`` says.

        Also of an account that is gone already: what was deleted may stand in pages that are not in use.
        Raises ``StateBusy`` where another process keeps them alive; all else is done then.
        """
        from withhold.store.forgetting import forget, shred

        known = any(account.id == account_id for account in self.accounts())
        refs = self.refs(account_id) if known else ()
        forget(self._database, account_id, refs, keys, names, shared, seen)
        shred(self._database)

    def sent_by(self, names: "Collection[Name]") -> "frozenset[Name]":
        """Conversations (provider, its id) that one of ``names`` sent again."""
        from withhold.store.forgetting import sent_by

        return frozenset(sent_by(self._database, names))

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

    def refs(self, account_id: str) -> tuple[str, ...]:
        """All names by which a conversation can belong to the account; ``UsageProblem`` if there is none."""
        return self._accounts.refs(account_id)

    def reserve_source(self, source: NewSource) -> tuple[int, datetime]:
        """The id of a source and when it was first imported: before, or now. Nothing is written."""
        return self._sources.reserve(source, self._clock())

    def put_source(self, source: Source) -> None:
        """Put down what an import found; it replaces what an earlier one of the same bytes found."""
        self._sources.put(source)

    def reading(self) -> AbstractContextManager[None]:
        """All that is read within the block is as of one moment."""
        return self._database.reading()
