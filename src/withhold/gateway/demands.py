"""What a host must be told with every request, set and then checked in the bytes that are sent."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from withhold.gateway.hosts import Host


class NotAllowedHere(ValueError):
    """The request asks this host for something that its terms do not cover."""


def impose(host: Host | None, body: dict[str, Any]) -> bool:
    """Set what ``host`` demands in ``body``; whether anything was changed. Raises :class:`NotAllowedHere`."""
    if host is None:
        return False
    field = next((name for name in host.refuse_fields if body.get(name)), None) or _misspelt(host, body)
    if field is not None:
        raise NotAllowedHere(f"{field!r} is not covered by what {host.host} promises")
    for model in _models(body):
        if _is_variant(model, host.refuse_model_endings):
            raise NotAllowedHere(
                f"models that end like {model!r} are not covered by what {host.host} promises"
            )
    if host.tool_types and not _all_of(host.tool_types, body.get("tools")):
        raise NotAllowedHere(f"a tool that {host.host} carries out is not covered by what it promises")
    changed = False
    for place, value in host.demand.items():
        changed |= _set(body, place.split("."), value)
    return changed


def _misspelt(host: Host, body: Mapping[str, Any]) -> str | None:
    """A key that somebody could take for one that is demanded: only the case differs."""
    demanded = {place.partition(".")[0] for place in host.demand}
    return next((name for name in body if name.lower() in demanded and name not in demanded), None)


def _is_variant(model: str, endings: Sequence[str]) -> bool:
    return any(re.search(re.escape(ending) + r"(?![^:@/])", model.lower()) for ending in endings)


def _all_of(types: Sequence[str], tools: Any) -> bool:
    if tools is None:
        return True
    return isinstance(tools, list) and all(
        isinstance(tool, dict) and ("type" not in tool or tool["type"] in types) for tool in tools
    )


def holds(host: Host | None, body: Mapping[str, Any]) -> bool:
    """Whether ``body`` says all that ``host`` demands."""
    return host is None or all(
        _same(_get(body, place.split(".")), value) for place, value in host.demand.items()
    )


def _models(body: Mapping[str, Any]) -> list[str]:
    several = body.get("models") or []
    return [name for name in (body.get("model"), *several) if isinstance(name, str)]


def _set(body: dict[str, Any], place: list[str], value: Any) -> bool:
    for part in place[:-1]:
        if body.get(part) is None:
            body[part] = {}
        inner = body[part]
        if not isinstance(inner, dict):
            raise NotAllowedHere(f"{part!r} is no object")
        body = inner
    if _same(body.get(place[-1]), value):
        return False
    body[place[-1]] = value
    return True


def _get(body: Any, place: list[str]) -> Any:
    for part in place:
        body = body.get(part) if isinstance(body, dict) else None
    return body


def _same(found: Any, value: Any) -> bool:
    """Equal and of one type: ``1`` is not ``true``."""
    return type(found) is type(value) and bool(found == value)
