"""What the provider has on its books, and what can be asked of it. Changes are made by ``core`` alone."""

from collections.abc import Iterator
from datetime import UTC, datetime

from withhold.lab.errors import BackwardsInTime, ChoiceNeeded, Gone, NotOffered
from withhold.lab.history import AccountHistory, history_of
from withhold.lab.retention import Purge, stored
from withhold.lab.runs import Run, causes_at
from withhold.lab.state import Account, Conversation
from withhold.lab.terms import LabTerms, lab_terms


class Books:
    """Accounts, conversations, runs and purges up to ``now``. Every question leaves them as they are."""

    def __init__(self, start: datetime, terms: LabTerms | None = None) -> None:
        if start.tzinfo is None:
            raise BackwardsInTime("the lab starts at an instant with a zone")
        self.start = self.now = start.astimezone(UTC)
        self.terms = terms or lab_terms()
        self.accounts: dict[str, Account] = {}
        self.conversations: dict[str, Conversation] = {}
        self.purges: list[Purge] = []
        self.runs: dict[str, Run] = {}
        self._by_email: dict[str, Account] = {}

    def account(self, account: str) -> Account:
        if account not in self.accounts:
            raise NotOffered(f"no such account: {account}")
        return self.accounts[account]

    def account_by_email(self, email: str) -> Account | None:
        return self._by_email.get(email.strip().lower())

    def history(self, account: str) -> AccountHistory:
        """Full evidence about an account up to now."""
        return history_of(self.account(account), self.now)

    def visible(self, account: str) -> Iterator[Conversation]:
        """What the person finds in the history: neither deleted nor purged nor incognito, oldest first."""
        return (c for c in self.account(account).conversations if c.visible and not c.incognito)

    def would_train(self, account: str, at: datetime | None = None) -> dict[str, frozenset[str]]:
        """What a run with its snapshot at ``at`` would take of the account, with the causes, if nothing
        happened until then. Changes nothing, the clock included."""
        moment, holder = self._instant(at), self.account(account)
        found = ((c.id, causes_at(c, holder.setting, moment, self.terms.keep)) for c in holder.conversations)
        return {conversation: causes for conversation, causes in found if causes}

    def under_new_terms(self, account: str, at: datetime | None = None) -> bool:
        """Rule L2; false for a commercial tier."""
        moment, holder = self._instant(at), self.account(account)
        if holder.tier not in self.terms.consumer or moment < self.terms.new_terms_from:
            return False
        return holder.accepted is not None or moment >= self.terms.binding_from

    def may_accept(self, account: str, at: datetime | None = None) -> bool:
        """Whether the updated terms wait for this account."""
        moment, holder = self._instant(at), self.account(account)
        consumer = holder.tier in self.terms.consumer
        return consumer and holder.accepted is None and moment >= self.terms.new_terms_from

    def must_accept(self, account: str, at: datetime | None = None) -> bool:
        """Whether it can send nothing before it accepts."""
        return self.may_accept(account, at) and self._instant(at) >= self.terms.binding_from

    def has_switch(self, account: str) -> bool:
        """Whether Settings show the training switch."""
        holder = self.account(account)
        return holder.tier in self.terms.consumer and holder.setting is not None

    # what the acts check before they happen

    def _instant(self, at: datetime | None) -> datetime:
        if at is None:
            return self.now
        if at.tzinfo is None:
            raise BackwardsInTime("the lab's instants have a zone")
        if at < self.now:
            raise BackwardsInTime(
                f"the lab is at {self.now}; {at} has passed", next_step="give a later instant"
            )
        return at.astimezone(UTC)

    def _known_tier(self, tier: str) -> None:
        if tier not in self.terms.tiers:
            raise NotOffered(f"no such tier: {tier}", next_step=f"one of {', '.join(self.terms.tiers)}")

    def _may_send(self, holder: Account, at: datetime, answer_after: int) -> None:
        if answer_after < 0:
            raise BackwardsInTime("an answer cannot come before its question")
        if self.must_accept(holder.id, at):
            raise ChoiceNeeded("the updated terms are binding", next_step="accept them and make the choice")

    def _stored(self, conversation: str, at: datetime) -> Conversation:
        found = self.conversations.get(conversation)
        if found is None or not stored(found, at, self.terms.keep):
            raise Gone(f"no such conversation: {conversation}")
        return found

    def _open(self, conversation: str, at: datetime) -> Conversation:
        found = self._stored(conversation, at)
        if found.deleted_at is not None:
            raise Gone(f"this conversation was deleted: {conversation}")
        return found

    def _consumer_under_old_terms(self, account: str, at: datetime) -> bool:
        return self.account(account).tier in self.terms.consumer and not self.under_new_terms(account, at)

    def _shares(self, holder: Account, target: Conversation, at: datetime) -> bool:
        return holder.setting is True and not target.incognito and self.under_new_terms(holder.id, at)
