"""A TLS chain by the commands that people type: opted out over TLS, bundled, verified by openssl."""

import base64
import json
import ssl
import subprocess
import zipfile
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from tests.cli.tool import Tool
from tests.controls.canaries import provider
from tests.controls.test_canaries import certificates
from tests.evidence.tsa import OPENSSL, needs_openssl
from withhold.controls.browser import find_browser

pytestmark = [pytest.mark.browser, needs_openssl]


@pytest.fixture
def tool(capsys: pytest.CaptureFixture[str]) -> Tool:
    return Tool(capsys)


@pytest.fixture
def chain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[ssl.SSLContext, Path]:
    """A server's context, and its chain; the browser is told to accept this one key, and no other."""
    pem, key, root = certificates()
    for name, data in (("chain.pem", pem), ("key.pem", key), ("root.pem", root)):
        (tmp_path / name).write_bytes(data)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "chain.pem", tmp_path / "key.pem")
    public = x509.load_pem_x509_certificate(pem).public_key()
    spki = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    digest = hashes.Hash(hashes.SHA256())
    digest.update(spki)
    accepted = base64.b64encode(digest.finalize()).decode()
    browser = tmp_path / "browser"
    browser.write_text(
        f'#!/bin/sh\nexec {find_browser()} --ignore-certificate-errors-spki-list={accepted} "$@"\n'
    )
    browser.chmod(0o700)
    monkeypatch.setenv("WITHHOLD_BROWSER", str(browser))
    return context, tmp_path


def test_from_the_opt_out_to_openssl(tool: Tool, chain: tuple[ssl.SSLContext, Path]) -> None:
    """The bundle holds the server's own certificates; openssl verifies them up to their root."""
    context, folder = chain
    with provider(context) as truth:
        done = tool.document("optout", "--url", truth.url, "--mode", "assist", "--headless")
        assert truth.training is False
    assert done["outcome"] == "changed"
    tool("evidence", "bundle", done["record"], "-o", folder / "bundle.zip")
    with zipfile.ZipFile(folder / "bundle.zip") as bundle:
        bundle.extractall(folder / "bundle")
    (kept,) = (folder / "bundle").rglob("tls-chain.pem")
    assert x509.load_pem_x509_certificates(kept.read_bytes()) == x509.load_pem_x509_certificates(
        (folder / "chain.pem").read_bytes()
    )
    checked = subprocess.run(
        [OPENSSL, "verify", "-CAfile", folder / "root.pem", "-untrusted", kept, kept],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.stdout.strip().endswith("OK"), checked.stderr
    told = json.loads(next((folder / "bundle").rglob("record.json")).read_text())
    assert "tls-chain.pem" not in dict(told.get("missing", ()))
