"""The store of evidence after an opt-out through the whole application: no file of it holds a canary."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.app.conftest import Clock
from tests.controls.canaries import CANARIES, EMAIL, found, provider
from withhold.app.accounts import add_account, attest_setting
from withhold.app.bootstrap import Services
from withhold.app.evidence.bundles import handed, packed
from withhold.app.evidence.dispute import dispute
from withhold.app.optout.opt_out import opt_out
from withhold.controls.browser import OpenPage, find_browser, open_page

pytestmark = pytest.mark.browser


@pytest.fixture
def opened() -> Iterator[OpenPage]:
    with open_page(browser=find_browser(), headless=True, locale="en-US") as page:
        yield page


def test_no_file_of_store_or_bundles_holds_a_canary(
    services: Services, clock: Clock, opened: OpenPage, tmp_path: Path
) -> None:
    """Log, artifacts, reports and what else lies there, unpacked and decoded, whatever the account is."""
    clock.now = datetime.now(UTC)
    add_account(services, "anthropic", EMAIL)
    with provider() as truth:
        document = opt_out(
            services, pack_id="anthropic", url=truth.url, account=EMAIL, mode="assist", opened=opened
        )
    assert document.outcome == "changed"
    assert not truth.training
    (row,) = services.journal.records()
    attest_setting(services, EMAIL, "private", begins=f"{clock.now:%Y-%m-%dT00:00Z}")
    assert len(row.artifacts) == 19
    assert {name for name, _ in row.missing} == {"tls-chain.pem"}
    assert found(services.home.evidence) == []
    assert found(services.home.root, {"e-mail": EMAIL}), "the search would find what is there"
    assert CANARIES["title of a chat"] not in str(document)
    handed_on = tmp_path / "handed"
    handed_on.mkdir()
    (handed_on / "one.zip").write_bytes(packed(handed(services, [row.id])))
    (handed_on / "dispute.zip").write_bytes(packed(dispute(services, EMAIL, f"{clock.now:%Y-%m-%d}", None)))
    assert found(handed_on) == []
    pdfs = [hit for hit in found(handed_on, {"words": "Help improve Claude"}) if "report.pdf!words" in hit]
    assert len(pdfs) == 2 or shutil.which("pdftotext") is None
