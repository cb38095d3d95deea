"""What the commands record in a browser carries a token from before it began."""

import zipfile
from pathlib import Path

import pytest

from tests.cli.tool import Tool
from tests.controls.canaries import provider
from tests.evidence.tsa import needs_openssl, simple

pytestmark = [pytest.mark.browser, needs_openssl]


@pytest.fixture
def tool(capsys: pytest.CaptureFixture[str]) -> Tool:
    return Tool(capsys)


def test_a_page_that_no_pack_knows(tool: Tool, tmp_path: Path) -> None:
    """An authority's word from before the page was opened is in record, report and guide."""
    with simple(tmp_path / "tsa") as authority, provider() as truth:
        root = tmp_path / "root.pem"
        root.write_bytes(authority.root.pem)
        tool("evidence", "authorities", "add", authority.url, "--root", root)
        done = tool.document("optout", "--url", truth.url, "--mode", "assist", "--headless")
    bundle = tmp_path / "bundle.zip"
    tool("evidence", "bundle", done["record"], "-o", bundle)
    verified = tool.document("evidence", "verify", bundle)
    claims = {c["name"]: c for record in verified["records"] for c in record["claims"]}
    assert claims["not_before"]["result"] != "failed", claims["not_before"]
    own = tool.document("evidence", "verify")
    told = {c["name"]: c for r in own["records"] if r["id"] == done["record"] for c in r["claims"]}
    assert told["not_before"]["result"] == "verified", told
    with zipfile.ZipFile(bundle) as archive:
        page = archive.read(next(n for n in archive.namelist() if n.endswith("report.html"))).decode()
        guide = archive.read(next(n for n in archive.namelist() if n.endswith("VERIFY.md"))).decode()
    assert "see start.tsr" in page
    assert "That it was not there before" in guide
