"""Joining conversations to the regime tables of their accounts: the bulk path of both verdicts."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from withhold.model.account import Account, SettingEvidence
from withhold.model.conversation import Conversation, Deletion, Message
from withhold.model.terms import Product, Provider
from withhold.model.terms_change import TermsChange
from withhold.model.verdict import Verdict
from withhold.model.words import Author, Known
from withhold.policy import Judge, RegimeTable
from withhold.policy.looks import look_for

if TYPE_CHECKING:
    from withhold.store.conversations import StoredConversation


@dataclass(frozen=True, slots=True)
class Judged:
    """A conversation with its verdict. ``product`` is ``None`` where no pack knows the provider."""

    id: str
    conversation: Conversation
    account: Account | None
    provider: Provider | None
    product: Product | None
    verdict: Verdict | None


def _with_repeats(stored: "StoredConversation") -> Conversation:
    """A fork or resumed copy sends old lines again: each such instant counts as a sending of this one."""
    again = tuple(Message(f"again-{i}", Author.OTHER, at) for i, at in enumerate(stored.sent_again))
    shown = replace(stored.conversation, messages=(*stored.conversation.messages, *again))
    gone, seen = shown.deletion, stored.last_seen
    if gone is not None and seen is not None and gone.when.latest < seen.earliest:
        return replace(shown, deletion=Deletion(gone.when, Known.UNKNOWN))  # a later export still shows it
    return shown


def may_hold(packs: Mapping[str, Provider], account: Account, provider_id: str) -> bool:
    """Whether an account may hold conversations of a provider: evidence of one never clears another's.

    A source that does not know its provider (a tool that talks to many) is the person's to assign; a
    fictional provider speaks in a real one's format.
    """
    pack = packs.get(account.provider_id)
    return provider_id in (account.provider_id, "unknown") or (pack is not None and pack.fictional)


@dataclass(frozen=True, slots=True)
class Placed:
    """Whose terms conversations of one sort are judged by. ``judge`` is ``None`` where no pack knows them."""

    provider_id: str
    account: Account | None
    provider: Provider | None
    product: Product | None
    judge: Judge | None


class Ledger:
    """Judges conversations, making each account's regime table once."""

    def __init__(
        self,
        packs: Mapping[str, Provider],
        accounts: Iterable[Account],
        evidence: Mapping[str, tuple[SettingEvidence, ...]],
        now: datetime,
        seen_terms: Sequence[TermsChange] = (),
    ) -> None:
        self._packs = packs
        self._seen_terms = seen_terms
        self._now = now
        self._evidence = evidence
        self._by_ref = {ref: a for a in accounts for ref in (a.id, *a.source_account_ids)}
        self._placed: dict[tuple[str, str | None, str, str | None], Placed] = {}
        self._judges: dict[tuple[str | None, str, str], Judge] = {}

    def judge(self, stored: "Iterable[StoredConversation]") -> Iterator[Judged]:
        """Verdicts in the order of ``stored``."""
        return map(self.judge_one, stored)

    def judge_one(self, stored: "StoredConversation") -> Judged:
        """The verdict on one conversation, by the terms of its account's provider."""
        c = _with_repeats(stored)
        placed = self.place(c.provider_id, c.account_ref, c.kind, c.product_id)
        there = replace(c, provider_id=placed.provider_id)
        verdict = None if placed.judge is None else placed.judge(there)
        return Judged(stored.id, there, placed.account, placed.provider, placed.product, verdict)

    def place(self, provider_id: str, account_ref: str | None, kind: str, product_id: str | None) -> Placed:
        """Whose conversations these are, and by which terms they are judged."""
        sort = (provider_id, account_ref, kind, product_id)
        if sort not in self._placed:
            self._placed[sort] = self._place(*sort)
        return self._placed[sort]

    def _place(self, provider_id: str, account_ref: str | None, kind: str, product_id: str | None) -> Placed:
        account = self._by_ref.get(account_ref or "")
        if account is not None and not may_hold(self._packs, account, provider_id):
            account = None
        owner = account.provider_id if account is not None else provider_id
        provider = self._packs.get(owner)
        product = _product(provider, kind, product_id)
        judge = None
        if provider is not None and product is not None:
            judge = self._judge(account, provider, product)
        return Placed(owner, account, provider, product, judge)

    def table(self, account: Account | None, provider: Provider, product: Product) -> RegimeTable:
        """The regimes of one account and product."""
        return self._judge(account, provider, product).table

    def _judge(self, account: Account | None, provider: Provider, product: Product) -> Judge:
        key = (None if account is None else account.id, provider.id, product.id)
        if key not in self._judges:
            evidence = self._evidence.get(account.id, ()) if account is not None else ()
            look = look_for(evidence, self._now, provider, account, self._seen_terms)
            self._judges[key] = Judge(RegimeTable(product, account, evidence, self._now, look.at))
        return self._judges[key]


def _product(provider: Provider | None, kind: str, product_id: str | None) -> Product | None:
    if provider is None:
        return None
    named = provider.product(product_id) if product_id else None
    return named or provider.holding(kind)
