"""Where the model of a local route runs: here, elsewhere, or nobody knows. An address says nothing of it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from withhold.gateway.config import RouteConfig
from withhold.gateway.decide import Decision


@dataclass(frozen=True, slots=True)
class Place:
    """``why`` says by what it is known, or what is missing."""

    where: Literal["local", "remote", "unknown"]
    why: str


FindPlace = Callable[[RouteConfig, str], Awaitable[Place]]
"""Where a model of a local route runs. What it raises refuses the request."""


def unfit(route: RouteConfig, model: str, found: Place) -> Decision | None:
    """The refusal of a request to a local route; ``None`` if it may go.

    What runs elsewhere never may. The person's word counts only where nothing is known.
    """
    if found.where == "local" or (found.where == "unknown" and route.on_my_word):
        return None
    if found.where == "remote":
        why = f"{route.id}: {model} answers at this machine's own address and runs elsewhere, {found.why}"
        return Decision(None, frozenset(), why, "a model that runs on this machine")
    why = f"{route.id}: whether {model} runs on this machine is not known, {found.why}"
    remedy = f"a server that tells, or, if you know that it does, on_my_word = true in route {route.id}"
    return Decision(None, frozenset(), why, remedy)
