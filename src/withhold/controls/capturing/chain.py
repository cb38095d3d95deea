"""Which site the browser spoke to (TLS), and how far our clock is from the server's."""

import base64
import textwrap
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from hashlib import sha256
from math import ceil
from typing import TYPE_CHECKING, Any

from withhold.controls.capturing.network import Call, origin_of
from withhold.model.evidence import Json

if TYPE_CHECKING:
    from cryptography.x509 import Certificate, Name

_STALE = 2000
"""Milliseconds that a ``Date`` header may lie behind its server's clock: it is cut to whole seconds, and many
servers write one anew only once a second."""
NO_TLS = "the page was loaded over http: there was no TLS connection"
OTHER_CONNECTION = "the browser's certificates could not be told to be those of the request's own connection"
ONLY_CONNECTION = "the only connection to that host"
SAME_LOGS = "same names, validity and stamps of transparency logs as on the request's connection"
SAME_NAMES = "same names and validity as on the request's connection"
_REDIRECTS = range(300, 400)


def decisive(calls: Sequence[Call]) -> Call | None:
    """The call that counts: the first change that a server answered and did not lead on, else one that it led
    on, else the first document. What the browser answered itself came over no connection.
    """
    answered = [c for c in calls if c.response is not None and not _answered_here(c.response)]
    saves = [c for c in answered if c.writes]
    taken = (c for c in saves if (c.response or {}).get("status") not in _REDIRECTS)
    first_page = (c for c in answered if c.type == "Document")
    return next(taken, next(iter(saves), next(first_page, None)))


def agreement(call: Call, chain: Sequence[bytes], connections: Collection[str]) -> str | None:
    """Why ``chain`` is held for that of the connection of ``call``; ``None`` where it is not.

    The browser hands out the chain of *some* connection to a host, and says of each connection whom its
    certificate names and from when to when. It is that very chain where there was one connection alone
    (``connections`` are all to the host), or where stamps of transparency logs agree, which are of one
    certificate. Without these, two certificates made in one second for the same names look alike.
    """
    from cryptography import x509

    response: Mapping[str, Any] = call.response or {}
    alone = set(connections) == {str(response.get("connectionId"))}
    told: Mapping[str, Any] = response.get("securityDetails") or {}
    if not told:
        return ONLY_CONNECTION if alone else None
    own = x509.load_der_x509_certificate(chain[0])
    if not _named_alike(own, told):
        return None
    said = {
        (str(stamp["logId"]).casefold(), int(stamp["timestamp"]))
        for stamp in told.get("signedCertificateTimestampList", ())
        if str(stamp.get("origin", "")).casefold().startswith("embedded")
    }
    if said and not said <= _stamps(own):
        return None
    return ONLY_CONNECTION if alone else SAME_LOGS if said else SAME_NAMES


def _named_alike(own: "Certificate", told: Mapping[str, Any]) -> bool:
    validity = (int(own.not_valid_before_utc.timestamp()), int(own.not_valid_after_utc.timestamp()))
    return (
        validity == (told.get("validFrom"), told.get("validTo"))
        and _common_name(own.subject) in {"", told.get("subjectName")}
        and _names(own) <= set(told.get("sanList", ()))
    )


def _stamps(certificate: "Certificate") -> set[tuple[str, int]]:
    """Log and time (milliseconds) of the stamps of transparency logs inside a certificate (RFC 6962, 3.3)."""
    from cryptography import x509

    try:
        told = certificate.extensions.get_extension_for_class(x509.PrecertificateSignedCertificateTimestamps)
    except (x509.ExtensionNotFound, ValueError):
        return set()
    return {(s.log_id.hex(), round(s.timestamp.replace(tzinfo=UTC).timestamp() * 1000)) for s in told.value}


def _names(certificate: "Certificate") -> set[str]:
    from cryptography import x509

    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return set()
    return set(names.get_values_for_type(x509.DNSName))


def _common_name(name: "Name") -> str:
    from cryptography.x509.oid import NameOID

    return next((str(part.value) for part in name.get_attributes_for_oid(NameOID.COMMON_NAME)), "")


def _answered_here(response: Mapping[str, Any]) -> bool:
    return bool(response.get("fromDiskCache") or response.get("fromServiceWorker"))


def pem(chain: Sequence[bytes]) -> bytes:
    """Certificates as PEM, the site's own first."""
    return "".join(_pem(der) for der in chain).encode()


def described(call: Call, chain: Sequence[bytes], held_for_it: str) -> dict[str, Json]:
    """What the browser says of the connection on which ``call`` was made, and why ``chain`` is of it."""
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
        "chain_held_for_it": held_for_it,
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
        cached = _answered_here(response)
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
