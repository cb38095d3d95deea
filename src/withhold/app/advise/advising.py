"""``advise``: routes side by side, the cheapest contract and the strongest of them, and why."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from withhold.app.advise import words
from withhold.app.advise.candidates import BY_USE, Candidate, candidates
from withhold.app.advise.costing import Priced, cost_of, keys_of, row
from withhold.app.advise.usage import CHARACTERS_PER_TOKEN, counted
from withhold.app.bootstrap import Services
from withhold.app.ledger.handing_out import write_file
from withhold.model.terms import Provider
from withhold.model.words import Mark, PlanClass
from withhold.packs.prices import Price, given, merged, read, refuse_ahead
from withhold.policy import costs
from withhold.policy.costs import Cost, Usage
from withhold.report import documents as d
from withhold.support.errors import UsageProblem

PRICES = "prices.yaml"
LOCAL = "local"
MOST = 10**15
"""More people or tokens a month than anybody has: a slip of the hand, or no number at all."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the person said. Figures that are ``None`` are counted in the index."""

    people: int = 1
    messages: float | None = None
    tokens_in: float | None = None
    tokens_out: float | None = None
    characters_per_token: float | None = None
    providers: tuple[str, ...] = ()
    every_provider: bool = False
    region: str | None = None
    prices: tuple[str, ...] = ()
    price_file: Path | None = None


def advise(services: Services, asked: Asked) -> d.AdviseDocument:
    """Routes for one's own use. Raises ``UsageProblem`` for figures and names that cannot be."""
    stamp = services.stamp()
    now = stamp.generated_at
    usage, shown = _usage(services, asked, now)
    prices = _prices(services, asked, now.date())
    priced = Priced.of(prices, now.date())
    accounts = services.store.accounts()
    found = list(candidates(_providers(services, asked), accounts, now=now, region=asked.region))
    cost = {c.id: cost_of(c, priced, usage) for c in found}
    here = costs.local(priced.money, priced.numbers, usage)
    rows = [_row(c, cost[c.id], priced, usage, now.date()) for c in found]
    rows.append(words.local_route(row(here, (LOCAL,), priced, now.date()), proved=_proved(services)))
    contracts = {c.id: cost[c.id] for c in found if c.assurance == "contract"}
    best = costs.cheapest(contracts.items())
    known = (LOCAL, *(key for c in found for key in keys_of(c)))
    return d.AdviseDocument(
        generated_at=now,
        tool_version=stamp.tool_version,
        usage=shown,
        routes=tuple(sorted(rows, key=words.order)),
        cheapest_contract=best,
        cheapest_why=words.cheapest_why(best, contracts),
        strongest=LOCAL,
        strongest_why=words.STRONGEST,
        prices=tuple(_price_row(p, now.date()) for _, p in sorted(prices.items())),
        unused_prices=tuple(key for key in sorted(prices) if key.rpartition(".")[0] not in known),
        notes=words.notes(shown, asked.people, rows),
    )


def written(document: d.AdviseDocument, path: Path) -> Path:
    """The page as one HTML file that loads nothing from elsewhere."""
    from withhold.report.advice import advice_page

    return write_file(str(path), advice_page(document))


def _proved(services: Services) -> bool:
    """Whether the newest attempt at a proof of no egress that is on record came to one."""
    from withhold.app.local.prove import TYPE

    results = [r.body.get("result") for r in services.journal.records() if r.type == TYPE]
    return results[-1:] == ["proof"]


def _usage(services: Services, asked: Asked, now: datetime) -> tuple[Usage, d.UsageRow]:
    _check(asked)
    if asked.tokens_in is not None and asked.tokens_out is not None:
        usage = Usage(asked.people, Decimal(str(asked.tokens_in)), Decimal(str(asked.tokens_out)))
        return usage, _usage_row("given", asked, usage, messages=asked.messages)
    seen = counted(services, now)
    if seen is None:
        return Usage(asked.people, None, None), _usage_row("unknown", asked, None)
    rate = Decimal(str(asked.characters_per_token or CHARACTERS_PER_TOKEN))
    scale = asked.people / seen.months / rate
    usage = Usage(asked.people, seen.sent * scale, seen.received * scale)
    row = _usage_row(
        "index",
        asked,
        usage,
        messages=float(seen.human / seen.months * asked.people),
        window=(seen.begins, seen.ends),
        rate=float(rate),
    )
    return usage, row


def _check(asked: Asked) -> None:
    if not 1 <= asked.people <= MOST:
        raise UsageProblem(
            f"--people is at least 1 and at most {MOST}", next_step="withhold advise --people 3"
        )
    figures = (asked.messages, asked.tokens_in, asked.tokens_out)
    if any(figure is not None and not 0 <= figure <= MOST for figure in figures):
        raise UsageProblem(
            f"use is a number from 0 to {MOST}: it cannot be less than nothing",
            next_step="give figures of 0 or more",
        )
    if asked.characters_per_token is not None and not 0.01 <= asked.characters_per_token <= MOST:
        raise UsageProblem(
            "--characters-per-token is a number of 0.01 or more", next_step="leave it out, or give 3.5"
        )
    if (asked.tokens_in is None) is not (asked.tokens_out is None):
        raise UsageProblem(
            "--tokens-in and --tokens-out go together", next_step="give both, or none to count in the index"
        )


def _usage_row(
    basis: "words.Basis",
    asked: Asked,
    usage: Usage | None,
    *,
    messages: float | None = None,
    window: tuple[datetime, datetime] | tuple[None, None] = (None, None),
    rate: float | None = None,
) -> d.UsageRow:
    return d.UsageRow(
        basis=basis,
        people=asked.people,
        begins=window[0],
        ends=window[1],
        messages=None if messages is None else round(messages, 1),
        tokens_in=_whole(None if usage is None else usage.tokens_in),
        tokens_out=_whole(None if usage is None else usage.tokens_out),
        characters_per_token=rate,
    )


def _whole(tokens: Decimal | None) -> float | None:
    return None if tokens is None else float(round(tokens))


def _prices(services: Services, asked: Asked, today: date) -> dict[str, Price]:
    own = services.home.root / PRICES
    kept = read(own) if own.is_file() else ()
    named = () if asked.price_file is None else read(asked.price_file)
    found = merged(kept, named, (given(text, today) for text in asked.prices))
    refuse_ahead(found.values(), today)
    return found


def _providers(services: Services, asked: Asked) -> Sequence[Provider]:
    packs = {i: p for i, p in services.packs.items() if not p.fictional or i in asked.providers}
    if asked.every_provider:
        return tuple(packs.values())
    for name in asked.providers:
        if name not in packs:
            raise UsageProblem(f"no pack is named {name!r}", next_step="withhold packs list names them")
    own = {a.provider_id for a in services.store.accounts()} if not asked.providers else set()
    wanted = [p for i, p in packs.items() if i in {*asked.providers, *own}]
    if not wanted:
        raise UsageProblem(
            "no account is known, so nothing says which providers to compare",
            next_step="withhold advise --provider anthropic, or withhold account add PROVIDER LABEL",
        )
    return wanted


def _row(c: Candidate, cost: Cost, priced: Priced, usage: Usage, today: date) -> d.RouteRow:
    verdict = c.found.verdict
    return d.RouteRow(
        id=c.id,
        kind=_kind(c),
        provider=c.provider.id,
        product=c.product.id,
        name=f"{c.provider.name}: {c.product.name}",
        tiers=c.plan.tiers,
        yours=c.yours,
        assurance=c.assurance,
        needs_setting=c.needs_setting,
        past=verdict.past.value,
        future=verdict.future.value,
        why=words.why(c),
        keeping=tuple(words.keeping(c.found.terms)),
        zero_retention=words.zero_retention(c.found.terms),
        exceptions=tuple(
            d.RouteExceptionRow(kind=o.kind.value, effect=o.effect.value, text=o.text)
            for o in verdict.carve_outs
        ),
        cost=row(cost, keys_of(c), priced, today),
        break_even_month=costs.break_even(priced.money, priced.numbers, usage, cost.money),
        effort=words.EFFORT[_kind(c)],
        loses=words.LOSES[_kind(c)],
        price_page=c.provider.homepage,
        stale_terms=bool(verdict.marks & {Mark.STALE_TERMS}),
        sources=tuple(_sources(c.provider, c)),
    )


def _kind(c: Candidate) -> "words.RouteKind":
    if c.plan.plan_class in BY_USE:
        return "api"
    consumer = (PlanClass.CONSUMER, PlanClass.DEVELOPER)
    return "consumer" if c.plan.plan_class in consumer else "seats"


def _sources(provider: Provider, c: Candidate) -> Iterator[d.AdviceSource]:
    named: Mapping[str, None] = dict.fromkeys(s for t in c.found.terms for s in t.sources)
    for name in named:
        source = provider.sources.get(name)
        if source is not None:
            day = source.published or source.copy_date
            yield d.AdviceSource(
                url=source.url, date=None if day is None else day.isoformat(), summary=source.title
            )


def _price_row(price: Price, today: date) -> d.PriceRow:
    return d.PriceRow(
        key=price.key,
        value=str(price.value),
        currency=price.currency,
        checked=price.checked,
        source=price.source,
        stale=price.stale(today),
    )
