"""A person with a real browser: the toggle that is pre-set, and the switch that can be found again."""

import json
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

pytest.importorskip("playwright", reason="the extra `browser` is not installed")
from playwright.sync_api import Browser, Error, Locator, Page, Playwright, expect, sync_playwright

from withhold.lab.server import RunningLab, running_lab

GRACE = datetime(2025, 9, 1, 9, tzinfo=UTC)
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
INSTALLED = ("/usr/bin/chromium", "/usr/bin/google-chrome", "/usr/bin/microsoft-edge")

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


def launch(playwright: Playwright) -> Browser:
    """An installed browser, or the one that Playwright fetched."""
    found = next((path for path in INSTALLED if Path(path).exists()), None)
    try:
        return playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
    except Error as problem:
        pytest.skip(f"no browser starts here: {problem.message.splitlines()[0]}")


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(accept_downloads=True)
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


def press(button: Locator) -> None:
    """Click a button that leads to another page, and wait for that page: the lab's clock may move then."""
    with button.page.expect_event("load"):
        button.click()


def sign_up(tab: Page, running: RunningLab, *, plan: str = "Pro") -> None:
    tab.goto(running.url)
    form = tab.get_by_role("region", name="Create an account")
    form.get_by_label("Name").fill("Ada")
    form.get_by_label("E-mail").fill("ada@example.invalid")
    form.get_by_label("Plan").select_option(plan)
    press(form.get_by_role("button", name="Continue"))


def open_privacy(tab: Page) -> Locator:
    press(tab.get_by_role("link", name="Settings"))
    press(tab.get_by_role("navigation", name="Settings").get_by_role("link", name="Privacy"))
    return tab.get_by_role("region", name="Privacy Settings")


def test_who_accepts_quickly_shares_and_finds_the_switch(tab: Page, tmp_path: Path) -> None:
    """Sign-up, pre-set toggle, a chat, Settings > Privacy > Privacy Settings, off, reload, export."""
    with running_lab(start=GRACE) as running:
        sign_up(tab, running)
        expect(tab.get_by_role("switch")).to_be_checked()
        press(tab.get_by_role("button", name="Accept"))
        tab.get_by_role("link", name="New chat").first.click()
        tab.get_by_label("Message").fill("Where does dew come from?")
        press(tab.get_by_role("button", name="Send"))
        expect(tab.get_by_role("article", name="Lumen")).to_be_visible()
        (account,) = running.lab.accounts
        assert list(running.lab.would_train(account).values()) == [{"setting"}]

        section = open_privacy(tab)
        switch = section.get_by_role("switch", name="Help improve Lumen", exact=True)
        expect(switch).to_be_checked()
        expect(switch).to_have_accessible_description(re.compile("chats and coding sessions to train"))
        switch.click()
        expect(tab.get_by_role("status")).to_have_text("Saved")
        expect(switch).not_to_be_checked()
        tab.reload()
        expect(switch).not_to_be_checked()
        for decoy in ("Location metadata", "Product e-mails"):
            expect(section.get_by_role("switch", name=decoy)).to_be_checked()
        assert running.lab.account(account).setting is False
        assert running.lab.account(account).preferences == {}
        assert running.lab.would_train(account) == {}

        with tab.expect_download() as download:
            tab.get_by_role("button", name="Export data").click()
        download.value.save_as(tmp_path / "export.zip")
        with zipfile.ZipFile(tmp_path / "export.zip") as archive:
            (chat,) = json.loads(archive.read("conversations.json"))
        assert chat["name"] == "Where does dew come from?"


def test_the_dialog_of_the_updated_terms(tab: Page) -> None:
    """Big button, small pre-set toggle under it, and a faint way out that is gone after the deadline."""
    with running_lab() as running:
        sign_up(tab, running)
        running.lab.advance(GRACE)
        tab.reload()
        dialog = tab.get_by_role("dialog", name="Updates to Consumer Terms")
        toggle = dialog.get_by_role("switch")
        accept = dialog.get_by_role("button", name="Accept")
        expect(toggle).to_be_checked()
        small, big = toggle.bounding_box(), accept.bounding_box()
        assert small
        assert big
        assert min(small["width"], small["height"]) < 24
        assert big["width"] * big["height"] > 20 * small["width"] * small["height"]
        assert small["y"] > big["y"]
        press(dialog.get_by_role("button", name="Not now"))
        expect(dialog).to_have_count(0)
        running.lab.advance(running.lab.terms.binding_from)
        tab.reload()
        expect(dialog).to_be_visible()
        expect(dialog.get_by_role("button", name="Not now")).to_have_count(0)
        toggle.uncheck()
        press(accept)
        expect(dialog).to_have_count(0)
        (account,) = running.lab.accounts.values()
        assert account.setting is False


def test_a_kept_profile_stays_signed_in(browser: Browser, tmp_path: Path) -> None:
    """Who closes the browser and opens the same profile again is still signed in, as at a real provider."""
    start = browser.browser_type.launch_persistent_context
    program = next((path for path in INSTALLED if Path(path).exists()), None)
    with running_lab(start=GRACE) as running:
        with start(tmp_path, executable_path=program, args=ARGUMENTS) as first:
            tab = first.pages[0]
            sign_up(tab, running)
            press(tab.get_by_role("button", name="Accept"))
        with start(tmp_path, executable_path=program, args=ARGUMENTS) as second:
            tab = second.pages[0]
            tab.goto(running.url)
            expect(tab.get_by_role("link", name="Settings")).to_be_visible()


def choose(tab: Page, variant: str, running: RunningLab) -> Locator:
    running.site.choose_variant(variant)
    sign_up(tab, running)
    press(tab.get_by_role("button", name="Accept"))
    return open_privacy(tab).get_by_role("switch", name="Help improve Lumen")


def test_a_save_that_fails_silently(tab: Page) -> None:
    """It says saved and shows off; after a fresh load it is on."""
    with running_lab(start=GRACE) as running:
        switch = choose(tab, "silent-failure", running)
        switch.click()
        expect(tab.get_by_role("status")).to_have_text("Saved")
        expect(switch).not_to_be_checked()
        tab.reload()
        expect(switch).to_be_checked()


def test_a_switch_that_comes_back(tab: Page) -> None:
    """It moves at once and is on again a second later, without a reload."""
    with running_lab(start=GRACE) as running:
        switch = choose(tab, "reverting", running)
        switch.click()
        expect(switch).not_to_be_checked(timeout=900)
        expect(switch).to_be_checked()
        expect(tab.get_by_role("status")).to_contain_text("Couldn't save")


def test_a_locked_switch_and_two_alike(tab: Page) -> None:
    """A locked switch is disabled and says by whom; two alike are two."""
    with running_lab(start=GRACE) as running:
        switch = choose(tab, "disabled", running)
        expect(switch).to_be_disabled()
        expect(switch).to_have_accessible_description(re.compile("Managed by your organisation"))
        running.site.choose_variant("two-alike")
        tab.reload()
        expect(switch).to_have_count(2)


def test_nothing_is_loaded_from_elsewhere_and_nothing_fails(tab: Page) -> None:
    """All requests go to the lab, every page answers, and no script complains."""
    complaints: list[str] = []
    requests: list[str] = []
    tab.on("console", lambda message: complaints.append(message.text))
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.on("request", lambda request: requests.append(request.url))
    with running_lab(start=GRACE) as running:
        sign_up(tab, running, plan="Work")
        open_privacy(tab)
        tab.goto(f"{running.url}/admin")
        assert all(url.startswith(running.url) for url in requests)
    assert complaints == []
