"""``withhold advise``: routes for one's own use, by what keeps it from training, and by cost."""

from datetime import date, datetime
from typing import Literal

from msgspec import Struct

from withhold.report.documents.base import Document, FutureWord, PastWord

AssuranceWord = Literal["proof", "to_prove", "contract", "promise", "none", "unknown"]


class UsageRow(Struct, kw_only=True, frozen=True):
    """A month's use. ``basis`` says whether it was counted in the index or given.

    ``tokens_in`` counts the whole conversation again with each turn, as programs send it; ``characters`` and
    ``characters_per_token`` show what the estimate rests on (``null`` where tokens were given).
    """

    basis: Literal["index", "given", "unknown"]
    people: int
    begins: datetime | None
    ends: datetime | None
    messages: float | None
    tokens_in: float | None
    tokens_out: float | None
    characters_per_token: float | None


class KeepingRow(Struct, kw_only=True, frozen=True):
    basis: str
    text: str


class RouteExceptionRow(Struct, kw_only=True, frozen=True):
    kind: str
    effect: str
    text: str | None


class CostRow(Struct, kw_only=True, frozen=True):
    """``amount`` a month; ``null`` while ``missing`` keys have no price. ``stale`` ones are not used."""

    amount: float | None
    currency: str | None
    seats: int | None
    fixed: float | None
    per_million_tokens: float | None
    missing: tuple[str, ...]
    stale: tuple[str, ...]
    known: tuple[str, ...]
    """Prices that are named for one of the plan's tiers, by key."""


class AdviceSource(Struct, kw_only=True, frozen=True):
    url: str
    date: str | None
    summary: str


class RouteRow(Struct, kw_only=True, frozen=True):
    """One way to use a model. ``assurance`` is ``proof`` only after ``withhold local prove`` made one on
    this machine and no later attempt failed; ``to_prove`` is the same route before that.

    ``needs_setting`` says that the answer holds only while the provider's setting stands at private.
    ``past`` and ``future`` are the rules' answer for a conversation begun now; they never stand without
    ``exceptions``.
    """

    id: str
    kind: Literal["consumer", "seats", "api", "local"]
    provider: str | None
    product: str | None
    name: str
    tiers: tuple[str, ...]
    yours: bool
    """Whether an account of the person is on this plan now, as far as is known."""
    assurance: AssuranceWord
    needs_setting: bool
    past: PastWord
    future: FutureWord
    why: str
    keeping: tuple[KeepingRow, ...]
    zero_retention: str | None
    exceptions: tuple[RouteExceptionRow, ...]
    cost: CostRow
    break_even_month: int | None
    """Month in which a machine bought now has cost less than this route; ``null`` if never or not known."""
    effort: str
    loses: str
    price_page: str | None
    stale_terms: bool
    sources: tuple[AdviceSource, ...]


class PriceRow(Struct, kw_only=True, frozen=True):
    key: str
    value: str
    currency: str | None
    checked: date | None
    source: str | None
    stale: bool


class AdviseDocument(Document, kw_only=True, frozen=True):
    """Not legal advice."""

    schema: Literal["withhold.advise/1"] = "withhold.advise/1"
    usage: UsageRow
    routes: tuple[RouteRow, ...]
    cheapest_contract: str | None
    """Id of the route."""
    cheapest_why: str
    strongest: str | None
    strongest_why: str
    prices: tuple[PriceRow, ...]
    unused_prices: tuple[str, ...]
    """Keys that fit no route shown."""
    notes: tuple[str, ...]
