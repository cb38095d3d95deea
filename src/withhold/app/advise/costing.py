"""The cost of each route by the prices that are named, and which of them is the cheapest contract."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from withhold.app.advise.candidates import BY_USE, Candidate
from withhold.packs.prices import Price
from withhold.policy import costs
from withhold.policy.costs import Cost, Money, Usage
from withhold.report.documents.advise import CostRow


@dataclass(frozen=True, slots=True)
class Priced:
    """All named figures, and those of them that are fresh enough to compare by."""

    all: Mapping[str, Price]
    money: Mapping[str, Money]
    numbers: Mapping[str, Decimal]

    @classmethod
    def of(cls, prices: Mapping[str, Price], today: date) -> "Priced":
        fresh = {key: p for key, p in prices.items() if not p.stale(today)}
        return cls(
            prices,
            {key: Money(p.value, p.currency) for key, p in fresh.items() if p.currency is not None},
            {key: p.value for key, p in fresh.items() if p.currency is None},
        )


def cost_of(candidate: Candidate, priced: Priced, usage: Usage) -> Cost:
    """The cheapest way to have the plan among those that are priced: as a whole, or by one of its tiers."""
    found = [_cost(candidate, key, priced, usage) for key in keys_of(candidate)]
    known = {str(number): cost for number, cost in enumerate(found) if cost.money is not None}
    best = costs.cheapest(known.items())
    if best is not None:
        return known[best]
    return next(iter(known.values()), found[0]) if len(known) == 1 else found[0]


def _cost(candidate: Candidate, key: str, priced: Priced, usage: Usage) -> Cost:
    by_use = candidate.plan.plan_class in BY_USE or f"{key}.input" in priced.all
    if by_use and f"{key}.seat" not in priced.all:
        return costs.by_use(priced.money, key, usage)
    least = _least(candidate, key, priced)
    if least is not None and least not in priced.numbers:
        return Cost(None, (least,))
    told = {} if least is None else {f"{key}.minimum_seats": priced.numbers[least]}
    return costs.seats(priced.money, told, key, usage)


def _least(candidate: Candidate, key: str, priced: Priced) -> str | None:
    """The key that names how many seats are bought at least: the tier's, else the plan's; old ones too."""
    keys = (f"{key}.minimum_seats", f"{candidate.id}.minimum_seats")
    return next((name for name in keys if name in priced.all), None)


def keys_of(candidate: Candidate) -> tuple[str, ...]:
    """The plan's key, then one for each of its tiers."""
    return (candidate.id, *(f"{candidate.id}/{slug(tier)}" for tier in candidate.plan.tiers))


def slug(tier: str) -> str:
    """A tier's name as it stands in a key: ``Google AI Pro`` is ``google-ai-pro``."""
    return re.sub(r"[^a-z0-9]+", "-", tier.casefold()).strip("-")


def row(cost: Cost, keys: Iterable[str], priced: Priced, today: date) -> CostRow:
    """A cost as documents hold it, with the figures that are too old and those that are there."""
    own = [key for key in priced.all if any(key.startswith(f"{name}.") for name in keys)]
    money = cost.money
    return CostRow(
        amount=None if money is None else float(money.rounded()),
        currency=None if money is None else money.currency,
        seats=cost.seats,
        fixed=None if cost.fixed is None else float(cost.fixed.rounded()),
        per_million_tokens=None if cost.per_million is None else float(cost.per_million.rounded()),
        missing=() if money is not None else cost.missing,
        stale=tuple(sorted(key for key in own if priced.all[key].stale(today))),
        known=tuple(sorted(own)),
    )
