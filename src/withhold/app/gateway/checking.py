"""``gateway check``: what a configuration comes to, without sending anything."""

from pathlib import Path

from msgspec.structs import replace

from withhold.app.bootstrap import Services
from withhold.app.gateway.places import Places
from withhold.app.gateway.running import names_of
from withhold.app.gateway.whereabouts import place_of
from withhold.gateway.config import Config, Dialect, RouteConfig
from withhold.gateway.decide import Asked, decide
from withhold.gateway.place import unfit
from withhold.gateway.requirements import Requirement
from withhold.gateway.standing import Standing
from withhold.report.documents.gateway import GatewayCheckDocument, GatewayRouteRow, GatewayRuleRow

_ALWAYS = (
    "What programs send past their base URL: telemetry, error reports, updates, page look-ups.",
    "Content in pictures, sound, files and token numbers, which no finder reads (the rule's 'unread').",
    "Values that are written differently from what the finders know.",
)
_WITHOUT = (*_ALWAYS, "Names of people and addresses of homes: 'names = true' looks for them with a model.")
_WITH = (
    *_ALWAYS,
    "Names and addresses that the model misses, and any in keys, tools and ids, which it does not read.",
)


def check_gateway(services: Services, config: Path | None) -> GatewayCheckDocument:
    """Every route with its terms and its key, every rule, and which routes a plain request may take."""
    places = Places(services, config)
    names_of(services, places.config)  # says what to install where it is wanted and missing
    stamp = services.stamp()
    standings = places.standings()
    rows = tuple(
        _local_row(places, route, standings[route.id])
        if route.is_local
        else _route_row(places, standings[route.id])
        for route in places.config.route
    )
    return GatewayCheckDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        config=str(places.config_path),
        routes=rows,
        rules=tuple(_rule_rows(places.config)),
        usable=any(row.plain_request for row in rows),
        names=places.config.names,
        not_seen=_WITH if places.config.names else _WITHOUT,
    )


def _route_row(places: Places, standing: Standing) -> GatewayRouteRow:
    route = next(r for r in places.config.route if r.id == standing.route)
    return GatewayRouteRow(
        id=route.id,
        upstream=route.upstream,
        terms=route.terms,
        trains=standing.trains,
        apart_from=standing.apart_from,
        why=standing.why or None,
        contract=standing.contract,
        retention_days=standing.retention_days,
        flagged_days=standing.flagged_days,
        exceptions=standing.exceptions,
        sources=standing.sources,
        terms_compared=standing.as_of,
        rests_on_your_word=standing.word,
        key_found=route.key == "none" or bool(places.key(route)),
        plain_request=_takes(places.config, {standing.route: standing}, route.id),
    )


def _local_row(places: Places, route: RouteConfig, standing: Standing) -> GatewayRouteRow:
    """What its server and who listens there say of the route's model; asks nothing of the model itself."""
    row = _route_row(places, standing)
    if route.model is None:
        return replace(row, why="each model is judged when it is asked for")
    found = place_of(route, route.model, places.key)
    may_go = unfit(route, route.model, found) is None
    here = found.where == "local"
    return replace(
        row,
        trains="no" if here else "unknown",
        retention_days=0 if here else None,
        flagged_days=0 if here else None,
        why=f"{route.model} is {found.where}: {found.why}",
        plain_request=row.plain_request and may_go,
    )


def _takes(config: Config, standings: dict[str, Standing], route_id: str) -> bool:
    """Whether a request in which nothing is found may go over the route, for some client with a rule."""
    route = next(r for r in config.route if r.id == route_id)
    alone = Config(route=(route,), rule=config.rule)
    model = next((m for m in route.models if not set("*?[") & set(m)), None)
    return any(
        decide(
            alone,
            standings,
            _plain(rule.clients[0], rule.projects[0], dialect, model or _example(route.models)),
        ).route
        is not None
        for rule in config.rule
        for dialect in route.speaks
    )


def _example(models: tuple[str, ...]) -> str:
    """A model's name that the first pattern matches."""
    return models[0].replace("*", "x").replace("?", "x") if models else "x"


def _plain(client: str, project: str, dialect: Dialect, model: str) -> Asked:
    return Asked(client.replace("*", "x"), project.replace("*", "x"), dialect, (model,), frozenset())


def _rule_rows(config: Config) -> list[GatewayRuleRow]:
    return [
        GatewayRuleRow(
            clients=rule.clients,
            projects=rule.projects,
            sensitivity=rule.sensitivity,
            require=tuple(Requirement.parse(text).text for text in rule.require),
            secrets=rule.found.secrets or "refuse",
            personal=rule.found.personal or "refuse",
            unread=rule.found.unread or "refuse",
        )
        for rule in config.rule
    ]
