"""Costs are exact sums over prices that somebody named, and unknown where one is missing."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from withhold.policy.costs import (
    TOO_SLOW,
    USE,
    Cost,
    Money,
    Usage,
    break_even,
    by_use,
    cheapest,
    local,
    seats,
)

EUR = "EUR"
USAGE = Usage(3, Decimal(2_000_000), Decimal(500_000))
HERE = {"local.hardware": Money(Decimal(900), EUR), "local.electricity": Money(Decimal("0.40"), EUR)}
MACHINE = {
    "local.months": Decimal(36),
    "local.watts": Decimal(100),
    "local.tokens_per_second": Decimal(10),
}
amounts = st.decimals(min_value=0, max_value=10_000, places=2)


def euro(amount: str) -> Money:
    return Money(Decimal(amount), EUR)


def test_seats_are_as_many_as_people_but_no_fewer_than_the_minimum() -> None:
    """Three people on a plan of at least five seats pay five."""
    prices = {"p/team.seat": euro("25")}
    assert seats(prices, {}, "p/team", USAGE).money == euro("75")
    found = seats(prices, {"p/team.minimum_seats": Decimal(5)}, "p/team", USAGE)
    assert (found.money, found.seats) == (euro("125"), 5)


def test_use_is_paid_by_the_million_each_way() -> None:
    """Two million in at 3 and half a million out at 15 come to 13.50, and nothing is fixed."""
    cost = by_use({"p/api.input": euro("3"), "p/api.output": euro("15")}, "p/api", USAGE)
    assert cost.money == euro("13.5")
    assert cost.fixed == euro("0")
    assert cost.per_million == euro("5.4")


def test_a_missing_price_is_named_and_nothing_is_guessed() -> None:
    """Without the price of one direction there is no cost; without the use there is none either."""
    half = by_use({"p/api.input": euro("3")}, "p/api", USAGE)
    assert (half.money, half.missing) == (None, ("p/api.output",))
    prices = {"p/api.input": euro("3"), "p/api.output": euro("15")}
    assert by_use(prices, "p/api", Usage(1, None, None)).missing == (USE,)
    assert seats({}, {}, "p/team", USAGE).missing == ("p/team.seat",)
    assert set(local({}, {}, USAGE).missing) == {*HERE, *MACHINE}


def test_a_machine_costs_its_share_and_the_energy_of_its_writing() -> None:
    """900 over 36 months is 25; 500,000 tokens at 10 a second are 13.9 hours at 0.1 kW and 0.40."""
    cost = local(HERE, MACHINE, USAGE)
    assert cost.fixed == euro("25")
    assert cost.money is not None
    assert cost.money.rounded() == Decimal("25.56")


def test_a_machine_is_even_once_what_it_saves_has_paid_for_it() -> None:
    """900 against 75.56 a month with 0.56 of energy is paid back in twelve months; a cheaper route never."""
    assert break_even(HERE, MACHINE, USAGE, euro("75.56")) == 12
    assert break_even(HERE, MACHINE, USAGE, euro("0.50")) is None
    assert break_even(HERE, MACHINE, USAGE, Money(Decimal(99), "USD")) is None
    assert break_even(HERE, {}, USAGE, euro("75")) is None


def test_currencies_are_never_mixed() -> None:
    """withhold knows no rates: of two currencies none is the cheaper."""
    costs = [("a", Cost(euro("5"))), ("b", Cost(Money(Decimal(4), "USD")))]
    assert cheapest(costs) is None
    assert cheapest(costs[:1]) == "a"
    assert cheapest([("c", Cost(None, ("c.seat",)))]) is None
    mixed = {"p/api.input": euro("3"), "p/api.output": Money(Decimal(1), "USD")}
    assert by_use(mixed, "p/api", USAGE).money is None


@given(st.dictionaries(st.sampled_from("abcdef"), amounts, min_size=1))
def test_the_cheapest_is_never_dearer_than_another(costs: dict[str, Decimal]) -> None:
    """Whatever the amounts: what is named costs no more than any other route."""
    best = cheapest((name, Cost(Money(amount, EUR))) for name, amount in costs.items())
    assert best is not None
    assert costs[best] == min(costs.values())


def test_a_machine_that_wears_out_before_never_pays_for_itself() -> None:
    """900 saved at 20 a month takes 46 months; a machine used for 36 has to be bought again by then."""
    usage = Usage(1, Decimal(0), Decimal(0))
    assert break_even(HERE, MACHINE, usage, euro("20")) is None
    assert break_even(HERE, MACHINE, usage, euro("25")) == 36


def test_a_machine_that_cannot_write_so_much_has_no_cost() -> None:
    """Ten tokens a second are some 26 million in a month of days and nights: 27 million are not to be had."""
    assert local(HERE, MACHINE, Usage(1, Decimal(0), Decimal(26_000_000))).money is not None
    slow = local(HERE, MACHINE, Usage(1, Decimal(0), Decimal(27_000_000)))
    assert (slow.money, slow.missing) == (None, (TOO_SLOW,))
