"""What the terms of a route come to today. What the packs do not say is unknown, and counts as the worst."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from withhold.model.terms import Plan, Product, Provider, RetentionRule, Terms
from withhold.model.words import (
    Basis,
    Bound,
    Effect,
    FutureEligibility,
    PastExposure,
    PlanClass,
    RetentionKind,
    Setting,
)
from withhold.policy.calendar import parse_duration
from withhold.policy.prospect import Prospect, prospect
from withhold.support.errors import UsageProblem

if TYPE_CHECKING:
    from withhold.gateway.config import RouteConfig
    from withhold.gateway.hosts import Host

Trains = Literal["no", "yes", "unless_off", "unknown"]
_CONTRACTS = (PlanClass.COMMERCIAL, PlanClass.EDUCATION, PlanClass.GOVERNMENT, PlanClass.API_PAID)
_ZONES = 1
"""Days by which the date of a comparison may lie ahead, somewhere else on earth."""
_KEEPING = (Basis.API, Basis.TRAINING_OFF)
"""Bases on which ordinary content is kept: what is said of the API comes first."""
_IN_SPITE = (Effect.TRAINS_EVEN_WHEN_OFF, Effect.TRAINS_NO_CONTROL)
_FLAGGED = (Basis.FLAGGED_CONTENT, Basis.FLAGGED_SCORES, Basis.HUMAN_REVIEWED, Basis.FEEDBACK)


@dataclass(frozen=True, slots=True)
class Standing:
    """The terms of one route. Days are calendar days; ``None`` is unknown.

    ``flagged_days`` also counts what is kept of content that was flagged, reviewed or sent as feedback.
    ``version`` names the exact pack and entries. ``word`` lists what rests on the person's word alone.
    """

    route: str
    local: bool
    trains: Trains
    contract: bool
    retention_days: int | None
    flagged_days: int | None
    exceptions: tuple[str, ...]
    sources: tuple[str, ...]
    as_of: str | None
    version: str
    why: str = ""
    word: tuple[str, ...] = ()
    apart_from: tuple[str, ...] = ()
    """Kinds of exceptions by which something is used in spite of ``trains`` being no."""


def local_standing(route: str, *, on_my_word: bool = False) -> Standing:
    """A model on this machine: no terms of anybody apply. Each model is judged when it is asked for."""
    return Standing(
        route=route,
        local=True,
        trains="no",
        contract=False,
        retention_days=0,
        flagged_days=0,
        exceptions=(),
        sources=(),
        as_of=None,
        version="local",
        word=("that what answers there runs on this machine, where nothing tells",) if on_my_word else (),
    )


def standing(
    route: "RouteConfig",
    packs: Mapping[str, Provider],
    hosts: Mapping[str, "Host"],
    *,
    now: datetime,
    max_age_days: int,
) -> Standing:
    """What holds for a request sent over ``route`` at ``now``.

    Raises ``UsageProblem`` for terms that no pack has.
    """
    if route.is_local:
        return local_standing(route.id, on_my_word=route.on_my_word)
    provider, product, plan = _plan(route, packs)
    setting = Setting.PRIVATE if route.setting == "private" else None
    found = prospect(product, plan, now=now, setting=setting, region=route.region)
    made = _stated(route, provider, plan, found)
    host = urlsplit(route.upstream).hostname or ""
    known = hosts.get(host)
    if known is None or route.terms not in known.terms:
        return _worst(made, f"nothing in the packs says that {host} answers under {route.terms}")
    ahead = [t for t in found.terms if (t.last_checked - now.date()).days > _ZONES]
    if ahead:
        return _worst(
            made, f"this machine's clock stands before {ahead[0].last_checked}, when they were compared"
        )
    stale = [t for t in found.terms if (now.date() - t.last_checked).days > max_age_days]
    if stale:
        return _worst(made, f"its terms were last compared with their source on {stale[0].last_checked}")
    return made


def _plan(route: "RouteConfig", packs: Mapping[str, Provider]) -> tuple[Provider, Product, Plan]:
    provider_id, _, plan_id = route.terms.partition("/")
    provider = packs.get(provider_id)
    for product in provider.products if provider else ():
        for plan in product.plans:
            if provider is not None and plan.id == plan_id:
                return provider, product, plan
    raise UsageProblem(
        f"route {route.id}: no pack has the plan {route.terms!r}",
        next_step=f"'withhold packs show {provider_id}' lists plans"
        if provider
        else "see 'withhold packs list'",
    )


def _stated(route: "RouteConfig", provider: Provider, plan: Plan, found: Prospect) -> Standing:
    trains = _trains(found)
    zero = route.zero_retention and all(t.zero_retention and t.zero_retention.available for t in found.terms)
    ordinary = 0 if zero and found.terms else _longest(_ordinary(t) for t in found.terms)
    flagged = _longest(rule for t in found.terms for rule in _flagged(t))
    word: tuple[str, ...] = (f"that your account is on {route.terms}",)
    word += ("that its setting stands at private",) if route.setting else ()
    word += ("that a contract on zero retention holds",) if zero else ()
    return Standing(
        route=route.id,
        local=False,
        trains=trains,
        contract=trains == "no" and plan.plan_class in _CONTRACTS and route.setting is None,
        retention_days=ordinary,
        flagged_days=_more(ordinary, flagged),
        exceptions=tuple(dict.fromkeys(f"{e.kind}: {e.effect}" for t in found.terms for e in t.exceptions)),
        sources=tuple(dict.fromkeys(provider.sources[s].url for t in found.terms for s in t.sources)),
        as_of=min((t.last_checked.isoformat() for t in found.terms), default=None),
        version=f"{provider.id}@{provider.sha256[:12]}/{'+'.join(t.id for t in found.terms)}",
        why="" if trains == "no" else "as the pack says of this plan",
        word=word,
        apart_from=tuple(
            dict.fromkeys(e.kind for t in found.terms for e in t.exceptions if e.effect in _IN_SPITE)
        ),
    )


def _trains(found: Prospect) -> Trains:
    verdict = found.verdict
    if any(e.effect is Effect.UNKNOWN for t in found.terms for e in t.exceptions):
        return "unknown"
    if verdict.past is PastExposure.NOT_EXPOSED and verdict.future is FutureEligibility.NOT_ELIGIBLE:
        return "no"
    if {t.training.allowed.value for t in found.terms} & {"unless_off", "only_if_on"}:
        return "unless_off"
    exposed = verdict.past is PastExposure.EXPOSED or verdict.future is FutureEligibility.ELIGIBLE
    return "yes" if exposed else "unknown"


def _worst(made: Standing, why: str) -> Standing:
    return replace(made, trains="unknown", contract=False, retention_days=None, flagged_days=None, why=why)


def _ordinary(terms: Terms) -> RetentionRule | None:
    return next((terms.retention[basis] for basis in _KEEPING if basis in terms.retention), None)


def _flagged(terms: Terms) -> Iterable[RetentionRule]:
    return (terms.retention[basis] for basis in _FLAGGED if basis in terms.retention)


def _longest(rules: Iterable[RetentionRule | None]) -> int | None:
    """The longest of all; unknown where one of them is, or where there is none."""
    found = [_days(rule) for rule in rules]
    known = [days for days in found if days is not None]
    return max(known) if known and len(known) == len(found) else None


def _more(ordinary: int | None, flagged: int | None) -> int | None:
    return None if ordinary is None or flagged is None else max(ordinary, flagged)


def _days(rule: RetentionRule | None) -> int | None:
    if rule is None or rule.kind not in {RetentionKind.FIXED, RetentionKind.NONE}:
        return None
    if rule.kind is RetentionKind.NONE:
        return 0
    if rule.duration is None or rule.bound is Bound.AT_LEAST:
        return None
    length = parse_duration(rule.duration)
    return length.months * 31 + length.rest.days + (1 if length.rest.seconds else 0)
