"""Opting out on pages that were kept back: no claim but of what their server stored."""

import pytest

from tests.controls.fakes import MemorySink, ticking
from tests.pages.unseen import Unseen, pages, serve
from tests.sizes import SIZES
from withhold.controls.assist import set_private
from withhold.controls.browser import OpenPage
from withhold.controls.record import RunContext

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("page", pages()[-SIZES.pages.unseen :], ids=lambda page: page.id)
def test_a_page_that_was_kept_back(browser: OpenPage, page: Unseen) -> None:
    """With the waits of a real run: no false claim, nothing else moved, and the outcome is a right one."""
    running = browser.page.context.browser
    assert running is not None
    with serve(page) as served, running.new_context(viewport={"width": 1280, "height": 900}) as fresh:
        context = RunContext(None, None, "test")
        result = set_private(
            fresh.new_page(), served.url, clock=ticking(), sink=MemorySink(), context=context
        )
        told = served.judge(result.outcome.value)
    assert not told.harm, (told, result.why)
    assert told.right, (told, result.why)
