"""Routes side by side: who trains, how long it is kept, what it costs."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from withhold.report.documents.advise import AdviseDocument, CostRow, RouteRow, UsageRow
from withhold.report.text.base import bullets, day, grid, plural
from withhold.support.messages import _, spoken_phrase

KINDS = {
    "local": "A model of your own",
    "api": "An API key",
    "seats": "Seats of an organisation",
    "consumer": "A consumer plan",
}
STYLE = {"proof": "green", "contract": "green", "none": "red", "unknown": "yellow"}


def advise(console: Console, document: AdviseDocument) -> None:
    """The use, a table, then each route in a few lines, then the two that stand out."""
    console.print(Text("Routes for your use", style="bold"))
    console.print(usage_line(document.usage))
    console.print()
    console.print(_table(document.routes))
    for row in document.routes:
        console.print()
        _route(console, row)
    console.print()
    _efforts(console, document.routes)
    console.print()
    _chosen(console, "Cheapest contract", document.cheapest_contract, document.cheapest_why)
    _chosen(console, "Strongest", document.strongest, document.strongest_why)
    for key in document.unused_prices:
        console.print(Text(f"No route shown is priced by {key}.", style="yellow"))
    for note in document.notes:
        console.print(Text(note, style="dim"))


def _table(rows: tuple[RouteRow, ...]) -> Table:
    even = any(row.break_even_month is not None for row in rows)
    zero = any(row.zero_retention for row in rows)
    more = [*(["zero retention"] if zero else []), *(["even after"] if even else [])]
    table = grid("route", "kept from training by", "cost a month", *more)
    table.columns[0].no_wrap = True
    for row in rows:
        word = Text(assured(row), style=STYLE.get(row.assurance, ""))
        last = [*([_zero(row)] if zero else []), *([_even(row)] if even else [])]
        table.add_row(Text(_name(row)), word, cost_text(row.cost), *last)
    return table


def _zero(row: RouteRow) -> str:
    return _("offered") if row.zero_retention is not None else ""


def _efforts(console: Console, rows: tuple[RouteRow, ...]) -> None:
    """What a kind of route takes and costs in other ways: said once, not with each plan."""
    kinds = {row.kind: row for row in rows}
    console.print(Text("What it takes", style="bold"))
    bullets(console, (f"{KINDS[kind]}: {row.effort} You lose: {row.loses}" for kind, row in kinds.items()))


def usage_line(usage: UsageRow) -> str:
    """What the comparison counts with."""
    people = plural(usage.people, "person", "people")
    if usage.basis == "unknown" or usage.tokens_in is None or usage.tokens_out is None:
        return f"{people}; how much you use is not known here"
    told = "" if usage.messages is None else f"{usage.messages:,.0f} messages, "
    span = "" if usage.begins is None else f" (counted {day(usage.begins)} to {day(usage.ends)})"
    return (
        f"{people}: {told}about {usage.tokens_in:,.0f} tokens sent and {usage.tokens_out:,.0f} received"
        f" a month{span}"
    )


def assured(row: RouteRow) -> str:
    """The word of assurance, with what it still waits for."""
    if row.assurance == "promise" and row.needs_setting:
        return _("promise (a switch)")
    return {
        "proof": _("proof"),
        "to_prove": _("proof (to be made)"),
        "contract": _("contract"),
        "promise": _("promise"),
        "none": _("none: trains"),
        "unknown": _("unknown"),
    }[row.assurance]


def cost_text(cost: CostRow) -> str:
    """The amount, or that it is not known."""
    if cost.amount is None:
        return "price is old" if cost.stale else "not known here"
    seats = "" if cost.seats is None else f" ({plural(cost.seats, 'seat')})"
    return f"{cost.amount:,.2f} {cost.currency}{seats}"


def _name(row: RouteRow) -> str:
    return f"{row.id}{' (yours)' if row.yours else ''}"


def _even(row: RouteRow) -> str:
    return "" if row.break_even_month is None else plural(row.break_even_month, "month")


def _route(console: Console, row: RouteRow) -> None:
    tiers = f" ({', '.join(row.tiers)})" if row.tiers else ""
    console.print(Text(f"{row.id}", style="bold"), Text(f"{row.name}{tiers}"))
    bullets(console, _lines(row))


def _lines(row: RouteRow) -> list[str]:
    said = [row.why]
    if row.stale_terms:
        said.append("These terms were last compared with their source more than 90 days ago.")
    kept = [f"How long it is kept {spoken_phrase(k.basis)}: {k.text}" for k in row.keeping]
    said += kept or ["How long it is kept is not stated."]
    if row.zero_retention is not None:
        said.append(f"Zero retention is offered: {row.zero_retention}")
    said += [f"In spite of that: {e.text}" for e in row.exceptions]
    if row.cost.missing and not row.cost.known:
        page = "" if row.price_page is None else f" (the provider: {row.price_page})"
        said.append(f"Price not known here{page}: --price {row.cost.missing[0]}=VALUE fills it in")
    elif row.cost.missing:
        said.append(f"Its cost is not known for want of: {', '.join(row.cost.missing)}")
    said += [f"Old price, not compared: {key}" for key in row.cost.stale]
    return said


def _chosen(console: Console, title: str, name: str | None, why: str) -> None:
    console.print(Text(f"{title}: {name or 'none can be named'}", style="bold"))
    bullets(console, (why,))
