"""What ``advise`` says in words. These are ours: what a provider says comes from its pack."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from withhold.model.terms import RetentionRule, Terms
from withhold.model.words import Basis as Ground
from withhold.model.words import Confidence, RetentionKind
from withhold.policy.costs import USE, Cost
from withhold.report import documents as d

if TYPE_CHECKING:
    from withhold.app.advise.candidates import Candidate

Basis = Literal["index", "given", "unknown"]
RouteKind = Literal["consumer", "seats", "api", "local"]

EFFORT: Mapping[RouteKind, str] = {
    "consumer": "Minutes: set the switch, keep evidence of it, look again every month.",
    "seats": "Hours: an organisation's account, billing, seats for everybody, moving over.",
    "api": "An hour: a key with billing, and a program that uses it, held to the policy by withhold gateway.",
    "local": "Hours: a machine that holds the model, a download, withhold local serve.",
}
LOSES: Mapping[RouteKind, str] = {
    "consumer": "Nothing in use; the switch can return with new terms.",
    "seats": "Often a minimum of seats; the organisation's administrator may see what is kept.",
    "api": "The provider's own apps; what you use is what you pay.",
    "local": "Models are weaker than the largest hosted ones, and slower on small machines.",
}
STRONGEST = (
    "A model on your own machine in a seal without network: the only route on which it can be shown that no"
    " third party received anything, once withhold local prove has run here. Every other route rests on what"
    " a provider says or signs."
)
_GROUNDS = {
    Ground.TRAINING_OFF: "while it is not deleted",
    Ground.API: "through the API",
    Ground.AFTER_CHAT_DELETION: "after you delete it",
    Ground.FLAGGED_CONTENT: "if flagged for safety",
    Ground.FLAGGED_SCORES: "scores of a safety flag",
    Ground.FEEDBACK: "with feedback",
    Ground.HUMAN_REVIEWED: "where people reviewed it",
}
_KEPT = {
    RetentionKind.UNTIL_DELETED: "until you delete it",
    RetentionKind.NONE: "not kept",
    RetentionKind.CONFIGURABLE: "as configured",
    RetentionKind.MIXED: "differs, see the pack",
    RetentionKind.UNSPECIFIED: "no period stated",
    RetentionKind.FIXED: "no period stated",
}
_BOUNDS = {"up_to": "up to ", "at_least": "at least ", "exact": ""}
_RANK = {"proof": 0, "to_prove": 0, "contract": 1, "promise": 2, "unknown": 3, "none": 4}


def why(c: "Candidate") -> str:
    """One sentence on what keeps a conversation on this route from training."""
    if c.assurance == "contract":
        return "Commercial terms exclude training; no switch has to be set."
    if c.assurance == "promise" and Confidence.PRESS in c.confidences:
        if c.needs_setting:
            return "Others report that the provider does not train while the setting stands at private."
        return "Others report that the provider does not train; its own terms were not read for this."
    if c.assurance == "promise" and c.needs_setting:
        return "The provider says that it does not train while the setting stands at private."
    if c.assurance == "promise":
        return "The provider says that it does not train; these are consumer terms, no contract of yours."
    if c.assurance == "none":
        return "Open to training, also with every setting at private."
    return "Not known: the terms do not say it, or not for everybody on this plan."


def keeping(terms: Iterable[Terms]) -> Iterator[d.KeepingRow]:
    """How long content is kept, ground by ground; a plan under several entries shows what each says."""
    told: dict[tuple[str, str], None] = {}
    for entry in terms:
        for ground, name in _GROUNDS.items():
            rule = entry.retention.get(ground)
            if rule is not None:
                told[name, period(rule)] = None
    for name, text in told:
        yield d.KeepingRow(basis=name, text=text)


def period(rule: RetentionRule) -> str:
    """``up to 30 days``, ``until you delete it``."""
    if rule.duration is None:
        return _KEPT[rule.kind]
    bound = "" if rule.bound is None else _BOUNDS[rule.bound.value]
    return f"{bound}{duration(rule.duration)}"


def duration(iso: str) -> str:
    """An ISO 8601 duration of one unit in words; any other as it stands."""
    units = {"D": "day", "W": "week", "M": "month", "Y": "year"}
    number, unit = iso[1:-1], iso[-1:]
    if not iso.startswith("P") or not number.isdigit() or unit not in units:
        return iso
    return f"{int(number)} {units[unit]}{'' if int(number) == 1 else 's'}"


def zero_retention(terms: Sequence[Terms]) -> str | None:
    """How nothing at all is kept, where the provider offers that."""
    offers = [t.zero_retention for t in terms if t.zero_retention is not None and t.zero_retention.available]
    return next((o.how or "on request" for o in offers), None)


def local_route(cost: d.CostRow, *, proved: bool) -> d.RouteRow:
    """The row of a model on one's own machine."""
    return d.RouteRow(
        id="local",
        kind="local",
        provider=None,
        product=None,
        name="A model on your own machine, sealed",
        tiers=(),
        yours=False,
        assurance="proof" if proved else "to_prove",
        needs_setting=False,
        past="not_exposed" if proved else "unknown",
        future="not_eligible" if proved else "unknown",
        why="Inside the seal there is no network; withhold local prove shows it on your machine, both sides.",
        keeping=(d.KeepingRow(basis="on your machine", text="as long as you keep it"),),
        zero_retention=None,
        exceptions=(),
        cost=cost,
        break_even_month=None,
        effort=EFFORT["local"],
        loses=LOSES["local"],
        price_page=None,
        stale_terms=False,
        sources=(),
    )


def order(row: d.RouteRow) -> tuple[int, int, str]:
    """Yours first within each word of assurance, the strongest word on top."""
    return (_RANK[row.assurance], 0 if row.yours else 1, row.id)


def cheapest_why(best: str | None, contracts: Mapping[str, Cost]) -> str:
    """Why it is the cheapest, or why none can be named."""
    if not contracts:
        return "No route shown runs under commercial terms that exclude training."
    unpriced = sorted(name for name, cost in contracts.items() if cost.money is None)
    if best is None and any(USE in cost.missing for cost in contracts.values()):
        return "What is paid by use cannot be compared while your use is not known."
    if best is None and len(unpriced) == len(contracts):
        return (
            "No price of a contractual route is known here, so none is the cheapest: look it up on the"
            f" provider's page, then --price {contracts[unpriced[0]].missing[0]}=AMOUNT"
        )
    if best is None:
        return "The prices that are known stand in several currencies, and withhold converts none."
    money = contracts[best].money
    told = "" if money is None else f" at {money.rounded()} {money.currency} a month"
    rest = (
        f" {len(unpriced)} other contractual routes have no price here and may be cheaper."
        if unpriced
        else ""
    )
    return f"The least of the contractual routes whose price is known here{told} for this use.{rest}"


def _least_unknown(row: d.RouteRow) -> bool:
    """Whether seats of an organisation were counted without a minimum."""
    named = any(key.endswith(".minimum_seats") for key in row.cost.known)
    return row.kind == "seats" and row.cost.seats is not None and not named


def notes(usage: d.UsageRow, people: int, rows: Iterable[d.RouteRow]) -> tuple[str, ...]:
    """What the reader must know beside the table."""
    said = ["This compares what terms say and what you pay. It is not legal advice."]
    if usage.basis == "index":
        said.append(
            f"Tokens are estimated at {usage.characters_per_token:g} characters each, counting a conversation"
            " again with every answer, as programs send it; only what was imported is counted."
        )
        if people > 1:
            said.append(f"Your own use stands for each of {people} people.")
    if usage.basis == "unknown":
        said.append("Nothing is imported, so your use is not known: give --tokens-in and --tokens-out.")
    open_ended = sorted(row.id for row in rows if _least_unknown(row))
    if open_ended:
        said.append(
            "How many seats must be bought at least is not known here, and the cost may be higher, for"
            f" {', '.join(open_ended)}: --price {open_ended[0]}.minimum_seats=NUMBER"
        )
    said.append("A price that was checked more than 90 days ago is shown and not compared.")
    return tuple(said)
