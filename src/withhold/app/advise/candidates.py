"""The routes that packs name: each plan, with what the rules say of a conversation begun on it now."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from withhold.model.account import Account
from withhold.model.terms import Plan, Product, Provider
from withhold.model.words import Confidence, FutureEligibility, PastExposure, PlanClass, Setting
from withhold.policy.prospect import Prospect, prospect
from withhold.report.documents.advise import AssuranceWord

CONTRACTS = (PlanClass.COMMERCIAL, PlanClass.EDUCATION, PlanClass.GOVERNMENT, PlanClass.API_PAID)
"""Classes of plans that run under commercial terms; all others are consumer terms, whatever they promise."""
BY_USE = (PlanClass.API_PAID, PlanClass.API_FREE)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A plan with the answer of the rules. ``needs_setting``: only while every control stands at private."""

    provider: Provider
    product: Product
    plan: Plan
    found: Prospect
    needs_setting: bool
    yours: bool

    @property
    def id(self) -> str:
        return f"{self.provider.id}/{self.plan.id}"

    @property
    def kept_out(self) -> bool:
        """Whether the rules say of a conversation begun now that it is not used for training."""
        verdict = self.found.verdict
        return verdict.past is PastExposure.NOT_EXPOSED and verdict.future is FutureEligibility.NOT_ELIGIBLE

    @property
    def trains(self) -> bool:
        verdict = self.found.verdict
        return verdict.past is PastExposure.EXPOSED or verdict.future is FutureEligibility.ELIGIBLE

    @property
    def assurance(self) -> AssuranceWord:
        """Commercial terms that need no switch are a contract; everything else is at most a promise.

        Terms that a pack knows only from others are no contract that anybody here has read, and terms that
        the pack itself is unsure of say nothing.
        """
        if self.trains:
            return "none"
        if not self.kept_out or Confidence.UNCERTAIN in self.confidences:
            return "unknown"
        read = self.confidences <= {Confidence.DOCUMENTED}
        contract = self.plan.plan_class in CONTRACTS and not self.needs_setting and read
        return "contract" if contract else "promise"

    @property
    def confidences(self) -> frozenset[Confidence]:
        """How well the pack knows the terms that the answer rests on."""
        return frozenset(terms.confidence for terms in self.found.terms)


def candidates(
    providers: Iterable[Provider], accounts: Iterable[Account], *, now: datetime, region: str | None
) -> Iterator[Candidate]:
    """Every plan that can be judged, in the order of the packs."""
    held = tuple(accounts)
    for provider in providers:
        for product in provider.products:
            for plan in product.plans:
                yield _candidate(provider, product, plan, held, now, region)


def _candidate(
    provider: Provider,
    product: Product,
    plan: Plan,
    accounts: tuple[Account, ...],
    now: datetime,
    region: str | None,
) -> Candidate:
    yours = any(_on(a, provider, plan, now) for a in accounts)
    plain = prospect(product, plan, now=now, setting=None, region=region)
    found = Candidate(provider, product, plan, plain, False, yours)
    if found.kept_out:
        return found
    private = prospect(product, plan, now=now, setting=Setting.PRIVATE, region=region)
    return Candidate(provider, product, plan, private, True, yours)


def _on(account: Account, provider: Provider, plan: Plan, now: datetime) -> bool:
    tiers = {t.casefold() for t in plan.tiers}
    return account.provider_id == provider.id and any(
        p.tier.casefold() in tiers and p.begins.earliest <= now and (p.ends is None or p.ends.latest > now)
        for p in account.plans
    )
