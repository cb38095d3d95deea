"""Tokens of clients."""

import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from withhold.app.bootstrap import Services
from withhold.app.gateway.places import Places
from withhold.report.documents.gateway import GatewayTokenRow, GatewayTokensDocument
from withhold.support.errors import UsageProblem
from withhold.support.locks import held

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class Made:
    url: str
    token: str


def make_token(services: Services, client: str, project: str, days: int | None, config: Path | None) -> Made:
    """A new token. Raises ``UsageProblem`` for a name that is none."""
    for name in (client, project):
        if not _NAME.fullmatch(name):
            raise UsageProblem(f"{name!r} is no name", next_step="letters, digits, dots, dashes; at most 64")
    places = Places(services, config)
    port = places.config.port
    places.prepare()
    now = services.clock()
    expires = None if days is None else now + timedelta(days=days)
    with held(places.folder / "tokens.lock", doing="changing tokens", timeout=10.0):
        token = places.tokens.make(client, project, now=now, expires=expires)
    return Made(f"http://127.0.0.1:{port}", token)


def list_tokens(services: Services) -> GatewayTokensDocument:
    """All tokens, by id."""
    stamp = services.stamp()
    rows = tuple(
        GatewayTokenRow(id=t.id, client=t.client, project=t.project, made=t.made, expires=t.expires)
        for t in Places(services).tokens.all()
    )
    return GatewayTokensDocument(
        generated_at=stamp.generated_at, tool_version=stamp.tool_version, tokens=rows
    )


def revoke_token(services: Services, token_id: str) -> str:
    """Take a token back; names its client."""
    places = Places(services)
    places.prepare()
    with held(places.folder / "tokens.lock", doing="changing tokens", timeout=10.0):
        return places.tokens.revoke(token_id).client
