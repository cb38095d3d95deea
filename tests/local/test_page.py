"""The chat page in a real browser."""

import json
import os
from pathlib import Path

import pytest

from tests.local.conftest import need, talkative
from withhold.controls.browser import find_browser, open_page
from withhold.local.hosting import Hosted, hosted, relayed, wait_until_loaded
from withhold.local.seal.levels import Level
from withhold.support.progress import Silent

pytestmark = pytest.mark.browser


def test_a_person_chats_on_the_page(tmp_path: Path) -> None:
    """Model and seal are shown, an answer streams and is stopped, nothing is kept, nothing comes from
    elsewhere.
    """
    need(Level.NETNS)
    with hosted(talkative(), Level.NETNS, Silent()) as made, relayed(made):
        wait_until_loaded(made.sealed, within=20)
        _chat(made)


def _chat(host: Hosted) -> None:
    browser = find_browser(os.environ.get("WITHHOLD_BROWSER"))
    with open_page(browser=browser, headless=True, locale="en-US") as opened:
        page, asked = opened.page, []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(host.page)
        page.get_by_text("sealed by namespaces").wait_for()
        assert page.locator("#model").inner_text() == "local"
        assert host.token not in page.url, "the token is taken out of sight"
        page.get_by_label("Message").fill("Hello <b>there</b>")
        page.get_by_role("button", name="Send").click()
        page.locator("article.assistant pre", has_text="word word").wait_for()
        page.get_by_role("button", name="Stop").click()
        page.get_by_text("Stopped.").wait_for()
        said = page.locator("article.assistant pre").inner_text()
        page.wait_for_timeout(300)
        assert page.locator("article.assistant pre").inner_text() == said
        assert page.locator("article.user pre").inner_text() == "Hello <b>there</b>"
        assert page.evaluate("localStorage.length") == 0
        page.get_by_label("Keep history").check()
        kept = json.loads(page.evaluate("localStorage.getItem('withhold-history')"))
        assert [m["role"] for m in kept] == ["user", "assistant"]
        page.get_by_role("button", name="Forget").click()
        assert page.evaluate("localStorage.length") == 0
        assert all(url.startswith(host.url) for url in asked)
