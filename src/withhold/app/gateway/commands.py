"""What the gateway's small commands did, as documents."""

from pathlib import Path

from withhold.app.bootstrap import Services
from withhold.app.gateway.messages import UNSET, variables
from withhold.app.gateway.places import keep_key, write_template
from withhold.app.gateway.tokens import make_token, revoke_token
from withhold.report import documents as d


def init_gateway(services: Services, config: Path | None) -> d.GatewayInitDocument:
    """Write a configuration to begin with. Raises ``UsageProblem`` where there is one already."""
    path = write_template(services, config)
    stamp = services.stamp()
    return d.GatewayInitDocument(
        generated_at=stamp.generated_at, tool_version=stamp.tool_version, config=str(path)
    )


def key_of_route(services: Services, route: str, secret: str, config: Path | None) -> d.GatewayKeyDocument:
    """Keep the provider's key of a route."""
    place = keep_key(services, route, secret, config)
    stamp = services.stamp()
    return d.GatewayKeyDocument(
        generated_at=stamp.generated_at, tool_version=stamp.tool_version, route=route, kept_in=str(place)
    )


def env_of_client(
    services: Services, client: str, project: str, days: int | None, config: Path | None
) -> d.GatewayEnvDocument:
    """Make a token, and the variables that programs need for it."""
    made = make_token(services, client, project, days, config)
    stamp = services.stamp()
    return d.GatewayEnvDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        client=client,
        project=project,
        url=made.url,
        variables=variables(made.url, made.token),
        unset=UNSET,
    )


def revoke(services: Services, token_id: str, config: Path | None) -> d.GatewayRevokeDocument:
    """Take a client's token back."""
    client = revoke_token(services, token_id, config)
    stamp = services.stamp()
    return d.GatewayRevokeDocument(
        generated_at=stamp.generated_at, tool_version=stamp.tool_version, id=token_id, client=client
    )
