"""Where a request may go. Pure; without a rule that speaks of it, a request goes nowhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from withhold.gateway.config import SORTS, Action, Config, Dialect, RouteConfig, RuleConfig, Sort
from withhold.gateway.requirements import Requirement
from withhold.gateway.standing import Standing

_STRICTEST: tuple[Action, ...] = ("refuse", "local", "redact", "allow")
_MOVES = {
    "no-training": "a route whose terms say that nobody trains",
    "contract": "a route on commercial terms that exclude training",
    "retention": "a route with shorter or zero retention",
    "flagged": "a route that keeps flagged content no longer",
    "local": 'a route with terms = "local"',
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a rule can depend on. ``sorts`` are those found in the request."""

    client: str
    project: str
    dialect: Dialect
    models: tuple[str, ...]
    """The model and every model that the request names as its stand-in. Empty where it names none."""
    sorts: frozenset[Sort]


@dataclass(frozen=True, slots=True)
class Decision:
    """``route`` is ``None`` where the request is refused; ``why`` and ``remedy`` are for the client."""

    route: RouteConfig | None
    redact: frozenset[Sort]
    why: str = ""
    remedy: str = ""


def decide(config: Config, standings: Mapping[str, Standing], asked: Asked) -> Decision:
    """The first route of the configuration that may carry the request."""
    rules = [rule for rule in config.rule if _speaks_of(rule, asked)]
    if not rules:
        return _no("no rule speaks of this client and project", "a [[rule]] that names them")
    actions = {sort: _action(sort, rules) for sort in SORTS if sort in asked.sorts}
    refused = sorted(sort for sort, action in actions.items() if action == "refuse")
    if refused:
        return _no(
            f"it holds {_list(refused)}, which a rule refuses",
            "take it out of the request, or set found." + refused[0] + " in the rule",
        )
    demands = [Requirement.parse(text) for rule in rules for text in rule.require]
    if "local" in actions.values():
        demands.append(Requirement("local-only", "local"))
    redact = frozenset(sort for sort, action in actions.items() if action == "redact")
    return _route(config, standings, asked, demands, redact)


def _route(
    config: Config,
    standings: Mapping[str, Standing],
    asked: Asked,
    demands: Sequence[Requirement],
    redact: frozenset[Sort],
) -> Decision:
    fitting = [route for route in config.route if _serves(route, asked)]
    if not fitting:
        named = ", ".join(asked.models) or "this request"
        return _no(
            f"no route serves {named} to an {asked.dialect} client", "a [[route]] that lists the model"
        )
    problems: list[str] = []
    missing: list[Requirement] = []
    for route in fitting:
        unmet = [(d, why) for d in demands if (why := d.unmet(standings[route.id], asked.sorts)) is not None]
        if not unmet:
            return Decision(route, frozenset() if route.is_local else redact)
        missing += [demand for demand, _ in unmet]
        problems.append(f"{route.id}: " + "; ".join(f"{d.text!r} is not met, {why}" for d, why in unmet))
    return _no(" | ".join(problems), " and ".join(dict.fromkeys(_MOVES[d.kind] for d in missing)))


def _speaks_of(rule: RuleConfig, asked: Asked) -> bool:
    found = frozenset[str](asked.sorts or {"none"})
    return (
        any(fnmatchcase(asked.client, pattern) for pattern in rule.clients)
        and any(fnmatchcase(asked.project, pattern) for pattern in rule.projects)
        and bool(found & set(rule.sensitivity))
    )


def _action(sort: Sort, rules: Sequence[RuleConfig]) -> Action:
    """The strictest of what the rules say; refusal where none says anything."""
    said: list[Action] = [a for rule in rules if (a := getattr(rule.found, sort)) is not None]
    return min(said, key=_STRICTEST.index, default="refuse")


def _serves(route: RouteConfig, asked: Asked) -> bool:
    return asked.dialect in route.speaks and all(
        any(fnmatchcase(model, pattern) for pattern in route.models) for model in asked.models
    )


def _no(why: str, remedy: str) -> Decision:
    return Decision(None, frozenset(), why, remedy)


def _list(sorts: Sequence[str]) -> str:
    words = {"secrets": "secrets", "personal": "personal data", "unread": "content that no finder reads"}
    return " and ".join(words[sort] for sort in sorts)
