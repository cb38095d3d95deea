"""Tokens of clients."""

import asyncio
import re
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from withhold.app.bootstrap import Services
from withhold.app.gateway.places import Places
from withhold.gateway.tokens import Token
from withhold.report.documents.gateway import GatewayTokenRow, GatewayTokensDocument
from withhold.support.errors import EnvironmentProblem, UsageProblem
from withhold.support.locks import held

if TYPE_CHECKING:
    from withhold.gateway.database import DatabaseTokens

T = TypeVar("T")
SEE = "see 'withhold gateway tokens'"
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
    if places.database is not None:
        token = _shared(
            places.database, lambda shared: shared.make(client, project, now=now, expires=expires)
        )
        return Made(f"http://127.0.0.1:{port}", token)
    with held(places.folder / "tokens.lock", doing="changing tokens", timeout=10.0):
        token = places.tokens.make(client, project, now=now, expires=expires)
    return Made(f"http://127.0.0.1:{port}", token)


def _shared(address: str, act: "Callable[[DatabaseTokens], Coroutine[Any, Any, T]]") -> T:
    """Do something with the tokens of the database. Raises ``EnvironmentProblem``."""
    import asyncpg  # type: ignore[import-untyped]

    from withhold.gateway.database import DatabaseTokens

    async def run() -> T:
        shared = DatabaseTokens(address)
        try:
            return await act(shared)
        finally:
            await shared.close()

    try:
        return asyncio.run(run())
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as problem:
        raise EnvironmentProblem(
            f"the database of the gateways does not answer: {problem}", next_step="start it, and try again"
        ) from problem


def _all(places: Places) -> tuple[Token, ...]:
    if places.config_path.exists() and places.database is not None:
        return _shared(places.database, lambda shared: shared.all())
    return places.tokens.all()


def list_tokens(services: Services, config: Path | None = None) -> GatewayTokensDocument:
    """All tokens, by id."""
    stamp = services.stamp()
    rows = tuple(
        GatewayTokenRow(id=t.id, client=t.client, project=t.project, made=t.made, expires=t.expires)
        for t in _all(Places(services, config))
    )
    return GatewayTokensDocument(
        generated_at=stamp.generated_at, tool_version=stamp.tool_version, tokens=rows
    )


def revoke_token(services: Services, token_id: str, config: Path | None = None) -> str:
    """Take a token back; names its client."""
    places = Places(services, config)
    places.prepare()
    if places.config_path.exists() and places.database is not None:
        found = [t for t in _all(places) if token_id and t.sha256.startswith(token_id)]
        if len(found) != 1:
            raise UsageProblem(f"{len(found)} tokens have the id {token_id!r}", next_step=SEE)
        _shared(places.database, lambda shared: shared.revoke(found[0].sha256))
        return found[0].client
    with held(places.folder / "tokens.lock", doing="changing tokens", timeout=10.0):
        return places.tokens.revoke(token_id).client
