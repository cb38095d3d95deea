"""A real timestamp authority on loopback: ``openssl ts -reply`` behind a small HTTP server."""

import contextlib
import hashlib
import shutil
import socketserver
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from asn1crypto import core, tsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from withhold.evidence.authorities import Authority, authority

OPENSSL = shutil.which("openssl")
needs_openssl = pytest.mark.skipif(OPENSSL is None, reason="openssl is not installed")

POLICY = "1.2.3.4.1"
DAY = timedelta(days=1)

CONFIG = """
[tsa]
default_tsa = one
[one]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
certs = {folder}/chain.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = {policy}
digests = sha256, sha384, sha512
accuracy = secs:1
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


@dataclass(frozen=True)
class Issued:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)


def issue(
    name: str,
    issuer: Issued | None = None,
    *,
    key: ec.EllipticCurvePrivateKey | None = None,
    ca: bool = True,
    begins: datetime | None = None,
    ends: datetime | None = None,
) -> Issued:
    """A certificate by ``issuer``, self-signed without one; for time-stamping unless it is a CA."""
    now = datetime.now(UTC)
    own = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins or now - DAY)
        .not_valid_after(ends or now + 30 * DAY)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(own.public_key()), critical=False)
    )
    if not ca:
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        builder = builder.add_extension(usage, critical=True)
    signer = issuer.key if issuer else own
    return Issued(builder.sign(signer, hashes.SHA256()), own)


def revocations(issuer: Issued, *revoked: Issued) -> bytes:
    """A list of what ``issuer`` has revoked, as PEM."""
    now = datetime.now(UTC)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(now)
        .next_update(now + DAY)
    )
    for one in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(one.certificate.serial_number)
        builder = builder.add_revoked_certificate(entry.revocation_date(now).build())
    return builder.sign(issuer.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


Change = Callable[[bytes], bytes]


def _as_it_is(data: bytes) -> bytes:
    return data


class Authoritative:
    """An authority that runs. ``before`` changes each request, ``after`` each answer; ``status`` is sent.

    ``asked`` counts requests; ``wait`` are seconds before each answer; ``drip`` sends a byte at a time;
    ``behind`` is how far its clock is.
    """

    def __init__(self, folder: Path, root: Issued, signer: Issued, *chain: Issued, policy: str = POLICY):
        folder.mkdir(parents=True)
        self.folder, self.root, self.signer = folder, root, signer
        self.before: Change = _as_it_is
        self.after: Change = _as_it_is
        self.status, self.wait, self.drip, self.asked = 200, 0.0, False, 0
        self.behind = timedelta(0)
        self.headers: dict[str, str] = {}
        self.url = ""
        self._lock = threading.Lock()
        (folder / "serial").write_text("01\n")
        (folder / "tsa.pem").write_bytes(signer.pem)
        (folder / "chain.pem").write_bytes(b"".join(part.pem for part in chain) or signer.pem)
        encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
        key = signer.key.private_bytes(encoding, form, serialization.NoEncryption())
        (folder / "tsa.key").write_bytes(key)
        (folder / "config").write_text(CONFIG.format(folder=folder, policy=policy))

    def named(self, name: str, root: bytes | None = None, policy: str | None = None) -> Authority:
        """How a person would name it."""
        return authority(name, self.url, root or self.root.pem, policy)

    @cached_property
    def reply_command(self) -> list[str]:
        return [OPENSSL or "", "ts", "-reply", "-config", str(self.folder / "config")]

    def reply(self, request: bytes) -> bytes:
        with self._lock:
            query = self.folder / "query"
            query.write_bytes(request)
            command = [*self.reply_command, "-queryfile", str(query)]
            answer = subprocess.run(command, check=True, capture_output=True).stdout
        return _dated(answer, self.behind, self.signer.key) if self.behind else answer


def _dated(answer: bytes, behind: timedelta, key: ec.EllipticCurvePrivateKey) -> bytes:
    """The answer as an authority gives it whose clock is wrong: with its time, signed anew."""
    response = tsp.TimeStampResp.load(answer)
    signed = response["time_stamp_token"]["content"]
    info = signed["encap_content_info"]["content"].parsed
    info["gen_time"] = info["gen_time"].native - behind
    content = info.dump(force=True)
    signed["encap_content_info"]["content"] = core.ParsableOctetString(content)
    signer = signed["signer_infos"][0]
    for attribute in signer["signed_attrs"]:
        if attribute["type"].native == "message_digest":
            attribute["values"] = [hashlib.sha256(content).digest()]
    told = signer["signed_attrs"].untag().dump(force=True)
    signer["signature"] = key.sign(told, ec.ECDSA(hashes.SHA256()))
    return bytes(response.dump(force=True))


class Handler(BaseHTTPRequestHandler):
    server: "Server"

    def do_POST(self) -> None:
        tsa = self.server.tsa
        tsa.asked += 1
        request = self.rfile.read(int(self.headers["Content-Length"]))
        answer = tsa.after(tsa.reply(tsa.before(request))) if tsa.status == 200 else b""
        time.sleep(tsa.wait)
        with contextlib.suppress(OSError):
            self._send(tsa, answer)

    def _send(self, tsa: Authoritative, answer: bytes) -> None:
        self.send_response(tsa.status)
        self.send_header("Content-Type", "application/timestamp-reply")
        for name, value in tsa.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        for start in range(0, len(answer), 1 if tsa.drip else len(answer)):
            self.wfile.write(answer[start : start + 1] if tsa.drip else answer)
            time.sleep(0.1 if tsa.drip else 0)

    def log_message(self, *_: object) -> None:
        """The tests say what matters."""


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, tsa: Authoritative) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.tsa = tsa


@contextmanager
def running(tsa: Authoritative) -> Iterator[Authoritative]:
    """Serve ``tsa`` on a port of its own."""
    with Server(tsa) as server:
        tsa.url = f"http://127.0.0.1:{server.server_address[1]}/tsa"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield tsa
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def simple(folder: Path) -> Iterator[Authoritative]:
    """An authority with a root and an intermediate of its own."""
    root = issue(f"root of {folder.name}")
    middle = issue(f"intermediate of {folder.name}", root)
    with running(Authoritative(folder, root, issue(f"{folder.name}", middle, ca=False), middle)) as tsa:
        yield tsa
