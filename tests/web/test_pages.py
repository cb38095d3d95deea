"""The pages in a real browser: what they say, that everybody can use them, and what their forms do."""

import re
from pathlib import Path

import pytest

from tests.web.conftest import EXPORT, Visitor
from withhold.app.accounts import account_named, list_accounts
from withhold.app.bootstrap import Services
from withhold.app.evidence.adding import add_evidence
from withhold.app.evidence.checking import check_store, list_evidence
from withhold.app.ui import Desk
from withhold.controls.driver import Page
from withhold.web.serve import Running, running

pytestmark = pytest.mark.browser
AXE = Path(__file__).parents[1] / "pages" / "libraries" / "node_modules" / "axe-core" / "axe.min.js"
PATHS = (
    "/",
    "/exposure",
    "/evidence",
    "/add",
    "/guide/anthropic",
    "/guide/openai?account=work",
    "/guide/nobody",
)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def _open(tab: Page, served: Running, path: str = "/") -> None:
    if tab.url.startswith(served.origin):
        tab.goto(served.origin + served.gate.base + path)
        return
    tab.goto(served.url)
    if path != "/":
        tab.goto(served.origin + served.gate.base + path)


def _picture(tab: Page, services: Services, tmp_path: Path) -> str:
    """A record with a picture; returns its id."""
    shot = tmp_path / "shot.png"
    tab.set_content("<h1>Help improve Claude: off</h1>")
    tab.screenshot(path=str(shot))
    own = next(a for a in list_accounts(services).accounts if a.provider == "anthropic")
    at = "2026-11-20T10:00:00+00:00"
    return add_evidence(services, shot, account=own.id, setting="private", at=at).records[0].id


def _violations(tab: Page) -> list[str]:
    """What axe-core finds wrong by WCAG 2.2 A and AA and by its best practices."""
    tab.evaluate(AXE.read_text("utf-8"))
    found = tab.evaluate(
        "tags => axe.run(document, {runOnly: tags}).then(r => r.violations.map("
        "v => v.id + ': ' + v.nodes.map(n => n.target.join(' ') + ' ' + n.failureSummary).join('; ')))",
        RULES,
    )
    return list(found)


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not here: npm ci, in tests/pages/libraries")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(tab: Page, served: Running, filled: Services, tmp_path: Path, scheme: str) -> None:
    """No page breaks a rule of WCAG 2.2 A or AA that a program can check, in light and in dark."""
    record = _picture(tab, filled, tmp_path)
    tab.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    for path in (*PATHS, f"/evidence/{record}"):
        _open(tab, served, path)
        tab.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert _violations(tab) == [], path


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not here: npm ci, in tests/pages/libraries")
def test_axe_is_at_work(tab: Page, served: Running) -> None:
    """A page with faults would be found."""
    _open(tab, served)
    tab.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x><button></button>')")
    found = _violations(tab)
    assert {v.partition(":")[0] for v in found} >= {"image-alt", "button-name"}


@pytest.mark.parametrize("path", PATHS)
def test_at_twice_the_size_nothing_is_cut_off(tab: Page, served: Running, path: str) -> None:
    """At 200 % zoom of a 1280 pixel window (640 CSS pixels), and at 320, a page scrolls one way only."""
    for width in (640, 320):
        tab.set_viewport_size({"width": width, "height": 450})
        _open(tab, served, path)
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), width


def test_dark_is_dark(tab: Page, served: Running) -> None:
    """Who asked the system for dark gets dark, without a switch."""
    _open(tab, served)
    backs = []
    for scheme in ("light", "dark"):
        tab.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        colour = tab.evaluate("getComputedStyle(document.body).backgroundColor")
        backs.append(sum(map(int, re.findall(r"\d+", colour)[:3])))
    assert backs[0] > 600
    assert backs[1] < 150


def test_everything_is_reached_and_seen_by_keyboard(tab: Page, served: Running) -> None:
    """Tab reaches every control in the order of the page, and each shows where it is."""
    _open(tab, served)
    wanted = tab.evaluate(
        "[...document.querySelectorAll('a[href], button, summary, input:not([type=hidden]), select')]"
        ".filter(e => e.checkVisibility()).length"
    )
    seen: list[str] = []
    for _ in range(wanted + 5):
        tab.keyboard.press("Tab")
        found = tab.evaluate(
            "(() => { const e = document.activeElement; if (!e || e === document.body) return null;"
            " const s = getComputedStyle(e); return [e.outerHTML, s.outlineStyle, s.outlineWidth]; })()"
        )
        if found is None:
            break
        assert found[1] != "none", found[0]
        assert found[2] != "0px", found[0]
        seen.append(found[0])
    assert len(seen) == wanted


def test_the_skip_link_leads_past_the_navigation(tab: Page, served: Running) -> None:
    """The first Tab and Enter put the reader into the content."""
    _open(tab, served)
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.activeElement.id") == "main"


def test_a_word_is_given_by_keyboard_alone(tab: Page, served: Running, filled: Services) -> None:
    """Who has no mouse opens the form, chooses, types and sends; the use case of the command runs."""
    _open(tab, served)
    tab.locator("article", has_text="Sora").locator("summary").focus()
    tab.keyboard.press("Enter")
    for key in ("Tab", "Space", "Tab"):
        tab.keyboard.press(key)
    tab.keyboard.type("2026-05-01")
    tab.keyboard.press("Tab")
    tab.keyboard.type("2026-05-31")
    tab.keyboard.press("Enter")
    tab.wait_for_selector(".flash.good")
    work = account_named(filled, "work")
    pieces = filled.store.setting_evidence(work.id)
    assert any(p.setting == "private" and f"{p.begins:%Y-%m-%d}" == "2026-05-01" for p in pieces)
    assert check_store(filled).sound


def test_what_is_wrong_is_said_and_what_was_typed_stays(tab: Page, served: Running) -> None:
    """A refused form says why in an alert, with the next step, and holds what was typed."""
    _open(tab, served, "/add")
    tab.fill("#path", "/nowhere/export.zip")
    tab.get_by_role("button", name="Read it").click()
    assert "/nowhere/export.zip" in tab.get_by_role("alert").inner_text()
    assert tab.input_value("#path") == "/nowhere/export.zip"


def test_an_export_is_read_in(tab: Page, services: Services) -> None:
    """A path typed into the page is read as ``withhold import`` reads it."""
    with running(Desk(services)) as served:
        _open(tab, served, "/add")
        tab.fill("#path", f'"{EXPORT}"')
        tab.get_by_role("button", name="Read it").click()
        tab.wait_for_selector(".flash")
        assert "4 conversations" in tab.inner_text(".flash")
    assert services.store.count() > 0


def test_an_account_is_made_known(tab: Page, services: Services) -> None:
    """The empty page leads to it; afterwards the posture says unknown, and that somebody has to look."""
    with running(Desk(services)) as served:
        _open(tab, served)
        tab.get_by_role("link", name="Add an account or files").click()
        tab.fill("#label", "me@example.org")
        tab.get_by_role("button", name="Add the account").click()
        card = tab.locator("article.posture").first
        assert "Not known" in card.inner_text()
        assert "now" in tab.locator(".due").inner_text()


def test_posture_and_due_dates_are_those_of_the_use_cases(tab: Page, served: Running) -> None:
    """Each setting says where it stood, since when and how that is known; what shares comes first."""
    _open(tab, served)
    cards = tab.locator("article.posture")
    words = [cards.nth(i).locator(".badge").inner_text().strip() for i in range(cards.count())]
    assert words == ["Sharing", *["Not known"] * (len(words) - 2), "Private"]
    assert "your word" in cards.first.inner_text()
    assert "2026-12-20" in tab.locator(".due").inner_text()


def test_the_plot_is_told_in_words(tab: Page, served: Running) -> None:
    """The picture has a name and a description, and a table says the same, stretch by stretch."""
    _open(tab, served, "/exposure")
    picture = tab.locator(".plot svg")
    assert picture.get_attribute("role") == "img"
    assert "7 conversations" in (tab.locator("#timeline-desc").text_content() or "")
    tab.get_by_text("The same in words").click()
    rows = tab.locator("table", has_text="Setting").first.locator("tbody tr")
    assert rows.count() > 2
    assert "2026-11-01" in tab.locator("main").inner_text()


def test_evidence_shows_its_pictures(tab: Page, served: Running, filled: Services, tmp_path: Path) -> None:
    """A capture is seen in the list and on its record, with a text for who cannot see it."""
    record = _picture(tab, filled, tmp_path)
    _open(tab, served, "/evidence")
    thumb = tab.locator(".thumb img").first
    thumb.wait_for()
    thumb.evaluate("img => img.decode()")  # waits for the picture; polling would need what the page forbids
    assert thumb.evaluate("img => img.naturalWidth") > 0
    assert "capture.png" in (thumb.get_attribute("alt") or "")
    thumb.click()
    assert record in tab.inner_text("main")


def test_evidence_is_checked_from_the_page(tab: Page, served: Running, filled: Services) -> None:
    """The button runs the same check as the command; damage is told with the record."""
    _open(tab, served, "/evidence")
    tab.get_by_role("button", name="Read everything again").click()
    assert "Nothing speaks against" in tab.inner_text(".flash")
    log = filled.home.evidence / "log.jsonl"
    log.write_bytes(log.read_bytes().replace(b'"private"', b'"sharing"', 1))
    tab.get_by_role("button", name="Read everything again").click()
    assert "does not verify" in tab.inner_text(".flash.bad")
    assert len(list_evidence(filled).records) > 0


def test_nothing_is_loaded_from_elsewhere_and_no_script_runs(tab: Page, served: Running) -> None:
    """Every request goes to the page's own address; a label that is a script is shown, not run."""
    asked: list[str] = []
    said: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("console", lambda message: said.append(message.text))
    tab.on("dialog", lambda dialog: said.append(dialog.message))
    for path in PATHS[:-1]:
        _open(tab, served, path)
    assert {url for url in asked if not url.startswith(served.origin)} == set()
    assert said == []
    _open(tab, served)
    assert "<script>alert(1)</script>" in tab.inner_text("main")
    assert tab.evaluate("document.scripts.length") == 0


def test_a_file_that_is_no_picture_is_saved_and_never_shown(
    served: Running, filled: Services, tmp_path: Path
) -> None:
    """A saved page of a provider is handed over as a file: it cannot run within this one."""
    page = tmp_path / "page.html"
    page.write_text(
        "<html><title>Settings</title><script>alert(1)</script><body>Help improve Claude</body></html>"
    )
    own = next(a for a in list_accounts(filled).accounts if a.provider == "anthropic")
    record = add_evidence(filled, page, account=own.id).records[0]
    answer = Visitor(served).entered().get(f"/evidence/{record.id}/{record.artifacts[0].name}")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["content-security-policy"] == "sandbox"
