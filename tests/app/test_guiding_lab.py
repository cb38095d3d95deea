"""The sitting on the lab: what a person saves from its real page, against the lab's own books."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.app.conftest import Clock
from tests.app.sitting import Scripted
from tests.sizes import SIZES
from withhold.app.accounts import add_account
from withhold.app.bootstrap import Services
from withhold.app.optout.guiding import Sitting
from withhold.app.optout.opt_out import opt_out
from withhold.controls.browser import OpenPage, find_browser, open_page
from withhold.lab.server import RunningLab, running_lab

pytestmark = pytest.mark.browser
EMAIL = "robin@lumen.example"


@pytest.fixture(scope="module")
def browser() -> Iterator[OpenPage]:
    with open_page(browser=find_browser(), headless=True, locale="en-US") as opened:
        yield opened


@pytest.fixture
def lab(request: pytest.FixtureRequest, browser: OpenPage) -> Iterator[RunningLab]:
    """A lab with the switch asked for, and Robin signed up under the new terms, sharing."""
    start = datetime(2025, 11, 1, 9, tzinfo=UTC)
    with running_lab(start=start, variant=request.param) as running:
        browser.page.context.clear_cookies()
        browser.page.goto(running.url)
        join = browser.page.get_by_role("region", name="Create an account")
        join.get_by_label("Name").fill("Robin")
        join.get_by_label("E-mail").fill(EMAIL)
        join.get_by_label("Plan").select_option("Pro")
        join.get_by_role("button", name="Continue").click()
        browser.page.get_by_role("button", name="Accept").click()
        browser.page.wait_for_url("**/chats**")
        yield running


def saved(opened: OpenPage, url: str, at: datetime, folder: Path) -> Path:
    """The page after a fresh load, as SingleFile would keep it."""
    opened.page.goto(url)
    opened.page.locator("[data-key]").first.wait_for(state="attached")
    when = f"{at:%a %b %d %Y %H:%M:%S} GMT+0000 (UTC)"
    head = f"<!--\n Page saved with SingleFile\n url: {url}\n saved date: {when}\n-->"
    path = folder / "lumen.html"
    path.write_text(
        f"<!DOCTYPE html> <html>{head}" + opened.page.content().split("<html", 1)[1].split(">", 1)[1]
    )
    return path


@pytest.mark.parametrize(
    ("lab", "clicks", "attested"),
    [
        ("switch", True, "private"),
        ("switch", False, "sharing"),
        ("silent-failure", True, "sharing"),
        ("disabled", False, "sharing"),
        ("two-alike", True, None),
        ("unknown-label", True, None),
    ],
    indirect=["lab"],
)
def test_what_is_kept_agrees_with_the_labs_books(
    services: Services,
    clock: Clock,
    lab: RunningLab,
    browser: OpenPage,
    tmp_path: Path,
    clicks: bool,
    attested: str | None,
) -> None:
    """A saved page says private only where the lab stored it; where it cannot be told, nothing is said."""
    add_account(services, "lab", EMAIL)
    url = f"{lab.url}/settings/privacy"
    browser.page.goto(url)
    if clicks:
        name = re.compile("Help improve Lumen|Community learning")
        browser.page.get_by_role("switch", name=name).last.click()
        browser.page.wait_for_timeout(300)
    clock.now = lab.lab.now
    sitting = Sitting(Scripted([str(saved(browser, url, clock.now, tmp_path)), "y", "s"]), clock())
    clock.move(minutes=1)
    document = opt_out(services, provider_id="lab", url=lab.url, account=EMAIL, sitting=sitting)
    stored = next(iter(lab.lab.accounts.values())).setting
    assert document.outcome == "needs_human"
    assert document.attested == attested
    if attested is not None:
        assert stored is (attested == "sharing")


@dataclass(frozen=True)
class Shape:
    """A newer kind of switch, what a person clicks on it, and what they can truly bring."""

    variant: str
    clicks: tuple[str, ...]
    attested: str | None
    wording: str = "improve"
    language: str = "en"


SWITCH, CONFIRM = "[data-key=help_improve]", "#confirm-dialog button[value={}]"
SHAPES = (
    Shape("hidden-box", ("label[for=help_improve]",), "private"),
    Shape("confirm", (SWITCH, CONFIRM.format("no")), "sharing"),
    Shape("dialog", ("[data-opens=training-dialog]", SWITCH), "private"),
    Shape("confirm", (SWITCH, CONFIRM.format("yes")), "private"),
    Shape("hidden-box", ("label[for=training_opt_out]",), None, "opt-out", "ja"),
    Shape("hidden-box", (), "sharing"),
    Shape("dialog", (), "sharing"),
    Shape("reverting", (SWITCH,), "sharing"),
)


@pytest.mark.parametrize("lab", ["switch"], indirect=True)
@pytest.mark.parametrize("shape", SHAPES[: SIZES.guide.shapes], ids=lambda s: f"{s.variant}-{len(s.clicks)}")
def test_the_newer_shapes_of_a_switch(
    services: Services, clock: Clock, lab: RunningLab, browser: OpenPage, tmp_path: Path, shape: Shape
) -> None:
    """Box out of sight, dialog, second question, taken back: kept is what the lab holds, or nothing."""
    lab.site.choose_variant(shape.variant)
    lab.site.choose_wording(shape.wording)
    lab.site.choose_language(shape.language)
    add_account(services, "lab", EMAIL)
    url = f"{lab.url}/settings/privacy"
    browser.page.goto(url)
    for selector in shape.clicks:
        browser.page.locator(selector).click()
    browser.page.wait_for_timeout(1500 if shape.variant == "reverting" else 300)
    clock.now = lab.lab.now
    answers = Scripted([str(saved(browser, url, clock.now, tmp_path)), "y", "s"])
    clock.move(minutes=1)
    document = opt_out(
        services, provider_id="lab", url=lab.url, account=EMAIL, sitting=Sitting(answers, clock())
    )
    stored = next(iter(lab.lab.accounts.values())).setting
    assert document.attested == shape.attested, answers
    if shape.attested is not None:
        assert stored is (shape.attested == "sharing")
