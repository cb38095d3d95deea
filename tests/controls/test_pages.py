"""Opting out on pages as the world renders them: a claim is held against what the server stored."""

from collections.abc import Callable
from pathlib import Path
from statistics import median

import pytest

from tests.pages import shared
from tests.pages.catalogue import BUILT, built, some, without_npm
from tests.pages.crowd import Tried, assist, naive, run
from tests.pages.model import Page
from tests.pages.runner import judge, serve
from tests.sizes import SIZES
from withhold.controls.browser import open_page

pytestmark = pytest.mark.browser

RIGHT = 0.8
"""The share of pages whose outcome must be one of the right ones."""


def _report(tried: list[Tried], soak_report: Callable[..., None]) -> None:
    soak_report(
        pages=len(tried),
        false_claims=sum(bool(t.judgement.false_claim) for t in tried),
        right=sum(t.judgement.right for t in tried),
        best=sum(t.judgement.best for t in tried),
        median_seconds=round(median(t.seconds for t in tried), 1),
    )


def _hold(tried: list[Tried]) -> None:
    harm = [f"{t.page.id}: {t.judgement.outcome}: {one}" for t in tried for one in t.judgement.harm]
    assert not harm, "\n".join(harm)
    wrong = [
        f"{t.page.id}: {t.judgement.outcome}, right: {t.page.expected['accept_outcomes']}"
        for t in tried
        if not t.judgement.right
    ]
    assert len(wrong) <= (1 - RIGHT) * len(tried), "\n".join(wrong)


def test_no_false_claim_on_any_page(tmp_path: Path, soak_report: Callable[..., None]) -> None:
    """Privacy is claimed only where it is stored, nothing else is moved, nothing destructive is pressed."""
    tried = run(some(SIZES.pages.by_hand), assist, tmp_path)
    _report(tried, soak_report)
    _hold(tried)


def test_no_false_claim_on_the_libraries_own_builds(tmp_path: Path, soak_report: Callable[..., None]) -> None:
    """The same with components as their makers ship them."""
    if not BUILT:
        pytest.skip("not built: npm ci --ignore-scripts && node build.mjs, in tests/pages/libraries")
    tried = run(some(SIZES.pages.built, among=built()), assist, tmp_path)
    _report(tried, soak_report)
    _hold(tried)


def test_the_shared_samples_without_a_pack(tmp_path: Path) -> None:
    """The same judge holds on the shared samples: no false claim, and the outcome is a right one."""
    samples = shared.manifests()[: SIZES.pages.shared]
    if not samples:
        pytest.skip("the shared sample pages are not beside this repository")
    with shared.serve() as address, open_page(headless=True) as opened:
        for sample in samples:
            url = address + sample["file"]
            told = shared.judged(opened.page, url, sample, assist(opened, url, tmp_path))
            assert not told.harm, told
            assert told.right, told


def test_the_pages_catch_a_tool_that_believes_what_it_sees(tmp_path: Path) -> None:
    """A script that clicks and believes the switch makes false claims on these pages, and each is noticed."""
    pages = [
        Page("switch-button", server="drops", client="optimistic"),
        Page("switch-button", client="local"),
        Page("switch-button", loading="defaults", stale=True, hydrate_after=1000),
        Page("switch-button", wording="private"),
    ]
    tried = run(pages, naive, tmp_path, browsers=1)
    assert all(t.judgement.false_claim for t in tried), [t.judgement for t in tried]


def test_the_pages_give_a_plain_tool_its_due(tmp_path: Path) -> None:
    """The same script is right on a plain page, so a page does not call everything false."""
    [tried] = run([Page("switch-button")], naive, tmp_path, browsers=1)
    assert tried.judgement.best
    assert not tried.judgement.harm


def test_what_may_never_happen_is_told() -> None:
    """A moved decoy, a claim without a control and a button that deletes are harm, whatever the outcome."""
    page = Page("checkbox", danger=True)
    with serve(page) as running:
        running.account.destructive.append("/danger/delete-all")
        held = running.truth() | {"d0": "off"}
        told = running.judge("needs_human", held)
    assert told.harm == ("hit /danger/delete-all", "moved d0")
    absent = Page("checkbox", kind="absent")
    assert judge(absent.manifest(), "already_private", {r.key: r.initial for r in absent.rows}).false_claim


def test_pages_have_names_of_their_own_and_cover_what_they_should() -> None:
    """At least sixty pages, no two alike, in ten languages, every outcome among the expectations."""
    pages = without_npm()
    assert len({p.id for p in pages}) == len(pages) >= 60
    assert {p.lang for p in pages} == {"en", "de", "fr", "es", "pt", "it", "ja", "zh", "ko", "ar"}
    outcomes = {p.expected["outcome"] for p in pages}
    assert outcomes == {
        "changed", "already_private", "not_persisted", "blocked", "no_control", "needs_human"
    }  # fmt: skip
