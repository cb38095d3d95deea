"""Which site the browser spoke to (TLS), and how far our clock is from the server's."""

import base64
import textwrap
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from hashlib import sha256
from math import ceil
from typing import Any
from urllib.parse import urlsplit

from withhold.controls.capturing.network import Call
from withhold.model.evidence import Json

_STALE = 2000
"""Milliseconds that a ``Date`` header may lie behind its server's clock: it is cut to whole seconds, and many
servers write one anew only once a second."""
NO_TLS = "the page was loaded over http: there was no TLS connection"


def decisive(calls: Sequence[Call]) -> Call | None:
    """The call that counts: the first answered change, else the first document."""
    answered = [c for c in calls if c.response is not None]
    saves = [c for c in answered if c.writes]
    return next(iter(saves), next((c for c in answered if c.type == "Document"), None))


def origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def pem(chain: Sequence[bytes]) -> bytes:
    """Certificates as PEM, the site's own first."""
    return "".join(_pem(der) for der in chain).encode()


def described(call: Call, chain: Sequence[bytes]) -> dict[str, Json]:
    """What the browser says of the connection on which ``call`` was made."""
    response = call.response or {}
    told: Mapping[str, Any] = response.get("securityDetails") or {}
    return {
        "origin": origin_of(call.url),
        "request": f"{call.method} {call.type.casefold()}",
        "connection": str(response.get("connectionId", "")),
        "remote": _remote(response),
        "http": str(response.get("protocol", "")),
        "protocol": told.get("protocol"),
        "cipher": told.get("cipher"),
        "key_exchange": told.get("keyExchangeGroup") or told.get("keyExchange"),
        "subject": told.get("subjectName"),
        "names": [str(name) for name in told.get("sanList", ())],
        "issuer": told.get("issuer"),
        "valid_from": _second(told.get("validFrom")),
        "valid_to": _second(told.get("validTo")),
        "transparency": told.get("certificateTransparencyCompliance"),
        "accepted_by_browser": response.get("securityState") == "secure",
        "chain_sha256": [sha256(der).hexdigest() for der in chain],
    }


def clock_skew(calls: Sequence[Call]) -> tuple[dict[str, Json] | None, str]:
    """How far this computer's clock is ahead of the server's, from the first dated answer; else why not.

    A ``Date`` header lies behind its server's clock, and is set after the request left: the clock is ahead by
    ``ahead_ms`` at the most, ``ahead_at_least_ms`` at the least (null where the browser did not tell how
    long the answer took); less than 0 is behind. An answer from a cache says nothing.
    """
    for call in calls:
        response = call.response or {}
        said = next((v for k, v in call.response_headers.items() if k.casefold() == "date"), None)
        cached = response.get("fromDiskCache") or response.get("fromServiceWorker")
        aged = any(k.casefold() == "age" for k in call.response_headers)
        ours = response.get("responseTime")
        if said is None or cached or aged or not ours:
            continue
        server = _dated(said)
        if server is not None:
            here = datetime.fromtimestamp(ours / 1000, UTC)
            skew = round((here - server).total_seconds() * 1000)
            return {
                "ours": here.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                "server": server.isoformat().replace("+00:00", "Z"),
                "ahead_ms": skew,
                "ahead_at_least_ms": _at_least(skew, response),
                "from": f"Date header of {origin_of(call.url)}",
            }, ""
    return None, "no answer of the server carried a Date that was not from a cache"


def _at_least(most: int, response: Mapping[str, Any]) -> int | None:
    took = (response.get("timing") or {}).get("receiveHeadersEnd")
    return None if took is None else most - _STALE - ceil(took)


def _dated(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text).astimezone(UTC)
    except ValueError:
        return None


def _pem(der: bytes) -> str:
    body = "\n".join(textwrap.wrap(base64.b64encode(der).decode(), 64))
    return f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n"


def _remote(response: Mapping[str, Any]) -> str | None:
    address, port = response.get("remoteIPAddress"), response.get("remotePort")
    return f"{address} port {port}" if address else None


def _second(value: object) -> str | None:
    if not isinstance(value, int | float):
        return None
    return datetime.fromtimestamp(value, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
