"""The spotter on sign-up and terms pages, on ordinary ones, and that it touches none of them."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.controls.consent import BUTTON, BY_GOING_ON, CONTINUE, QUIET, page, sign_up
from tests.controls.fakes import QUICK
from tests.controls.site import Site, serve
from tests.pages.catalogue import BY_HAND, RECORDED
from tests.pages.model import HERE
from tests.pages.model import Page as Sample
from tests.pages.runner import serve as serve_sample
from tests.sizes import SIZES
from withhold.controls.browser import OpenPage, open_page
from withhold.controls.driver import Page
from withhold.controls.spotter.judge import Finding
from withhold.controls.spotter.spot import Spotted, overlook, spot

pytestmark = pytest.mark.browser

SHARED = Path(__file__).resolve().parents[3] / "shared" / "samples" / "toggles"
AXE = HERE / "libraries" / "node_modules" / "axe-core" / "axe.min.js"
TRAIN = "Help improve our models with my chats"

KEYS = ("label", "covers_training", "preset", "small", "low_contrast", "after_primary_button")

Spotter = Callable[[str], Spotted]


@pytest.fixture(scope="module")
def opened() -> Iterator[OpenPage]:
    with open_page(headless=True) as browser:
        yield browser


@pytest.fixture
def tab(opened: OpenPage) -> Iterator[Page]:
    fresh = opened.page.context.new_page()
    yield fresh
    fresh.close()


@pytest.fixture
def look(tab: Page) -> Iterator[Spotter]:
    """Spots what stands on a page given as HTML, and holds that nothing happened to it."""
    site = Site()

    def looked(html: str) -> Spotted:
        site.pages["/"] = html
        return spot(tab, site.url, patience=QUICK)

    with serve(site):
        yield looked
    assert set(site.requests) <= {"GET /", "GET /inner"}, "the page was touched"
    assert not site.writes


def _only(spotted: Spotted) -> Finding:
    [finding] = spotted.findings
    return finding


def _box(label: str, more: str = "checked", style: str = "") -> str:
    return f'<p style="{style}"><label><input type="checkbox" {more}> {label}</label></p>'


def test_a_small_pale_box_below_the_button(look: Spotter) -> None:
    """All that hides a box is told: pre-set, small, pale, after the main button."""
    tiny = f"<small>{_box(TRAIN, 'checked style=width:11px;height:11px')}</small>"
    spotted = look(sign_up(after=tiny))
    found = _only(spotted)
    assert spotted.primary_button == "Continue"
    assert (found.label, found.kind, found.state) == (TRAIN, "checkbox", True)
    assert found.covers_training
    assert found.preset
    assert found.small
    assert found.low_contrast
    assert found.after_primary_button
    assert found.contrast == pytest.approx(1.92, abs=0.03)


def test_a_plain_box_is_told_without_remarks(look: Spotter) -> None:
    """A box that is large, dark, before the button and not ticked is listed, with nothing against it."""
    big = 'style="width:28px;height:28px"'
    found = _only(look(sign_up(before=_box(TRAIN, big))))
    assert found.covers_training
    assert not any((found.preset, found.small, found.low_contrast, found.after_primary_button))
    assert found.consents_when == "on"
    assert found.contrast == pytest.approx(15.9, abs=0.1)


def test_new_terms_with_a_switch_under_a_big_button(look: Spotter) -> None:
    """The pattern of changed terms: a big Accept, a small switch under it that is on, a faint Not now."""
    dialog = (
        '<div role="dialog" aria-modal="true"><h2>We updated our terms</h2>'
        f'<button style="{BUTTON}">Accept</button><div style="display:flex;font-size:12px;color:#999">'
        f'<span id="l">{TRAIN}</span><button role="switch" aria-checked="true" aria-labelledby="l"'
        ' style="width:22px;height:12px;border:0"></button></div><small>Not now</small></div>'
    )
    found = _only(look(page(dialog)))
    assert (found.kind, found.preset, found.consents_when) == ("switch", True, "on")
    assert found.small
    assert found.low_contrast
    assert found.after_primary_button


def test_an_opt_out_that_is_not_ticked_says_yes(look: Spotter) -> None:
    """Where on means no, a box that is off counts as a yes already."""
    found = _only(look(sign_up(before=_box("Do not use my chats to train models", ""))))
    assert (found.state, found.preset, found.consents_when) == (False, True, "off")
    ticked = _only(look(sign_up(before=_box("Do not use my chats to train models"))))
    assert (ticked.state, ticked.preset) == (True, False)


@pytest.mark.parametrize("lang", list(BY_GOING_ON)[: SIZES.spot.looks])
def test_going_on_that_counts_as_a_yes(look: Spotter, lang: str) -> None:
    """Small print that takes going on as consent is told in each language; the main button is known."""
    small = f"<p><small>{BY_GOING_ON[lang]}</small></p>"
    spotted = look(sign_up(after=small, lang=lang))
    found = _only(spotted)
    assert spotted.primary_button == CONTINUE[lang]
    assert (found.kind, found.implied_text, found.consents_when) == ("sentence", True, "continuing")
    assert found.low_contrast
    assert found.after_primary_button
    assert not found.covers_training


@pytest.mark.parametrize("label", ["Accept all", "すべて同意する"])
def test_buttons_that_take_everything(look: Spotter, label: str) -> None:
    """A button that accepts all at once is told; what rejects or settles one thing is not."""
    buttons = "".join(f"<button>{text}</button>" for text in (label, "Reject all", "Settings", "Cancel"))
    found = _only(look(page(f'<div role="dialog" aria-label="Cookies">We use cookies. {buttons}</div>')))
    assert (found.label, found.accept_all_button, found.consents_when) == (label, True, "pressed")


def test_several_purposes_with_one_answer(look: Spotter) -> None:
    """One box for terms, offers and training is bundled, and says which."""
    label = "I accept the Terms of Service, want special offers, and let you use my chats to train models"
    found = _only(look(sign_up(before=_box(label, ""))))
    assert found.bundled
    assert set(found.purposes) == {"training", "terms", "marketing"}
    assert not _only(look(sign_up(before=_box("I accept the Terms of Service", "")))).bundled


@pytest.mark.parametrize(
    ("markup", "why"),
    [
        ("<details><summary>More options</summary>{}</details>", "in a part that is folded"),
        (
            '<a role="button" aria-expanded="false" aria-controls="x"></a><div id="x" hidden>{}</div>',
            "in a part that is folded",
        ),
        ('<div style="height:90px;overflow:auto"><div style="height:400px"></div>{}</div>', "scrolled out"),
    ],
    ids=["details", "disclosure", "scroller"],
)
def test_what_is_out_of_sight_is_told(look: Spotter, markup: str, why: str) -> None:
    """A pre-set box in a folded part or below the edge of a small scroller is found, and where it hides."""
    found = _only(look(sign_up(before=markup.format(_box(TRAIN)))))
    assert found.preset
    assert why in (found.hidden or "")


def test_new_terms_that_only_say_so(look: Spotter) -> None:
    """New terms that let content be used, with nothing to switch, are told: taking them says yes."""
    told = "From 28 September your chats may be used to train our models, unless you opt out in the settings."
    never = "We never sell your chats, and we do not use deleted ones to train our models."
    body = f'<div role="dialog"><h2>We have updated our terms</h2><p>{told}</p><p>{never}</p>'
    spotted = look(page(f'{body}<button style="{BUTTON}">Accept</button><button>Not now</button></div>'))
    found = _only(spotted)
    assert (found.label, found.covers_training, found.consents_when) == (told, True, "continuing")


def test_choices_are_told_by_the_one_that_permits(look: Spotter) -> None:
    """Of radio buttons and of a list the choice that lets content be used is told, with what is chosen."""
    radios = (
        "<fieldset><legend>May we train models on your chats?</legend>"
        '<label><input type="radio" name="t" checked> Yes</label>'
        '<label><input type="radio" name="t"> No</label></fieldset>'
    )
    found = _only(look(sign_up(before=radios)))
    assert (found.kind, found.label, found.preset, found.consents_when) == ("radio", "Yes", True, "chosen")
    listed = (
        "<label>Training on my data <select><option>Don't allow training on my data</option>"
        "<option>Allow training on my data</option></select></label>"
    )
    chosen = _only(look(sign_up(before=listed)))
    assert (chosen.kind, chosen.preset) == ("select", False)


def test_frames_and_closed_shadow_roots_are_looked_into(look: Spotter, tab: Page) -> None:
    """A box in a closed shadow root, and one in a frame, are found as any other."""
    closed = (
        "<x-box></x-box><script>document.querySelector('x-box').attachShadow({mode: 'closed'}).innerHTML ="
        f" `{_box(TRAIN)}`</script>"
    )
    assert _only(look(sign_up(before=closed))).preset
    inner = sign_up(after=_box(TRAIN)).replace('"', "&quot;")
    assert _only(
        look(page(f'<iframe srcdoc="{inner}" width="460" height="500"></iframe>'))
    ).after_primary_button


@pytest.mark.parametrize("name", QUIET)
def test_ordinary_pages_are_quiet(look: Spotter, name: str) -> None:
    """Filters, comments, articles about training, and a log-in that only remembers: nothing is told."""
    assert look(QUIET[name]).findings == ()


@pytest.mark.parametrize("library", RECORDED[: SIZES.spot.looks])
def test_switches_of_the_libraries_are_seen(tab: Page, library: str) -> None:
    """The switch of each library is found under its name, with its state, though other parts draw it."""
    for private in (False, True):
        sample = Sample(f"recorded:{library}", private=private)
        with serve_sample(sample) as running:
            spotted = spot(tab, running.url, patience=QUICK)
            assert not running.account.writes
        [found] = [f for f in spotted.findings if f.covers_training]
        assert found.label.startswith("Improve the model for everyone")
        assert found.state is not private
        assert found.preset is not private


@pytest.mark.parametrize("rendering", BY_HAND[: SIZES.spot.looks])
def test_switches_made_by_hand_are_seen(tab: Page, rendering: str) -> None:
    """So is each that a page makes for itself. A button that says what it would do shows no state."""
    with serve_sample(Sample(rendering)) as running:
        spotted = spot(tab, running.url, patience=QUICK)
        assert not running.account.writes
    seen = any(f.covers_training and f.preset for f in spotted.findings)
    assert seen is (rendering != "verb-button")


def test_the_page_a_person_has_open(tab: Page) -> None:
    """The page that is open is told of as it is now, without loading it again."""
    site = Site(pages={"/": sign_up(before=_box(TRAIN, ""))})
    with serve(site):
        tab.goto(site.url)
        tab.get_by_role("checkbox").check()
        loads = len(site.requests)
        found = _only(overlook(tab))
        assert found.state is True
        assert site.requests.count("GET /") == 1
        assert len([r for r in site.requests[loads:] if not r.startswith("GET /touched")]) == 0


def test_the_shared_sample_page(tab: Page) -> None:
    """On the shared sign-up sample the findings are those of its manifest."""
    if not (SHARED / "manifest.json").is_file():
        pytest.skip("the shared sample pages are not beside this repository")
    pages = json.loads((SHARED / "manifest.json").read_text("utf-8"))["pages"]
    for sample in (p for p in pages if p["task"] == "spot_consent"):
        site = Site(pages={"/": (SHARED / sample["file"]).read_text("utf-8")})
        with serve(site):
            spotted = spot(tab, site.url, patience=QUICK)
        wanted = sample["expected"]["findings"]
        assert len(spotted.findings) == len(wanted)
        for found, told in zip(spotted.findings, wanted, strict=True):
            assert {key: getattr(found, key) for key in KEYS} == {key: told[key] for key in KEYS}


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not here: npm ci, in tests/pages/libraries")
def test_contrast_is_that_of_axe(tab: Page) -> None:
    """Our contrast agrees with axe-core's on colours, opacity and layers."""
    styles = ["color:#777", "color:rgb(120 120 120 / .6)", "color:#fff;background:#5aa", "opacity:.5"]
    styles += ["color:oklch(0.7 0.1 200)", "background:rgba(0,0,0,.2);color:#444", "color:#b0b0b0"]
    boxes = "".join(f'<div style="{style}">{_box(TRAIN, "")}</div>' for style in styles)
    site = Site(pages={"/": page(boxes)})
    with serve(site):
        spotted = spot(tab, site.url, patience=QUICK)
        tab.evaluate(AXE.read_text("utf-8"))
        told = tab.evaluate(
            "axe.run(document, {runOnly: ['color-contrast'], resultTypes: ['violations', 'passes']})"
            ".then(r => [...r.violations, ...r.passes].flatMap(v => v.nodes).flatMap(n => n.any)"
            " .map(c => c.data.contrastRatio))"
        )
    ours = sorted(f.contrast for f in spotted.findings if f.contrast is not None)
    assert len(ours) == len(styles)
    assert ours == pytest.approx(sorted(told), abs=0.06)
