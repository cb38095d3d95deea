"""Asking a local route's server, and looking at who listens there, where a model runs."""

import asyncio
import http.client
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from withhold.gateway.config import RouteConfig
from withhold.gateway.place import Place
from withhold.local.adopted import Endpoint, examine, listening_program
from withhold.support.errors import UsageProblem

Key = Callable[[RouteConfig], str | None]
KEPT_SECONDS = 30.0
"""For which a place is not asked for again: a server can come to mean something else by the same name."""
_KEPT = 1024
_PATIENCE = 3.0
_OK = 200
_ANY_NAME = "llama-server"
"""This kind has one model, which answers whatever name is asked for."""


@dataclass(slots=True)
class Whereabouts:
    """Places by route and model, kept for a moment. ``key`` is the secret of a route."""

    key: Key
    _known: dict[tuple[str, str], tuple[float, Place]] = field(default_factory=dict)

    async def __call__(self, route: RouteConfig, model: str) -> Place:
        """Where ``model`` runs. Asks the server in a thread."""
        until, known = self._known.get((route.id, model), (0.0, None))
        if known is not None and time.monotonic() < until:
            return known
        found = await asyncio.to_thread(place_of, route, model, self.key)
        if len(self._known) >= _KEPT:
            self._known.clear()
        self._known[route.id, model] = time.monotonic() + KEPT_SECONDS, found
        return found


def place_of(route: RouteConfig, model: str, key: Key) -> Place:
    """Where ``model`` of a local route runs, by what its server says and by who listens there."""
    parts = urlsplit(route.upstream)
    if parts.scheme != "http":
        return Place("unknown", "neither a Unix socket nor a server that speaks TLS is judged here")
    host = "127.0.0.1" if parts.hostname == "localhost" else parts.hostname or ""
    port = parts.port or 80
    if listening_program(port) == "withhold":
        return _own(host, port, key(route))
    try:
        found = examine(f"http://{f'[{host}]' if ':' in host else host}:{port}")
    except UsageProblem as problem:
        return Place("unknown", problem.message)
    return Place("unknown", "nothing there says what it is") if found is None else _offered(found, model)


def _offered(found: Endpoint, model: str) -> Place:
    names = {model, model if ":" in model else f"{model}:latest"}
    alone = found.kind == _ANY_NAME and len(found.offers) == 1
    offer = next((o for o in found.offers if alone or o.model in names), None)
    if offer is None:
        return Place("unknown", f"{found.kind} does not list it")
    return Place(offer.where, offer.why)


def _own(host: str, port: int, key: str | None) -> Place:
    """What ``withhold local serve`` shows to who has its token."""
    connection = http.client.HTTPConnection(host, port, timeout=_PATIENCE)
    try:
        connection.request("GET", "/withhold/state", headers={"Authorization": f"Bearer {key or ''}"})
        answer = connection.getresponse()
        state = json.loads(answer.read()) if answer.status == _OK else None
    except (OSError, ValueError, http.client.HTTPException):
        state = None
    finally:
        connection.close()
    if not isinstance(state, dict):
        return Place("unknown", "withhold listens there and does not show its model to this route's key")
    said = str(state.get("seal"))
    if state.get("sealed") is True:
        return Place("local", f"withhold local serve answers there: {said}")
    return Place("unknown", f"withhold local serve answers there without a seal that holds: {said}")
