"""Nothing secret and nothing personal gets into evidence, in whatever form."""

import base64
import datetime as dt
import gzip
import ipaddress
import json
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.controls import canaries
from tests.controls.canaries import CANARIES, found, layers, provider
from tests.controls.fakes import QUICK, MemorySink, control
from withhold.controls.assist import set_private
from withhold.controls.browser import OpenPage, open_page
from withhold.controls.capture import CaptureOptions
from withhold.controls.capturing.chain import NO_TLS
from withhold.controls.driver import Page
from withhold.controls.record import RunContext
from withhold.evidence.web.packing import Packager
from withhold.model.evidence import Draft
from withhold.model.words import Outcome

pytestmark = pytest.mark.browser
EMBEDDED = x509.ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")
"""Of the list of stamps in a certificate (RFC 6962, 3.3)."""


@pytest.fixture(scope="module")
def trusting() -> Iterator[OpenPage]:
    """A browser that takes any certificate: the tests' authority is known to nobody."""
    with open_page(headless=True, arguments=["--ignore-certificate-errors"]) as opened:
        yield opened


@pytest.fixture
def fresh(trusting: OpenPage) -> Iterator[Page]:
    trusting.page.context.clear_cookies()
    page = trusting.page.context.new_page()
    yield page
    page.close()


def opt_out(page: Page, url: str, *, full_page: bool = False) -> Draft:
    sink = MemorySink()
    options = CaptureOptions(full_page=full_page, packager=Packager())
    context = RunContext("example", "ab" * 32, "test", patience=QUICK, capture=options)
    now = lambda: dt.datetime.now(dt.UTC)  # noqa: E731 - the server's dates are of now
    result = set_private(page, url, (control("Help improve Claude"),), clock=now, sink=sink, context=context)
    assert result.outcome is Outcome.CHANGED, result.why
    return sink.last


def stored(draft: Draft, folder: Path) -> Path:
    """The draft as files, as a store would hold it."""
    (folder / "record.json").write_text(json.dumps([draft.type, draft.body, draft.missing]), encoding="utf-8")
    for artifact in draft.artifacts:
        (folder / artifact.name).write_bytes(artifact.data)
    return folder


@pytest.mark.parametrize("full_page", [False, True])
def test_no_canary_in_any_form(fresh: Page, tmp_path: Path, full_page: bool) -> None:
    """Cookies, tokens, passwords, names, addresses and titles of chats are in no file of a record."""
    with provider() as truth:
        draft = opt_out(fresh, truth.url, full_page=full_page)
    folder = stored(draft, tmp_path)
    assert sorted(found(folder)) == []
    assert not [note for note in draft.body["notes"] if "Error" in note]  # nothing is missing by a mishap


def test_what_matters_is_still_there(fresh: Page, tmp_path: Path) -> None:
    """The switch, its label, its states and the change that was sent can be read; masks are counted."""
    with provider() as truth:
        draft = opt_out(fresh, truth.url)
    kept = {artifact.name: artifact.data for artifact in draft.artifacts}
    assert "Help improve Claude" in kept["before.html"].decode()
    assert '"checked": "false"' in kept["after-reload.aria.yml"].decode()
    warc = next(data for name, data in layers(kept["exchange.wacz"]) if name.endswith("gunzip")).decode()
    assert '"training": false' in warc
    assert '"mode": "opt_out"' in warc
    assert "[masked:cookie:" in warc
    places = {mask["where"]: mask["kinds"] for mask in draft.body["masks"]}
    assert {"cookie", "authorization", "token", "value"} <= set(places["exchange.wacz"])
    assert any("painted over" in kind for kind in places["before.png"])


def test_equal_values_look_equal_inside_one_record_only(fresh: Page) -> None:
    """One cookie has one marker within a record, and another one in the next record."""
    with provider() as truth:
        first = opt_out(fresh, truth.url)
        truth.training = True
        second = opt_out(fresh, truth.url)
    markers = [_markers(draft) for draft in (first, second)]
    assert markers[0]
    assert not markers[0] & markers[1]


def _markers(draft: Draft) -> set[bytes]:
    import re

    wacz = next(a.data for a in draft.artifacts if a.name == "exchange.wacz")
    warc = next(data for name, data in layers(wacz) if name.endswith("gunzip"))
    return set(re.findall(rb"session=(\[masked:cookie:[0-9a-f]{12}\])", warc))


@pytest.mark.parametrize(
    "form",
    [
        lambda value: value.encode(),
        lambda value: gzip.compress(b"x" + value.encode()),
        lambda value: base64.b64encode(b"ab" + value.encode() + b"cd"),
        lambda value: value.encode("utf-16"),
        lambda value: value.encode().hex().encode(),
        lambda value: (
            json.dumps({"a": value}).translate({ord(c): f"\\u{ord(c):04X}" for c in value}).encode()
        ),
        lambda value: "".join(f"&#{ord(c)};" for c in value).encode(),
        lambda value: base64.urlsafe_b64encode(b"\xff\xfe" + value.encode() + b"\xff"),
    ],
)
@pytest.mark.parametrize("what", sorted(CANARIES))
def test_the_search_finds_what_is_there(tmp_path: Path, what: str, form: object) -> None:
    """The search of the tests above is no empty promise: it finds each canary in each form."""
    (tmp_path / "file").write_bytes(form(CANARIES[what]))  # type: ignore[operator]
    assert any(hit.startswith(what) for hit in found(tmp_path))


def certificates(*, days: int = 9, stamps: bytes = b"") -> tuple[bytes, bytes, bytes]:
    """An own authority and a certificate of loopback by it: chain, key and the authority (PEM).

    ``days`` is how long it stays valid; ``stamps`` are those of transparency logs, as RFC 6962 encodes them.
    """
    begins, ends = (
        dt.datetime.now(dt.UTC) - dt.timedelta(days=1),
        dt.datetime.now(dt.UTC) + dt.timedelta(days=days),
    )
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Authority of the tests")])
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])

    def certificate(
        name: x509.Name, public: ec.EllipticCurvePublicKey, extra: x509.ExtensionType, *, critical: bool
    ) -> x509.Certificate:
        made = x509.CertificateBuilder().subject_name(name).issuer_name(issuer).public_key(public)
        made = made.serial_number(x509.random_serial_number()).not_valid_before(begins).not_valid_after(ends)
        made = made.add_extension(extra, critical=critical)
        if stamps and not critical:
            made = made.add_extension(x509.UnrecognizedExtension(EMBEDDED, stamps), critical=False)
        return made.sign(ca_key, hashes.SHA256())

    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    own = certificate(subject, key.public_key(), names, critical=False)
    root = certificate(
        issuer, ca_key.public_key(), x509.BasicConstraints(ca=True, path_length=None), critical=True
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return own.public_bytes(pem) + root.public_bytes(pem), private, root.public_bytes(pem)


def test_the_chain_of_the_connection_is_recorded(fresh: Page, tmp_path: Path) -> None:
    """Over TLS the record holds the very chain the server showed, its protocol, and how the clocks differ."""
    chain, key, _ = certificates()
    (tmp_path / "chain.pem").write_bytes(chain)
    (tmp_path / "key.pem").write_bytes(key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "chain.pem", tmp_path / "key.pem")
    with provider(context) as truth:
        draft = opt_out(fresh, truth.url)
    kept = next(a.data for a in draft.artifacts if a.name == "tls-chain.pem")
    wanted = x509.load_pem_x509_certificates(chain)[0]
    assert x509.load_pem_x509_certificates(kept)[0] == wanted
    tls = draft.body["tls"]
    assert tls["chain_sha256"][0] == wanted.fingerprint(hashes.SHA256()).hex()
    assert tls["protocol"].startswith("TLS 1.")
    assert tls["request"] == "PATCH fetch"
    clock = draft.body["clock"]
    assert clock["ahead_at_least_ms"] - 5 <= 0 <= clock["ahead_ms"] + 5, "both clocks are one"
    assert draft.missing == ()


def test_without_tls_its_absence_is_told(fresh: Page) -> None:
    """On http there is no chain, and the record says why."""
    with provider() as truth:
        draft = opt_out(fresh, truth.url)
    assert dict(draft.missing) == {"tls-chain.pem": NO_TLS}
    assert draft.body["tls"] is None
    assert canaries.COOKIE not in str(draft.body)
