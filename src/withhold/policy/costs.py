"""What a route costs a month for a given use: exact decimal arithmetic over prices that somebody named.

Nothing here knows a price. Where one is missing the cost is not known, and the missing keys are named.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

MILLION = Decimal(1_000_000)
CENT = Decimal("0.01")
HOUR_SECONDS = Decimal(3600)
WATTS_PER_KILOWATT = Decimal(1000)


@dataclass(frozen=True, slots=True)
class Usage:
    """What is used in a month, by all together. ``tokens_in`` counts what is sent again with each turn."""

    people: int
    tokens_in: Decimal | None
    tokens_out: Decimal | None
    """``None`` where the use is not known: nothing that depends on it has a cost then."""


@dataclass(frozen=True, slots=True)
class Money:
    amount: Decimal
    currency: str

    def rounded(self) -> Decimal:
        """To the hundredth."""
        return self.amount.quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Cost:
    """A month's cost. ``money`` is ``None`` while ``missing`` names what is not known."""

    money: Money | None
    missing: tuple[str, ...] = ()
    fixed: Money | None = None
    """The part that does not depend on use."""
    per_million: Money | None = None
    """What a million tokens of this very mix costs."""
    seats: int | None = None


USE = "your use"
"""Stands among what is missing where the use is not known."""
TOO_SLOW = "a machine that writes this much in a month"
"""Stands there where the machine, writing day and night, would not come to its end."""
MONTH_SECONDS = Decimal("30.4375") * 24 * 3600
"""Of a mean month of the Gregorian calendar."""

Prices = Mapping[str, Money]
"""By key, e.g. ``anthropic/claude-team.seat``."""


def seats(prices: Prices, numbers: Mapping[str, Decimal], key: str, usage: Usage) -> Cost:
    """Seats by the month: as many as people, but no fewer than the plan's minimum, where that is known."""
    price = prices.get(f"{key}.seat")
    least = numbers.get(f"{key}.minimum_seats")
    if price is None:
        return Cost(None, (f"{key}.seat",))
    count = max(usage.people, int(least or 1))
    total = Money(price.amount * count, price.currency)
    return Cost(total, fixed=total, seats=count)


def by_use(prices: Prices, key: str, usage: Usage) -> Cost:
    """Tokens sent and received, each at its price per million."""
    names = (f"{key}.input", f"{key}.output")
    missing = tuple(name for name in names if name not in prices)
    if missing or usage.tokens_in is None or usage.tokens_out is None:
        return Cost(None, missing or (USE,))
    sent, received = (prices[name] for name in names)
    if sent.currency != received.currency:
        return Cost(None, (f"{key}.input and {key}.output in one currency",))
    amount = (sent.amount * usage.tokens_in + received.amount * usage.tokens_out) / MILLION
    tokens = usage.tokens_in + usage.tokens_out
    rate = None if not tokens else Money(amount / tokens * MILLION, sent.currency)
    return Cost(Money(amount, sent.currency), fixed=Money(Decimal(0), sent.currency), per_million=rate)


def local(prices: Prices, numbers: Mapping[str, Decimal], usage: Usage) -> Cost:
    """Hardware spread over the months it is used, and the energy of the hours in which it writes.

    Reading is not counted: on most machines it is many times quicker than writing.
    """
    needed = ("local.hardware", "local.electricity")
    figures = ("local.months", "local.watts", "local.tokens_per_second")
    missing = tuple(k for k in needed if k not in prices) + tuple(k for k in figures if not numbers.get(k))
    if missing or usage.tokens_out is None:
        return Cost(None, missing or (USE,))
    if usage.tokens_out > numbers["local.tokens_per_second"] * MONTH_SECONDS:
        return Cost(None, (TOO_SLOW,))
    hardware, power = prices["local.hardware"], prices["local.electricity"]
    if hardware.currency != power.currency:
        return Cost(None, ("local.hardware and local.electricity in one currency",))
    fixed = Money(hardware.amount / numbers["local.months"], hardware.currency)
    energy = _energy(usage.tokens_out, numbers, power)
    rate = None if not usage.tokens_out else Money(energy / usage.tokens_out * MILLION, power.currency)
    return Cost(Money(fixed.amount + energy, fixed.currency), fixed=fixed, per_million=rate)


def _energy(tokens_out: Decimal, numbers: Mapping[str, Decimal], power: Money) -> Decimal:
    hours = tokens_out / numbers["local.tokens_per_second"] / HOUR_SECONDS
    return hours * numbers["local.watts"] / WATTS_PER_KILOWATT * power.amount


def break_even(
    prices: Prices, numbers: Mapping[str, Decimal], usage: Usage, other: Money | None
) -> int | None:
    """After how many months hardware bought now has cost less than ``other``; ``None``: never, or unknown.

    Hardware that is worn out before then has to be bought again, and so never gets there.
    """
    here = local(prices, numbers, usage)
    if here.money is None or here.fixed is None or other is None or other.currency != here.money.currency:
        return None
    saved = other.amount - (here.money.amount - here.fixed.amount)
    if saved <= 0:
        return None
    months = prices["local.hardware"].amount / saved
    worn_out = months > numbers["local.months"]
    return None if worn_out else int(months.to_integral_value(rounding="ROUND_CEILING"))


def cheapest(costs: Iterable[tuple[str, Cost]]) -> str | None:
    """The name with the least cost; ``None`` where none is known or currencies differ."""
    known = [(cost.money, name) for name, cost in costs if cost.money is not None]
    if not known or len({money.currency for money, _ in known}) > 1:
        return None
    return min(known, key=lambda pair: (pair[0].amount, pair[1]))[1]
