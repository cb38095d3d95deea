"""The store of evidence after an opt-out through the whole application: no file of it holds a canary."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.app.conftest import Clock
from tests.controls.canaries import CANARIES, EMAIL, found, provider
from withhold.app.accounts import add_account
from withhold.app.bootstrap import Services
from withhold.app.optout.opt_out import opt_out
from withhold.controls.browser import OpenPage, find_browser, open_page

pytestmark = pytest.mark.browser


@pytest.fixture
def opened() -> Iterator[OpenPage]:
    with open_page(browser=find_browser(), headless=True, locale="en-US") as page:
        yield page


def test_no_file_of_the_store_holds_a_canary(services: Services, clock: Clock, opened: OpenPage) -> None:
    """Log, artifacts, checkpoints and what else lies there, unpacked and decoded, whatever the account is."""
    clock.now = datetime.now(UTC)
    add_account(services, "anthropic", EMAIL)
    with provider() as truth:
        document = opt_out(
            services, pack_id="anthropic", url=truth.url, account=EMAIL, mode="assist", opened=opened
        )
    assert document.outcome == "changed"
    assert not truth.training
    (row,) = services.journal.records()
    assert len(row.artifacts) == 19
    assert {name for name, _ in row.missing} == {"tls-chain.pem"}
    assert found(services.home.evidence) == []
    assert found(services.home.root, {"e-mail": EMAIL}), "the search would find what is there"
    assert CANARIES["title of a chat"] not in str(document)
