"""What a host must be told with every request, set and then checked in the bytes that are sent."""

from collections.abc import Mapping
from typing import Any

from withhold.gateway.hosts import Host


class NotAllowedHere(ValueError):
    """The request asks this host for something that its terms do not cover."""


def impose(host: Host | None, body: dict[str, Any]) -> bool:
    """Set what ``host`` demands in ``body``; whether anything was changed. Raises :class:`NotAllowedHere`."""
    if host is None:
        return False
    field = next((name for name in host.refuse_fields if body.get(name)), None)
    if field is not None:
        raise NotAllowedHere(f"{field!r} is not covered by what {host.host} promises")
    for model in _models(body):
        if model.endswith(host.refuse_model_endings):
            raise NotAllowedHere(
                f"models that end like {model!r} are not covered by what {host.host} promises"
            )
    changed = False
    for place, value in host.demand.items():
        changed |= _set(body, place.split("."), value)
    return changed


def holds(host: Host | None, body: Mapping[str, Any]) -> bool:
    """Whether ``body`` says all that ``host`` demands."""
    return host is None or all(_get(body, place.split(".")) == value for place, value in host.demand.items())


def _models(body: Mapping[str, Any]) -> list[str]:
    several = body.get("models") or []
    return [name for name in (body.get("model"), *several) if isinstance(name, str)]


def _set(body: dict[str, Any], place: list[str], value: Any) -> bool:
    for part in place[:-1]:
        inner = body.setdefault(part, {})
        if not isinstance(inner, dict):
            raise NotAllowedHere(f"{part!r} is no object")
        body = inner
    if body.get(place[-1]) == value:
        return False
    body[place[-1]] = value
    return True


def _get(body: Any, place: list[str]) -> Any:
    for part in place:
        body = body.get(part) if isinstance(body, dict) else None
    return body
