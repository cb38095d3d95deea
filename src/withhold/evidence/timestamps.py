"""Time-stamp tokens of RFC 3161: asking for one, and checking one.

A token says that its authority saw a hash at a time. Who believes the authority (its root certificate)
believes that the bytes with that hash existed then. The certificates are checked as of the token's time, so
a token stays good when they expire later.
"""

import contextlib
import hashlib
import http.client
import queue
import socket
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.utils import CryptographyDeprecationWarning

from withhold.evidence.authorities import Authority
from withhold.evidence.der import in_order

if TYPE_CHECKING:
    from rfc3161_client import TimeStampRequest, TimeStampResponse

TIMEOUT = 15.0
"""Seconds for one answer, whatever the authority does meanwhile."""

LIMIT = 256 * 1024
"""Bytes of an answer; one with a long chain has about 20,000."""

KEPT = 256
"""Tokens whose check is remembered while the program runs; each has about 10,000 bytes."""

_REQUEST = "application/timestamp-query"
_ODD = (x509.InvalidVersion, x509.DuplicateExtension, UnsupportedAlgorithm)
"""What reading a malformed certificate raises besides ``ValueError``."""

_HASHES = {
    "2.16.840.1.101.3.4.2.1": hashlib.sha256,
    "2.16.840.1.101.3.4.2.2": hashlib.sha384,
    "2.16.840.1.101.3.4.2.3": hashlib.sha512,
}


class NoToken(Exception):
    """No token came, or not one that can be used. The text says why, for people."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a token that verified says. ``accuracy`` are seconds to either side, 0 where it tells none."""

    at: datetime
    accuracy: float
    policy: str
    serial: str


def ask(authority: Authority, data: bytes, *, timeout: float = TIMEOUT) -> tuple[bytes, Stamp]:
    """Get a token over ``data``: the whole answer as received, and what it says once it has verified.

    Sends the hash of ``data`` to the address of ``authority`` and nothing anywhere else. Raises
    :class:`NoToken` for whatever goes wrong, after ``timeout`` seconds at the latest.
    """
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    request = TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256).build()
    connection = _connection(authority.url, timeout + 1)  # the limit on the whole comes first
    answer = _within(timeout, connection, lambda: _post(connection, authority.url, request.as_bytes()))
    return answer, _verified(answer, data, authority, request)


def post(authority: Authority, request: bytes, *, timeout: float = TIMEOUT) -> bytes:
    """The answer to a request made elsewhere (a PDF's seal), unverified. Raises :class:`NoToken`."""
    connection = _connection(authority.url, timeout + 1)
    return _within(timeout, connection, lambda: _post(connection, authority.url, request))


@lru_cache(maxsize=KEPT)
def check(answer: bytes, data: bytes, root: bytes, *, policy: str | None = None) -> Stamp:
    """What a token over ``data`` says, if it verifies up to ``root``; raises :class:`NoToken`.

    The bytes alone decide, never the present time, so the same ones are verified once: records that lie under
    one checkpoint have their tokens in common.
    """
    return _verified(answer, data, Authority("", "", root, policy), None)


def revoked(answer: bytes, crl: bytes) -> str | None:
    """What a list of revoked certificates says against the token's own certificate; ``None``: nothing."""
    listed = x509.load_pem_x509_crl(crl)
    for certificate in _embedded(_decoded(answer)):
        found = listed.get_revoked_certificate_by_serial_number(certificate.serial_number)
        if found is not None and certificate.issuer == listed.issuer:
            return f"a certificate in it was revoked on {found.revocation_date_utc:%Y-%m-%d}"
    return None


@lru_cache(maxsize=KEPT)
def embedded_chain(answer: bytes) -> bytes:
    """The certificates inside a token as PEM; raises :class:`NoToken`."""
    return b"".join(c.public_bytes(Encoding.PEM) for c in _embedded(_decoded(answer)))


@lru_cache(maxsize=KEPT)
def fingerprints(pem: bytes) -> frozenset[str]:
    """SHA-256 of each certificate, as ``openssl x509 -fingerprint -sha256`` prints it but for the colons."""
    with _odd_certificates():
        found = x509.load_pem_x509_certificates(pem)
    return frozenset(hashlib.sha256(c.public_bytes(Encoding.DER)).hexdigest() for c in found)


def _verified(answer: bytes, data: bytes, authority: Authority, request: "TimeStampRequest | None") -> Stamp:
    from rfc3161_client import VerificationError, VerifierBuilder

    response = _decoded(answer)
    info = response.tst_info
    if request is not None and info.nonce != request.nonce:
        raise NoToken("the token answers another request: its nonce differs")
    if authority.policy is not None and info.policy.dotted_string != authority.policy:
        raise NoToken(f"the token was made under policy {info.policy.dotted_string}, not {authority.policy}")
    if info.message_imprint.message != _digest(info.message_imprint.hash_algorithm.dotted_string, data):
        raise NoToken("the token is over other bytes: its hash differs")
    verifier = VerifierBuilder(roots=list(_roots(authority.root))).build()
    try:
        with _odd_certificates(), _no_panic():
            _read_whole([*_roots(authority.root), *_embedded(response)])
            verifier.verify_message(response, data)
    except (VerificationError, ValueError, *_ODD) as problem:
        raise NoToken(f"the token does not verify up to the root that is trusted: {problem}") from problem
    _refuse_revoked(answer, authority.crl)
    accuracy = info.accuracy
    seconds = (
        accuracy.seconds + (accuracy.millis or 0) / 1e3 + (accuracy.micros or 0) / 1e6 if accuracy else 0
    )
    at = info.gen_time if info.gen_time.tzinfo else info.gen_time.replace(tzinfo=UTC)
    return Stamp(at, float(seconds), info.policy.dotted_string, f"{info.serial_number:x}")


def _read_whole(certificates: Sequence[x509.Certificate]) -> None:
    """A name that is no text makes the verifying library panic, so all is read before it is asked."""
    for certificate in certificates:
        _ = certificate.subject, certificate.issuer, certificate.extensions, certificate.public_key()


@contextlib.contextmanager
def _no_panic() -> Iterator[None]:
    """The library's panics are no ``Exception``, and would end the program at a malformed certificate."""
    try:
        yield
    except BaseException as problem:
        if type(problem).__name__ != "PanicException":
            raise
        raise NoToken("the token or a certificate of it is malformed") from problem


def _refuse_revoked(answer: bytes, crl: bytes | None) -> None:
    problem = None if crl is None else revoked(answer, crl)
    if problem is not None:
        raise NoToken(f"the token is not accepted: {problem}")


def _decoded(answer: bytes) -> "TimeStampResponse":
    from rfc3161_client import PKIStatus, decode_timestamp_response

    try:
        response = decode_timestamp_response(in_order(answer))
        if response.status != PKIStatus.GRANTED:
            said = "; ".join(response.status_string) or f"status {response.status}"
            raise NoToken(f"the authority refused: {said}")
        _ = response.tst_info, response.signed_data
    except ValueError as problem:
        raise NoToken(f"the answer is not a time-stamp: {problem}") from problem
    return response


def _embedded(response: "TimeStampResponse") -> Sequence[x509.Certificate]:
    """The certificates in a token in an order that does not change."""
    try:
        with _odd_certificates():
            return [x509.load_der_x509_certificate(der) for der in sorted(response.signed_data.certificates)]
    except (ValueError, x509.InvalidVersion) as problem:
        raise NoToken(f"a certificate in the token cannot be read: {problem}") from problem


@contextlib.contextmanager
def _odd_certificates() -> Iterator[None]:
    """Certificates of others may bend the rules (RFC 5280): no talk of that on the person's terminal."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)
        yield


@lru_cache(maxsize=64)
def _roots(pem: bytes) -> tuple[x509.Certificate, ...]:
    with _odd_certificates():
        return tuple(x509.load_pem_x509_certificates(pem))


def _digest(algorithm: str, data: bytes) -> bytes:
    made = _HASHES.get(algorithm)
    if made is None:
        raise NoToken(f"the token uses the hash {algorithm}, which is not accepted")
    return made(data).digest()


def _connection(url: str, timeout: float) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    return kind(parts.hostname or "", parts.port, timeout=timeout)


def _post(connection: http.client.HTTPConnection, url: str, body: bytes) -> bytes:
    """Send one request; follows no redirect. Raises :class:`NoToken`."""
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("POST", path, body, {"Content-Type": _REQUEST})
        with connection.getresponse() as response:
            if response.status != http.HTTPStatus.OK:
                raise NoToken(f"{parts.hostname} answered {response.status} {response.reason}")
            data = response.read(LIMIT + 1)
    except (OSError, http.client.HTTPException) as problem:
        raise NoToken(
            f"{parts.hostname} could not be asked: {problem or type(problem).__name__}"
        ) from problem
    finally:
        connection.close()
    if len(data) > LIMIT:
        raise NoToken(f"{parts.hostname} answered with more than {LIMIT} bytes")
    return data


def _within(seconds: float, connection: http.client.HTTPConnection, work: Callable[[], bytes]) -> bytes:
    """What ``work`` returns or raises, within ``seconds`` over all: sockets only limit each single wait."""
    done: queue.SimpleQueue[bytes | Exception] = queue.SimpleQueue()

    def run() -> None:
        try:
            done.put(work())
        except Exception as problem:  # noqa: BLE001 - handed to the caller, who raises it
            done.put(problem)

    threading.Thread(target=run, daemon=True, name="timestamp").start()
    try:
        found = done.get(timeout=seconds)
    except queue.Empty:
        _break_off(connection)
        raise NoToken(f"no whole answer came within {seconds:g} seconds") from None
    if isinstance(found, Exception):
        raise found
    return found


def _break_off(connection: http.client.HTTPConnection) -> None:
    """Wake the thread that waits on the connection; it closes it."""
    with contextlib.suppress(OSError):
        if connection.sock is not None:
            connection.sock.shutdown(socket.SHUT_RDWR)
